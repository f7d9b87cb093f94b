"""What all rule traders share: when they trade, that they forecast when asked, one sheet a period in call markets."""

from __future__ import annotations

from abc import ABC, abstractmethod

from bots.agents.desk import sides
from bots.agents.expectations import forecast, last_seen
from bots.agents.sheets import Draft, submit
from bots.agents.trader import CLOSED, NOTHING_LEFT, Decision, Move, told
from market.events import Phase
from market.orders import Side
from market.view import MarketView

OPEN = Phase.OPEN
NOTHING: Move = ((), NOTHING_LEFT.reason, ())

SHEET_IN = Decision(reason="the sheet of this period is in")


class RuleTrader(ABC):
    """Decides by a rule. A subclass says how it trades on an open book and what it writes on an order sheet.

    Of a call market nothing is seen until the period closes, so that one sheet a period says everything.
    """

    def decide(self, view: MarketView) -> Decision:
        if view.phase is not OPEN:
            return forecast(view, self.expects) if view.phase is Phase.FORECAST else CLOSED
        return self._once_a_period(view) if view.facts.institution == "call" else told(self.move(view))

    def move(self, view: MarketView) -> Move:
        """The decision on an open market of continuous trading."""
        able = sides(view)
        return self.trade(view, able) if able else NOTHING

    def _once_a_period(self, view: MarketView) -> Decision:
        able = sides(view)
        if not able:
            return NOTHING_LEFT
        return SHEET_IN if view.orders else submit(view, self.draft(view, able))

    def begin(self) -> None:  # noqa: B027 - many have nothing to forget
        """Forget what belongs to an earlier market."""

    @abstractmethod
    def trade(self, view: MarketView, able: tuple[Side, ...]) -> Move:
        """On an open book, able to trade on these sides, at least one."""

    @abstractmethod
    def draft(self, view: MarketView, able: tuple[Side, ...]) -> Draft:
        """What to write on the sheet of a call market."""

    def expects(self, view: MarketView, target: int) -> float:
        """The price of period `target` in ticks, where it is asked: that it stays as it was."""
        return last_seen(view, target)
