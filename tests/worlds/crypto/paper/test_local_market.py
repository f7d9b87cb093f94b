"""The exchange on this machine keeps its books, and closes positions where it was told to."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds.crypto.paper.exchanges import flat_bars
from worlds.crypto.data.bars import NEEDED, Bars
from worlds.crypto.paper.local_account import FEE, Account
from worlds.crypto.paper.local_market import LocalMarket, Rejected


def order(side: str, coins: str, link: str = "a", **more: object) -> dict[str, object]:
    return {"symbol": "SOLUSDT", "side": side, "qty": coins, "orderType": "Market", "orderLinkId": link, **more}


def falling(low: float, high: float = 101.0) -> LocalMarket:
    """A market at 100 whose next bar goes from `low` to `high`."""
    bars = flat_bars(symbols=("SOL",))
    columns = {name: bars[name].copy() for name in NEEDED}
    columns["low"][5], columns["high"][5] = low, high
    return LocalMarket(Bars(symbols=("SOL",), times=bars.times, columns=columns, source="synthetic", origin="x"), 4)


@pytest.mark.parametrize(
    ("low", "high", "price"), [(94.0, 101.0, "95"), (99.0, 111.0, "110"), (94.0, 111.0, "95"), (96.0, 109.0, None)]
)
def test_a_position_is_closed_at_its_stop_before_its_profit(low: float, high: float, price: str | None) -> None:
    market = falling(low, high)
    market.place(order("Buy", "2", stopLoss="95", takeProfit="110"))
    before = market.account.balance
    market.advance()
    held = market.account.of("SOL").coins
    if price is None:
        assert held == 2
    else:
        assert held == 0
        gain = 2 * (Decimal(price) - Decimal("100.01"))
        assert market.account.balance == before + gain - 2 * Decimal(price) * FEE


@pytest.mark.parametrize(("side", "stop"), [("Buy", "105"), ("Sell", "95")])
def test_a_stop_on_the_wrong_side_of_the_price_is_rejected(side: str, stop: str) -> None:
    with pytest.raises(Rejected, match="stop loss"):
        falling(90.0).place(order(side, "2", stopLoss=stop))


@pytest.mark.parametrize("quantity", ["", "x", "-1", "0", "NaN", "Infinity", "1e9"])
def test_a_size_that_is_none_is_rejected_and_changes_nothing(quantity: str) -> None:
    market = falling(90.0)
    with pytest.raises(Rejected):
        market.place(order("Buy", quantity))
    assert (market.orders, market.account.balance) == ({}, Decimal(10_000))


def test_at_the_end_of_the_bars_the_clock_stands_still() -> None:
    market = LocalMarket(flat_bars(count=6), 4)
    assert market.advance()
    assert not market.advance()


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(50, 150)), max_size=12))
@settings(max_examples=60, deadline=None)
def test_equity_is_start_plus_gains_less_fees_whatever_is_traded(trades: list[tuple[int, int]]) -> None:
    account, fees = Account(), Decimal(0)
    for coins, price in trades:
        fees += account.trade("SOL", Decimal(coins), Decimal(price))
    last = Decimal(trades[-1][1] if trades else 100)
    gains = sum((coins * (last - price) for coins, price in trades), Decimal(0))
    assert account.of("SOL").coins == sum(coins for coins, _ in trades)
    assert np.isclose(float(account.equity({"SOL": last})), float(10_000 + gains - fees))
