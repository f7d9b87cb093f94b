"""The ports of a trader: what it sees, what it decides, what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

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


class Gateway(Protocol):
    """One trader's connection to a market: a page in a browser, an exchange in a simulation."""

    def view(self) -> MarketView: ...

    def submit(self, action: Action) -> Receipt: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One decision due: what was seen, what was decided, what became of it. One line of `decisions.jsonl`."""

    view: MarketView
    decision: Decision
    receipts: tuple[Receipt, ...]
