"""When somebody is to be told: six rules over the desk's events, each silent for a while after it spoke."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from math import sqrt
from statistics import fmean, stdev
from typing import Literal

from worlds.crypto.admin.events import Event

DAY = timedelta(days=1)
MONTH = timedelta(days=30)
AN_INSTANT = timedelta.resolution
SECONDS_A_YEAR = 365 * 24 * 3600

Level = Literal["critical", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`max_drawdown`, `daily_loss`, `concentration`: shares of 1; `breaches`: in 24 hours; `losses`: in a row;
    `cooldown`: how long a rule is silent after it spoke."""

    max_drawdown: float = 0.10
    daily_loss: float = 0.05
    breaches: int = 3
    concentration: float = 0.5
    losses: int = 5
    cooldown: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """`value`: what was seen, `limit`: from where on the rule speaks."""

    rule: str
    level: Level
    at: datetime
    value: float
    limit: float
    text: str


@dataclass(slots=True)
class Watch:
    """Reads events in their order and says which alerts are due."""

    limits: Limits = field(default_factory=Limits)
    _peak: float = 0.0
    _day: tuple[object, float] = (None, 0.0)
    _newest: float = 0.0
    _curve: deque[tuple[datetime, float]] = field(default_factory=deque)
    _breaches: deque[datetime] = field(default_factory=deque)
    _losses: int = 0
    _spoke: dict[str, datetime] = field(default_factory=dict)

    def see(self, event: Event) -> list[Alert]:
        rules = {"equity": self._equity, "closed": self._closed, "breach": self._breach}
        rule = rules.get(event.kind)
        return [alert for alert in rule(event) if self._may_speak(alert)] if rule else []

    def _may_speak(self, alert: Alert) -> bool:
        last = self._spoke.get(alert.rule)
        if last is not None and alert.at - last < self.limits.cooldown:
            return False
        self._spoke[alert.rule] = alert.at
        return True

    def _equity(self, event: Event) -> Iterator[Alert]:
        equity = float(event.facts["equity"])
        self._remember(event.at, equity)
        yield from self._drawdown(event.at, equity)
        yield from self._daily_loss(event.at, equity)
        yield from self._sharpe(event.at)
        exposures = {symbol: abs(float(value)) for symbol, value in event.facts.get("exposures", {}).items()}
        yield from self._concentration(event.at, equity, exposures)

    def _remember(self, at: datetime, equity: float) -> None:
        self._peak = max(self._peak, equity)
        day = (at - AN_INSTANT).date()  # a bar that closes at midnight is the last of its day
        if self._day[0] != day:
            self._day = (day, self._newest or equity)  # a day starts with what the one before left
        self._newest = equity
        self._curve.append((at, equity))
        while len(self._curve) > 1 and self._reaches_back(at):
            self._curve.popleft()

    def _reaches_back(self, at: datetime) -> bool:
        """Whether the curve still covers a month without its first point."""
        return at - self._curve[1][0] >= MONTH

    def _drawdown(self, at: datetime, equity: float) -> Iterator[Alert]:
        fall = (self._peak - equity) / self._peak if self._peak > 0 else 0.0
        if fall >= self.limits.max_drawdown:
            text = f"Equity is {fall:.1%} under its highest value ({equity:,.0f} of {self._peak:,.0f} USDT)."
            yield _alert("drawdown", "critical", at, fall, self.limits.max_drawdown, text)

    def _daily_loss(self, at: datetime, equity: float) -> Iterator[Alert]:
        start = self._day[1]
        loss = (start - equity) / start if start > 0 else 0.0
        if loss >= self.limits.daily_loss:
            text = f"{loss:.1%} of the equity of this morning is lost ({start - equity:,.0f} USDT since 00:00 UTC)."
            yield _alert("daily_loss", "critical", at, loss, self.limits.daily_loss, text)

    def _sharpe(self, at: datetime) -> Iterator[Alert]:
        if at - self._curve[0][0] < MONTH:
            return
        returns = [b / a - 1 for (_, a), (_, b) in pairwise(self._curve) if a > 0]
        spread = stdev(returns) if len(returns) > 1 else 0.0
        if not spread:
            return
        per_year = SECONDS_A_YEAR / (MONTH.total_seconds() / len(returns))
        sharpe = fmean(returns) / spread * sqrt(per_year)
        if sharpe < 0:
            yield _alert("sharpe_30d", "warning", at, sharpe, 0.0, f"The Sharpe ratio of 30 days is {sharpe:.2f}.")

    def _concentration(self, at: datetime, equity: float, exposures: dict[str, float]) -> Iterator[Alert]:
        gross = sum(exposures.values())
        # a desk of one coin is concentrated by design, and a small book is no risk
        if len(exposures) < 2 or gross <= equity * self.limits.concentration:
            return
        symbol = max(exposures, key=lambda name: exposures[name])
        share = exposures[symbol] / gross
        if share > self.limits.concentration:
            text = f"{symbol} is {share:.0%} of all positions ({exposures[symbol]:,.0f} of {gross:,.0f} USDT)."
            yield _alert("concentration", "warning", at, share, self.limits.concentration, text)

    def _closed(self, event: Event) -> Iterator[Alert]:
        self._losses = self._losses + 1 if float(event.facts["pnl"]) < 0 else 0
        if self._losses >= self.limits.losses:
            text = f"{self._losses} trades in a row were closed with a loss."
            yield _alert("losses", "warning", event.at, self._losses, self.limits.losses, text)

    def _breach(self, event: Event) -> Iterator[Alert]:
        self._breaches.append(event.at)
        while event.at - self._breaches[0] > DAY:
            self._breaches.popleft()
        if len(self._breaches) >= self.limits.breaches:
            last = event.facts["check"]
            text = f"The risk role refused {len(self._breaches)} proposals in 24 hours, the last one by {last}."
            yield _alert("risk_breaches", "warning", event.at, len(self._breaches), self.limits.breaches, text)


def _alert(rule: str, level: Level, at: datetime, value: float, limit: float, text: str) -> Alert:
    return Alert(rule=rule, level=level, at=at, value=value, limit=limit, text=text)
