"""What a session will ask of its models, before it is played: calls, tokens and dollars, by the treatment and the real
prompt. Starts nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from bots.adapters.llm import Failure, Models, Usage, estimate_prompt, estimate_tokens
from bots.agents.language_model import REFLECTIONS, LanguageModelTrader
from bots.services.casting import Cast
from market.designs import deal_roles, draw_dividends
from market.events import ClosePeriod, OpenPeriod, Phase
from market.exchange import Exchange
from market.orders import PlaceOrder, Side
from market.treatments import Treatment
from market.view import MarketView, view_of

# Between two decisions a bot waits from 1 to 1.5 paces, and then for its model.
PACES, ANSWER_SECONDS = 1.25, 1.0
REPLY_TOKENS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What the seats of one model will take; `cost_usd` None where its price is unknown."""

    model: str
    id: str
    seats: int
    calls: int
    usage: Usage
    cost_usd: float | None


@dataclass(frozen=True, slots=True)
class Played:
    """What is played: a treatment, in so many markets, with so many seconds between two decisions of a bot."""

    treatment: Treatment
    markets: int
    pace: float


def estimate(cast: Cast, models: Models, seats: Sequence[int], played: Played) -> list[Estimate]:
    """An estimate for each model of these seats."""
    view = sample(played.treatment)
    by_name: dict[str, list[int]] = {}
    for seat in seats:
        if cast.part(seat).model:
            by_name.setdefault(cast.part(seat).name, []).append(seat)
    return [_of(name, own, cast, models, view, played) for name, own in sorted(by_name.items())]


def _of(name: str, seats: Sequence[int], cast: Cast, models: Models, view: MarketView, played: Played) -> Estimate:
    trader = cast.trader(seats[0], models, 0)
    assert isinstance(trader, LanguageModelTrader)
    a_market = calls_a_market(played.treatment, played.pace, trader.config.reflection)
    calls = len(seats) * played.markets * a_market
    asked = trader.question(view)
    prompt = estimate_prompt(asked.messages) + estimate_tokens(json.dumps(asked.schema))
    usage = Usage(calls * prompt, calls * REPLY_TOKENS, estimated=True)
    spec = models.spec(name)
    prices = None if isinstance(spec, Failure) else spec.prices
    id_ = name if isinstance(spec, Failure) else spec.id
    cost = prices.of(usage) if prices else None
    return Estimate(model=name, id=id_, seats=len(seats), calls=calls, usage=usage, cost_usd=cost)


def calls_a_market(treatment: Treatment, pace: float, reflection: str = "never") -> int:
    """Questions to one seat: as many as fit when there is always news, and the looks back."""
    turns = max(1, round(treatment.period_seconds / (PACES * pace + ANSWER_SECONDS)))
    phases = REFLECTIONS[reflection]
    looks = (treatment.periods if Phase.CLOSED in phases else 0) + (Phase.FINISHED in phases)
    return treatment.periods * turns + looks


def sample(treatment: Treatment) -> MarketView:
    """What a trader sees in the middle of such a market, with a few orders in the book."""
    rng = Random(0)
    seats = len(treatment.roles) if treatment.fixed_seats else max(6, len(treatment.roles))
    roles = deal_roles(treatment, ["model"] * seats, rng)
    exchange = Exchange(treatment, {f"T{number}": role for number, role in enumerate(roles, 1)})
    exchange.operate(OpenPeriod())
    for dividend in draw_dividends(treatment, rng)[: treatment.periods // 2]:
        exchange.operate(ClosePeriod(dividend), treatment.period_seconds)
        exchange.operate(OpenPeriod())
    price = _middle(treatment)
    for number in range(1, seats + 1):
        exchange.submit(f"T{number}", PlaceOrder(Side.BUY, max(treatment.price_min, price - number)), 1.0)
        exchange.submit(f"T{number}", PlaceOrder(Side.SELL, min(treatment.price_max, price + number)), 1.0)
    return view_of(exchange, "T1", treatment.period_seconds / 2)


def _middle(treatment: Treatment) -> int:
    worth = treatment.fundamental(max(1, treatment.periods // 2))
    values = [*(value for role in treatment.roles for value in (*role.values, *role.costs))]
    return round(worth) if worth is not None else sum(values) // len(values)
