"""Buyers that ask a model: worded impressions of the sellers, and the two questions of each who thinks again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from bots.adapters.llm import Failure, Message
from worlds.models import Line, fill
from worlds.nonequilibrium.draws import Floats, Ints
from worlds.nonequilibrium.market import NONE, Market

PROMPTS = Path(__file__).resolve().parent / "prompts"
Word = Literal["terrible", "bad", "neutral", "good", "excellent"]
WORDS: tuple[Word, ...] = get_args(Word)
CUTS = (-1.5, -0.5, 0.5, 1.5)  # standard deviations from the mean

Words = NDArray[np.int64]


class Impression(BaseModel):
    """What a model answers to the first question."""

    reason: str = ""
    impression: Word


class Choice(BaseModel):
    """What it answers to the second; `seller` from 1, 0 for none."""

    reason: str = ""
    seller: int


class Thought(NamedTuple):
    """What came of a buyer's questions; None where there was none, or no usable answer."""

    impression: int | None
    choice: int | None


def first_impressions(utilities: Floats, mu: float, sigma: float) -> Words:
    """Places in WORDS, of the shape of `utilities`: cut half a and one and a half standard deviations from the mean."""
    return np.digitize(utilities, [mu + cut * sigma for cut in CUTS])


class ModelBuyers:
    """`who`: indices of the buyers that a model plays, rising; `words` (len(who), M): their impressions.

    All others follow the market's rule, and sellers go on to price as if everybody did. Who does not update is not
    asked. A question without a usable answer leaves everything as it was.
    """

    def __init__(self, line: Line, who: Ints, words: Words) -> None:
        self._line, self.who, self.words = line, who, words

    def choose(self, step: int, market: Market, buyers: Ints) -> Ints:
        choices = market.best_replies(buyers)
        ours = np.flatnonzero(np.isin(buyers, self.who))
        asked = [int(buyer) for buyer in buyers[ours]]
        thoughts = self._ask_all(step, market, asked)
        # a buyer's answers stay with the buyer: nothing depends on how many others answered
        for place, buyer, thought in zip(ours, asked, thoughts, strict=True):
            current = int(market.choices[buyer])
            choices[place] = current if thought.choice is None else thought.choice
            if thought.impression is not None:
                self.words[np.searchsorted(self.who, buyer), current] = thought.impression
        return choices

    def _ask_all(self, step: int, market: Market, buyers: Sequence[int]) -> list[Thought]:
        pool = ThreadPoolExecutor(self._line.asked.concurrency)
        try:
            return list(pool.map(lambda buyer: self._ask(step, market, buyer), buyers))
        finally:
            # who still waits is not asked when a model is gone
            pool.shutdown(cancel_futures=True)

    def _ask(self, step: int, market: Market, buyer: int) -> Thought:
        words = self.words[np.searchsorted(self.who, buyer)].copy()
        current = int(market.choices[buyer])
        key = f"step-{step}/buyer-{buyer + 1}"
        impression = None if current == NONE else self._impression(key, facts(market, words, current))
        if impression is not None:
            words[current] = impression
        told = facts(market, words, current)
        answer = self._line.ask(
            Choice, choice_question(told), key=f"{key}/choice", facts=told, objection=_objection(market.sellers)
        )
        return Thought(impression, None if isinstance(answer, Failure) else answer.value.seller - 1)

    def _impression(self, key: str, told: Mapping[str, Any]) -> int | None:
        told = {**told, "asked": "impression"}
        answer = self._line.ask(Impression, impression_question(told), key=f"{key}/impression", facts=told)
        return None if isinstance(answer, Failure) else WORDS.index(answer.value.impression)


def _objection(sellers: int) -> Callable[[Choice], str]:
    def wrong(choice: Choice) -> str:
        return "" if 0 <= choice.seller <= sellers else f"seller: a number from 0 (none) to {sellers}"

    return wrong


def facts(market: Market, words: Words, current: int) -> dict[str, Any]:
    """All that a buyer is told; sellers are numbered from 1, 0 is none."""
    sellers = [
        (one + 1, WORDS[words[one]], round(float(market.prices[one]), 4), round(float(market.shares[one]), 4))
        for one in range(market.sellers)
    ]
    return {"asked": "choice", "current": current + 1, "sellers": sellers}


def impression_question(told: Mapping[str, Any]) -> tuple[Message, ...]:
    number, word, price, share = told["sellers"][told["current"] - 1]
    own = {"seller": number, "impression": word, "price": f"{price:.4f}", "share": f"{share:.1%}"}
    return _messages("buyer_impression", told, **own)


def choice_question(told: Mapping[str, Any]) -> tuple[Message, ...]:
    current = f"You buy from seller {told['current']} at present." if told["current"] else "You buy nothing at present."
    return _messages("buyer_choice", told, current=current)


def _messages(name: str, told: Mapping[str, Any], **more: object) -> tuple[Message, ...]:
    lines = "\n".join(
        f"- seller {number}: your impression is {word}; price {price:.4f}; {share:.1%} of all buyers buy there"
        for number, word, price, share in told["sellers"]
    )
    user = fill(PROMPTS / f"{name}.txt", sellers=lines, **more)
    return Message("system", fill(PROMPTS / "buyer_system.txt")), Message("user", user)


# The rule that stands in for a model

WORTH = {"terrible": -1.5, "bad": -0.5, "neutral": 0.5, "good": 1.5, "excellent": 2.5}
CROWD = 3.0  # what a whole market's custom is worth to the rule, in units of money
DEAR, CHEAP = 1.25, 0.8  # prices over the mean of all


def heuristic(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """Weighs impression, price and popularity; an impression goes down a step where the price is far above the mean and
    up a step where it is far below."""
    return _new_impression(told) if told["asked"] == "impression" else _new_choice(told)


def _new_impression(told: Mapping[str, Any]) -> Mapping[str, Any]:
    _, word, price, _ = told["sellers"][told["current"] - 1]
    mean = sum(one[2] for one in told["sellers"]) / len(told["sellers"])
    step = (price < CHEAP * mean) - (price > DEAR * mean)
    place = min(max(WORDS.index(word) + step, 0), len(WORDS) - 1)
    return {"reason": f"its price is {price:.2f}, the mean {mean:.2f}", "impression": WORDS[place]}


def _new_choice(told: Mapping[str, Any]) -> Mapping[str, Any]:
    worth = {number: WORTH[word] + CROWD * share - price for number, word, price, share in told["sellers"]}
    best = max(worth, key=lambda number: worth[number])
    if worth[best] <= 0:
        return {"reason": "no offer is worth its price", "seller": 0}
    # of equally good ones the present one
    best = told["current"] if worth.get(told["current"]) == worth[best] else best
    return {"reason": f"it leaves the most, {worth[best]:.2f}", "seller": best}
