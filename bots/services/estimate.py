"""What a session will ask of its models, before it is played: calls, tokens and dollars, by the treatment and the real
prompt. Starts nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from bots.adapters.llm import Failure, Models, Usage, estimate_prompt, estimate_tokens
from bots.agents.language_model import REFLECTIONS, LanguageModelTrader
from bots.services.casting import Cast
from market.designs import deal_roles
from market.events import Phase
from market.exchange import Exchange
from market.forecasts import targets
from market.information import draw_periods
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
    """What is played: the treatments of a seat's markets, with so many seconds between two decisions of a bot."""

    treatments: Sequence[Treatment]
    pace: float


def estimate(cast: Cast, models: Models, seats: Sequence[int], played: Played) -> list[Estimate]:
    """An estimate for each model of these seats."""
    by_name: dict[str, list[int]] = {}
    for seat in seats:
        if cast.part(seat).model:
            by_name.setdefault(cast.part(seat).name, []).append(seat)
    return [_of(name, own, cast, models, played) for name, own in sorted(by_name.items())]


def _of(name: str, seats: Sequence[int], cast: Cast, models: Models, played: Played) -> Estimate:
    trader = cast.trader(seats[0], models, 0)
    assert isinstance(trader, LanguageModelTrader)
    markets = [_market(trader, one, played.pace) for one in played.treatments]
    calls = len(seats) * sum(number for number, _ in markets)
    prompts = len(seats) * sum(number * prompt for number, prompt in markets)
    usage = Usage(prompts, calls * REPLY_TOKENS, estimated=True)
    spec = models.spec(name)
    prices = None if isinstance(spec, Failure) else spec.prices
    id_ = name if isinstance(spec, Failure) else spec.id
    cost = prices.of(usage) if prices else None
    return Estimate(model=name, id=id_, seats=len(seats), calls=calls, usage=usage, cost_usd=cost)


def _market(trader: LanguageModelTrader, treatment: Treatment, pace: float) -> tuple[int, int]:
    """Questions to one seat in one market, and the tokens of one of them."""
    asked = trader.question(sample(treatment))
    prompt = estimate_prompt(asked.messages) + estimate_tokens(json.dumps(asked.schema))
    return calls_a_market(treatment, pace, trader.config.reflection), prompt


def calls_a_market(treatment: Treatment, pace: float, reflection: str = "never") -> int:
    """Questions to one seat: as many as fit when there is always news, in a call market one a period, for its
    forecasts, and the looks back."""
    often = max(1, round(treatment.period_seconds / (PACES * pace + ANSWER_SECONDS)))
    turns = 1 if treatment.institution == "call" else often
    asked = sum(bool(targets(treatment, period)) for period in range(1, treatment.periods + 1))
    phases = REFLECTIONS[reflection]
    looks = (treatment.periods if Phase.CLOSED in phases else 0) + (Phase.FINISHED in phases)
    return treatment.periods * turns + asked + looks


def sample(treatment: Treatment) -> MarketView:
    """What a trader sees in the middle of such a market, with a few orders in the book."""
    rng = Random(0)
    seats = len(treatment.roles) if treatment.fixed_seats else max(6, len(treatment.roles))
    roles = deal_roles(treatment, ["model"] * seats, rng)
    exchange = Exchange(treatment, {f"T{number}": role for number, role in enumerate(roles, 1)})
    draws = draw_periods(treatment, dict.fromkeys(exchange.accounts, "model"), rng)
    exchange.operate(draws[0].opening)
    for before, draw in pairwise(draws[: treatment.periods // 2 + 1]):
        exchange.operate(before.closing, treatment.period_seconds)
        exchange.operate(draw.opening)
    price = _middle(treatment)
    for number in range(1, seats + 1):
        exchange.submit(f"T{number}", PlaceOrder(Side.BUY, max(treatment.price_min, price - number)), 1.0)
        exchange.submit(f"T{number}", PlaceOrder(Side.SELL, min(treatment.price_max, price + number)), 1.0)
    return view_of(exchange, "T1", treatment.period_seconds / 2)


def _middle(treatment: Treatment) -> int:
    worth = treatment.fundamental(max(1, treatment.periods // 2))
    values = [*(value for role in treatment.roles for value in (*role.values, *role.costs))]
    return round(worth) if worth is not None else sum(values) // len(values)
