"""A view made on demand shows a trader by rule what the full view shows, and so leads to the same decisions."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from bots.agents.estimates import share_value
from bots.agents.trading_agents import TRADERS, make_trader
from market.events import OpenPeriod
from market.exchange import Exchange
from market.facts import facts_of
from market.orders import CancelOrder, PlaceOrder, Side
from market.treatments import Role, Treatment
from market.view import MarketView, view_of
from simulation.live_view import Clock, LiveView

NAMES = ("a", "b", "c", "d")
ROLE = Role(name="trader", cash=100_000, shares=50)
RULES = Treatment(name="m", title="M", periods=1, period_seconds=100, roles=(ROLE,), price_max=1000, buyback=100)
VALUE = 100.0


def busy(seed: int, commands: int = 300) -> Exchange:
    """A market in which much has happened."""
    exchange, rng = Exchange(RULES, dict.fromkeys(NAMES, ROLE)), Random(seed)
    exchange.operate(OpenPeriod())
    for number in range(commands):
        who = rng.choice(NAMES)
        own = list(exchange.ledger.open_orders[who])
        if own and rng.random() < 0.3:
            exchange.submit(who, CancelOrder(rng.choice(own)), number / 10)
        else:
            side = rng.choice(list(Side))
            exchange.submit(who, PlaceOrder(side, round(rng.gauss(100, 6)), rng.randint(1, 4)), number / 10)
    return exchange


def both(exchange: Exchange, trader: str, seconds: float = 40.0) -> tuple[MarketView, LiveView]:
    full = view_of(exchange, trader, seconds)
    facts = replace(facts_of(RULES, len(NAMES)), fundamental=(VALUE,))
    live = LiveView(exchange, trader, Clock(seconds, [VALUE]), facts, ROLE)
    return replace(full, facts=facts), live


@pytest.mark.parametrize("seed", range(5))
def test_it_shows_the_same_market(seed: int) -> None:
    exchange = busy(seed)
    for trader in NAMES:
        full, live = both(exchange, trader)
        assert tuple(live.bids) == full.bids
        assert tuple(live.asks) == full.asks
        assert tuple(live.trades) == full.trades
        names = ("id", "side", "price", "quantity", "size")
        assert [tuple(getattr(one, name) for name in names) for one in live.orders] == list(map(tuple, full.orders))
        for name in ("seq", "phase", "period", "seconds", "seconds_left", "quote", "last_price", "fundamental"):
            assert getattr(live, name) == getattr(full, name), name
        for name in ("cash", "cash_free", "shares", "shares_free", "values_left", "costs_left"):
            assert getattr(live.holdings, name) == getattr(full.holdings, name), name


def test_levels_can_be_counted_and_picked() -> None:
    full, live = both(busy(3), "a")
    assert len(live.bids) == len(full.bids)
    assert live.asks[1] == full.asks[1]
    assert bool(live.bids)
    with pytest.raises(IndexError):
        live.bids[99]


@pytest.mark.parametrize("name", TRADERS)
def test_every_trader_by_rule_decides_the_same_on_it(name: str) -> None:
    for seed in range(3):
        exchange = busy(seed)
        for trader in NAMES:
            full, live = both(exchange, trader)
            one, other = (make_trader(name, Random(seed)) for _ in range(2))
            assert one.decide(full) == other.decide(live.as_view())


def test_who_is_not_told_the_value_sees_only_that_of_the_opening() -> None:
    exchange = busy(1)
    facts = replace(facts_of(RULES, len(NAMES)), fundamental=(VALUE,))
    clock = Clock(40.0, [VALUE])
    told, untold = (LiveView(exchange, "a", clock, own, ROLE) for own in (clock.informed(facts), facts))
    clock.told[0] = 123.0
    assert (told.fundamental, untold.fundamental) == (123.0, VALUE)
    assert (share_value(told.as_view()), share_value(untold.as_view())) == (123.0, VALUE)
