"""What the exchange on this machine answers to each request, in the forms of Bybit's v5 REST.

Source: https://bybit-exchange.github.io/docs/v5/intro (the requests that `client.py` and ccxt send).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from worlds.crypto.paper.local_account import LEVERAGE
from worlds.crypto.paper.local_market import LocalMarket, Rejected, Resting, instrument

Query = Mapping[str, Any]
MOST_ROWS = 100
WORDS = {"new": "New", "part": "PartiallyFilled", "filled": "Filled", "rejected": "Rejected"}


def _clock(market: LocalMarket, _: Query) -> dict[str, Any]:
    return {"timeSecond": str(market.now_ms // 1000), "timeNano": str(market.now_ms * 1_000_000)}


def _instruments(market: LocalMarket, query: Query) -> dict[str, Any]:
    wanted = str(query.get("symbol", "")).removesuffix("USDT")
    listed = query.get("category") == "linear" and query.get("status", "Trading") == "Trading"
    symbols = [symbol for symbol in market.bars.symbols if listed and wanted in ("", symbol)]
    return {"category": "linear", "list": [_listing(symbol) for symbol in symbols], "nextPageCursor": ""}


def _listing(symbol: str) -> dict[str, Any]:
    steps = instrument(symbol)
    return {
        "symbol": f"{symbol}USDT",
        "contractType": "LinearPerpetual",
        "launchTime": "1585526400000",
        "deliveryTime": "0",
        "deliveryFeeRate": "",
        "priceScale": "5",
        "fundingInterval": 480,
        "status": "Trading",
        "baseCoin": symbol,
        "quoteCoin": "USDT",
        "settleCoin": "USDT",
        "priceFilter": {"minPrice": f"{steps.tick:f}", "maxPrice": "9999999", "tickSize": f"{steps.tick:f}"},
        "lotSizeFilter": {
            "qtyStep": f"{steps.lot:f}",
            "minOrderQty": f"{steps.least:f}",
            "maxOrderQty": f"{steps.most:f}",
            "maxMktOrderQty": f"{steps.most:f}",
            "minNotionalValue": f"{steps.least_value:f}",
        },
        "leverageFilter": {"minLeverage": "1", "maxLeverage": "50", "leverageStep": "0.01"},
    }


def _column(market: LocalMarket, query: Query) -> int:
    symbol = str(query.get("symbol", "")).removesuffix("USDT")
    if symbol not in market.bars.symbols:
        raise Rejected(10001, "symbol invalid")
    column: int = market.bars.symbols.index(symbol)
    return column


def _rows(market: LocalMarket, query: Query) -> range:
    """Closed bars that are asked for, the newest first."""
    limit = min(int(query.get("limit", 200)), 1000)
    # kline says start and end, the histories startTime and endTime
    first = int(query.get("start", query.get("startTime", 0)))
    last = int(query.get("end", query.get("endTime", 2**62)))
    rows = [row for row in range(market.bar, -1, -1) if first <= market.start_ms(row) <= last][:limit]
    return range(rows[0], rows[-1] - 1, -1) if rows else range(0)


def _kline(market: LocalMarket, query: Query) -> dict[str, Any]:
    return _series(market, query, ("open", "high", "low", "close", "volume", "turnover"))


def _mark(market: LocalMarket, query: Query) -> dict[str, Any]:
    # of the mark price only the close is on record
    return _series(market, query, ("mark_close",) * 4)


def _series(market: LocalMarket, query: Query, names: Sequence[str]) -> dict[str, Any]:
    column = _column(market, query)
    listed = [
        [str(market.start_ms(row)), *(repr(float(market.bars[name][row, column])) for name in names)]
        for row in _rows(market, query)
    ]
    return {"category": "linear", "symbol": query["symbol"], "list": listed}


def _interest(market: LocalMarket, query: Query) -> dict[str, Any]:
    """In coins, as Bybit gives it for linear contracts."""
    column = _column(market, query)
    listed = [
        {
            "openInterest": repr(float(market.bars["oi_usd"][row, column] / market.bars["mark_close"][row, column])),
            "timestamp": str(market.start_ms(row)),
        }
        for row in _rows(market, query)
    ]
    return {"category": "linear", "symbol": query["symbol"], "list": listed, "nextPageCursor": ""}


def _funding(market: LocalMarket, query: Query) -> dict[str, Any]:
    column = _column(market, query)
    listed = [
        {
            "symbol": query["symbol"],
            "fundingRate": repr(float(market.bars["funding_rate"][row, column])),
            "fundingRateTimestamp": str(market.start_ms(row)),
        }
        for row in _rows(market, query)
        if market.bars.settles[row]
    ]
    return {"category": "linear", "list": listed}


def _tickers(market: LocalMarket, query: Query) -> dict[str, Any]:
    symbol = market.bars.symbols[_column(market, query)]
    price = f"{market.price(symbol):f}"
    return {"category": "linear", "list": [{"symbol": f"{symbol}USDT", "lastPrice": price, "markPrice": price}]}


def _coins(_: LocalMarket, __: Query) -> dict[str, Any]:
    return {"rows": []}


def _create(market: LocalMarket, query: Query) -> dict[str, Any]:
    order = market.place(query)
    return {"orderId": str(order.number), "orderLinkId": order.link}


def _cancel(market: LocalMarket, query: Query) -> dict[str, Any]:
    order = market.cancel(str(query.get("orderLinkId", "")))
    return {"orderId": str(order.number), "orderLinkId": order.link}


def _orders(market: LocalMarket, query: Query) -> dict[str, Any]:
    order = market.orders.get(str(query.get("orderLinkId", "")))
    return {"category": "linear", "list": [_row(order)] if order else [], "nextPageCursor": ""}


def _row(order: Resting) -> dict[str, str | bool]:
    cancelled = "PartiallyFilledCanceled" if order.filled else "Cancelled"
    mean = order.paid / order.filled if order.filled else ""
    return {
        "orderId": str(order.number),
        "orderLinkId": order.link,
        "symbol": f"{order.symbol}USDT",
        "side": order.side,
        "orderStatus": WORDS.get(order.state, cancelled),
        "qty": f"{order.quantity:f}",
        "price": "" if order.price is None else f"{order.price:f}",
        "cumExecQty": f"{order.filled:f}",
        "cumExecFee": f"{order.fee:f}",
        "avgPrice": f"{mean:f}" if mean else "",
        "reduceOnly": order.reduce_only,
    }


def _positions(market: LocalMarket, _: Query) -> dict[str, Any]:
    rows = [
        {
            "symbol": f"{symbol}USDT",
            "side": ("Buy" if held.coins > 0 else "Sell") if held.coins else "",
            "size": f"{abs(held.coins):f}",
            "avgPrice": f"{held.cost / held.coins:f}" if held.coins else "",
            "markPrice": f"{market.price(symbol):f}",
            "stopLoss": f"{held.stop or 0:f}",
            "takeProfit": f"{held.take_profit or 0:f}",
            "leverage": f"{market.account.leverage.get(symbol, LEVERAGE):f}",
        }
        for symbol, held in market.account.holdings.items()
    ]
    return {"category": "linear", "list": rows, "nextPageCursor": ""}


def _closed(market: LocalMarket, _: Query) -> dict[str, Any]:
    rows = [
        {"symbol": f"{symbol}USDT", "closedPnl": f"{profit:f}", "orderId": f"closed-{number}"}
        for number, (symbol, profit) in enumerate(market.account.closed)
    ]
    return {"category": "linear", "list": rows[: -MOST_ROWS - 1 : -1], "nextPageCursor": ""}


def _wallet(market: LocalMarket, _: Query) -> dict[str, Any]:
    equity, balance = f"{market.equity():f}", f"{market.account.balance:f}"
    coin = {"coin": "USDT", "equity": equity, "walletBalance": balance}
    return {"list": [{"accountType": "UNIFIED", "totalEquity": equity, "totalWalletBalance": balance, "coin": [coin]}]}


def _leverage(market: LocalMarket, query: Query) -> dict[str, Any]:
    market.set_leverage(market.bars.symbols[_column(market, query)], Decimal(str(query["buyLeverage"])))
    return {}


Answer = Callable[[LocalMarket, Query], dict[str, Any]]
PUBLIC: Mapping[tuple[str, str], Answer] = {
    ("GET", "/v5/market/time"): _clock,
    ("GET", "/v5/market/instruments-info"): _instruments,
    ("GET", "/v5/market/kline"): _kline,
    ("GET", "/v5/market/mark-price-kline"): _mark,
    ("GET", "/v5/market/open-interest"): _interest,
    ("GET", "/v5/market/funding/history"): _funding,
    ("GET", "/v5/market/tickers"): _tickers,
}
PRIVATE: Mapping[tuple[str, str], Answer] = {
    ("POST", "/v5/order/create"): _create,
    ("POST", "/v5/order/cancel"): _cancel,
    ("GET", "/v5/order/realtime"): _orders,
    ("GET", "/v5/order/history"): _orders,
    ("GET", "/v5/position/list"): _positions,
    ("GET", "/v5/position/closed-pnl"): _closed,
    ("GET", "/v5/account/wallet-balance"): _wallet,
    ("POST", "/v5/position/set-leverage"): _leverage,
    ("GET", "/v5/asset/coin/query-info"): _coins,
}
