"""A market page without a browser: real rules behind it, driven by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import time

from bots.adapters.errors import BrowserGone
from bots.adapters.page import Arrived, Due, PageEvent, PageReceipt, PhaseChanged
from market.exchange import Exchange
from market.orders import Action
from market.view import MarketView, view_of


def arrived(kind: str, path: str = "/p/code/otree_app/Market/2", status: int = 200) -> Arrived:
    return Arrived(kind, f"http://server{path}", kind.title(), (), status)


@dataclass
class FakePage:
    """The page of `trader` at an exchange. It answers `arm` at once with a due decision, at most `turns` times.

    `before_submit` runs before an order reaches the market; `broken` are joins that fail.
    """

    exchange: Exchange
    hear: Callable[[PageEvent], None]
    trader: str = "T1"
    turns: int = 1
    hurdle: str = ""
    broken: int = 0
    before_submit: Callable[[], None] = lambda: None
    armed: list[dict[str, float]] = field(default_factory=list)
    joins: int = 0
    passed: int = 0
    given: list[Mapping[str, list[str]]] = field(default_factory=list)

    def join(self) -> None:
        self.joins += 1
        if self.joins <= self.broken:
            raise BrowserGone("no browser yet")
        self.hear(arrived("market"))
        self.hear(PhaseChanged(self.exchange.phase, self.exchange.period, self.trader))

    def arm(self, *, after: int, least: float, longest: float) -> None:
        self.armed.append({"after": after, "least": least, "longest": longest})
        if len(self.armed) <= self.turns:
            self.hear(Due(view_of(self.exchange, self.trader, 1.0), "event", time()))

    def newer(self, seq: int) -> MarketView | None:
        self.before_submit()
        view = view_of(self.exchange, self.trader, 2.0)
        return view if view.seq > seq else None

    def submit(self, action: Action) -> PageReceipt:
        receipt = self.exchange.submit(self.trader, action, 2.0)
        trades = tuple((trade.price, trade.quantity) for trade in receipt.trades)
        return PageReceipt(receipt.status, receipt.order_id, receipt.quantity, trades, receipt.code, receipt.reason)

    def pass_on(self, page: Arrived, given: Mapping[str, list[str]] | None = None) -> str:
        self.passed += 1
        self.given.append(given or {})
        return self.hurdle

    def screenshot(self) -> bytes:
        return b"picture"
