"""How a stretch of time went, from the events of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from math import sqrt
from statistics import fmean, stdev
from typing import Any

from worlds.crypto.admin.events import Event

NONE = "-"
BARS_A_YEAR = 2190
FEWEST_BARS = 42


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """`first`, `last`: equity in USDT, None where no bar is in it; `drawdown`: largest, a share of 1; `sharpe`: of
    bars of four hours, a year; `closed`: trades; `wins`: of them with a profit; `pnl`: of closed trades in USDT."""

    since: datetime
    until: datetime
    first: float | None = None
    last: float | None = None
    drawdown: float = 0.0
    sharpe: float | None = None
    closed: int = 0
    wins: int = 0
    pnl: dict[str, float] = field(default_factory=dict)
    breaches: dict[str, int] = field(default_factory=dict)
    alerts: tuple[dict[str, Any], ...] = ()
    troubles: tuple[str, ...] = ()


def digest(events: Iterable[Event], since: datetime, until: datetime) -> Digest:
    """Of the events after `since`, up to and with `until`; the equity starts with the last value before them."""
    before, inside = None, []
    for event in events:
        if event.at > until:
            break
        if event.at <= since:
            before = event if event.kind == "equity" else before
        else:
            inside.append(event)
    curve = [float(e.facts["equity"]) for e in ([before] if before else []) + inside if e.kind == "equity"]
    closed = [event.facts for event in inside if event.kind == "closed"]
    return Digest(
        since=since,
        until=until,
        first=curve[0] if curve else None,
        last=curve[-1] if curve else None,
        drawdown=_drawdown(curve),
        sharpe=_sharpe(curve),
        closed=len(closed),
        wins=sum(float(trade["pnl"]) > 0 for trade in closed),
        pnl=_by_coin(closed),
        breaches=dict(Counter(str(e.facts["check"]) for e in inside if e.kind == "breach")),
        alerts=tuple({"at": e.at, **e.facts} for e in inside if e.kind == "alert"),
        troubles=tuple(str(e.facts["what"]) for e in inside if e.kind == "trouble"),
    )


def _drawdown(curve: list[float]) -> float:
    peak, worst = 0.0, 0.0
    for equity in curve:
        peak = max(peak, equity)
        worst = max(worst, 1 - equity / peak if peak > 0 else 0.0)
    return worst


def _sharpe(curve: list[float]) -> float | None:
    returns = [b / a - 1 for a, b in pairwise(curve) if a > 0]
    # of a few bars the ratio says nothing and looks as if it did
    spread = stdev(returns) if len(returns) >= FEWEST_BARS else 0.0
    return fmean(returns) / spread * sqrt(BARS_A_YEAR) if spread else None


def _by_coin(closed: list[Any]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for trade in closed:
        sums[trade["symbol"]] = sums.get(trade["symbol"], 0.0) + float(trade["pnl"])
    return dict(sorted(sums.items()))


def text_of(told: Digest) -> str:
    """A page of plain text."""
    head = f"{told.since:%Y-%m-%d %H:%M} to {told.until:%Y-%m-%d %H:%M} UTC"
    return "\n".join(
        [head, "=" * len(head), *_figures(told), *_alerts(told), *map("Trouble: {}".format, told.troubles), ""]
    )


def _figures(told: Digest) -> list[str]:
    if told.first is None or told.last is None:
        return ["No bar was traded in this time."]
    change = f"{told.last / told.first - 1:+.2%}" if told.first > 0 else NONE
    sharpe = NONE if told.sharpe is None else f"{told.sharpe:.2f}"
    hits = f"{told.wins / told.closed:.0%}" if told.closed else NONE
    return [
        f"Equity          {told.first:,.2f} -> {told.last:,.2f} USDT ({change})",
        f"Drawdown        {told.drawdown:.2%} at most",
        f"Sharpe          {sharpe} (a year)",
        f"Trades closed   {told.closed}, {hits} with a profit",
        *(f"  {symbol:<6}        {pnl:+,.2f} USDT" for symbol, pnl in told.pnl.items()),
        f"Risk breaches   {sum(told.breaches.values())}"
        + "".join(f"  {check}: {times}" for check, times in told.breaches.items()),
    ]


def _alerts(told: Digest) -> list[str]:
    """How often each rule spoke, and what it said last."""
    return [f"Alerts          {len(told.alerts)}", *(f"  {line}" for line in summed(told.alerts))]


def summed(alerts: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line a rule."""
    return [
        f"{level:<8}  {rule:<13}  {times:>3} x, last {last}: {text}"
        for level, rule, times, last, text in by_rule(alerts)
    ]


def by_rule(alerts: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, int, str, str]]:
    """(level, rule, how often, last time, last text), the critical ones first: a rule that goes on speaking must not
    hide the others."""
    rules: dict[str, list[Mapping[str, Any]]] = {}
    for one in sorted(alerts, key=lambda alert: str(alert["level"])):
        rules.setdefault(str(one["rule"]), []).append(one)
    return [
        (said[-1]["level"], rule, len(said), f"{said[-1]['at']:%Y-%m-%d %H:%M}", said[-1]["text"])
        for rule, said in rules.items()
    ]
