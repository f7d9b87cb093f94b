"""The ports of a trader: what it sees, what it decides, what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from market.orders import Action, Receipt
from market.view import MarketView


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Actions in the order in which they are to be carried out; none means hold.

    `outcome` is one of `market.records.DECISION_OUTCOMES`; `calls` names the model calls behind it.
    """

    actions: tuple[Action, ...] = ()
    reason: str = ""
    outcome: str = "valid"
    calls: tuple[str, ...] = field(default=())


CLOSED = Decision(reason="the market is not open")
NOTHING_LEFT = Decision(reason="nothing left to trade with")


class Trader(Protocol):
    """Decides for one seat. `decide` may take its time, keeps no clock and draws only from its own random stream."""

    def decide(self, view: MarketView) -> Decision: ...


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One decision due: what was seen, what was decided, what became of it. One line of `decisions.jsonl`."""

    view: MarketView
    decision: Decision
    receipts: tuple[Receipt, ...]
