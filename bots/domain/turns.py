"""One turn: what was decided is checked once more, carried out and written down. Knows no threads and no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from bots.adapters.errors import BrowserGone, PageLeft
from bots.adapters.page import Arrived, Due, PageReceipt
from bots.agents.trader import Decision, asked_of
from market.encoding import encode_command
from market.events import Phase
from market.orders import Action, CancelOrder, Forecast, Hold, PlaceOrder, ReplaceOrder, SubmitSheet
from market.view import MarketView, OwnOrder

# 2: `substitute`. 3: `round`, `asked`.
TURN_VERSION = 3
# Refusals that only a market which moved on gives: whoever decided saw another book.
MOVED = (
    "unknown_order",
    "nothing_to_trade_with",
    "not_filled_whole",
    "no_improvement",
    "waiting",
    "closed",
    "paused",
    "finished",
    "forecast",
    "no_forecasts",
)
# Refusals that a trade in between explains where there was one.
MAYBE_MOVED = ("no_cash", "no_shares", "no_units_to_buy", "no_units_to_sell", "self_trade", "one_order_a_side")


class ActingPage(Protocol):
    """What a turn needs of the page."""

    def newer(self, seq: int) -> MarketView | None: ...

    def submit(self, action: Action) -> PageReceipt: ...


class BotPage(ActingPage, Protocol):
    """What a seat needs of its page."""

    def join(self) -> None: ...

    def arm(self, *, after: int, least: float, longest: float) -> None: ...

    def pass_on(self, page: Arrived, given: Mapping[str, list[str]] | None = None) -> str: ...

    def screenshot(self) -> bytes: ...


class Clock(Protocol):
    def __call__(self) -> float: ...


@dataclass(slots=True)
class Done:
    """What became of a decision. `act` has the milliseconds to each acknowledgement."""

    outcome: str
    reason: str
    receipts: list[PageReceipt] = field(default_factory=list)
    act: list[float] = field(default_factory=list)


def carry_out(page: ActingPage, decision: Decision, seen: MarketView, clock: Clock) -> Done:
    """Send the actions of a decision in order, each after the answer to the one before.

    `seen` is what was decided on; actions that no longer apply to the market as it is now are not sent. Whatever
    becomes of a substitute's actions, the decision that was due remains the model's, which has failed.
    """
    done = Done(decision.outcome, decision.reason)
    try:
        current = page.newer(seen.seq) if decision.actions else None
        for action in decision.actions:
            _carry_out_one(page, action, seen, current, done, clock)
    except PageLeft as error:
        done.outcome, done.reason = "stale", str(error)
    except TimeoutError:
        done.outcome, done.reason = "failed", "The server did not answer in time."
    except BrowserGone as error:
        done.outcome, done.reason = "failed", f"The browser died before the answer came: {error}"
    if decision.substitute:
        done.outcome = decision.outcome
    return done


def _carry_out_one(
    page: ActingPage, action: Action, seen: MarketView, current: MarketView | None, done: Done, clock: Clock
) -> None:
    if current and (objection := objection_to(action, seen, current)):
        done.receipts.append(PageReceipt("held", reason=objection))
        done.outcome = "stale"
        return
    began = clock()
    receipt = page.submit(action)
    done.act.append(round((clock() - began) * 1000, 1))
    done.receipts.append(receipt)
    # what others do in a call market changes nothing before it closes
    traded_since = current is not None and current.facts.institution == "continuous"
    if receipt.code in MOVED or (traded_since and receipt.code in MAYBE_MOVED):
        done.outcome = "stale"


def newest(page: ActingPage, seen: MarketView) -> MarketView:
    """The view as it is now, or the one that was seen last where the page has gone."""
    try:
        return page.newer(seen.seq) or seen
    except PageLeft:
        return seen


def objection_to(action: Action, seen: MarketView, current: MarketView) -> str:
    """Why an action decided on `seen` makes no sense in `current`, or "". Cash and shares are the server's to check."""
    if (current.phase, current.period) != (seen.phase, seen.period):
        if seen.phase is Phase.FORECAST:
            return "Not sent: these forecasts are no longer asked for."
        return f"Not sent: period {seen.period} is no longer open."
    if isinstance(action, CancelOrder | ReplaceOrder):
        before, now = _order(seen, action.order_id), _order(current, action.order_id)
        if before and not now:
            return f"Not sent: order {action.order_id} is no longer in the book."
        if isinstance(action, ReplaceOrder) and before and now and now.quantity < before.quantity:
            return f"Not sent: order {action.order_id} has traded meanwhile."
    return ""


def _order(view: MarketView, order_id: int) -> OwnOrder | None:
    return next((order for order in view.orders if order.id == order_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatName:
    """Who played: `seat` counts from 1 in the order of the session's links."""

    seat: int
    participant: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When: `utc` of the moment of decision (ISO 8601), milliseconds from due to asked and from asked to decided."""

    utc: str
    event: float
    decide: float

    @classmethod
    def of(cls, due: float, asked: float, answered: float) -> Timing:
        """From moments in seconds since 1970."""
        moment = datetime.fromtimestamp(answered, UTC).isoformat(timespec="milliseconds")
        return cls(utc=moment, event=round((asked - due) * 1000, 1), decide=round((answered - asked) * 1000, 1))


def turn_line(who: SeatName, turn: int, due: Due, decision: Decision, done: Done, timing: Timing) -> dict[str, object]:
    """One line of `decisions.jsonl`.

    `round` counts the markets of the session; `asked` is trade, or forecast: of prices from period `period` + 1 on.
    `calls` are keys of `llm_calls.jsonl`; `substitute` is the rule trader that decided in the place of a model out of
    reach, "" for none; `ms.act` is the slowest acknowledgement, None where nothing was sent.
    """
    seen = due.view
    return {
        "version": TURN_VERSION,
        **asdict(who),
        "trader": seen.trader,
        "turn": turn,
        "round": due.round,
        "period": seen.period,
        "asked": asked_of(seen),
        "seconds": seen.seconds,
        "utc": timing.utc,
        "view_seq": seen.seq,
        "trigger": due.why,
        "outcome": done.outcome,
        "reason": done.reason,
        "substitute": decision.substitute,
        "calls": list(decision.calls),
        "actions": [encode_command(action) for action in decision.actions],
        "receipts": [asdict(receipt) for receipt in done.receipts],
        "quote": list(seen.quote),
        "last_price": seen.last_price,
        "cash": seen.holdings.cash,
        "shares": seen.holdings.shares,
        "ms": {"event": timing.event, "decide": timing.decide, "act": max(done.act, default=None)},
    }


def in_words(decision: Decision, done: Done) -> str:
    """A decision and its outcome, short enough for a line of a terminal."""
    words = ", ".join(_action_in_words(action) for action in decision.actions) or "hold"
    if decision.substitute:
        return f"{words} ({decision.substitute} for the model)"
    return words if done.outcome == "valid" else f"{words} ({done.outcome})"


def _action_in_words(action: Action) -> str:
    match action:
        case PlaceOrder(side, price, quantity):
            return f"{side} {quantity} at {'any price' if price is None else price}"
        case CancelOrder(order_id):
            return f"cancel {order_id}"
        case ReplaceOrder(order_id, price, quantity):
            return f"change {order_id} to {quantity} at {price}"
        case SubmitSheet(orders):
            lines = ", ".join(f"{side} {quantity} at {price}" for side, price, quantity in orders)
            return f"sheet: {lines or 'empty'}"
        case Forecast(prices):
            return f"forecast {', '.join(map(str, prices))}"
        case Hold():
            return "hold"
