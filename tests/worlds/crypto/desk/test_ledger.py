"""Fills, funding, stops, liquidations: each as the exchange would do it, and no dollar that comes from nowhere."""

from __future__ import annotations

import numpy as np
import pytest

from tests.worlds.crypto.desk.builders import (
    FREE,
    bars_of,
    bars_of_chance,
    long_at_once,
    proposals_of_chance,
    traded,
)
from worlds.crypto.desk import engine
from worlds.crypto.desk.costs import Costs
from worlds.crypto.desk.engine import Result, trade
from worlds.crypto.desk.ledger import LIQUIDATED, STOP, TARGET
from worlds.crypto.desk.proposals import Lane
from worlds.crypto.desk.tape import Tape, tape
from worlds.crypto.desk.verdicts import CHECKS

FLAT = (100.0, 100.0, 100.0, 100.0)
ENTRY_BAR, EXIT_BAR, WHY, QUANTITY, ENTRY, EXIT, NET = 4, 2, 3, 5, 6, 10, 11


def only_trade(result: Result) -> list[float]:
    assert len(result.trades_made) == 1
    return [float(np.asarray(value)[0]) for value in result.trades_made[0]]


def test_a_decision_at_a_close_is_filled_at_the_next_open_the_slippage_worse() -> None:
    bars = bars_of([FLAT, (105, 105, 105, 105), (110, 110, 110, 110)])
    result = traded(bars, long_at_once(3), Costs(taker=0.0, maker=0.0, slippage=0.001))
    quantity = 10_000 / (105 * 1.001)
    assert result.open_at_end[0, 0] == pytest.approx(quantity)
    assert result.equity[2, 0] == pytest.approx(100_000 + quantity * (110 - 105 * 1.001))
    assert result.equity[0, 0] == 100_000


def test_fees_are_paid_on_the_way_in_and_on_the_way_out() -> None:
    proposals = long_at_once(4)
    proposals.keep[1:] = 0.0
    result = traded(bars_of([FLAT] * 4), proposals, Costs(taker=0.001, maker=0.0, slippage=0.0))
    assert result.fees[0] == pytest.approx(2 * 10.0)
    assert result.equity[-1, 0] == pytest.approx(100_000 - 20)


def test_funding_is_charged_once_at_00_08_and_16_utc_and_not_at_the_bars_between() -> None:
    result = traded(bars_of([FLAT] * 8, funding=0.001), long_at_once(8))
    # bought at 04:00; settlements at 08:00, 16:00, 00:00
    assert result.funding[0] == pytest.approx(3 * 10.0)
    assert np.diff(result.equity[:, 0]).round(9).tolist() == [0, -10, 0, -10, 0, -10, 0]


def test_a_stop_goes_before_a_take_profit_inside_one_bar() -> None:
    bars = bars_of([FLAT, FLAT, (100, 120, 90, 115)])
    done = only_trade(traded(bars, long_at_once(3, stop=0.05, take_profit=0.05)))
    assert done[WHY] == STOP
    assert done[EXIT] == pytest.approx(95)


def test_a_stop_that_the_open_has_passed_is_filled_at_the_open() -> None:
    bars = bars_of([FLAT, FLAT, (90, 91, 89, 90)])
    assert only_trade(traded(bars, long_at_once(3, stop=0.05)))[EXIT] == pytest.approx(90)


def test_a_take_profit_is_filled_at_its_price() -> None:
    bars = bars_of([FLAT, FLAT, (100, 120, 99, 115)])
    done = only_trade(traded(bars, long_at_once(3, stop=0.05, take_profit=0.05)))
    assert done[WHY] == TARGET
    assert done[EXIT] == pytest.approx(105)


def test_a_position_is_liquidated_where_its_margin_falls_to_maintenance() -> None:
    bars = bars_of([FLAT, FLAT, (100, 100, 80, 85)])
    result = traded(bars, long_at_once(3, leverage=10))
    done = only_trade(result)
    # 10 % margin, 1 % maintenance: (100 - 10) / .99
    assert done[WHY] == LIQUIDATED
    assert done[EXIT] == pytest.approx(90 / 0.99)
    assert result.liquidations[0] == 1
    assert result.equity[-1, 0] > 90_000


def test_a_position_whose_market_opens_beyond_its_margin_loses_the_margin_and_no_more() -> None:
    bars = bars_of([FLAT, FLAT, (50, 50, 40, 45)])
    costs = Costs(taker=0.001, maker=0.0, slippage=0.0)
    result = traded(bars, long_at_once(3, leverage=10), costs)
    assert result.equity[-1, 0] == pytest.approx(100_000 - 10_000 - 100)


def test_a_stop_nearer_than_liquidation_saves_the_margin() -> None:
    bars = bars_of([FLAT, FLAT, (100, 100, 80, 85)])
    assert only_trade(traded(bars, long_at_once(3, leverage=10, stop=0.05)))[WHY] == STOP


def test_a_limit_order_waits_one_bar_for_its_price_and_no_longer() -> None:
    reached = traded(bars_of([FLAT, (100, 101, 98.5, 100), FLAT]), long_at_once(3, offset=0.01))
    missed = traded(bars_of([FLAT, (100, 101, 99.5, 100), (100, 100, 98, 99)]), long_at_once(3, offset=0.01))
    assert reached.open_at_end[0, 0] == pytest.approx(10_000 / 99)
    assert missed.open_at_end[0, 0] == 0


def test_a_limit_order_takes_no_profit_from_a_high_that_may_have_come_before_its_fill() -> None:
    bars = bars_of([FLAT, (100, 110, 98.5, 100), FLAT])
    assert not traded(bars, long_at_once(3, offset=0.01, take_profit=0.05)).trades_made


def test_the_price_of_a_model_is_a_cost_of_trading() -> None:
    proposals = long_at_once(3)
    proposals.cost[:] = 7.0
    result = traded(bars_of([FLAT] * 3), proposals)
    # the last answer is paid for as well, after the last mark
    assert result.equity[-1, 0] == pytest.approx(100_000 - 14)
    assert result.model_cost[0] == pytest.approx(21)


LANES = 12


@pytest.fixture(scope="module")
def wild() -> tuple[Tape, Result]:
    """Lanes that ask for all sorts of things, half of them without a risk role, in a market with jumps."""
    on = tape(bars_of_chance(5, count=400))
    made = [proposals_of_chance(seed, on) for seed in range(LANES)]
    limits = {"max_leverage": 5, "max_size": 0.3, "daily_loss": 0.05, "max_drawdown": 0.3, "margin_buffer": 0.2}
    lanes = [Lane(proposals=n, limits=limits, checks=CHECKS if n % 2 else ()) for n in range(LANES)]
    return on, trade(on, made, lanes, record=True)


def test_equity_is_cash_and_gains_less_fees_and_funding_at_every_bar() -> None:
    """The account kept a second time, from the rows of the trades and the prices alone."""
    bars = bars_of_chance(8, count=200)
    on, costs = tape(bars), Costs(taker=0.0005, maker=0.0005, slippage=0.0)
    wanted = proposals_of_chance(3, on)
    for stopped in (wanted.side, wanted.keep):
        stopped[-3:] = 0.0
    wanted.cost[:] = 0.0
    result = trade(on, [wanted], [Lane(proposals=0, limits={})], costs, record=True)
    assert not result.open_at_end.any()
    assert result.trades[0] > 50
    again = np.full(len(bars), costs.start)
    for row in result.trades_made:
        for at in range(len(row[0])):
            coin, left, entered = int(row[1][at]), int(row[EXIT_BAR][at]), int(row[ENTRY_BAR][at])
            quantity, entry, out = (float(row[column][at]) for column in (QUANTITY, ENTRY, EXIT))
            again[entered:] -= abs(quantity) * entry * costs.taker
            # held at the opens after the bar of the entry, up to that of the exit
            for bar in range(entered + 1, left + 1):
                again[bar:] -= quantity * on.open[bar, coin] * on.funding[bar, coin]
            again[entered:left] += quantity * (on.close[entered:left, coin] - entry)
            again[left:] += quantity * (out - entry) - abs(quantity) * out * costs.taker
    assert np.abs(again - result.equity[:, 0]).max() < 1e-6


def test_equity_is_never_negative_and_no_position_loses_more_than_its_margin(wild: tuple[Tape, Result]) -> None:
    _, result = wild
    assert result.equity.min() >= 0
    for row in result.trades_made:
        margin, spent, net = row[7], row[8], row[NET]
        assert (net >= -(margin + np.abs(spent)) - 1e-6).all()


def test_a_lane_ends_as_it_would_alone(wild: tuple[Tape, Result]) -> None:
    on, result = wild
    limits = {"max_leverage": 5, "max_size": 0.3, "daily_loss": 0.05, "max_drawdown": 0.3, "margin_buffer": 0.2}
    alone = trade(on, [proposals_of_chance(7, on)], [Lane(proposals=0, limits=limits, checks=CHECKS)])
    assert np.array_equal(alone.equity[:, 0], result.equity[:, 7])


def test_a_ledger_whose_stops_could_cost_more_than_their_margin_is_refused() -> None:
    with pytest.raises(ValueError, match="maintenance"):
        Costs(maintenance=FREE.maintenance, slippage=0.02)


def test_a_days_loss_is_a_share_of_what_the_day_began_with() -> None:
    desk = engine._Desk(tape(bars_of([FLAT] * 3)), [long_at_once(3)], [Lane(proposals=0, limits={})], FREE, False)
    desk.ledger.equity[:] = 95_000
    now = desk._situation(0, np.array([0]), np.zeros((1, 1), np.bool_))
    assert (now.lost_today[0, 0], now.drawdown[0, 0]) == (pytest.approx(0.05), pytest.approx(0.05))


def test_positions_are_recorded_coin_by_coin_and_add_up_to_the_exposure() -> None:
    bars = bars_of_chance(3, 60)
    result = trade(tape(bars), [proposals_of_chance(3, tape(bars))], [Lane(proposals=0, limits={})], record=True)
    assert result.positions.shape == (60, 1, 3)
    assert np.abs(result.positions).sum() > 0
    np.testing.assert_allclose(result.positions.sum(2), result.exposure)
