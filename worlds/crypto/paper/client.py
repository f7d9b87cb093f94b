"""Bybit's v5 interface through ccxt's sandbox: the test network, or an exchange on this machine, and no other host."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Protocol

from bots.adapters.llm import read_keys
from worlds.crypto.needs import need
from worlds.crypto.paper.hosts import only_testnet, own_address
from worlds.crypto.paper.tickets import Closed, Instrument, Refusal, Standing, State, Ticket
from worlds.errors import WorldError

KEY, SECRET = "BYBIT_TESTNET_KEY", "BYBIT_TESTNET_SECRET"
LINEAR = "linear"
PAGE = "200"
DUPLICATE, UNCHANGED_LEVERAGE, NOT_FOUND = "110072", "110043", "110001"
SERVER_FAULT = '"retCode":10016'  # what was asked may or may not have been done
STATES: Mapping[str, State] = {
    "New": "new",
    "Untriggered": "new",
    "PartiallyFilled": "part",
    "Filled": "filled",
    "Cancelled": "cancelled",
    "PartiallyFilledCanceled": "cancelled",
    "Deactivated": "cancelled",
    "Rejected": "rejected",
}


_SILENT = logging.getLogger("worlds.crypto.paper.silent")
_SILENT.disabled = True


class Unreachable(Exception):
    """No answer came: what was asked may or may not have been done."""


class Exchange(Protocol):
    """What paper trading needs of an exchange. Every method raises Unreachable where no answer comes."""

    def instruments(self, symbols: Iterable[str]) -> dict[str, Instrument]: ...
    def now(self) -> datetime: ...
    def price(self, symbol: str) -> Decimal: ...
    def equity(self) -> Decimal: ...
    def positions(self) -> dict[str, Decimal]: ...
    def closed(self) -> list[Closed]: ...
    def set_leverage(self, symbol: str, leverage: Decimal) -> str: ...
    def place(self, ticket: Ticket) -> Standing | Refusal: ...
    def find(self, symbol: str, link: str) -> Standing | None: ...
    def cancel(self, symbol: str, link: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Keys:
    """Of an account on the test network; never shown."""

    key: str = field(repr=False)
    secret: str = field(repr=False)

    @classmethod
    def from_environment(cls, otherwise: Keys | None = None) -> Keys:
        """`otherwise`: where none are set. Raises WorldError that names what is missing."""
        stored = read_keys()
        missing = [name for name in (KEY, SECRET) if not stored.get(name)]
        if len(missing) == 2 and otherwise:
            return otherwise
        if missing:
            raise WorldError(
                f"Paper trading needs {' and '.join(missing)}: make a key on testnet.bybit.com (orders and positions "
                "of contracts) and set both in the environment or in bots/config/.env."
            )
        return cls(stored.get(KEY), stored.get(SECRET))


# Of the exchange on this machine, where no others are set
PLAY_KEYS = Keys("openpit-local", "not-a-secret")


def connect(keys: Keys, url: str = "", seconds: float = 10.0) -> Bybit:
    """A client of the test network, or of the exchange of this machine at `url`.

    Raises WorldError for any other host, and where ccxt is missing.
    """
    ccxt = need("ccxt")
    client = ccxt.bybit(
        {"apiKey": keys.key, "secret": keys.secret, "timeout": int(seconds * 1000), "options": {"recvWindow": 5000}}
    )
    client.set_sandbox_mode(True)
    if url:
        client.urls["api"] = dict.fromkeys(client.urls["api"], own_address(url))
        client.enableRateLimit = False
    only_testnet(client)
    # signed headers go where the addresses say: a redirect is refused, proxies of the environment are not read
    client.session.max_redirects = 0
    client.session.trust_env = False
    client.logger = _SILENT  # ccxt's own would write headers with the key at level DEBUG
    return Bybit(client, ccxt)


class Bybit:
    """An `Exchange` over ccxt's signed requests. Symbols are coins: BTC is the perpetual BTCUSDT."""

    def __init__(self, client: Any, ccxt: Any) -> None:
        self._client = client
        self._ccxt = ccxt

    def instruments(self, symbols: Iterable[str]) -> dict[str, Instrument]:
        """Raises WorldError for a coin that is not traded there."""
        return {symbol: self._instrument(symbol) for symbol in symbols}

    def _instrument(self, symbol: str) -> Instrument:
        found = self._rows("publicGetV5MarketInstrumentsInfo", symbol=_pair(symbol))
        if not found:
            raise WorldError(f"--symbols {symbol}: {_pair(symbol)} is not traded on this exchange.")
        lots = found[0]["lotSizeFilter"]
        return Instrument(
            symbol=symbol,
            lot=Decimal(lots["qtyStep"]),
            least=Decimal(lots["minOrderQty"]),
            most=Decimal(lots.get("maxMktOrderQty") or lots["maxOrderQty"]),
            tick=Decimal(found[0]["priceFilter"]["tickSize"]),
            least_value=Decimal(lots.get("minNotionalValue") or "0"),
        )

    def now(self) -> datetime:
        """The exchange's clock."""
        nanoseconds = int(self._read("publicGetV5MarketTime")["timeNano"])
        return datetime.fromtimestamp(nanoseconds / 1e9, UTC)

    # Histories: pages of (start in ms, row) up to a time in ms, the newest first, as Bybit gives them

    def klines(self, symbol: str, until: int) -> list[tuple[int, Any]]:
        """Rows of start, open, high, low, close, volume, turnover; the newest may still be running."""
        return self._bars("publicGetV5MarketKline", symbol, until)

    def marks(self, symbol: str, until: int) -> list[tuple[int, Any]]:
        """Rows of start, open, high, low, close of the mark price."""
        return self._bars("publicGetV5MarketMarkPriceKline", symbol, until)

    def interest(self, symbol: str, until: int) -> list[tuple[int, Any]]:
        """Open interest in coins."""
        asked = {"symbol": _pair(symbol), "intervalTime": "4h", "limit": PAGE, "endTime": str(until)}
        return [(int(row["timestamp"]), row) for row in self._rows("publicGetV5MarketOpenInterest", **asked)]

    def funding(self, symbol: str, until: int) -> list[tuple[int, Any]]:
        asked = {"symbol": _pair(symbol), "limit": PAGE, "endTime": str(until)}
        rows = self._rows("publicGetV5MarketFundingHistory", **asked)
        return [(int(row["fundingRateTimestamp"]), row) for row in rows]

    def _bars(self, method: str, symbol: str, until: int) -> list[tuple[int, Any]]:
        rows = self._rows(method, symbol=_pair(symbol), interval="240", limit=PAGE, end=str(until))
        return [(int(row[0]), row) for row in rows]

    def price(self, symbol: str) -> Decimal:
        return Decimal(self._rows("publicGetV5MarketTickers", symbol=_pair(symbol))[0]["lastPrice"])

    def equity(self) -> Decimal:
        """USDT: balance and open profits."""
        accounts = self._read("privateGetV5AccountWalletBalance", accountType="UNIFIED")["list"]
        return Decimal(accounts[0]["totalEquity"])

    def positions(self) -> dict[str, Decimal]:
        """Coins held by symbol, below 0 where sold short; nothing held is left out."""
        rows = self._rows("privateGetV5PositionList", settleCoin="USDT", limit="200")
        held = {row["symbol"].removesuffix("USDT"): _signed(row) for row in rows}
        return {symbol: coins for symbol, coins in held.items() if coins}

    def closed(self) -> list[Closed]:
        """The newest hundred positions or parts of them that were closed, by us or by their stops, the oldest first."""
        rows = self._rows("privateGetV5PositionClosedPnl", limit="100")[::-1]
        return [Closed(row["orderId"], row["symbol"].removesuffix("USDT"), Decimal(row["closedPnl"])) for row in rows]

    def set_leverage(self, symbol: str, leverage: Decimal) -> str:
        """Returns why the exchange does not take it, or nothing."""
        sides = {"buyLeverage": f"{leverage:f}", "sellLeverage": f"{leverage:f}"}
        try:
            self._call("privatePostV5PositionSetLeverage", category=LINEAR, symbol=_pair(symbol), **sides)
        except self._ccxt.ExchangeError as error:
            return "" if UNCHANGED_LEVERAGE in str(error) else _words(error)
        return ""

    def place(self, ticket: Ticket) -> Standing | Refusal:
        """Send an order. One that the exchange already has under this link is not sent twice: its standing is the
        answer. Raises WorldError where the keys are not taken."""
        try:
            self._call("privatePostV5OrderCreate", **_order(ticket))
        except self._ccxt.ExchangeError as error:
            if DUPLICATE not in str(error):
                return Refusal(link=ticket.link, reason=_words(error))
        return self.find(ticket.symbol, ticket.link) or Standing(link=ticket.link, state="new")

    def find(self, symbol: str, link: str) -> Standing | None:
        """None where the exchange has no such order."""
        for method in ("privateGetV5OrderRealtime", "privateGetV5OrderHistory"):
            rows = self._rows(method, symbol=_pair(symbol), orderLinkId=link)
            if rows:
                return _standing(rows[0])
        return None

    def cancel(self, symbol: str, link: str) -> None:
        """What is already over stays as it is."""
        try:
            self._call("privatePostV5OrderCancel", category=LINEAR, symbol=_pair(symbol), orderLinkId=link)
        except self._ccxt.OrderNotFound:
            return

    def _rows(self, method: str, **query: str) -> list[Any]:
        rows: list[Any] = self._read(method, category=LINEAR, **query)["list"]
        return rows

    def _read(self, method: str, **query: object) -> dict[str, Any]:
        """The result of a question. Raises WorldError where the exchange does not answer it."""
        try:
            result: dict[str, Any] = self._call(method, **query)["result"]
        except self._ccxt.ExchangeError as error:
            raise WorldError(f"The exchange does not answer as Bybit does ({_words(error)}).") from None
        return result

    def _call(self, method: str, **query: object) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(self._client, method)(query)
        except self._ccxt.AuthenticationError as error:
            raise WorldError(f"The exchange does not take the keys in {KEY} and {SECRET}: {_words(error)}") from None
        except self._ccxt.InvalidNonce as error:
            raise WorldError(
                f"The exchange finds this machine's clock wrong ({_words(error)}): set it by NTP."
            ) from None
        except (self._ccxt.NetworkError, self._ccxt.ExchangeNotAvailable) as error:
            raise Unreachable(_words(error)) from None
        except self._ccxt.ExchangeError as error:
            if SERVER_FAULT in str(error):
                raise Unreachable(_words(error)) from None
            raise
        if not isinstance(answer, dict):
            raise Unreachable("its answer is not JSON")
        return answer


def _pair(symbol: str) -> str:
    return f"{symbol}USDT"


def _signed(row: Mapping[str, Any]) -> Decimal:
    size = Decimal(row["size"] or "0")
    return -size if row["side"] == "Sell" else size


def _order(ticket: Ticket) -> dict[str, Any]:
    order = {
        "category": LINEAR,
        "symbol": _pair(ticket.symbol),
        "side": ticket.side,
        "orderType": "Market" if ticket.price is None else "Limit",
        "qty": f"{ticket.quantity:f}",
        "orderLinkId": ticket.link,
        "reduceOnly": ticket.reduce_only,
        "positionIdx": 0,
        "timeInForce": "IOC" if ticket.price is None else "GTC",
    }
    prices = {"price": ticket.price, "stopLoss": ticket.stop, "takeProfit": ticket.take_profit}
    return {**order, **{name: f"{price:f}" for name, price in prices.items() if price is not None}}


def _standing(row: Mapping[str, Any]) -> Standing:
    return Standing(
        link=row["orderLinkId"],
        state=STATES.get(row["orderStatus"], "new"),
        filled=Decimal(row["cumExecQty"] or "0"),
        mean_price=Decimal(row["avgPrice"] or "0"),
        fee=Decimal(row.get("cumExecFee") or "0"),
    )


def _words(error: Exception) -> str:
    """The exchange's message, without addresses that carry signed queries."""
    text = str(error)
    start = text.find('"retMsg":"')
    if start >= 0:
        text = text[start + len('"retMsg":"') :].split('"', 1)[0]
    return text.split(" http", 1)[0][:200]
