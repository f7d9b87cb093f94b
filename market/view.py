"""What one trader may see of a market: the one document that pages render from and traders decide on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pydantic import TypeAdapter

from market.accounts import Account
from market.events import Phase
from market.exchange import Exchange
from market.facts import MarketFacts, facts_of
from market.forecasts import GivenForecast
from market.history import PeriodSummary, history
from market.orders import Order, Quote, Side, Trade
from market.orders import Print as Print
from market.states import Clue
from market.treatments import Role

BUY = Side.BUY
VIEW_VERSION = 2
RECENT_TRADES = 2000


class Level(NamedTuple):
    """One price of the book: `quantity` shares in all, `mine` of them one's own."""

    price: int
    quantity: int
    mine: int = 0


class OwnOrder(NamedTuple):
    """An open order of one's own: `quantity` left of `size` shares, `price` in ticks."""

    id: int
    side: Side
    price: int
    quantity: int
    size: int


@dataclass(frozen=True, slots=True)
class Holdings:
    """One's own account in ticks and shares; `cash_free` None where cash never binds."""

    role: str
    cash: int
    cash_reserved: int
    cash_free: int | None
    shares: int
    shares_reserved: int
    shares_free: int
    values_left: tuple[int, ...]
    costs_left: tuple[int, ...]
    period_profit: int
    profit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketView:
    """One trader's observation. Prices in ticks, times in seconds since the period opened.

    `seq` is the number of the last event it knows of; `history` has one line for each period that has opened; `role` is
    the own one as it was dealt. `clue` is what this trader alone is told of the open period. `holding_value`, where the
    treatment tells it, is what a share pays on average, in ticks, if it is held from this period to the end.
    `bankrupt` says that the treatment's rule for bankrupt traders holds for this one.
    In a call market nobody sees `bids` and `asks`, and `orders` are the own sheet. `forecast_targets` are the periods
    whose price is asked now, `forecasts` the own ones so far. `extended`: seconds that the phase was given. `said`:
    what the experimenter told all, as far as a page shows it, which adds it to its view; the latest last.
    """

    version: int = VIEW_VERSION
    seq: int
    trader: str
    phase: Phase
    period: int
    seconds: float
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    orders: tuple[OwnOrder, ...]
    trades: tuple[Print, ...]
    holdings: Holdings
    history: tuple[PeriodSummary, ...]
    role: Role
    clue: Clue | None
    bankrupt: bool
    holding_value: float | None
    forecast_targets: tuple[int, ...]
    forecasts: tuple[GivenForecast, ...]
    facts: MarketFacts
    extended: float = 0.0
    said: tuple[str, ...] = ()

    @property
    def quote(self) -> Quote:
        return Quote(self.bids[0].price if self.bids else None, self.asks[0].price if self.asks else None)

    @property
    def last_price(self) -> int | None:
        return self.trades[-1].price if self.trades else None

    @property
    def fundamental(self) -> float | None:
        """The fundamental value this period in ticks, where it is told."""
        return self.facts.fundamental[self.period - 1] if self.facts.fundamental and self.period else None

    @property
    def seconds_left(self) -> float:
        return max(0.0, self.facts.period_seconds + self.extended - self.seconds)

    def best_price_of_others(self, side: Side) -> int | None:
        """The best price of a side at which not all shares are one's own."""
        for price, quantity, mine in self.bids if side is BUY else self.asks:
            if quantity > mine:
                return price
        return None

    def recent_prices(self, count: int) -> list[int]:
        """Prices of the last `count` trades, the latest last."""
        return [trade.price for trade in self.trades[-count:]]

    def to_json(self) -> str:
        return _ADAPTER.dump_json(self).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> MarketView:
        """Read a view back. Raises pydantic.ValidationError for anything that is none."""
        return _ADAPTER.validate_json(text)


_ADAPTER: TypeAdapter[MarketView] = TypeAdapter(MarketView)


def view_of(exchange: Exchange, trader: str, seconds: float) -> MarketView:
    """What `trader` may see at `seconds` since the period opened. Raises KeyError for an unknown trader."""
    orders = tuple(exchange.ledger.open_orders[trader].values())
    return MarketView(
        seq=len(exchange.events),
        trader=trader,
        phase=exchange.phase,
        period=exchange.period,
        seconds=round(seconds, 3),
        bids=levels(exchange, Side.BUY, orders),
        asks=levels(exchange, Side.SELL, orders),
        orders=own_orders(orders),
        trades=tuple(exchange.prints[-RECENT_TRADES:]),
        holdings=holdings(exchange.accounts[trader]),
        history=history(exchange),
        role=exchange.roles[trader],
        clue=clue_of(exchange, trader),
        bankrupt=trader in exchange.ledger.bankrupt,
        holding_value=holding_value(exchange),
        forecast_targets=exchange.forecast_targets,
        forecasts=exchange.forecasts.of(trader),
        facts=facts_of(exchange.treatment, len(exchange.accounts)),
        extended=exchange.conduct.extended,
    )


def clue_of(exchange: Exchange, trader: str) -> Clue | None:
    """What a trader was told when the period opened; None when it has ended."""
    told = exchange.told.get(trader)
    return Clue(told.kind, told.state) if told else None


def holding_value(exchange: Exchange) -> float | None:
    """The fundamental value of this period in ticks, where it is told period by period."""
    if not (exchange.treatment.tell_holding_value and exchange.period):
        return None
    value = exchange.treatment.fundamental(exchange.period)
    return None if value is None else float(value)


def levels(exchange: Exchange, side: Side, own: Sequence[Order]) -> tuple[Level, ...]:
    """One side of the book with one's own part of it; nothing where it is hidden."""
    if exchange.hides_book:
        return ()
    mine: dict[int, int] = {}
    for order in own:
        if order.side is side:
            mine[order.price] = mine.get(order.price, 0) + order.quantity
    return tuple(Level(price, quantity, mine.get(price, 0)) for price, quantity in exchange.book.depth(side))


def own_orders(orders: Iterable[Order]) -> tuple[OwnOrder, ...]:
    return tuple(OwnOrder(order.id, order.side, order.price, order.quantity, order.size) for order in orders)


def prints(trades: Iterable[Trade]) -> tuple[Print, ...]:
    return tuple(Print(one.id, one.period, one.seconds, one.price, one.quantity, one.aggressor) for one in trades)


def holdings(account: Account) -> Holdings:
    return Holdings(
        account.role,
        account.cash,
        account.cash_reserved,
        account.cash_free,
        account.shares,
        account.shares_reserved,
        account.shares_free,
        account.values_left,
        account.costs_left,
        account.period_profit,
        account.profit,
    )
