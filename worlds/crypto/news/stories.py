"""One story told by many: near-duplicates out, the rest in groups, by the likeness of their words (TF-IDF, cosine)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from worlds.crypto.needs import need
from worlds.crypto.news.items import Item, oldest_first

SAME = 0.8  # cosine from where on two texts are one
RELATED = 0.3


@dataclass(frozen=True, slots=True)
class Story:
    """Items about one thing, the oldest first; none of them repeats another. `copies`: how many did and were left
    out."""

    items: tuple[Item, ...]
    copies: int

    @property
    def head(self) -> Item:
        """The item of the most credible house, of these the oldest."""
        return max(self.items, key=lambda item: item.credibility)

    @property
    def scope(self) -> str:
        return self.head.scope


def stories(items: Sequence[Item]) -> list[Story]:
    """All items, oldest first, as stories. A copy never hides a story that was seen earlier."""
    ordered = oldest_first(items)
    if not ordered:
        return []
    likeness = _likeness([f"{item.title} {item.text}" for item in ordered])
    kept = _without_copies(likeness)
    copies = len(ordered) - len(kept)
    groups = _groups(likeness[np.ix_(kept, kept)], [ordered[place].scope for place in kept])
    told = [Story(tuple(ordered[kept[place]] for place in group), 0) for group in groups]
    return _count_copies(told, copies, ordered, likeness, kept)


def _likeness(texts: Sequence[str]) -> np.ndarray:
    text = need("sklearn.feature_extraction.text")
    # without stop words alone a text can be empty
    weights = text.TfidfVectorizer(token_pattern=r"(?u)\b\w+\b").fit_transform(texts)
    return np.asarray((weights @ weights.T).todense())


def _without_copies(likeness: np.ndarray) -> list[int]:
    kept: list[int] = []
    for place in range(len(likeness)):
        if not any(likeness[place, earlier] >= SAME for earlier in kept):
            kept.append(place)
    return kept


def _groups(likeness: np.ndarray, scopes: Sequence[str]) -> list[list[int]]:
    """Each item joins the group of the earlier item of its scope that it is most like, if it is like one at all."""
    groups: list[list[int]] = []
    home: dict[int, list[int]] = {}
    for place in range(len(likeness)):
        before = [one for one in range(place) if scopes[one] == scopes[place]]
        nearest = max(before, key=lambda one: likeness[place, one], default=None)
        if nearest is not None and likeness[place, nearest] >= RELATED:
            home[place] = home[nearest]
            home[place].append(place)
        else:
            home[place] = [place]
            groups.append(home[place])
    return groups


def _count_copies(
    told: list[Story], copies: int, ordered: Sequence[Item], likeness: np.ndarray, kept: list[int]
) -> list[Story]:
    if not copies:
        return told
    counts = dict.fromkeys(kept, 0)
    for place in range(len(ordered)):
        if place not in counts:
            counts[max(kept, key=lambda one: likeness[place, one])] += 1
    of_item = {id(ordered[place]): number for place, number in counts.items()}
    return [Story(story.items, sum(of_item[id(item)] for item in story.items)) for story in told]
