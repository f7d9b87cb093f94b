"""The fast venue of simulations does what the lab's exchange does, command by command and run by run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bots.adapters.llm import Heuristic, Keys, Models
from market.events import Cancelled
from market.orders import Action, CancelOrder, PlaceOrder, ReplaceOrder, Side, SubmitSheet, Trade
from market.treatments import Role
from simulation.flow import TRADERS, FlowConfig
from simulation.intents import heuristic
from simulation.order_book import AGENT, OUTSIDE, MarketSettings, Simulated, design, simulate
from simulation.rosters import SCENARIOS
from simulation.tables import rows
from simulation.values import Jumps, Regimes, ValueProcess
from simulation.venue import CANCEL, COMMANDS, PLACE, Row
from tests.simulation.twins import RULES, Twins, busy

POOR = Role(name="poor", cash=700, shares=4)
SETTINGS = MarketSettings(
    roster=SCENARIOS["small"],
    steps=250,
    seed=11,
    value=ValueProcess(regimes=Regimes(), jumps=Jumps()),
    flow=FlowConfig(),
)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("role", [RULES.roles[0], POOR], ids=["rich", "poor"])
def test_it_accepts_refuses_trades_and_settles_as_the_exchange_does(seed: int, role: Role) -> None:
    twins = busy(seed, role=role, rules=replace(RULES, open_orders=6))
    twins.check()
    twins.close(99)
    twins.check()
    assert len(twins.venue.trades) > 20


def test_a_price_beyond_the_limits_is_refused_by_both() -> None:
    twins = Twins()
    assert not twins.submit("a", PlaceOrder(Side.SELL, 1001), 1)
    assert twins.submit("a", PlaceOrder(Side.SELL, 1000), 1)
    assert not twins.submit("a", ReplaceOrder(1, 1001, 1), 1)
    twins.check()


def test_what_is_no_action_of_an_order_book_is_a_bug() -> None:
    venue = Twins().venue
    with pytest.raises(TypeError, match="no action of an order-book market"):
        venue.submit(venue.accounts["a"], SubmitSheet())


@pytest.fixture(scope="module")
def done() -> Simulated:
    return simulate(SETTINGS, Models(keys=Keys({}), local={"heuristic": Heuristic(heuristic)}))


def commands(log: list[Row]) -> Iterator[tuple[int, str, Action]]:
    for what, tick, who, order, side, price, quantity, *rest in log:
        if what == PLACE:
            yield tick, who, PlaceOrder(side, price, quantity)
        elif what in COMMANDS:
            yield tick, who, CancelOrder(order) if what == CANCEL else ReplaceOrder(rest[0], price, quantity)


@pytest.fixture(scope="module")
def replayed(done: Simulated) -> Twins:
    """The commands that were carried out, given to both."""
    roles = dict.fromkeys(done.kinds, AGENT) | dict.fromkeys(TRADERS.values(), OUTSIDE)
    twins = Twins(design(SETTINGS), roles)
    for tick, who, action in commands(done.exchange.log):
        assert twins.submit(who, action, tick)
    twins.close(SETTINGS.steps)
    return twins


def test_a_whole_run_given_to_the_exchange_ends_in_the_same_trades_and_accounts(
    done: Simulated, replayed: Twins
) -> None:
    twins = replayed
    twins.check()
    assert twins.venue.log == done.exchange.log
    assert twins.venue.state_hash() == done.exchange.state_hash()
    assert done.exchange.trades == list(twins.exchange.trades)


def test_the_events_table_says_what_the_exchange_would_have_recorded(done: Simulated, replayed: Twins) -> None:
    expected: list[tuple[object, ...]] = []
    for event in replayed.exchange.events:
        for one in event.outcomes:
            if isinstance(one, Trade):
                expected.append((event.seq, "trade", one.price, one.quantity, one.bid_id, one.ask_id, None))
            elif isinstance(one, Cancelled) and one.reason not in ("cancel", "replace"):
                expected.append((event.seq, "dropped", one.price, one.quantity, None, None, one.reason))
    made = [(row[0], row[2], *row[7:9], *row[11:]) for row in rows(done)["events"] if row[2] in ("trade", "dropped")]
    assert made == expected


def test_events_are_numbered_as_the_exchange_numbers_them(done: Simulated) -> None:
    numbers = [int(str(row[0])) for row in rows(done)["events"]]
    assert numbers == sorted(numbers)
    asked = [row[0] for row in rows(done)["events"] if row[2] in COMMANDS]
    assert asked == list(range(2, done.exchange.events + 1))
    assert done.ticks[-1].seq == done.exchange.events
    lapsed = {row[0] for row in rows(done)["events"] if row[-1] == "period_end"}
    assert lapsed == {done.exchange.events + 1}
