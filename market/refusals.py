"""Why an action was refused: one code a reason, its sentence in each language under `refusal`."""

from __future__ import annotations

from collections.abc import Mapping

from market.language import say, texts_of

# a code may have two sentences, one a side
REFUSALS: tuple[str, ...] = tuple(dict.fromkeys(key.split(".")[1] for key in texts_of("en", "refusal")))


def refusal_text(code: str, facts: Mapping[str, object], language: str = "en") -> str:
    """The sentence of a code, filled with its facts. Raises KeyError for an unknown code: a bug."""
    return say(language, f"refusal.{code}", **facts)
