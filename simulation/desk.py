"""One market with its traders: asks them, carries out what they decide, writes their turns down. Keeps no time of its
own: whoever drives it says what time it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, runtime_checkable

from bots.agents.trader import Decision, Trader, Turn, begin, tell
from market.exchange import Exchange
from market.view import MarketView, view_of

Glass = Callable[[MarketView], MarketView]


@runtime_checkable
class LooksBack(Protocol):
    """A trader that reflects in the pause after a period or market."""

    def reflect(self, view: MarketView) -> Decision | None: ...


@dataclass(frozen=True, slots=True)
class Pending:
    """A decision that has been made and not yet sent; `took` seconds of this machine's time."""

    seat: str
    view: MarketView
    decision: Decision
    took: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskTurn(Turn):
    """A turn, and how long it took: `thought` seconds of market time, `took` of this machine's."""

    thought: float = 0.0
    took: float = 0.0


@dataclass
class Desk:
    """`glass`: what each view passes through on its way to a trader."""

    exchange: Exchange
    traders: Mapping[str, Trader]
    glass: Glass = lambda view: view
    turns: list[DeskTurn] = field(default_factory=list)

    def __post_init__(self) -> None:
        for trader in self.traders.values():
            begin(trader)

    def ask(self, seat: str, seconds: float) -> Pending:
        """Have a trader decide on the market as it stands."""
        view = view_of(self.exchange, seat, seconds)
        began = time.perf_counter()
        decision = self.traders[seat].decide(self.glass(view))
        return Pending(seat, view, decision, time.perf_counter() - began)

    def carry_out(self, one: Pending, seconds: float) -> DeskTurn:
        """Send the actions of a decision. What is refused on a market that has moved meanwhile was stale."""
        moved = len(self.exchange.events) > one.view.seq
        receipts = tuple(self.exchange.submit(one.seat, action, seconds) for action in one.decision.actions)
        decision = one.decision
        if moved and any(not receipt.ok for receipt in receipts):
            decision = replace(decision, outcome="stale")
        tell(self.traders[one.seat], decision, receipts)
        thought = seconds - one.view.seconds
        turn = DeskTurn(view=one.view, decision=decision, receipts=receipts, thought=thought, took=one.took)
        self.turns.append(turn)
        return turn

    def drop(self, one: Pending, seconds: float) -> None:
        """A decision that came too late: nothing is sent."""
        none = Decision(reason="No decision in time; nothing was sent.", outcome="late", calls=one.decision.calls)
        tell(self.traders[one.seat], replace(one.decision, outcome="late"), ())
        thought = seconds - one.view.seconds
        self.turns.append(DeskTurn(view=one.view, decision=none, receipts=(), thought=thought, took=one.took))

    def turn(self, seat: str, seconds: float) -> DeskTurn:
        """Ask and carry out at the same moment."""
        return self.carry_out(self.ask(seat, seconds), seconds)

    def look_back(self, seconds: float) -> None:
        """Have the traders that reflect do so, in a pause or at the end."""
        for seat, trader in self.traders.items():
            if isinstance(trader, LooksBack):
                trader.reflect(self.glass(view_of(self.exchange, seat, seconds)))
