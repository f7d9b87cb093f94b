"""What a story means for prices: read by a model, or by a list of words where there is none or it does not answer."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from bots.adapters.llm import Failure, Message
from worlds.crypto.news.items import MACRO
from worlds.crypto.news.stories import Story
from worlds.models import Line, fill

PROMPTS = Path(__file__).resolve().parent / "prompts"
LONGEST = 600  # characters of a text that a model reads
HALF_LIFE = timedelta(hours=12)
_WORDS = tomllib.loads((Path(__file__).resolve().parent / "words.toml").read_text("utf-8"))
GOOD, BAD, NOT = (frozenset(_WORDS[name]) for name in ("good", "bad", "not"))


class Reading(BaseModel):
    """What a model answers: `sentiment` from -1 (prices fall) to 1 (they rise), `importance` from 0 to 1."""

    reason: str = ""
    sentiment: float = Field(ge=-1, le=1)
    importance: float = Field(ge=0, le=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A story and its meaning. `by`: "model" or "words"; `cost`: dollars that reading it took."""

    story: Story
    sentiment: float
    importance: float
    by: str
    cost: float = 0.0

    @property
    def seen(self) -> datetime:
        return self.story.items[0].seen


def read(story: Story, line: Line | None = None) -> Read:
    """The meaning of a story. Raises ModelLost when the model is gone for good."""
    return _by_model(story, line) if line else by_words(story)


def _by_model(story: Story, line: Line) -> Read:
    key = f"news {story.items[0].seen.isoformat()} {story.items[0].url}"
    answer = line.ask(Reading, question(story), key=key, facts=facts(story))
    if isinstance(answer, Failure):
        # the failure itself is on the line's record, and may have been paid for
        return replace(by_words(story), cost=answer.cost_usd or 0.0)
    value, cost = answer.value, answer.reply.cost_usd or 0.0
    return Read(story=story, sentiment=value.sentiment, importance=value.importance, by="model", cost=cost)


def facts(story: Story) -> dict[str, Any]:
    """All that a reader is told."""
    head = story.head
    return {
        "asked": "news",
        "title": head.title,
        "text": head.text[:LONGEST],
        "house": head.house,
        "scope": story.scope,
        "houses": len({item.house for item in story.items}),
    }


def question(story: Story) -> tuple[Message, ...]:
    told = facts(story)
    about = "the market as a whole" if told["scope"] == MACRO else told["scope"]
    user = fill(PROMPTS / "news.txt", **{**told, "about": about})
    return Message("system", fill(PROMPTS / "news_system.txt")), Message("user", user)


def by_words(story: Story) -> Read:
    meant = heuristic(facts(story))
    return Read(story=story, sentiment=meant["sentiment"], importance=meant["importance"], by="words")


def heuristic(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """Words of a good or a bad turn, those after a negation turned round; more houses, more weight."""
    words = re.findall(r"[a-z-]+", f"{told['title']} {told['text']}".lower())
    score = 0
    for place, word in enumerate(words):
        sign = (word in GOOD) - (word in BAD)
        score += -sign if place and words[place - 1] in NOT else sign
    found = sum(word in GOOD or word in BAD for word in words)
    sentiment = score / found if found else 0.0
    importance = min(1.0, 0.2 * found + 0.1 * (told["houses"] - 1))
    return {"reason": f"{found} words of a turn", "sentiment": sentiment, "importance": importance}


def mood(read_so_far: Sequence[Read], symbol: str, at: datetime) -> float:
    """Of one coin at a time, from -1 to 1: stories that were seen by then, weighed by importance, credibility and age
    (half in twelve hours). Nothing seen later counts."""
    weighed = [(_weight(one, at), one.sentiment) for one in read_so_far if _concerns(one, symbol) and one.seen <= at]
    total = sum(weight for weight, _ in weighed)
    # one faint story is not the mood of a market
    return sum(weight * sentiment for weight, sentiment in weighed) / max(total, 1.0)


def _weight(one: Read, at: datetime) -> float:
    age: float = (at - one.seen) / HALF_LIFE
    return one.importance * one.story.head.credibility * math.exp2(-age)


def _concerns(one: Read, symbol: str) -> bool:
    return one.story.scope in (symbol, MACRO)
