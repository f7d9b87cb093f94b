"""What a trader may see of a running market, made on demand: the attributes of `market.view.MarketView`, none of its
copies. For traders by rule that keep nothing of what they saw: everything here changes as the market moves."""

from __future__ import annotations

from collections.abc import Iterator, ValuesView
from dataclasses import dataclass, field, replace
from typing import ClassVar, cast

from market.accounts import Account
from market.book import NOWHERE, BookSide
from market.events import Phase
from market.exchange import Exchange
from market.facts import MarketFacts
from market.orders import Order, Print, Quote, Side
from market.treatments import Role
from market.view import Level, MarketView

BUY = Side.BUY


@dataclass(slots=True)
class Clock:
    """The tick that all traders live in, and in `told` the fundamental value of this tick, for those who know it."""

    seconds: float
    told: list[float]

    def informed(self, facts: MarketFacts) -> MarketFacts:
        """The same facts, with a fundamental value that moves."""
        return replace(facts, fundamental=cast(tuple[float, ...], self.told))


class Levels:
    """One side of the book from the best price on, with one's own shares at each."""

    __slots__ = ("exchange", "own", "side")

    def __init__(self, exchange: Exchange, side: Side, own: dict[int, Order]) -> None:
        self.exchange, self.side, self.own = exchange, side, own

    def _book(self) -> BookSide:
        book = self.exchange.book
        return book.bids if self.side is BUY else book.asks

    def _level(self, book: BookSide, price: int) -> Level:
        side, mine = self.side, 0
        for order in self.own.values():
            if order.price == price and order.side is side:
                mine += order.quantity
        return Level(price, book.levels[price].total, mine)

    def __bool__(self) -> bool:
        return self._book().top != NOWHERE

    def __iter__(self) -> Iterator[Level]:
        book = self._book()
        if book.top == NOWHERE:
            return
        best = book.top * book.sign
        # nearly everybody looks at the best price alone, for which the ranking is not needed
        yield self._level(book, best)
        for price in book.ranked():
            if price != best:
                yield self._level(book, price)

    def __getitem__(self, place: int) -> Level:
        for number, level in enumerate(self):
            if number == place:
                return level
        raise IndexError(place)

    def __len__(self) -> int:
        return len(self._book().levels)


@dataclass(slots=True)
class LiveView:
    """One trader's; `facts` say whether it knows the fundamental value of the tick, or only that of the opening."""

    exchange: Exchange
    trader: str
    clock: Clock
    facts: MarketFacts
    role: Role
    period: int = 1
    clue: ClassVar[None] = None
    bankrupt: ClassVar[bool] = False
    holding_value: ClassVar[None] = None
    extended: ClassVar[float] = 0.0
    forecast_targets: ClassVar[tuple[int, ...]] = ()
    holdings: Account = field(init=False)
    bids: Levels = field(init=False)
    asks: Levels = field(init=False)
    _own: dict[int, Order] = field(init=False)

    def __post_init__(self) -> None:
        self._own = self.exchange.ledger.open_orders[self.trader]
        self.holdings = self.exchange.accounts[self.trader]
        self.bids = Levels(self.exchange, Side.BUY, self._own)
        self.asks = Levels(self.exchange, Side.SELL, self._own)

    @property
    def phase(self) -> Phase:
        return self.exchange.phase

    @property
    def seq(self) -> int:
        return len(self.exchange.events)

    @property
    def seconds(self) -> float:
        return self.clock.seconds

    @property
    def seconds_left(self) -> float:
        return max(0.0, self.facts.period_seconds - self.clock.seconds)

    @property
    def orders(self) -> ValuesView[Order]:
        return self._own.values()

    @property
    def trades(self) -> list[Print]:
        return self.exchange.prints

    @property
    def last_price(self) -> int | None:
        prints = self.exchange.prints
        return prints[-1].price if prints else None

    @property
    def quote(self) -> Quote:
        return self.exchange.book.quote()

    @property
    def fundamental(self) -> float:
        return self.facts.fundamental[0]

    def as_view(self) -> MarketView:
        """As a trader by rule takes it: it asks for attributes, and here they are."""
        return cast(MarketView, self)
