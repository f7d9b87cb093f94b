"""One trader thinking: in a thread of its own, so that nothing else of its seat waits for it."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread
from time import time

from bots.adapters.page import Due
from bots.agents.trader import Decision, Trader


@dataclass(frozen=True, slots=True)
class Decided:
    """A trader has answered. Times are seconds since 1970; `trouble` is the traceback where it failed."""

    due: Due
    decision: Decision
    asked: float
    answered: float
    trouble: str = ""


def think(trader: Trader, due: Due, deliver: Callable[[Decided], None]) -> None:
    """Start deciding; `deliver` gets the answer in another thread, which does not keep the run from ending."""
    Thread(target=lambda: deliver(_decide(trader, due)), name=f"{due.view.trader} thinks", daemon=True).start()


def _decide(trader: Trader, due: Due) -> Decided:
    asked = time()
    try:
        decision, trouble = trader.decide(due.view), ""
    # The one place that takes any exception: a trader with a bug loses its turn, and the other seats go on.
    except Exception as error:
        decision = Decision(outcome="failed", reason=f"{type(error).__name__}: {error}")
        trouble = traceback.format_exc()
    return Decided(due, decision, asked, time(), trouble)
