"""What each family of traders does with what it sees, and what a market of them comes to."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from statistics import fmean

import pytest

from bots.agents.fundamental import Fundamental, FundamentalConfig
from bots.agents.heuristic import Heuristic
from bots.agents.market_maker import MarketMaker, MarketMakerConfig
from bots.agents.momentum import MeanReversion, Momentum
from bots.agents.trader import Decision
from bots.agents.trading_agents import make_trader
from bots.agents.zero_intelligence import ZeroIntelligence
from market.designs import design
from market.equilibrium import equilibrium
from market.orders import CancelOrder, PlaceOrder, ReplaceOrder, Side
from market.treatments import Role
from market.view import MarketView
from tests.bots.agents.scenes import ask, bid, buyer, do, market, seen, seller, traded_at, unit_market
from tests.headless import Played, play


def efficiency(played: Played) -> float:
    """Realised over maximal surplus of all periods."""
    best = equilibrium(played.exchange.roles.values()).surplus * played.exchange.treatment.periods
    gains = sum((trade.buyer_value or 0) - (trade.seller_cost or 0) for trade in played.exchange.trades)
    return gains / best


def mean_prices(played: Played) -> list[float]:
    periods = range(1, played.exchange.period + 1)
    return [fmean(trade.price for trade in played.exchange.trades_of(period)) for period in periods]


def quotes(decision: Decision) -> dict[Side, int]:
    """Prices of new orders by side."""
    return {one.side: one.price for one in decision.actions if isinstance(one, PlaceOrder) and one.price}


# Zero intelligence


def test_constrained_zero_intelligence_is_as_efficient_as_published() -> None:
    """Gode & Sunder (1993), table 2: 99.9, 99.2 and 99.0 in markets 1 to 3."""
    for name in ("gode_sunder_1993", "gode_sunder_1993_m2", "gode_sunder_1993_m3"):
        sessions = [play(design(name), ["zero_intelligence"] * 12, seed, turns=600) for seed in (1, 2)]
        assert fmean(efficiency(one) for one in sessions) >= 0.97


def test_constrained_zero_intelligence_gets_most_of_the_surplus_in_smiths_market_too() -> None:
    """With time enough for 22 traders to find each other: some 18 draws a second."""
    sessions = [play(design("smith_1962"), ["zero_intelligence"] * 22, seed, turns=2200) for seed in range(1, 5)]
    assert fmean(efficiency(one) for one in sessions) > 0.94


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    ("name", "published"), [("gode_sunder_1993", 90.00), ("gode_sunder_1993_m2", 90.00), ("gode_sunder_1993_m3", 76.74)]
)
def test_unconstrained_zero_intelligence_trades_every_unit_and_gets_the_published_efficiency(
    name: str, published: float, seed: int
) -> None:
    session = play(design(name), ["zero_intelligence_unconstrained"] * 12, seed, turns=600)
    assert round(100 * efficiency(session), 2) == published
    assert any(trade.price > (trade.buyer_value or 0) for trade in session.exchange.trades)
    assert any(trade.price < (trade.seller_cost or 0) for trade in session.exchange.trades)


def test_constrained_bids_are_spread_evenly_between_the_lowest_price_and_the_value() -> None:
    trader = ZeroIntelligence(rng=Random(1))
    view = seen(unit_market(buyer(200)))
    prices = [quotes(trader.decide(view))[Side.BUY] for _ in range(2000)]
    assert (min(prices), max(prices)) == (1, 200)
    assert fmean(prices) == pytest.approx(100, abs=4)


def test_in_an_asset_market_zero_intelligence_stays_within_its_band_and_its_cash() -> None:
    trader = ZeroIntelligence(rng=Random(1))
    view = seen(market(me=Role(name="poor", cash=120, shares=1)))
    drawn = [quotes(trader.decide(view)) for _ in range(500)]
    bids = [one[Side.BUY] for one in drawn if Side.BUY in one]
    asks = [one[Side.SELL] for one in drawn if Side.SELL in one]
    assert (min(bids), max(bids)) == (75, 120)
    assert min(asks) >= 75
    assert max(asks) <= 225
    assert max(asks) > 200


# Fundamental value


def test_a_fundamental_trader_buys_below_the_value_and_sells_above_it() -> None:
    exact = FundamentalConfig(doubt=0)
    cheap = do(market(), "a", ask(140))
    dear = do(market(), "a", bid(160))
    assert quotes(Fundamental(rng=Random(1), config=exact).decide(seen(cheap))) == {Side.BUY: 140}
    assert quotes(Fundamental(rng=Random(1), config=exact).decide(seen(dear))) == {Side.SELL: 160}


def test_a_value_that_is_not_told_is_worked_out_from_what_a_share_pays() -> None:
    paying = design("asset_cda").with_changes(tell_fundamental=False, interest="1/10", buyback=100, periods=1)
    decision = Fundamental(rng=Random(1), config=FundamentalConfig(doubt=0)).decide(seen(market(paying)))
    value = (50 + 100) / 1.1
    assert quotes(decision) == {Side.BUY: int(value * 0.98), Side.SELL: int(value * 1.02) + 1}


# Momentum and mean reversion

RISING = (100, 100, 101, 101, 104, 105, 106, 107)


def test_momentum_buys_on_a_rising_path_and_sells_on_a_falling_one() -> None:
    assert set(quotes(Momentum().decide(seen(traded_at(market(), RISING))))) == {Side.BUY}
    assert set(quotes(Momentum().decide(seen(traded_at(market(), RISING[::-1]))))) == {Side.SELL}


def test_mean_reversion_does_the_opposite() -> None:
    assert set(quotes(MeanReversion().decide(seen(traded_at(market(), RISING))))) == {Side.SELL}
    assert set(quotes(MeanReversion().decide(seen(traded_at(market(), RISING[::-1]))))) == {Side.BUY}


def test_a_flat_path_or_a_short_one_moves_neither() -> None:
    for prices in ((100,) * 8, RISING[:5]):
        view = seen(traded_at(market(), prices))
        assert Momentum().decide(view).actions == MeanReversion().decide(view).actions == ()


def test_momentum_does_not_run_after_a_quote_far_from_the_last_price() -> None:
    exchange = do(traded_at(market(), RISING), "a", ask(150))
    assert quotes(Momentum().decide(seen(exchange))) == {Side.BUY: 107}


def test_momentum_acts_once_on_each_trade() -> None:
    exchange, trader = traded_at(market(), RISING), Momentum()
    assert trader.decide(seen(exchange)).actions
    assert not trader.decide(seen(exchange)).actions
    assert trader.decide(seen(traded_at(exchange, [108]))).actions


def test_the_order_of_a_trend_that_has_ended_is_taken_back() -> None:
    exchange, trader = traded_at(market(), RISING), Momentum()
    do(exchange, "me", *trader.decide(seen(exchange)).actions)
    [mine] = seen(exchange).orders
    traded_at(exchange, [110] * 8)
    assert trader.decide(seen(exchange)).actions == (CancelOrder(mine.id),)


# Market maker


def test_a_market_maker_quotes_both_sides_of_the_price() -> None:
    exchange = do(market(), "a", bid(140), ask(160))
    assert quotes(MarketMaker().decide(seen(exchange))) == {Side.BUY: 145, Side.SELL: 155}


def test_a_market_maker_that_bought_quotes_lower_and_replaces_its_old_quotes() -> None:
    exchange, maker = do(market(), "a", bid(140), ask(160)), MarketMaker()
    do(exchange, "me", *maker.decide(seen(exchange)).actions)
    do(exchange, "b", ask(145))
    actions = maker.decide(seen(exchange)).actions
    [moved] = [one for one in actions if isinstance(one, ReplaceOrder)]
    assert moved.price < 155
    assert quotes(Decision(actions=actions))[Side.BUY] < 145


def test_a_quote_that_is_not_stale_keeps_its_place() -> None:
    exchange, maker = do(market(), "a", bid(140), ask(160)), MarketMaker()
    do(exchange, "me", *maker.decide(seen(exchange)).actions)
    assert maker.decide(seen(exchange)).actions == ()


def test_a_market_maker_that_has_bought_enough_withdraws_its_bid() -> None:
    exchange = do(market(), "a", bid(140), ask(160))
    maker = MarketMaker(config=MarketMakerConfig(most_inventory=1))
    do(exchange, "me", *maker.decide(seen(exchange)).actions)
    do(exchange, "b", ask(145))
    do(exchange, "me", *maker.decide(seen(exchange)).actions)
    assert {order.side for order in seen(exchange).orders} == {Side.SELL}


def test_the_inventory_of_market_makers_stays_bounded_among_noise() -> None:
    session = play(design("asset_cda"), ["market_maker"] * 2 + ["noise"] * 6, seed=2, turns=400)
    for maker in ("T1", "T2"):
        shares = [turn.view.holdings.shares for turn in session.turns if turn.view.trader == maker]
        assert len(set(shares)) > 3
        assert max(abs(now - shares[0]) for now in shares) <= MarketMakerConfig().most_inventory


# Heuristic


@pytest.fixture(scope="module")
def smith_sessions() -> list[Played]:
    return [play(design("smith_1962"), ["heuristic"] * 22, seed, turns=400) for seed in range(1, 5)]


def test_heuristics_earn_nearly_all_there_is_in_smiths_market(smith_sessions: list[Played]) -> None:
    assert min(efficiency(one) for one in smith_sessions) > 0.9


def test_heuristics_bring_prices_near_the_competitive_one(smith_sessions: list[Played]) -> None:
    """200 ticks; period by period nearer to it on average, as with people."""
    paths = [mean_prices(one) for one in smith_sessions]
    gaps = [fmean(abs(path[period] - 200) for path in paths) for period in range(5)]
    assert gaps[-1] < 25
    assert gaps[-1] < gaps[0]


def test_heuristics_trade_in_every_period_of_an_asset_market_near_its_value() -> None:
    for seed in range(1, 6):
        session = play(design("asset_cda"), ["heuristic"] * 6, seed, turns=120)
        for period, value in enumerate((150, 100, 50), 1):
            prices = [trade.price for trade in session.exchange.trades_of(period)]
            assert prices
            assert all(abs(price - value) <= 0.2 * value for price in prices)


def test_a_heuristic_takes_what_gains_and_says_what() -> None:
    decision = Heuristic(rng=Random(1)).decide(seen(do(market(), "a", ask(110))))
    assert quotes(decision) == {Side.BUY: 110}
    assert decision.reason.startswith("buy at 110, worth 1")


def test_a_heuristic_asks_for_less_as_time_runs_out() -> None:
    def first_quote(view: MarketView) -> int:
        return quotes(make_trader("heuristic", Random(1)).decide(view))[Side.SELL]

    exchange = do(unit_market(seller(100)), "a", bid(60))
    prices = [first_quote(seen(exchange, second)) for second in (0, 60, 110, 119)]
    assert all(earlier > later for earlier, later in pairwise(prices))
    assert prices[-1] >= 100


def test_a_heuristic_expects_the_price_at_which_others_trade() -> None:
    """A seller whose unit costs 100 does not sell at 130 where 200 is paid."""
    exchange = do(traded_at(unit_market(seller(100)), [200] * 5), "a", bid(130))
    assert quotes(Heuristic(rng=Random(1)).decide(seen(exchange)))[Side.SELL] > 190


def test_a_heuristic_without_cash_only_sells_and_without_shares_only_buys() -> None:
    poor = seen(market(me=Role(name="poor", cash=0, shares=3)))
    empty = seen(market(me=Role(name="empty", cash=800, shares=0)))
    assert set(quotes(Heuristic(rng=Random(1)).decide(poor))) == {Side.SELL}
    assert set(quotes(Heuristic(rng=Random(1)).decide(empty))) == {Side.BUY}
