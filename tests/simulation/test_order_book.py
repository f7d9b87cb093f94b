"""Order-book markets: repeatable, complete, and moved by those who trade in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from statistics import correlation
from typing import Any

import pytest

from bots.adapters.llm import Heuristic, Keys, Models, Request, Scripted
from market.orders import Side
from simulation.flow import FlowConfig
from simulation.intents import heuristic
from simulation.order_book import MarketSettings, Simulated, simulate
from simulation.rosters import SCENARIOS, Entry
from simulation.tables import rows
from simulation.values import Jumps, Regimes, ValueProcess

SMALL = SCENARIOS["small"]
MOVING = ValueProcess(regimes=Regimes(), jumps=Jumps())


def played(script: Any = None, **changes: Any) -> Simulated:
    asked = Scripted(script) if script else Heuristic(heuristic)
    models = Models(keys=Keys({}), local={"heuristic": asked})
    settings = MarketSettings(roster=SMALL, steps=150, seed=3, value=MOVING)
    return simulate(replace(settings, **changes), models)


def test_the_same_seed_gives_the_same_hash_and_another_seed_another() -> None:
    assert played().hash == played().hash != played(seed=4).hash


@pytest.mark.parametrize("flow", [None, FlowConfig()])
def test_cash_and_shares_are_neither_made_nor_lost(flow: FlowConfig | None) -> None:
    accounts = played(flow=flow).exchange.accounts.values()
    for name in ("cash", "shares"):
        assert sum(getattr(one, name) for one in accounts) == sum(getattr(one, f"endowed_{name}") for one in accounts)


def test_every_kind_trades_and_quotes_stand_nearly_always() -> None:
    done = played(steps=400)
    traded = Counter(done.kinds[who] for trade in done.exchange.trades for who in (trade.buyer, trade.seller))
    assert traded.keys() == {entry.type for entry in SMALL}
    quoted = [tick for tick in done.ticks if tick.bid and tick.ask]
    assert len(quoted) > 0.9 * len(done.ticks)
    assert all(tick.bid < tick.ask for tick in quoted if tick.bid and tick.ask)


def test_prices_follow_the_fundamental_value() -> None:
    done = played(steps=600, value=MOVING)
    late = [tick for tick in done.ticks[100:] if tick.bid and tick.ask]
    gaps = [abs((tick.bid + tick.ask) / 2 / tick.fundamental - 1) for tick in late if tick.bid and tick.ask]
    assert sum(gaps) / len(gaps) < 0.01
    values, mids = zip(*((tick.fundamental, (tick.bid or 0) + (tick.ask or 0)) for tick in late), strict=True)
    assert correlation(values, mids) > 0.9


def test_each_agent_has_a_random_stream_of_its_own() -> None:
    """Another agent in the market changes what the others see, not what they draw: their first actions are the same."""
    noise = (Entry("noise", 3, {"rest": 0.0, "cancel": 0.0, "take": 0.0}),)
    alone = played(roster=noise, steps=1)
    beside = played(roster=(*noise, Entry("momentum", 1)), steps=1)

    def first(done: Simulated) -> set[tuple[object, ...]]:
        placed = [row for row in rows(done)["events"] if row[2] == "place"]
        return {(row[3], row[6]) for row in placed}

    assert first(alone) == first(beside)
    assert len(first(alone)) == 3


def test_the_order_in_which_agents_act_is_drawn_anew_each_tick() -> None:
    done = played(roster=(Entry("zero_intelligence", 6),), steps=30)
    first: dict[object, object] = {}
    for row in rows(done)["events"]:
        if row[2] in ("place", "replace"):
            first.setdefault(row[1], row[3])
    assert len(set(first.values())) == 6


def test_orders_from_outside_come_and_go() -> None:
    done = played(roster=(Entry("noise", 2),), flow=FlowConfig(), steps=300)
    events = Counter((row[2], row[4]) for row in rows(done)["events"])
    assert events["place", "flow"] == pytest.approx(300 * 1.3, rel=0.2)
    assert events["cancel", "flow"] > 20
    assert events["trade", "flow"] > 20


def asks_for(target: int, **more: Any) -> Any:
    def script(request: Request) -> Mapping[str, Any]:
        return {"target": target, "urgency": "high", "horizon": 20, "note": "so be it", **more}

    return script


def holdings(done: Simulated) -> dict[int, int]:
    return {held.seconds: held.shares for held in done.held if held.trader.startswith("language_model")}


def test_a_model_is_asked_at_intervals_and_gets_what_it_wants_in_slices() -> None:
    done = played(asks_for(1010), steps=40, interval=20)
    assert done.asked == {"valid": 2}
    held = holdings(done)
    assert held[1] < 1010 <= held[25]
    assert len({held[tick] for tick in range(1, 21)}) >= 4


def test_at_once_is_faster_than_in_slices() -> None:
    sliced, at_once = (holdings(played(asks_for(1010), steps=20, execution=how)) for how in ("twap", "immediate"))
    assert at_once[3] > sliced[3]


def test_a_spread_that_is_too_wide_makes_it_wait_at_the_best_of_its_side() -> None:
    done = played(asks_for(1010, max_spread=0.01), steps=20)
    taken = [trade for trade in done.exchange.trades if trade.buyer.startswith("language_model")]
    assert all(trade.aggressor is Side.SELL for trade in taken)


def test_a_model_that_says_nonsense_holds_and_is_counted() -> None:
    done = played(lambda request: "buy everything!", steps=40)
    assert done.asked == {"failed": 2}
    assert set(holdings(done).values()) == {1000}


def test_a_target_beyond_what_is_allowed_is_put_right_by_asking_again() -> None:
    def script(request: Request) -> Mapping[str, Any]:
        return {"target": 1005 if "target: it goes from 970 to 1030" in request.messages[-1].content else 5000}

    assert played(script, steps=20).asked == {"repaired": 1}
