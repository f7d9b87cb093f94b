"""Sellers that ask a model for their price: what it is told, what it answers, and the rule that stands in for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, Field

from bots.adapters.llm import Failure, Message
from worlds.models import Line, fill
from worlds.nonequilibrium.draws import Floats
from worlds.nonequilibrium.market import Market

PROMPTS = Path(__file__).resolve().parent / "prompts"
BINS = 20
DIGITS = 4
FINE = 10  # prices that the rule tries in each bin


class Price(BaseModel):
    """What a model answers."""

    reason: str = ""
    final_price: Annotated[float, Field(allow_inf_nan=False)]


class ModelSellers:
    """The seller whose turn it is asks; without an answer its old price stays."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def price(self, step: int, market: Market, seller: int) -> float:
        premiums = market.weigh(seller)
        told = facts(market, seller, premiums)
        answer = self._line.ask(Price, question(told), key=f"step-{step}/seller-{seller + 1}", facts=told)
        if isinstance(answer, Failure):
            return float(market.prices[seller])
        return max(0.0, answer.value.final_price)


def facts(market: Market, seller: int, premiums: Floats) -> dict[str, Any]:
    """All that a seller is told, in the digits in which it is told; sellers are numbered from 1."""
    counts, edges = np.histogram(premiums, BINS)
    low, q1, median, q3, high = np.quantile(premiums, (0, 0.25, 0.5, 0.75, 1))
    spread = {"mean": premiums.mean(), "sd": premiums.std(), "min": low, "q1": q1, "median": median}
    spread |= {"q3": q3, "max": high}
    others = [other for other in range(market.sellers) if other != seller]
    return {
        "seller": seller + 1,
        "buyers": market.buyers,
        "price": _short(market.prices[seller]),
        "share": _short(market.shares[seller]),
        "premium": {name: _short(value) for name, value in spread.items()},
        "edges": [_short(edge) for edge in edges],
        "counts": counts.tolist(),
        "rivals": [(one + 1, _short(market.prices[one]), _short(market.shares[one])) for one in others],
    }


def _short(value: float) -> float:
    # no -0.0, which would read oddly
    return round(float(value), DIGITS) + 0.0


def question(told: Mapping[str, Any]) -> tuple[Message, ...]:
    """The prompt that says `facts`, and nothing else of the market."""
    premium = {f"premium_{name}": f"{value:.{DIGITS}f}" for name, value in told["premium"].items()}
    turn = fill(
        PROMPTS / "seller_turn.txt",
        seller=told["seller"],
        buyers=told["buyers"],
        price=f"{told['price']:.{DIGITS}f}",
        share=f"{told['share']:.2%}",
        histogram=_histogram(told["edges"], told["counts"]),
        rivals="\n".join(f"- seller {one}: price {p:.{DIGITS}f}, share {q:.2%}" for one, p, q in told["rivals"]),
        **premium,
    )
    return Message("system", fill(PROMPTS / "seller_system.txt")), Message("user", turn)


def _histogram(edges: Sequence[float], counts: Sequence[int]) -> str:
    bounds = zip(edges, edges[1:], counts, strict=False)
    return "\n".join(f"- {low:.{DIGITS}f} to {high:.{DIGITS}f}: {count}" for low, high, count in bounds)


def heuristic(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """The price that earns most by the histogram that the prompt shows, buyers spread evenly inside each bin."""
    edges, counts, price = np.array(told["edges"]), np.array(told["counts"]), told["price"]
    at_least = np.concatenate([np.cumsum(counts[::-1])[::-1], [0]])
    tried = np.linspace(edges[0], edges[-1], FINE * len(counts) + 1)
    profit = (price + tried) * np.interp(tried, edges, at_least)
    best = float(tried[profit.argmax()])
    reason = f"{profit.max():.1f} is the most that a price can earn by this distribution"
    return {"reason": reason, "final_price": max(0.0, price + best)}
