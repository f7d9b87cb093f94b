"""Sentences about pay, with amounts worked out by hand."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.events import ClosePeriod, OpenPeriod
from market.parts import Pay
from market.payment import Draws, Earned, Line, Payment, cents, draws, money, payment, profits, waiting_cents
from market.treatments import Role
from tests.market.builders import buy, induced, opened, play, sell, treatment

FIRST = Draws(0.0, 0.0, 0.0)
LAST = Draws(0.99, 0.99, 0.99)


def pay(*earned: Earned, drawn: Draws = FIRST, waiting: int = 0, tick: str = "1", **rules: object) -> Payment:
    """A payment by rules that differ from a fee of 5.00 and one cent a point; tasks are given as `tasks`."""
    tasks = rules.pop("tasks", {})
    terms = Pay(**{"rate": "0.01", "show_up_fee": "5", **rules})  # type: ignore[arg-type]
    return payment(terms, tick, earned, tasks=tasks, waiting=waiting, drawn=drawn)  # type: ignore[arg-type]


def parts(paid: Payment) -> dict[str, int]:
    return {line.part: line.cents for line in paid.lines if line.cents is not None and line.paid}


def test_an_asset_market_pays_dividends_interest_and_buyback_at_the_exchange_rate() -> None:
    # 100.00 cash, 4 shares; a period of 5% interest (5.00), a dividend of .40 (1.60) and a buyback at 14 (56.00)
    role = Role(name="trader", cash=100_00, shares=4)
    rules = treatment((role,), periods=1, dividends=(40, 100), interest="1/20", buyback=14_00, tick="0.01")
    market = opened(rules)
    market.operate(ClosePeriod(dividend=40))
    earned = market.accounts["T1"].earnings
    assert earned == 162_60
    # 162.60 at 1/30 of a dollar each are 5.42
    paid = pay(Earned(1, earned), rate="1/30", tick="0.01")
    assert parts(paid) == {"exchange": 5_42, "fee": 5_00}
    assert paid.cents == 10_42


def test_forecasts_within_the_band_pay_beside_the_market() -> None:
    paid = pay(Earned(1, 800, forecasts=150))
    assert paid.ticks == 950
    assert paid.cents == 5_00 + 9_50


def test_profits_of_induced_units_are_paid_by_the_period_that_was_drawn() -> None:
    market = opened(induced())
    play(market, ("T1", buy(70)), ("T3", sell(70)))
    market.operate(ClosePeriod())
    market.operate(OpenPeriod())
    play(market, ("T2", buy(90)), ("T4", sell(90)))
    # T1 buys a unit worth 100 at 70, T4 sells one that costs 40 at 90
    assert profits(market.trades, "T1", 2) == (30, 0)
    assert profits(market.trades, "T4", 2) == (0, 50)
    one = Earned(1, 50, periods=profits(market.trades, "T4", 2))
    assert pay(one, periods="random", drawn=FIRST).cents == 5_00
    assert pay(one, periods="random", drawn=LAST).cents == 5_50
    assert pay(one, periods="all").cents == 5_50


def test_profits_by_period_add_up_to_the_account() -> None:
    market = opened(induced())
    play(market, ("T1", buy(95, 2)), ("T3", sell(50)), ("T4", sell(60)))
    assert sum(profits(market.trades, "T1", 2)) == market.accounts["T1"].profit
    assert sum(profits(market.trades, "T3", 2)) == market.accounts["T3"].profit


def test_one_market_at_random_is_paid_and_the_others_are_listed() -> None:
    paid = pay(Earned(1, 300), Earned(2, 700), Earned(3, 500), markets="random", drawn=Draws(0.5, 0.0, 0.0))
    assert paid.cents == 5_00 + 7_00
    assert [(line.market, line.paid) for line in paid.lines if line.part == "market"] == [
        (1, False),
        (2, True),
        (3, False),
    ]


def test_one_task_at_random_is_paid() -> None:
    tasks = {"risk": 3_85, "reflection": 75}
    played = Earned(1, 100, forecasts=40)
    assert parts(pay(played, tasks=tasks)) == {"exchange": 1_40, "fee": 5_00, "risk": 3_85, "reflection": 75}
    only = {
        share: payment(
            Pay(rate="0.01", show_up_fee="5", tasks="random"),
            "1",
            [played],
            tasks=tasks,
            waiting=0,
            drawn=Draws(0.0, 0.0, share),
        )
        for share in (0.0, 0.4, 0.9)
    }
    assert parts(only[0.0]) == {"exchange": 1_40, "fee": 5_00}
    assert parts(only[0.4]) == {"exchange": 1_00, "fee": 5_00, "risk": 3_85}
    assert parts(only[0.9]) == {"exchange": 1_00, "fee": 5_00, "reflection": 75}


def test_nobody_gets_less_than_the_fee() -> None:
    paid = pay(Earned(1, -230))
    assert parts(paid) == {"exchange": -2_30, "fee": 5_00, "floor": 2_30}
    assert paid.cents == 5_00


def test_a_loss_counts_against_gains_before_the_floor() -> None:
    paid = pay(Earned(1, -230), Earned(2, 400))
    assert paid.cents == 5_00 + 1_70
    assert "floor" not in parts(paid)


def test_all_points_are_exchanged_in_one_sum_and_rounded_once() -> None:
    # a third of a cent each: three times rounded they would be nothing, together they are a cent
    assert pay(Earned(1, 1), Earned(2, 1), Earned(3, 1), rate="1/300").cents == 5_01


@pytest.mark.parametrize(("amount", "rounded"), [("0.005", 0), ("0.015", 2), ("0.025", 2), ("1/300", 0), ("2/3", 67)])
def test_half_a_cent_goes_to_the_even_neighbour(amount: str, rounded: int) -> None:
    assert cents(amount) == rounded


def test_waiting_is_paid_by_the_second() -> None:
    assert waiting_cents("0.10", 90) == 15
    assert parts(pay(waiting=15)) == {"exchange": 0, "fee": 5_00, "waiting": 15}


def test_draws_come_from_the_seed_alone() -> None:
    assert draws(Random("a")) == draws(Random("a")) != draws(Random("b"))


def test_money_reads_with_two_digits() -> None:
    assert [money(amount) for amount in (0, 7, 1234567, -230)] == ["0.00", "0.07", "12,345.67", "-2.30"]


share = st.floats(0, 1, exclude_max=True)
seats = st.lists(
    st.builds(
        Earned,
        st.integers(1, 5),
        st.integers(-5000, 5000),
        st.lists(st.integers(-900, 900), max_size=4).map(tuple),
        st.none() | st.integers(0, 500),
    ),
    max_size=5,
    unique_by=lambda one: one.market,
)
which = st.sampled_from(["all", "random"])


@given(seats, st.dictionaries(st.sampled_from(["risk", "reflection"]), st.integers(0, 900)), which, which, which)
def test_the_total_is_the_sum_of_its_lines_and_never_below_the_fee(
    earned: list[Earned], tasks: dict[str, int], periods: str, markets: str, drawn_tasks: str
) -> None:
    terms = Pay(rate="1/30", show_up_fee="7.50", periods=periods, markets=markets, tasks=drawn_tasks)  # type: ignore[arg-type]
    paid = payment(terms, "0.01", earned, tasks=tasks, waiting=20, drawn=Draws(0.3, 0.6, 0.9))
    points = sum(line.ticks for line in paid.lines if line.ticks is not None and line.paid)
    [exchange] = [line for line in paid.lines if line.part == "exchange"]
    assert exchange == Line("exchange", cents=cents(Fraction(points, 100) / 30))
    assert paid.cents == sum(line.cents for line in paid.lines if line.cents is not None and line.paid)
    assert paid.cents >= 7_50


@pytest.mark.parametrize(("share", "due"), [(0.0, 6_50), (0.5, 5_00), (0.99, 5_00)])
def test_who_leaves_tasks_out_does_not_make_the_forecasts_sure_to_be_paid(share: float, due: int) -> None:
    terms, earned = Pay(rate="0.01", show_up_fee="5", tasks="random"), [Earned(1, 0, forecasts=150)]
    drawn, asked = Draws(0.0, 0.0, share), ("forecasts", "risk", "reflection")
    assert payment(terms, "1", earned, tasks={}, waiting=0, drawn=drawn, asked=asked).cents == due
