"""What a pipeline wants of a real account at the close of the newest bar: the rules of the backtest, one bar long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from worlds.crypto.desk.costs import Costs
from worlds.crypto.desk.proposals import Lane, Proposals
from worlds.crypto.desk.tape import Bools, Floats, Tape
from worlds.crypto.desk.verdicts import CHECKS, PASS, VERDICTS, Codes, first_objection, judged
from worlds.crypto.methods.risk import Situation, Wish
from worlds.crypto.settings import PaperSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What an account holds of one coin. `coins`: below 0 when short; `value`: USDT at the last price, signed."""

    coins: Decimal
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account at the close of a bar. `equity`, `morning` (00:00 UTC), `peak` (of 30 days): USDT; `held`: by coin."""

    equity: float
    morning: float
    peak: float
    held: Mapping[str, Position]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a coin's position is to go. `value`: USDT, signed, 0 for out; `stop`, `take_profit`: distances as shares of
    the price; `why`: in words for the log."""

    symbol: str
    value: float
    leverage: float = 1.0
    stop: float = np.inf
    take_profit: float = np.inf
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """A proposal that the risk role made smaller or refused."""

    symbol: str
    check: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """`targets`: the coins that are to change; all others stay as they are."""

    targets: list[Target] = field(default_factory=list)
    objections: list[Objection] = field(default_factory=list)


def decide(tape: Tape, made: Proposals, lane: Lane, account: Account, limits: PaperSettings) -> Decided:
    """At the last row of `tape`. An account without equity opens nothing."""
    held = np.array([account.held[s].value if s in account.held else 0.0 for s in tape.symbols])
    closing = (held != 0) & (np.sign(held) != made.keep[-1])
    side = np.where((held == 0) | closing, made.side[-1], 0.0) * (account.equity > 0)
    wish = Wish(side=side[None], size=made.size[-1][None], leverage=made.leverage[-1][None], stop=made.stop[-1][None])
    granted, codes = judged(wish, _situation(tape, lane, account, held, closing), _checks(lane))
    targets = [
        _opened(symbol, coin, granted, made, account, limits) if granted.side[0, coin] else _left(symbol)
        for coin, symbol in enumerate(tape.symbols)
        if closing[coin] or granted.side[0, coin]
    ]
    return Decided(targets=targets, objections=_objections(tape.symbols, side, codes))


def _checks(lane: Lane) -> dict[str, Bools]:
    return {name: np.array([[True]]) for name in CHECKS if name in lane.checks}


def _situation(
    tape: Tape,
    lane: Lane,
    account: Account,
    held: Floats,
    closing: Bools,
) -> Situation:
    equity = max(account.equity, 1e-9)
    stays = np.where(closing, 0.0, held)[None] / equity
    return Situation(
        exposure=stays,
        posted=np.abs(stays) / lane.limits.get("max_leverage", 1.0),
        lost_today=np.array([[1 - equity / max(account.morning, 1e-9)]]),
        drawdown=np.array([[(account.peak - equity) / max(account.peak, equity)]]),
        sigma=tape.sigma[-1],
        covariance=tape.covariance[-1],
        limits={name: np.array([[value]]) for name, value in lane.limits.items()},
        maintenance=Costs().maintenance,
    )


def _opened(symbol: str, coin: int, granted: Wish, made: Proposals, account: Account, limits: PaperSettings) -> Target:
    leverage = min(float(granted.leverage[0, coin]), limits.default_leverage)
    value = min(float(granted.size[0, coin]) * account.equity * leverage, limits.max_position_usd)
    side = float(granted.side[0, coin])
    return Target(
        symbol=symbol,
        value=side * value,
        leverage=max(leverage, 1.0),
        stop=float(granted.stop[0, coin]),
        take_profit=float(made.take_profit[-1, coin]),
        why=f"{'long' if side > 0 else 'short'}, confidence {made.confidence[-1, coin]:.2f}",
    )


def _left(symbol: str) -> Target:
    return Target(symbol=symbol, value=0.0, why="no longer kept")


def _objections(symbols: Sequence[str], side: Floats, codes: Mapping[str, Codes]) -> list[Objection]:
    if not codes:
        return []
    worst, check = first_objection(codes)
    return [
        Objection(symbol=symbols[coin], check=CHECKS[check[0, coin]], verdict=VERDICTS[worst[0, coin]])
        for coin in map(int, np.flatnonzero(side))
        if worst[0, coin] != PASS
    ]
