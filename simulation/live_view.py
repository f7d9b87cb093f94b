"""What a trader may see of a running market, made on demand: the attributes of `market.view.MarketView`, none of its
copies. For traders by rule that keep nothing of what they saw: everything here changes as the market moves."""

from __future__ import annotations

from collections.abc import Iterator, ValuesView
from dataclasses import dataclass, field, replace
from typing import ClassVar, cast

from market.book import NOWHERE, BookSide
from market.events import Phase
from market.facts import MarketFacts
from market.orders import Order, Print, Quote, Side
from market.treatments import Role
from market.view import Level, MarketView
from simulation.venue import Holder, Venue

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

    __slots__ = ("book", "own")

    def __init__(self, book: BookSide, own: dict[int, Order]) -> None:
        self.book, self.own = book, own

    def _level(self, price: int) -> Level:
        # no price has orders of both sides
        mine = sum([order.quantity for order in self.own.values() if order.price == price])
        return Level(price, self.book.levels[price].total, mine)

    def __bool__(self) -> bool:
        return self.book.top != NOWHERE

    def __iter__(self) -> Iterator[Level]:
        return map(self._level, self.book.ranked())

    def __getitem__(self, place: int) -> Level:
        for number, level in enumerate(self):
            if number == place:
                return level
        raise IndexError(place)

    def __len__(self) -> int:
        return len(self.book.levels)


@dataclass(slots=True)
class LiveView:
    """One trader's; `facts` say whether it knows the fundamental value of the tick, or only that of the opening.

    Good until the market closes: then the book has new sides.
    """

    venue: Venue
    trader: str
    clock: Clock
    facts: MarketFacts
    role: Role
    period: ClassVar[int] = 1
    phase: ClassVar[Phase] = Phase.OPEN
    clue: ClassVar[None] = None
    bankrupt: ClassVar[bool] = False
    holding_value: ClassVar[None] = None
    extended: ClassVar[float] = 0.0
    forecast_targets: ClassVar[tuple[int, ...]] = ()
    holdings: Holder = field(init=False)
    orders: ValuesView[Order] = field(init=False)
    trades: list[Print] = field(init=False)
    bids: Levels = field(init=False)
    asks: Levels = field(init=False)
    _bids: BookSide = field(init=False)
    _asks: BookSide = field(init=False)

    def __post_init__(self) -> None:
        book, self.trades = self.venue.book, self.venue.prints
        self.holdings = self.venue.accounts[self.trader]
        own = self.holdings.orders
        self.orders, self._bids, self._asks = own.values(), book.bids, book.asks
        self.bids, self.asks = Levels(book.bids, own), Levels(book.asks, own)

    @property
    def seq(self) -> int:
        return self.venue.events

    @property
    def seconds(self) -> float:
        return self.clock.seconds

    @property
    def seconds_left(self) -> float:
        return max(0.0, self.facts.period_seconds - self.clock.seconds)

    @property
    def last_price(self) -> int | None:
        prices = self.venue.prices
        return prices[-1] if prices else None

    @property
    def quote(self) -> Quote:
        return self.venue.book.quote()

    @property
    def fundamental(self) -> float:
        return self.facts.fundamental[0]

    def best_price_of_others(self, side: Side) -> int | None:
        """The hot path: nearly always the best of all."""
        book = self._bids if side is BUY else self._asks
        if book.top == NOWHERE:
            return None
        price = book.top * book.sign
        for order in self.orders:
            if order.price == price:
                return self._beside_own(book)
        return price

    def _beside_own(self, book: BookSide) -> int | None:
        for price in book.ranked():
            if book.levels[price].total > sum([order.quantity for order in self.orders if order.price == price]):
                return price
        return None

    def recent_prices(self, count: int) -> list[int]:
        return self.venue.prices[-count:]

    def as_view(self) -> MarketView:
        """As a trader by rule takes it: it asks for attributes, and here they are."""
        return cast(MarketView, self)
