"""A trader that asks a model: one question for all coins every so many bars, its answer proposals like any other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, Field

from bots.adapters.llm import Failure, Message
from worlds.crypto.data.bars import BARS_A_DAY
from worlds.crypto.desk.proposals import PER_COIN, Proposals
from worlds.crypto.desk.tape import Tape
from worlds.crypto.news.newsroom import Newsroom
from worlds.crypto.roles.outputs import CALM, TURBULENT, Analysis, Forecast
from worlds.models import Line, fill

PROMPTS = Path(__file__).resolve().parent / "prompts"
REGIMES = {CALM: "calm", TURBULENT: "turbulent"}
HOURS_A_BAR = 24 // BARS_A_DAY
NO_NEWS = "No headlines."
LOG_NAME = "thoughts.jsonl"


class Wanted(BaseModel):
    """A position that a model wants; shares and distances as in `Proposals`."""

    symbol: str
    side: Literal["long", "short"]
    size: float = Field(ge=0, le=1)
    leverage: float = Field(ge=1, le=100)
    stop: float = Field(gt=0, lt=1)
    take_profit: float = Field(gt=0, lt=10)
    confidence: float = Field(ge=0, le=1)


class Plan(BaseModel):
    """What a model answers: every position that it wants, and why."""

    reason: str
    positions: list[Wanted]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a trader may know: arrays over the bars of `tape`, row t from rows up to t. `parameters`: the variant's
    limits; `room`: None for a desk without news."""

    tape: Tape
    analysis: Analysis
    forecast: Forecast
    parameters: Mapping[str, float]
    room: Newsroom | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thought:
    """One turn in the decision log. `by`: "model", or "rule" where the model gave no usable answer, which `reason` then
    says; `positions`: what was wanted; `cost`: dollars, of news that was read for it too."""

    at: datetime
    by: str
    reason: str
    positions: tuple[Wanted, ...]
    cost: float


class Log:
    """The decision log of a run: a line of JSON a turn, in the order of time."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOG_NAME

    def __call__(self, thought: Thought) -> None:
        positions = [one.model_dump() for one in thought.positions]
        line = {**asdict(thought), "at": thought.at.isoformat(), "positions": positions}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def propose(desk: Desk, rule: Proposals, line: Line, rows: Sequence[int]) -> tuple[Proposals, list[Thought]]:
    """The model's proposals from the first of `rows` on, asked at each of them; before it, and where it gives no usable
    answer until it is asked again, those of the `rule`. Raises ModelLost when the model is gone for good."""
    thoughts = list(_thoughts(desk, line, rows))
    ends = [*rows[1:], len(desk.tape.times)]
    made = {one.name: getattr(rule, one.name).copy() for one in fields(Proposals)}
    for row, end, thought in zip(rows, ends, thoughts, strict=True):
        made["cost"][row] += thought.cost
        if thought.by == "model":
            _write(made, row, end, desk.tape.symbols, thought)
    return replace(rule, **made), thoughts


def _thoughts(desk: Desk, line: Line, rows: Sequence[int]) -> Iterator[Thought]:
    """A batch at a time, so that little is asked in vain when the model is lost. News is read before, in its order."""
    at_once = line.asked.concurrency
    with ThreadPoolExecutor(at_once) as pool:
        for start in range(0, len(rows), at_once):
            batch = rows[start : start + at_once]
            told = [_told(desk, row, _pause(rows, row)) for row in batch]
            yield from pool.map(lambda row, known: _think(desk, line, row, *known), batch, told)


def _pause(rows: Sequence[int], row: int) -> int:
    """Bars until the next question."""
    later = [one for one in rows if one > row]
    return later[0] - row if later else (rows[-1] - rows[-2] if len(rows) > 1 else 1)


def _told(desk: Desk, row: int, pause: int) -> tuple[dict[str, Any], float]:
    """The facts, and the dollars that reading the news took."""
    before = desk.room.spent if desk.room else 0.0
    return facts(desk, row, pause), (desk.room.spent if desk.room else 0.0) - before


def _think(desk: Desk, line: Line, row: int, told: Mapping[str, Any], spent: float) -> Thought:
    at = _time(desk.tape, row)
    answer = line.ask(Plan, question(told), key=f"trader {at.isoformat()}", facts=told, objection=_objection(desk))
    if isinstance(answer, Failure):
        # an answer that cannot be used was paid for all the same
        paid = spent + (answer.cost_usd or 0.0)
        return Thought(at=at, by="rule", reason=f"{answer.kind}: {answer.message}", positions=(), cost=paid)
    plan, cost = answer.value, spent + (answer.reply.cost_usd or 0.0)
    return Thought(at=at, by="model", reason=plan.reason, positions=tuple(plan.positions), cost=cost)


def _objection(desk: Desk) -> Callable[[Plan], str]:
    size, leverage = desk.parameters["size"], desk.parameters["leverage"]

    def wrong(plan: Plan) -> str:
        named = [one.symbol for one in plan.positions]
        if len(set(named)) < len(named):
            return "positions: a coin is named twice"
        for one in plan.positions:
            if one.symbol not in desk.tape.symbols:
                return f"symbol: {one.symbol} is none of {', '.join(desk.tape.symbols)}"
            if one.size > size or one.leverage > leverage:
                return f"{one.symbol}: size up to {size:g} and leverage up to {leverage:g} are allowed"
        return ""

    return wrong


def _write(made: Mapping[str, Any], row: int, end: int, symbols: Sequence[str], thought: Thought) -> None:
    """The answer at `row` counts until `end`: a position that is closed meanwhile is not opened again."""
    made["side"][row:end] = 0.0
    made["keep"][row:end] = 0.0
    for one in thought.positions:
        coin, side = symbols.index(one.symbol), 1.0 if one.side == "long" else -1.0
        made["side"][row, coin] = side
        made["keep"][row:end, coin] = side
        values = {**one.model_dump(include=set(PER_COIN) - {"side"}), "offset": 0.0}
        for name, value in values.items():
            made[name][row, coin] = value


def _time(tape: Tape, row: int) -> datetime:
    """When a row is known: at its close."""
    opened = int(tape.times[row].astype("datetime64[s]").astype(np.int64))
    return datetime.fromtimestamp(opened + HOURS_A_BAR * 3600, UTC)


# What a model is told


def facts(desk: Desk, row: int, pause: int) -> dict[str, Any]:
    """All that a trader may know at the close of bar `row`, as plain values."""
    at, symbols = _time(desk.tape, row), desk.tape.symbols
    moods = desk.room.moods(symbols, at) if desk.room else dict.fromkeys(symbols, 0.0)
    return {
        "asked": "positions",
        "at": f"{at:%Y-%m-%d %H:%M}",
        "hours": pause * HOURS_A_BAR,
        "context": _short(desk.analysis.context[row]),
        "size": desk.parameters["size"],
        "leverage": desk.parameters["leverage"],
        "coins": [{**coin, "mood": _short(moods[coin["symbol"]])} for coin in _coins(desk, row)],
        "headlines": {symbol: desk.room.headlines(symbol, at) for symbol in symbols} if desk.room else {},
    }


def _coins(desk: Desk, row: int) -> Iterator[dict[str, Any]]:
    tape, analysis = desk.tape, desk.analysis
    for coin, symbol in enumerate(tape.symbols):
        day, week = (tape.close[max(0, row - bars), coin] for bars in (BARS_A_DAY, 7 * BARS_A_DAY))
        yield {
            "symbol": symbol,
            "price": float(f"{tape.close[row, coin]:.6g}"),
            "day": _short(tape.close[row, coin] / day - 1),
            "week": _short(tape.close[row, coin] / week - 1),
            "sigma": _short(tape.sigma[row, coin]),
            "funding": _short(tape.funding[max(0, row - 1) : row + 1, coin].sum(), 6),
            "trend": _short(analysis.trend[row, coin]),
            "strength": _short(analysis.strength[row, coin]),
            "regime": REGIMES.get(int(analysis.regime[row, coin]), "normal"),
            "forecasts": list(_forecasts(desk.forecast, row, coin)),
        }


def _forecasts(forecast: Forecast, row: int, coin: int) -> Iterator[dict[str, float]]:
    for place, horizon in enumerate(forecast.horizons):
        if np.isfinite(forecast.mean[place, row, coin]):
            yield {
                "hours": horizon * HOURS_A_BAR,
                "mean": _short(forecast.mean[place, row, coin]),
                "low": _short(forecast.low[place, row, coin]),
                "high": _short(forecast.high[place, row, coin]),
            }


def _short(value: float, digits: int = 4) -> float:
    # what is not known yet reads as nothing out of the ordinary, and -0.0 would read oddly
    return round(float(np.nan_to_num(value)), digits) + 0.0


def question(told: Mapping[str, Any]) -> tuple[Message, ...]:
    """The prompt that says these facts and nothing else."""
    turn = fill(
        PROMPTS / "trader_turn.txt",
        at=told["at"],
        hours=told["hours"],
        context=f"{told['context']:+.2f}",
        coins="\n".join(map(_coin_line, told["coins"])),
        headlines=_headlines(told["headlines"]),
    )
    system = fill(PROMPTS / "trader_system.txt", size=f"{told['size']:g}", leverage=f"{told['leverage']:g}")
    return Message("system", system), Message("user", turn)


def _coin_line(coin: Mapping[str, Any]) -> str:
    ahead = "; ".join(
        f"in {one['hours']:.0f} h {one['mean']:+.2%} ({one['low']:+.2%} to {one['high']:+.2%})"
        for one in coin["forecasts"]
    )
    return (
        f"{coin['symbol']}: price {coin['price']:g}, {coin['day']:+.2%} in a day, {coin['week']:+.2%} in a week, "
        f"standard deviation of a bar {coin['sigma']:.2%}, last funding {coin['funding']:+.4%}\n"
        f"  analyst: trend {coin['trend']:+.2f} (from -1 to 1), methods agree by {coin['strength']:.2f}, "
        f"{coin['regime']} market; mood of the news {coin['mood']:+.2f}\n"
        f"  researcher, 90 % intervals: {ahead or 'nothing yet'}"
    )


def _headlines(by_coin: Mapping[str, Sequence[str]]) -> str:
    lines = dict.fromkeys(line for headlines in by_coin.values() for line in headlines)
    return "Headlines:\n" + "\n".join(f"- {line}" for line in lines) if lines else NO_NEWS


# The rule that stands in for a model

ENTRY = 0.35  # conviction from which the rule wants a position
NEWS = 0.3  # what a mood adds to a conviction


def heuristic(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """Half the trend, half the forecast of the middle horizon in its standard deviations, and a little of the mood."""
    positions = [wanted for coin in told["coins"] if (wanted := _position(coin, told))]
    names = ", ".join(f"{one['side']} {one['symbol']}" for one in positions)
    return {
        "reason": f"trend, forecast and news agree on {names}" if names else "no clear case",
        "positions": positions,
    }


def _position(coin: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any] | None:
    if not coin["forecasts"]:
        return None
    ahead = coin["forecasts"][len(coin["forecasts"]) // 2]
    spread = max((ahead["high"] - ahead["low"]) / 3.29, 0.002)
    view = 0.5 * coin["trend"] + 0.5 * float(np.tanh(3 * ahead["mean"] / spread)) + NEWS * coin["mood"]
    if abs(view) < ENTRY:
        return None
    return {
        "symbol": coin["symbol"],
        "side": "long" if view > 0 else "short",
        "size": told["size"] * min(1.0, abs(view)),
        "leverage": min(2.0, told["leverage"]),
        "stop": min(1.0 * spread, 0.5),
        "take_profit": 2.0 * spread,
        "confidence": min(0.9, 0.5 + abs(view) / 4),
    }
