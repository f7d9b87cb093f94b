"""Rule traders in call markets: one sheet a period that the rules take, and forecasts where they are asked."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest

from bots.agents.sheets import fitted
from bots.agents.trader import begin
from bots.agents.trading_agents import TRADERS, make_trader
from market.designs import design
from market.events import AskForecasts, ClosePeriod, OpenPeriod, Phase
from market.exchange import Exchange
from market.orders import Forecast, SheetOrder, Side, SubmitSheet
from market.treatments import Role, Treatment
from market.view import view_of
from tests.bots.agents.scenes import MINE, RICH, buyer, do, market, seen, seller
from tests.headless import Played, play, refusals

BUY, SELL = Side.BUY, Side.SELL
FLAT = design("flat_value_short")
SHEETS = FLAT.with_changes(forecasts={"horizons": (), "band": 0, "reward": 0})


def units(**changes: Any) -> Treatment:
    """An induced call market: Smith's values and costs, cleared once a period."""
    return design("smith_1962").with_changes(institution="call", **changes)


TREATMENTS = {
    "flat value": FLAT,
    "one price a side": FLAT.with_changes(one_order_a_side=True, rationing="pro_rata"),
    "nothing is paid": FLAT.with_changes(dividends=(), buyback=0, interest="0", reference_price=0),
    "states": design("plott_sunder_1988").with_changes(institution="call", periods=3, markets=1),
    "short and in debt": FLAT.with_changes(short_limit=3, credit_limit=2000, bankrupt="reduce_only"),
    "units": units(),
    "units without losses": units(losses_allowed=False, one_order_a_side=True),
    "several units": design("gode_sunder_1993_m3").with_changes(
        institution="call", improvement=False, clear_after_trade=False, single_unit=False, one_order_a_side=False
    ),
}


@pytest.fixture(scope="module", params=TREATMENTS)
def treatment(request: pytest.FixtureRequest) -> Treatment:
    return TREATMENTS[request.param]


@pytest.fixture(scope="module", params=TRADERS)
def played(request: pytest.FixtureRequest, treatment: Treatment) -> Played:
    """Half the seats are of one kind and the rest of all kinds."""
    seats = len(treatment.roles) if treatment.fixed_seats else 16
    names = [request.param] * (seats // 2) + (list(TRADERS) * seats)[: seats - seats // 2]
    return play(treatment, names, seed=4, turns=5 * seats)


def test_the_market_takes_every_sheet_and_every_forecast(played: Played) -> None:
    assert list(refusals(played)) == []
    assert all(turn.decision.reason for turn in played.turns)


def test_a_trader_has_one_sheet_a_period(played: Played) -> None:
    sheets = Counter(
        (turn.view.trader, turn.view.period)
        for turn in played.turns
        if any(isinstance(action, SubmitSheet) for action in turn.decision.actions)
    )
    assert sheets
    assert set(sheets.values()) == {1}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("rules", [FLAT, TREATMENTS["units"]], ids=["flat value", "units"])
def test_mixed_traders_trade_in_every_period(rules: Treatment, seed: int) -> None:
    names = (list(TRADERS) * 3)[:22]
    done = play(rules, names, seed, turns=200)
    assert {trade.period for trade in done.exchange.trades} == set(range(1, rules.periods + 1))


@pytest.mark.parametrize("name", sorted(set(TRADERS) - {"zero_intelligence_unconstrained"}))
@pytest.mark.parametrize("mine", [buyer(150, 120), seller(250, 280)], ids=["buyer", "seller"])
def test_a_sheet_has_a_line_for_each_unit_and_none_at_a_loss(name: str, mine: Role) -> None:
    exchange = Exchange(units(single_unit=False), {"me": mine, "a": buyer(300), "b": seller(100)})
    exchange.operate(OpenPeriod())
    lines = sheet_of(name, exchange, seed=1)
    assert len(lines) == (1 if name == "noise" else 2)
    for line, worth in zip(lines, (*mine.values, *mine.costs), strict=False):
        assert line.price <= worth if mine.values else line.price >= worth


def sheet_of(name: str, exchange: Exchange, seed: int = 2) -> tuple[SheetOrder, ...]:
    decision = make_trader(name, Random(seed)).decide(seen(exchange))
    assert all(isinstance(action, SubmitSheet) for action in decision.actions)
    return tuple(line for action in decision.actions if isinstance(action, SubmitSheet) for line in action.orders)


def test_market_makers_stand_on_both_sides_of_the_last_price_or_of_the_reference() -> None:
    exchange = market(SHEETS, me=RICH.__class__(name="rich", cash=50_000, shares=9))
    assert [(one.side, one.price) for one in sheet_of("market_maker", exchange)] == [(BUY, 1358), (SELL, 1442)]
    do(exchange, "a", SubmitSheet((SheetOrder(BUY, 2000, 1),)))
    do(exchange, "b", SubmitSheet((SheetOrder(SELL, 2000, 1),)))
    exchange.operate(ClosePeriod(40), 20)
    exchange.operate(OpenPeriod())
    bid, ask = sheet_of("market_maker", exchange)
    assert bid.price < 2000 < ask.price


def test_fundamental_traders_and_heuristics_write_round_the_value() -> None:
    """14.00 a share, which nobody is told: it follows from what a share pays."""
    rich = Role(name="rich", cash=50_000, shares=9)
    for name in ("fundamental", "heuristic"):
        lines = sheet_of(name, market(SHEETS, me=rich))
        bids = [one.price for one in lines if one.side is BUY]
        asks = [one.price for one in lines if one.side is SELL]
        assert max(bids) < min(asks)
        assert all(1400 * 0.85 < price < 1400 * 1.15 for price in (*bids, *asks))


def cleared(*prices: int) -> Exchange:
    """The period after those that cleared at these prices."""
    exchange = market(SHEETS.with_changes(periods=9), me=Role(name="mine", cash=50_000, shares=5))
    for price in prices:
        clear_at(exchange, price)
        exchange.operate(OpenPeriod())
    return exchange


def clear_at(exchange: Exchange, price: int) -> None:
    do(exchange, "a", SubmitSheet((SheetOrder(BUY, price, 1),)))
    do(exchange, "b", SubmitSheet((SheetOrder(SELL, price, 1),)))
    exchange.operate(ClosePeriod(40), 20)


@pytest.mark.parametrize(("prices", "follows"), [((1500, 1600), BUY), ((1300, 1200), SELL), ((1400, 1400), None)])
def test_momentum_follows_clearing_prices_and_mean_reversion_trades_against_them(
    prices: tuple[int, ...], follows: Side | None
) -> None:
    assert [one.side for one in sheet_of("momentum", cleared(*prices))] == ([follows] if follows else [])
    against = [follows.other] if follows else []
    assert [one.side for one in sheet_of("mean_reversion", cleared(*prices))] == against


# Cutting a sheet down


def test_lines_share_cash_and_shares_in_their_order_and_bids_stay_below_offers() -> None:
    view = seen(market(SHEETS, me=MINE))  # 1,000 in cash, 5 shares
    wanted = [SheetOrder(BUY, 300, 2), SheetOrder(SELL, 400, 4), SheetOrder(BUY, 200, 9), SheetOrder(SELL, 500, 9)]
    assert fitted(view, wanted) == (
        SheetOrder(BUY, 300, 2),
        SheetOrder(SELL, 400, 4),
        SheetOrder(BUY, 200, 2),
        SheetOrder(SELL, 500, 1),
    )
    assert fitted(view, [SheetOrder(SELL, 300, 1), SheetOrder(BUY, 300, 1)]) == (SheetOrder(SELL, 300, 1),)
    assert fitted(view, [SheetOrder(BUY, 1001, 1)]) == ()


@pytest.mark.parametrize(("rule", "lines"), [("stop", ()), ("reduce_only", (SheetOrder(BUY, 10, 2),))])
def test_who_is_bankrupt_writes_what_the_rule_leaves(rule: str, lines: tuple[SheetOrder, ...]) -> None:
    exchange = market(SHEETS.with_changes(bankrupt=rule, short_limit=9), me=Role(name="mine", shares=7))
    do(exchange, "me", SubmitSheet((SheetOrder(SELL, 10, 9),)))
    do(exchange, "a", SubmitSheet((SheetOrder(BUY, 10, 9),)))
    # two dividends of 100 that it owes, out of 90
    exchange.operate(ClosePeriod(100), 20)
    exchange.operate(OpenPeriod())
    view = seen(exchange)
    assert view.bankrupt
    assert fitted(view, [SheetOrder(BUY, 10, 5), SheetOrder(SELL, 20, 1)]) == lines
    for name in TRADERS:
        for action in make_trader(name, Random(1)).decide(view).actions:
            assert exchange.submit("me", action, 1.0).ok


# Forecasts


@pytest.mark.parametrize("name", TRADERS)
def test_every_trader_forecasts_each_target_once(name: str) -> None:
    exchange = Exchange(FLAT, {"me": MINE, "a": RICH})
    exchange.operate(AskForecasts())
    trader = make_trader(name, Random(1))
    view = view_of(exchange, "me", 0.0)
    assert (view.phase, view.forecast_targets) == (Phase.FORECAST, (1, 3))
    [forecast] = trader.decide(view).actions
    assert isinstance(forecast, Forecast)
    assert name == "zero_intelligence_unconstrained" or all(700 <= price <= 2100 for price in forecast.prices)
    do(exchange, "me", forecast)
    assert trader.decide(view_of(exchange, "me", 0.0)).actions == ()


def forecast_after(name: str, *prices: int) -> tuple[int, ...]:
    """For the period after those that cleared at `prices`, and for the one two later."""
    rules = SHEETS.with_changes(periods=9, forecasts={"horizons": (0, 2)})
    exchange = Exchange(rules, {"me": MINE, "a": RICH, "b": RICH})
    for price in prices:
        exchange.operate(OpenPeriod())
        clear_at(exchange, price)
    exchange.operate(AskForecasts())
    [forecast] = make_trader(name, Random(1)).decide(view_of(exchange, "me", 0.0)).actions
    assert isinstance(forecast, Forecast)
    return forecast.prices


def test_forecasts_follow_from_each_familys_view_of_prices() -> None:
    """A share is worth 1,400, and so is the reference price."""
    assert forecast_after("market_maker", 1500, 1600) == (1600, 1600)
    assert forecast_after("momentum", 1500, 1600) == (1700, 1900)
    assert forecast_after("mean_reversion", 1500, 1600) == (1500, 1500)
    assert forecast_after("heuristic", 1500, 1600) == (1560, 1502)
    assert all(abs(price - 1400) <= 84 for price in forecast_after("fundamental", 1500, 1600))


def test_a_new_market_of_the_session_starts_without_the_memory_of_the_last() -> None:
    """Estimates are drawn anew, and a market maker's inventory counts from its new shares."""
    rich = Role(name="rich", cash=50_000, shares=9)
    for name in ("fundamental", "heuristic", "market_maker"):
        trader = make_trader(name, Random(1))
        first = trader.decide(seen(cleared(1400, 1400)))
        begin(trader)
        again = trader.decide(seen(market(SHEETS, me=rich)))
        assert first.actions
        assert again.actions
        assert (first.reason == again.reason) == (name != "heuristic")
