"""The ports of a trader: what it sees, what it decides, what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from market.events import Phase
from market.orders import Action, Receipt
from market.view import MarketView


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Actions in the order in which they are to be carried out; none means hold.

    `outcome` is one of `market.records.DECISION_OUTCOMES`; `calls` names the model calls behind it; `substitute` is the
    rule trader that decided in the place of a model out of reach, "" for none.
    """

    actions: tuple[Action, ...] = ()
    reason: str = ""
    outcome: str = "valid"
    calls: tuple[str, ...] = field(default=())
    substitute: str = ""


# Actions, and why: words with places for values, which are put in only where somebody reads them.
Move = tuple[tuple[Action, ...], str, tuple[object, ...]]


def told(move: Move) -> Decision:
    """A move as a decision."""
    actions, words, values = move
    return Decision(actions=actions, reason=words.format(*values))


CLOSED = Decision(reason="the market is not open")
NOTHING_LEFT = Decision(reason="nothing left to trade with")


class Trader(Protocol):
    """Decides for one seat. `decide` may take its time, keeps no clock and draws only from its own random stream.

    In the phase FORECAST what is decided are the forecasts of `view.forecast_targets`.
    """

    def decide(self, view: MarketView) -> Decision: ...


class Mover(Trader, Protocol):
    """A trader whose decisions on an open continuous market are moves: simulations carry them out and read no words."""

    def move(self, view: MarketView) -> Move: ...


class Fate(Protocol):
    """What became of one action: a receipt of the market, or what a page tells of one."""

    @property
    def status(self) -> str: ...

    @property
    def order_id(self) -> int | None: ...

    @property
    def quantity(self) -> int: ...

    @property
    def reason(self) -> str: ...


@runtime_checkable
class Listens(Protocol):
    """A trader that wants to know what became of its decisions."""

    def told(self, decision: Decision, fates: Sequence[Fate]) -> None: ...


def tell(trader: Trader, decision: Decision, fates: Sequence[Fate]) -> None:
    """Tell a trader that listens what became of its actions, in their order; those without a fate were not sent.

    `decision` has the outcome that goes on record, such as "late". Called after each turn, before the next `decide`,
    and never while the trader decides.
    """
    if isinstance(trader, Listens):
        trader.told(decision, fates)


@runtime_checkable
class Begins(Protocol):
    """A trader that remembers things of the market it is in."""

    def begin(self) -> None: ...


def begin(trader: Trader) -> None:
    """Tell a trader that the next view is of a market that it has not seen: what it remembers of the last one's periods
    and shares no longer holds. Never called while it decides."""
    if isinstance(trader, Begins):
        trader.begin()


def asked_of(view: MarketView) -> str:
    """What a decision on `view` is about: "forecast" or "trade"."""
    return "forecast" if view.phase is Phase.FORECAST else "trade"


def seconds_allowed(view: MarketView) -> float:
    """Seconds that a decision on `view` may take: those that people have."""
    return view.facts.forecasts.seconds if view.phase is Phase.FORECAST else view.facts.decision_seconds


def settles(view: MarketView, decision: Decision, fates: Sequence[Fate]) -> bool:
    """Whether nothing new can be decided before the phase ends: forecasts are in, or the sheet of a call market, where
    nothing is seen until it closes."""
    once = view.phase is Phase.FORECAST or view.facts.institution == "call"
    sent = len(fates) == len(decision.actions) and all(one.status in ("accepted", "held") for one in fates)
    stood_in = bool(decision.substitute and decision.actions)
    return once and sent and (decision.outcome in ("valid", "repaired") or stood_in)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One decision due: what was seen, what was decided, what became of it. One line of `decisions.jsonl`."""

    view: MarketView
    decision: Decision
    receipts: tuple[Receipt, ...]
