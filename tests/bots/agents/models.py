"""Scripted models and the traders that ask them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from bots.adapters.llm import Keys, Models, Request, Scripted, Timing, Transcript
from bots.adapters.llm.scripted import Script
from bots.agents.language_model import LanguageModelConfig, LanguageModelTrader
from bots.agents.trader import Decision, Trader, tell
from market.exchange import Exchange
from market.orders import Receipt
from tests.bots.agents.scenes import seen
from tests.headless import Maker

HOLD: dict[str, Any] = {"reasoning": "I wait", "actions": [], "intent": None}
BLOCK = re.compile(r'<data name="([a-z ]+)">(.*)</data>')


def models(script: Script, folder: Path | None = None) -> Models:
    """One model named "scripted", asked again without a pause; with a folder its calls are recorded there."""
    transcript = Transcript(folder / "llm_calls.jsonl") if folder else None
    return Models(
        local={"scripted": Scripted(script)},
        keys=Keys({}),
        transcript=transcript,
        timing=Timing(sleep=lambda seconds: None),
    )


def trader(script: Script, *, seat: int = 1, **config: Any) -> LanguageModelTrader:
    return LanguageModelTrader(models=models(script), alias="scripted", seat=seat, config=LanguageModelConfig(**config))


class Asked(list[Request]):
    """A script that keeps what it was asked and says the same thing each time, or what a function makes of it."""

    def __init__(self, line: Any = HOLD) -> None:
        super().__init__()
        self.line = line

    def __call__(self, request: Request) -> Any:
        self.append(request)
        return self.line(request) if callable(self.line) else self.line

    @property
    def system(self) -> str:
        return self[-1].messages[0].content

    @property
    def prompt(self) -> str:
        return self[-1].messages[-1].content


def blocks(text: str) -> dict[str, Any]:
    """What stands between <data> and </data>, read back."""
    return {name: json.loads(content) for name, content in BLOCK.findall(text)}


def turn(exchange: Exchange, one: Trader, seconds: float = 1.0) -> tuple[Decision, tuple[Receipt, ...]]:
    """A turn of "me"."""
    decision = one.decide(seen(exchange, seconds))
    receipts = tuple(exchange.submit("me", action, seconds) for action in decision.actions)
    tell(one, decision, receipts)
    return decision, receipts


def seats(make: Callable[[int], Trader]) -> Maker:
    """For `play`: a trader by the number of its seat."""
    numbers = count(1)
    return lambda name, rng: make(next(numbers))


def crowd(script: Script, folder: Path | None = None, **config: Any) -> Maker:
    """For `play`: each seat a trader of its own, all of them asking the same scripted model."""
    asked, made = models(script, folder), LanguageModelConfig(**config)
    return seats(lambda seat: LanguageModelTrader(models=asked, alias="scripted", seat=seat, config=made))


def sensible(request: Request) -> dict[str, Any]:
    """A model that reads its prompt: takes what beats its estimate of what a share pays, else quotes its estimate."""
    system, prompt = request.messages[0].content, request.messages[-1].content
    rng = Random(request.key)
    period = number(r"Period (\d+) of", prompt)
    worth = number(rf"- Period {period}: ([\d,]+)", system) + rng.randint(-12, 12)
    ask, bid = number(r"Offers to sell.*: ([\d,]+) x", prompt), number(r"Bids to buy.*: ([\d,]+) x", prompt)
    shares = number(r"and (\d+) shares?", prompt)
    mine = [{"do": "cancel", "order": int(one)} for one in re.findall(r"(\d+): (?:buy|sell) \d+ of", prompt)][:4]
    if 0 < ask < worth:
        return {**orders(*mine, order("buy", ask)), "reasoning": "cheap"}
    if bid > worth and shares:
        return {**orders(*mine, order("sell", bid)), "reasoning": "dear"}
    side = rng.choice(("buy", "sell")) if shares else "buy"
    return {**orders(*mine, order(side, worth)), "reasoning": "a quote"}


def number(pattern: str, text: str) -> int:
    """The first group of a pattern as a number; 0 where the text has none."""
    match = re.search(pattern, text)
    return int(match.group(1).replace(",", "")) if match else 0


def order(side: str, price: float | None, quantity: int = 1) -> dict[str, Any]:
    return {"do": side, "price": price, "quantity": quantity, "order": None}


def orders(*actions: dict[str, Any]) -> dict[str, Any]:
    return {**HOLD, "actions": list(actions)}


def intends(**intent: Any) -> dict[str, Any]:
    return {**HOLD, "intent": {"urgency": "medium", **intent}}
