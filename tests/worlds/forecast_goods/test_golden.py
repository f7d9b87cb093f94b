"""A short economy to the cent: whoever changes the rules sees here what else moves."""

from __future__ import annotations

from tests.worlds.forecast_goods.builders import ANALYST, PRINCIPAL, TRADER, offering, small
from worlds.forecast_goods import begin, step
from worlds.forecast_goods.actions import Actions, Issue


def test_three_rounds_of_one_team() -> None:
    config = small(
        market={"matching": "call", "cost_low": 500, "cost_high": 500, "royalty": 0.25},
        budgets={"every": 3, "mode": "soft", "peers": "all"},
    )
    state, told = begin(config, 7), []
    for number in range(3):
        given = {ANALYST: Actions(research={"alpha": 100}, predictions=(Issue("alpha", 3, 0.7),))}
        given[TRADER] = offering(next(iter(state.goods)), 2000, 10) if number else Actions()
        done = step(state, config, given)
        told.append((len(done.trades), [one.price for one in done.trades[:1]], done.budgets))
    assert told == [(0, [], {}), (10, [GOLDEN_PRICE], {}), (10, [GOLDEN_PRICE], GOLDEN_BUDGETS)]
    assert {name: agent.cash for name, agent in state.agents.items()} == GOLDEN_CASH
    assert state.money() == 200_000
    assert state.agents[ANALYST].scored == 1


# halfway between 33.76 and 36.25, at which the demand curve wants ten units
GOLDEN_PRICE = 3500
# half of what there is, by softmax of z = -1 and 1 of their gains
GOLDEN_BUDGETS = {ANALYST: 2477, TRADER: 5523}
# 20 units gain 30.00 each, a quarter of it for who made the forecasts; three times 1.00 for research
GOLDEN_CASH = {ANALYST: 100_000 + 15_000 - 300, PRINCIPAL: 0, TRADER: 100_000 + 45_000}
