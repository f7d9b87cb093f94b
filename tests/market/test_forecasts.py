"""Sentences about forecasts: when they are asked, what is taken, what they pay."""

from __future__ import annotations

from fractions import Fraction

import pytest

from market.encoding import decode_command, encode_command
from market.events import AskForecasts, ClosePeriod, EndMarket, OpenPeriod, Phase
from market.exchange import Exchange, OperationError, fold
from market.forecasts import GivenForecast, targets
from market.orders import Forecast
from market.records import names
from market.tables import tables
from market.treatments import Treatment
from market.view import view_of
from tests.market.builders import buy, opened, play, refusal, sell, sheet, treatment
from tests.market.test_tables import record_of


def asking(
    institution: str = "continuous", *, reference_price: int = 0, horizons: tuple[int, ...] = (0, 2)
) -> Treatment:
    """Three periods; a forecast within 5 of the price pays 7."""
    asked = {"horizons": horizons, "band": 5, "reward": 7}
    return treatment(periods=3, institution=institution, reference_price=reference_price, forecasts=asked)


def asked(rules: Treatment | None = None) -> Exchange:
    """A market of four that asks for the first forecasts."""
    rules = rules or asking()
    market = Exchange(rules, {f"T{seat}": rules.roles[0] for seat in range(1, 5)})
    market.operate(AskForecasts())
    return market


def traded(market: Exchange, *lots: tuple[int, int]) -> None:
    """A period in which T1 sells to T2 these (price, shares)."""
    market.operate(OpenPeriod())
    for price, quantity in lots:
        play(market, ("T1", sell(price, quantity)), ("T2", buy(price, quantity)))
    market.operate(ClosePeriod(), 60.0)


def pays(market: Exchange, trader: str) -> int:
    return market.forecasts.earnings(trader, market.period_prices())


# What is asked


@pytest.mark.parametrize(("coming", "periods"), [(1, (1, 3, 6)), (25, (25, 27, 30)), (27, (27, 29)), (30, (30,))])
def test_periods_beyond_the_last_one_are_not_asked(coming: int, periods: tuple[int, ...]) -> None:
    assert targets(treatment(periods=30, forecasts={"horizons": (0, 2, 5)}), coming) == periods


def test_periods_are_asked_in_their_order_whatever_that_of_the_horizons() -> None:
    assert targets(treatment(periods=9, forecasts={"horizons": (5, 0)}), 2) == (2, 7)


def test_forecasts_are_asked_before_a_period_and_the_view_says_which() -> None:
    market = asked()
    assert market.phase is Phase.FORECAST
    assert view_of(market, "T1", 0.0).forecast_targets == (1, 3)
    market.operate(OpenPeriod())
    assert view_of(market, "T1", 0.0).forecast_targets == ()


def test_a_period_may_open_without_them() -> None:
    market = opened(asking())
    assert market.phase is Phase.OPEN


def test_where_nothing_is_left_to_ask_asking_is_a_bug() -> None:
    market = asked(asking(horizons=(2,)))
    traded(market)
    with pytest.raises(OperationError, match="asks for no forecasts before period 2"):
        market.operate(AskForecasts())


def test_forecasts_are_not_asked_while_a_period_is_open() -> None:
    with pytest.raises(OperationError, match="AskForecasts is not possible while the market is open"):
        opened(asking()).operate(AskForecasts())


# What is taken


def test_a_forecast_has_a_price_for_each_period_that_is_asked() -> None:
    market = asked()
    play(market, ("T1", Forecast((50, 60))))
    assert market.forecasts.of("T1") == (GivenForecast(1, 1, 50), GivenForecast(1, 3, 60))
    assert market.forecasts.of("T2") == ()


def test_everybody_sees_the_own_forecasts_alone() -> None:
    market = asked()
    play(market, ("T1", Forecast((50, 60))))
    assert view_of(market, "T1", 0.0).forecasts == (GivenForecast(1, 1, 50), GivenForecast(1, 3, 60))
    assert view_of(market, "T2", 0.0).forecasts == ()


def test_a_forecast_may_be_given_anew_until_the_period_opens() -> None:
    market = asked()
    play(market, ("T1", Forecast((50, 60))), ("T1", Forecast((55, 65))))
    assert [one.price for one in market.forecasts.of("T1")] == [55, 65]
    market.operate(OpenPeriod())
    assert refusal(market, "T1", Forecast((50, 60))) == "no_forecasts"


def test_a_later_forecast_of_the_same_period_stands_beside_the_earlier_one() -> None:
    market = asked()
    play(market, ("T1", Forecast((50, 60))))
    traded(market)
    traded(market)
    market.operate(AskForecasts())
    play(market, ("T1", Forecast((70,))))
    assert market.forecasts.of("T1")[1:] == (GivenForecast(1, 3, 60), GivenForecast(3, 3, 70))


@pytest.mark.parametrize("prices", [(), (50,), (50, 60, 70), "50", None])
def test_another_number_of_prices_is_refused(prices: object) -> None:
    assert refusal(asked(), "T1", Forecast(prices)) == "forecast_number"  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [0, -1, 201, 1.5, "60", None, True, float("nan"), 10**30])
def test_what_is_no_possible_price_is_refused(wrong: object) -> None:
    assert refusal(asked(), "T1", Forecast((50, wrong))) == "bad_forecast"  # type: ignore[arg-type]


def test_a_refused_forecast_leaves_the_earlier_one() -> None:
    market = asked()
    play(market, ("T1", Forecast((50, 60))))
    assert refusal(market, "T1", Forecast((70, 0))) == "bad_forecast"
    assert [one.price for one in market.forecasts.of("T1")] == [50, 60]


def test_nobody_trades_while_forecasts_are_asked() -> None:
    assert refusal(asked(), "T1", buy(50)) == "forecast"
    assert refusal(asked(asking("call")), "T1", sheet(buy(50))) == "forecast"


def test_forecasts_survive_json_and_the_fold() -> None:
    assert decode_command(encode_command(AskForecasts())) == AskForecasts()
    assert decode_command(["forecast", [50, 60]]) == Forecast((50, 60))
    market = asked()
    play(market, ("T1", Forecast((50, 60))))
    traded(market, (50, 2))
    again = fold(market.treatment, market.roles, market.log())
    assert (again.state_hash(), again.forecasts.of("T1")) == (market.state_hash(), market.forecasts.of("T1"))


def test_other_forecasts_are_another_state() -> None:
    one, other = asked(), asked()
    play(one, ("T1", Forecast((50, 60))))
    play(other, ("T1", Forecast((50, 61))))
    assert one.state_hash() != other.state_hash()


# What they pay


@pytest.mark.parametrize(("price", "paid"), [(44, 0), (45, 7), (50, 7), (55, 7), (56, 0)])
def test_a_forecast_within_the_band_pays_the_reward(price: int, paid: int) -> None:
    market = asked()
    play(market, ("T1", Forecast((price, 200))))
    traded(market, (50, 1))
    assert pays(market, "T1") == paid


def test_the_price_of_a_period_is_the_mean_weighted_by_volume_and_not_rounded() -> None:
    """1 at 40 and 2 at 50 are 46 2/3 on average: 42 is within 5 of it, 41 is not."""
    market = asked()
    play(market, ("T1", Forecast((42, 200))), ("T2", Forecast((41, 200))))
    traded(market, (40, 1), (50, 2))
    assert market.period_prices() == {1: Fraction(140, 3)}
    assert (pays(market, "T1"), pays(market, "T2")) == (7, 0)


def test_each_forecast_of_a_trader_pays_for_itself() -> None:
    """Of period 1 before it, of period 3 two periods ahead and again before it."""
    market = asked()
    play(market, ("T1", Forecast((50, 70))))
    traded(market, (50, 1))
    traded(market, (60, 1))
    market.operate(AskForecasts())
    play(market, ("T1", Forecast((66,))))
    traded(market, (70, 1))
    assert pays(market, "T1") == 3 * 7


def test_forecasts_of_a_period_that_has_not_ended_pay_nothing_yet() -> None:
    market = asked()
    play(market, ("T1", Forecast((50, 70))))
    market.operate(OpenPeriod())
    play(market, ("T1", sell(50)), ("T2", buy(50)))
    assert (market.period_prices(), pays(market, "T1")) == ({}, 0)
    market.operate(EndMarket())
    assert pays(market, "T1") == 0


def test_a_period_without_a_trade_has_no_price_in_a_continuous_market() -> None:
    market = asked()
    play(market, ("T1", Forecast((50, 70))))
    traded(market)
    assert (market.period_prices(), pays(market, "T1")) == ({1: None}, 0)


def test_a_period_without_a_trade_has_the_last_price_in_a_call_market() -> None:
    market = asked(asking("call", reference_price=52))
    play(market, ("T1", Forecast((50, 70))))
    traded(market)
    assert (market.period_prices(), pays(market, "T1")) == ({1: Fraction(52)}, 7)


def test_what_forecasts_pay_is_kept_apart_from_cash() -> None:
    market = asked()
    play(market, ("T3", Forecast((50, 70))))
    traded(market, (50, 1))
    account = market.accounts["T3"]
    assert pays(market, "T3") == 7
    assert account.cash == account.cash_free == account.endowed_cash == account.earnings


# What is recorded


def test_forecasts_have_a_table_of_their_own() -> None:
    market = asked()
    play(market, ("T1", Forecast((53, 70))))
    traded(market, (40, 1), (50, 1))
    rows = tables(record_of(market))
    first, second = rows["forecasts"]
    assert tuple(first) == names("forecasts")
    columns = ("trader", "made", "target", "price", "realised", "error", "paid")
    assert [first[name] for name in columns] == ["T1", 1, 1, 53, 45.0, 8.0, 0]
    assert [second[name] for name in columns] == ["T1", 1, 3, 70, None, None, 0]
    assert all(row["command"] != "forecast" for row in rows["orders"])


def test_a_market_that_asks_for_nothing_has_the_hashes_it_always_had() -> None:
    """So that markets recorded before there were forecasts still fold."""
    market = opened(treatment())
    play(market, ("T1", buy(50)))
    assert (market.state_hash(), market.chain_hash()) == ("f334edd99bb7ed47", "c3465fa4b2ecb02b")
