"""Between what a trader wants and the orders it sends: at once, or in slices over time. Has no opinion on prices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import takewhile
from math import ceil
from typing import Literal, Protocol

from bots.agents.desk import aim, in_bounds, sides, takes
from bots.agents.trader import Decision
from market.events import Phase
from market.orders import Action, Side
from market.view import MarketView

Urgency = Literal["low", "medium", "high"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """To trade `quantity` shares within `horizon` seconds of market time, None for the rest of the period.

    `worst`: the worst acceptable price in ticks, None for any. `urgency` low waits at the best price of the own side,
    medium meets others half-way, high takes what they offer.
    """

    side: Side
    quantity: int
    urgency: Urgency = "medium"
    worst: int | None = None
    horizon: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Thought:
    """A decision, and what is wanted beyond its actions."""

    decision: Decision
    intent: Intent | None = None


Think = Callable[[MarketView], Thought]


@dataclass(frozen=True, slots=True)
class Work:
    """An intent that is being worked off: since when, from which position, and which decision stands behind it."""

    intent: Intent
    decision: Decision
    period: int
    began: float
    ends: float
    before: int

    def done(self, view: MarketView) -> int:
        """Shares traded since; negative where other orders went the other way."""
        return position(view, self.intent.side) - self.before

    def left(self, view: MarketView) -> int:
        return self.intent.quantity - self.done(view)


def position(view: MarketView, side: Side) -> int:
    """A count that grows by one with each share or unit traded on `side`."""
    holdings = view.holdings
    if view.facts.induced:
        return -len(holdings.values_left if side is Side.BUY else holdings.costs_left)
    return holdings.shares if side is Side.BUY else -holdings.shares


class Policy(Protocol):
    """How an intent becomes orders."""

    @property
    def name(self) -> str: ...

    def lasts(self, work: Work, view: MarketView) -> bool:
        """Whether the intent is still worked on, so that its trader need not be asked."""

    def due(self, work: Work, view: MarketView) -> int:
        """Shares that should have been traded by now, those before included."""


class Immediate:
    """All of it now; what does not trade stays in the book, and its trader is asked again."""

    name = "immediate"

    def lasts(self, work: Work, view: MarketView) -> bool:
        return False

    def due(self, work: Work, view: MarketView) -> int:
        return work.intent.quantity


@dataclass(frozen=True, slots=True)
class Twap:
    """Time-weighted: equal slices at equal distances of market time, the first one now."""

    slices: int = 5
    name: str = field(default="twap", init=False)

    def lasts(self, work: Work, view: MarketView) -> bool:
        return view.seconds < work.ends and work.left(view) > 0

    def due(self, work: Work, view: MarketView) -> int:
        slices = min(self.slices, work.intent.quantity)
        passed = (view.seconds - work.began) / (work.ends - work.began) if work.ends > work.began else 1.0
        return ceil(work.intent.quantity * min(slices, int(slices * passed) + 1) / slices)


class Execution:
    """A trader made of one that says what it wants (`think`) and a policy that works it off in the meantime."""

    def __init__(self, think: Think, policy: Policy) -> None:
        self._think = think
        self.policy = policy
        self._work: Work | None = None

    def decide(self, view: MarketView) -> Decision:
        if self._work and self._in_time(self._work, view) and self.policy.lasts(self._work, view):
            return replace(self._slice(self._work, view), outcome="valid")
        self._work = None
        thought = self._think(view)
        if thought.intent is None:
            return thought.decision
        self._work = _work(thought.intent, thought.decision, view)
        return self._slice(self._work, view)

    def stop(self) -> None:
        """Give up what is being worked off."""
        self._work = None

    def _in_time(self, work: Work, view: MarketView) -> bool:
        """A number of seconds before its start means that another market has begun."""
        return view.phase is Phase.OPEN and view.period == work.period and view.seconds >= work.began

    def _slice(self, work: Work, view: MarketView) -> Decision:
        """The orders due now, in the name of the decision behind them."""
        wanted = self.policy.due(work, view) - work.done(view)
        return replace(work.decision, actions=orders(work.intent, wanted, view), reason=self._reason(work, view))

    def _reason(self, work: Work, view: MarketView) -> str:
        progress = f"{self.policy.name}: {work.intent.side} {work.intent.quantity}, {work.done(view)} done"
        return f"{work.decision.reason} [{progress}]".strip()


def _work(intent: Intent, decision: Decision, view: MarketView) -> Work:
    seconds = view.seconds_left if intent.horizon is None else min(intent.horizon, view.seconds_left)
    return Work(intent, decision, view.period, view.seconds, view.seconds + seconds, position(view, intent.side))


def orders(intent: Intent, wanted: int, view: MarketView) -> tuple[Action, ...]:
    """Actions after which `wanted` shares of an intent trade or stand in the book, as far as the rules allow."""
    if wanted < 1 or intent.side not in sides(view):
        return ()
    price = price_now(intent, view)
    if price is None:
        return ()
    return aim(view, intent.side, price, min(wanted, _without_loss(intent, price, view)))


def _without_loss(intent: Intent, price: int, view: MarketView) -> int:
    """As many as wanted; in induced markets the next units that gain at `price`."""
    if not view.facts.induced:
        return intent.quantity
    units = view.holdings.values_left if intent.side is Side.BUY else view.holdings.costs_left
    return sum(1 for _ in takewhile(lambda worth: takes(price, intent.side, worth), units))


def price_now(intent: Intent, view: MarketView) -> int | None:
    """What to bid or ask now, in ticks: by urgency, never beyond the worst price, the rules or the unit's worth.

    None where neither the market nor the intent names any price. Only for a side of `desk.sides`.
    """
    wished = _by_urgency(intent, view)
    if wished is None:
        return None
    price = in_bounds(view, intent.side, wished)
    if intent.worst is None or takes(price, intent.side, intent.worst):
        return price
    return intent.worst


def _by_urgency(intent: Intent, view: MarketView) -> float | None:
    side, worst = intent.side, intent.worst
    mine, theirs = view.best_price_of_others(side), view.best_price_of_others(side.other)
    if theirs is not None and intent.urgency == "high":
        # trades at the prices of the others, however far it may go
        return theirs if worst is None else worst
    if theirs is not None and mine is not None and intent.urgency == "medium":
        return (mine + theirs) / 2
    return next((price for price in (mine, view.last_price, worst, theirs) if price is not None), None)


POLICIES: dict[str, Callable[[], Policy]] = {"immediate": Immediate, "twap": Twap}
