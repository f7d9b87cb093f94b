"""All lanes through all bars in one pass: the ledger lives the bar, then traders and risk roles decide at its close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from worlds.crypto.desk.costs import Costs
from worlds.crypto.desk.ledger import Ledger, Orders
from worlds.crypto.desk.proposals import PER_COIN, Lane, Proposals
from worlds.crypto.desk.tape import Bools, Floats, Ints, Tape
from worlds.crypto.desk.verdicts import CHECKS, HARD, PASS, SOFT, VERDICTS, first_objection, judged
from worlds.crypto.methods.risk import Situation, Wish

LIMITS = ("max_leverage", "max_size", "daily_loss", "max_drawdown", "margin_buffer")
PEAK_DAYS = 30  # a drawdown counts from the highest close of so many days, so that a desk that stopped may start again


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`equity`: dollars at each close (K, L), `start` before the first; counts and dollars a lane (L,);
    `calibration`: trades, gains and summed confidence by bucket (3, L, 10); `verdicts`: (checks, 3, L);
    `exposure`: signed notional at each close as a share of equity (K, L), `positions`: the same by coin (K, L, S); both
    of recorded runs alone;
    `trades_made`, `decisions`: rows of arrays as the ledger and the engine wrote them, recorded runs alone;
    `open_at_end`: coins held after the last bar (L, S)."""

    start: float
    equity: Floats
    trades: Floats
    wins: Floats
    liquidations: Floats
    fees: Floats
    funding: Floats
    slippage: Floats
    model_cost: Floats
    calibration: Floats
    verdicts: Floats
    exposure: Floats
    positions: Floats = field(repr=False)
    trades_made: list[Any] = field(repr=False)
    decisions: list[Any] = field(repr=False)
    open_at_end: Floats = field(repr=False)

    @property
    def returns(self) -> Floats:
        """Simple return of each bar (K, L); 0 once nothing is left."""
        before = np.vstack([np.full((1, self.equity.shape[1]), self.start), self.equity[:-1]])
        return self.equity / np.where(before > 0, before, 1.0) - (before > 0)


# the lanes' axis of each field, recorded rows apart
AXES = {
    **dict.fromkeys(("trades", "wins", "liquidations", "fees", "funding", "slippage", "model_cost"), 0),
    **dict.fromkeys(("equity", "calibration", "exposure", "positions"), 1),
    "verdicts": 2,
    "open_at_end": 0,
}


def lane_of(result: Result, lane: int) -> Result:
    """One lane alone, without recorded rows."""
    kept = {name: np.take(getattr(result, name), [lane], axis) for name, axis in AXES.items()}
    return Result(start=result.start, **kept, trades_made=[], decisions=[])


def side_by_side(results: Sequence[Result]) -> Result:
    """Lanes of the same bars as one result."""
    joined = {name: np.concatenate([getattr(one, name) for one in results], axis) for name, axis in AXES.items()}
    return Result(start=results[0].start, **joined, trades_made=[], decisions=[])


def trade(
    tape: Tape, proposals: Sequence[Proposals], lanes: Sequence[Lane], costs: Costs | None = None, record: bool = False
) -> Result:
    """Trade each lane through all bars of `tape`. `proposals`: of as many bars. Lanes know nothing of each other: each
    ends as it would alone, to the bit."""
    desk = _Desk(tape, proposals, lanes, costs or Costs(), record)
    orders: Orders | None = None
    for k in range(len(tape.times)):
        desk.ledger.bar(k, orders)
        desk.remember(k)
        orders = desk.decide(k)
    return desk.result()


class _Desk:
    """The engine's working arrays."""

    def __init__(
        self, tape: Tape, proposals: Sequence[Proposals], lanes: Sequence[Lane], costs: Costs, record: bool
    ) -> None:
        self.tape, self.costs, self.record = tape, costs, record
        self.ledger = Ledger(len(lanes), tape, costs, record)
        self.which = np.array([one.proposals for one in lanes], np.int64)
        # (T, proposals, S): a bar's rows lie together
        self.wanted = {name: np.stack([getattr(one, name) for one in proposals], axis=1) for name in PER_COIN}
        self.asking = np.stack([one.cost for one in proposals], axis=1)
        self.limits = {name: _column([one.limits.get(name, np.inf) for one in lanes]) for name in LIMITS}
        self.checks = {name: np.array([[name in one.checks] for one in lanes]) for name in CHECKS}
        self.verdicts = np.zeros((len(CHECKS), len(VERDICTS), len(lanes)))
        self.equity, self.exposure = np.zeros((2, len(tape.times), len(lanes)))
        self.positions = np.zeros((len(tape.times) if record else 0, len(lanes), len(tape.symbols)))
        self.morning = np.full(len(lanes), costs.start)
        self.mornings = np.full((PEAK_DAYS, len(lanes)), costs.start)
        self.days = 0
        self.decisions: list[Any] = []

    def remember(self, k: int) -> None:
        ledger = self.ledger
        self.equity[k] = ledger.equity
        if self.record:
            worth = np.where(ledger.equity > 0, ledger.equity, 1.0)
            self.positions[k] = ledger.quantity * self.tape.close[k] / worth[:, None]
            self.exposure[k] = self.positions[k].sum(1)
        if self.tape.day_ends[k]:
            self.morning = ledger.equity.copy()
            self.mornings[self.days % PEAK_DAYS] = ledger.equity
            self.days += 1

    def decide(self, k: int) -> Orders | None:
        """Orders for the next bar, None where there are none."""
        cost = self.asking[k][self.which]
        if cost.any():
            self.ledger.charge(cost)
        held = np.sign(self.ledger.quantity)
        keep = self.wanted["keep"][k][self.which]
        closing = (held != 0) & (held != keep)
        side = np.where((held == 0) | closing, self.wanted["side"][k][self.which], 0.0)
        side *= self.ledger.equity[:, None] > 0
        rows = np.flatnonzero(side.any(1))
        if len(rows):
            return self._checked(k, rows, side, closing)
        return _leaving(closing) if closing.any() else None

    def _checked(self, k: int, rows: Ints, side: Floats, closing: Bools) -> Orders:
        """The orders of the lanes `rows` that want something, after their risk roles."""
        asked = {name: self.wanted[name][k][self.which[rows]] for name in PER_COIN}
        wish = Wish(side=side[rows], size=asked["size"], leverage=asked["leverage"], stop=asked["stop"])
        on = {name: lanes[rows] for name, lanes in self.checks.items() if lanes[rows].any()}
        granted, codes = judged(wish, self._situation(k, rows, closing), on)
        if codes:
            self._tally(rows, codes, (wish.side != 0).sum(1), on)
        if self.record:
            self._log(k, rows, wish, granted, codes)
        return self._orders(k, rows, closing, granted, asked)

    def _situation(self, k: int, rows: Ints, closing: Bools) -> Situation:
        ledger, equity = self.ledger, self.ledger.equity[rows]
        stays = ~closing[rows] / equity[:, None]
        peak = np.maximum(self.mornings[:, rows].max(0), equity)
        return Situation(
            exposure=ledger.quantity[rows] * self.tape.close[k] * stays,
            posted=ledger.margin[rows] * stays,
            lost_today=_column(1 - equity / self.morning[rows]),
            drawdown=_column((peak - equity) / peak),
            sigma=self.tape.sigma[k],
            covariance=self.tape.covariance[k],
            limits={name: values[rows] for name, values in self.limits.items()},
            maintenance=self.costs.maintenance,
        )

    def _tally(self, rows: Ints, codes: dict[str, Any], wished: Ints, on: dict[str, Bools]) -> None:
        """Count verdicts a lane; what is not a fail of a check that the lane makes is a pass."""
        checks = np.array([CHECKS.index(name) for name in codes])[:, None]
        given = np.stack(list(codes.values()))
        soft, hard = (given == SOFT).sum(-1), (given == HARD).sum(-1)
        made = np.hstack([on[name] for name in codes]).T * wished
        for verdict, count in ((PASS, made - soft - hard), (SOFT, soft), (HARD, hard)):
            self.verdicts[checks, verdict, rows] += count

    def _orders(self, k: int, rows: Ints, closing: Bools, granted: Wish, asked: dict[str, Floats]) -> Orders:
        patient = asked["offset"] > 0
        limit = np.where(patient, self.tape.close[k] * (1 - granted.side * asked["offset"]), np.nan)
        orders = _leaving(closing)
        orders.side[rows] = granted.side
        orders.margin[rows] = granted.size * self.ledger.equity[rows][:, None]
        orders.leverage[rows] = granted.leverage
        orders.stop[rows], orders.target[rows] = granted.stop, asked["take_profit"]
        orders.limit[rows], orders.confidence[rows] = limit, asked["confidence"]
        return orders

    def _log(self, k: int, rows: Ints, wish: Wish, granted: Wish, codes: dict[str, Any]) -> None:
        lane, coin = np.nonzero(wish.side)
        nowhere = np.zeros(wish.side.shape, np.int64)
        worst, check = first_objection(codes) if codes else (nowhere, nowhere)
        values = (wish.side, wish.size, wish.leverage, granted.size, granted.leverage, worst, check)
        self.decisions.append((rows[lane], coin, np.full(len(lane), k), *(one[lane, coin] for one in values)))

    def result(self) -> Result:
        ledger = self.ledger
        return Result(
            start=self.costs.start,
            equity=self.equity,
            trades=ledger.trades,
            wins=ledger.wins,
            liquidations=ledger.liquidations,
            fees=ledger.fees,
            funding=ledger.funding,
            slippage=ledger.slippage,
            model_cost=ledger.model_cost,
            calibration=ledger.calibration,
            verdicts=self.verdicts,
            exposure=self.exposure,
            positions=self.positions,
            trades_made=ledger.rows,
            decisions=self.decisions,
            open_at_end=ledger.quantity,
        )


def _column(values: Any) -> Floats:
    return np.asarray(values, np.float64)[:, None]


def _leaving(closing: Bools) -> Orders:
    """Nothing but positions to leave."""
    zero = np.zeros(closing.shape)
    rest = {name: zero.copy() for name in ("side", "margin", "stop", "target", "confidence")}
    return Orders(closing=closing, leverage=np.ones(closing.shape), limit=np.full(closing.shape, np.nan), **rest)
