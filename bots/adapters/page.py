"""The page object: what a bot sees of its page and does on it. The only place, with page.js, that knows the DOM."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bots.adapters.forms import Field, answers
from bots.adapters.inbox import Message
from market.events import Phase
from market.orders import Action, CancelOrder, Forecast, Hold, PlaceOrder, ReplaceOrder, SubmitSheet
from market.view import MarketView

if TYPE_CHECKING:
    from bots.adapters.browser import Tab

ANSWER_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Arrived:
    """A page was loaded. `kind` is market, wait (for others), form (has a button) or still (has none).

    `status` is that of the HTTP reply; 0 where there was no reply. `text` is what a person reads on a form, cut where
    it is very long.
    """

    kind: str
    url: str
    title: str
    fields: tuple[Field, ...]
    status: int
    text: str = ""

    @property
    def path(self) -> str:
        return urlsplit(self.url).path


@dataclass(frozen=True, slots=True)
class PhaseChanged:
    """The market page says where the market is now."""

    phase: Phase
    period: int
    trader: str


@dataclass(frozen=True, slots=True)
class Due:
    """A decision is due on `view`. `why` is event or quiet; `at` when the page said so, seconds since 1970; `round`
    counts the markets of the session from 1."""

    view: MarketView
    why: str
    at: float
    round: int = 1


@dataclass(frozen=True, slots=True)
class Alive:
    """The page still runs."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The tab or its browser is gone."""

    why: str


PageEvent = Arrived | PhaseChanged | Due | Alive | Lost


@dataclass(frozen=True, slots=True)
class PageReceipt:
    """What the server answered to one action, as the page tells it; `trades` are (price in ticks, shares)."""

    status: str
    order_id: int | None = None
    quantity: int = 0
    trades: tuple[tuple[int, int], ...] = ()
    code: str = ""
    reason: str = ""

    @property
    def ok(self) -> bool:
        return self.status != "refused"


class Page:
    """The pages of one participant in one tab. `deliver` gets their events, in threads of the driver."""

    def __init__(
        self, tab: Callable[[Callable[[Message], None]], Tab], link: str, deliver: Callable[[PageEvent], None]
    ) -> None:
        self._tab = tab(lambda message: deliver(_event(message)))
        self._link = link
        self._path = ""
        self._tries: Counter[str] = Counter()

    def join(self) -> None:
        """Open the participant's link in a new tab: the server sends it to the page where the participant is."""
        self._tab.open(self._link)

    def arm(self, *, after: int, least: float, longest: float) -> None:
        """Ask for one `Due`: `least` seconds from now at the earliest and as soon as there is an event after number
        `after`, or `longest` seconds from now."""
        self._tab.call("arm", {"after": after, "least": least * 1000, "longest": longest * 1000})

    def newer(self, seq: int) -> MarketView | None:
        """The view where it knows of events after number `seq`."""
        text = self._tab.call("newer", {"after": seq})
        return MarketView.from_json(text) if text else None

    def submit(self, action: Action) -> PageReceipt:
        """Act as the page's own buttons do. Raises TimeoutError without an answer, PageLeft, BrowserGone."""
        if isinstance(action, Hold):
            return PageReceipt("held")
        reply = self._tab.ask("act", {"command": command_of(action)}, ANSWER_SECONDS)
        if "receipt" not in reply:
            return PageReceipt("refused", reason=f"The page failed: {reply['error']}")
        receipt = reply["receipt"]
        trades = tuple((price, quantity) for price, quantity in receipt["trades"])
        return PageReceipt(**{**receipt, "trades": trades})

    def pass_on(self, page: Arrived, given: Mapping[str, list[str]] | None = None) -> str:
        """Answer the fields of a page, as `given` or else neutrally, and press its button.

        Returns what stands in the way, "" for nothing seen yet.
        """
        if page.path == self._path:
            self._tries.update(
                [field.name for field in page.fields if field.wrong] or [one.name for one in page.fields]
            )
        else:
            self._path = page.path
            self._tries.clear()
        self._tab.call("fill", {**answers(page.fields, self._tries), **(given or {})})
        return str(self._tab.call("press"))

    def screenshot(self) -> bytes:
        """The page as PNG."""
        return self._tab.screenshot()


def command_of(action: PlaceOrder | CancelOrder | ReplaceOrder | SubmitSheet | Forecast) -> dict[str, object]:
    """An action as the page's `openpit.act` takes it."""
    match action:
        case PlaceOrder(side, price, quantity, lasting):
            return {"do": "place", "side": side, "price": price, "quantity": quantity, "time_in_force": lasting}
        case CancelOrder(order_id):
            return {"do": "cancel", "order_id": order_id}
        case ReplaceOrder(order_id, price, quantity):
            return {"do": "replace", "order_id": order_id, "price": price, "quantity": quantity}
        case SubmitSheet(orders):
            return {"do": "sheet", "orders": [list(one) for one in orders]}
        case Forecast(prices):
            return {"do": "forecast", "prices": list(prices)}


def _event(message: Message) -> PageEvent:
    match message["kind"]:
        case "page":
            fields = tuple(_field(one) for one in message["fields"])
            where = (message["page"], message["url"], message["title"])
            return Arrived(*where, fields, message["status"], message["text"])
        case "phase":
            return PhaseChanged(Phase(message["phase"]), message["period"], message["trader"])
        case "due":
            return Due(MarketView.from_json(message["view"]), message["why"], message["at"] / 1000, message["round"])
        case "lost":
            return Lost(message["why"])
        case "alive":
            return Alive()
        case unknown:
            raise ValueError(f"The page sent a message of the unknown kind {unknown!r}: {json.dumps(message)[:200]}")


def _field(document: dict[str, Any]) -> Field:
    several = {name: tuple(document[name]) for name in ("choices", "labels")}
    return Field(**{**document, **several})
