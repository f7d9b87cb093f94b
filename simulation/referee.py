"""One bot's seat of a recorded session played again: the same trader, asked on the same views, given the recorded
replies. Compares what it decides with what was recorded; knows no exchange."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from bots.adapters.llm import Failure, Keys, Models, Outcome, Request, read_transcript
from bots.adapters.llm.transcript import FILE_NAME
from bots.agents.language_model import LanguageModelConfig, LanguageModelTrader
from bots.agents.trader import Decision, Trader, begin, tell
from bots.agents.trading_agents import TRADERS, make_trader
from market.encoding import encode_command
from market.events import Phase
from market.view import MarketView
from simulation.errors import SimulationError
from simulation.recording import Line, RecordedRun

SETTINGS = ("memory", "execution", "reflection", "persona", "max_tokens")
PLACED = ("accepted", "traded")


class Fate(NamedTuple):
    """What became of an action, as it was recorded."""

    status: str
    order_id: int | None
    quantity: int
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """One turn: recorded actions and those that come out of the recorded reply, as JSON; `derived` None where the
    record is taken as it stands. `prompt`: whether the question was the same, None where nothing was asked."""

    market: str
    line: Line
    recorded: str
    derived: str | None
    prompt: bool | None = None

    @property
    def agrees(self) -> bool:
        return self.derived in (None, self.recorded)

    @property
    def difference(self) -> str:
        one = self.line
        who = f"{self.market} period {one['period']}, seat {one['seat']} ({one['trader']}), turn {one['turn']}"
        return f"{who}: {self.recorded} was recorded, {self.derived} comes out of it."


class RecordedReplies:
    """The models of a run that has been played: each question of a turn gets the reply of the call on record."""

    def __init__(self, folder: Path) -> None:
        self.name = f"replay:{folder}"
        self.prompts = _prompts(folder)
        self._models = Models(keys=Keys({}))
        self._keys: deque[str] = deque()
        self.same: list[bool] = []

    def turn(self, keys: Iterable[str]) -> None:
        """The questions to come are those of these calls."""
        self._keys, self.same = deque(keys), []

    def ask(self, name: str, request: Request) -> Outcome:
        if not self._keys:
            return Failure(kind="not_recorded", message="The record has no call for this turn.")
        key = self._keys.popleft()
        self.same.append(_texts(request) == self.prompts.get(key))
        return self._models.ask(name, replace(request, key=key))

    def reflections(self, seat: int) -> deque[str]:
        """Keys of a seat's looks back, in order."""
        mine = (key for key in self.prompts if key.startswith(f"seat-{seat}/") and "/reflection-" in key)
        return deque(key for key in mine if not key.endswith("/repair"))


def _prompts(folder: Path) -> dict[str, list[str]]:
    """What each call was asked; nothing where no model was."""
    path = folder / FILE_NAME
    if not path.is_file():
        return {}
    try:
        return {line["key"]: [one["content"] for one in line["request"]["messages"]] for line in read_transcript(path)}
    except (ValueError, KeyError) as error:
        raise SimulationError(f"{path} cannot be replayed: {error!r}.") from None


def _texts(request: Request) -> list[str]:
    return [message.content for message in request.messages]


class Seat:
    """A bot's seat. `trader` is None where the record does not say how to make it again."""

    def __init__(self, trader: Trader | None, replies: RecordedReplies, reflections: Iterable[str] = ()) -> None:
        self._trader, self._replies = trader, replies
        self._reflections = deque(reflections)

    def begin(self) -> None:
        """The turns to come are of another market."""
        if self._trader:
            begin(self._trader)

    def turn(self, market: str, line: Line, view: MarketView) -> Verdict:
        """Decide anew and be told what became of it. Where a rule stood in for the model, or the answer was late, what
        was sent is taken as it stands: it is not the trader's."""
        recorded = json.dumps(line["actions"])
        if self._trader is None:
            return Verdict(market, line, recorded, None)
        self._replies.turn(line["calls"])
        decision = self._trader.decide(view)
        prompt = self._replies.same[0] if self._replies.same else None
        if line.get("substitute"):
            return Verdict(market, line, recorded, None, prompt)
        tell(self._trader, replace(decision, outcome=line["outcome"]), _fates(line))
        late = line["outcome"] == "late"
        return Verdict(market, line, recorded, recorded if late else actions(decision), prompt)

    def look_back(self, view: MarketView) -> None:
        """Reflect where the seat did so in the pause that `view` shows."""
        over = view.phase in (Phase.CLOSED, Phase.FINISHED)
        due = over and bool(self._reflections) and f"/period-{view.period}/" in self._reflections[0]
        if due and isinstance(self._trader, LanguageModelTrader):
            key = self._reflections.popleft()
            self._replies.turn((key, f"{key}/repair"))
            self._trader.reflect(view)


def _fates(line: Line) -> list[Fate]:
    """Nothing is told of a late decision: nothing was sent."""
    if line["outcome"] == "late":
        return []
    return [Fate(**{name: one[name] for name in Fate._fields}) for one in line["receipts"]]


def actions(decision: Decision) -> str:
    return json.dumps([encode_command(action) for action in decision.actions])


def seats_of(run: RecordedRun) -> dict[str, Seat]:
    """By participant, the bots' seats that played in this run."""
    if not run.has_bots:
        return {}
    if any(line["calls"] for line in run.turns) and not (run.folder / FILE_NAME).is_file():
        told = "Models were asked, and their replies are needed: give the whole run folder."
        raise SimulationError(f"{run.folder / FILE_NAME} is missing. {told}")
    replies = RecordedReplies(run.folder)
    numbers = {line["participant"]: int(line["seat"]) for line in run.turns}
    seats: Mapping[str, Any] = run.manifest.get("seats", {})
    made = {}
    for participant, number in numbers.items():
        trader = _trader(seats.get(str(number)), number, run.manifest.get("seed"), replies)
        made[participant] = Seat(trader, replies, replies.reflections(number))
    return made


def _trader(told: Mapping[str, Any] | None, number: int, seed: int | None, replies: RecordedReplies) -> Trader | None:
    """The trader of a seat as `bots.services.casting` made it; None where the manifest does not tell enough."""
    if told is None:
        return None
    if told["kind"] == "rule":
        own = told.get("seed") if told.get("seed") is not None else seed
        known = own is not None and told["model"] in TRADERS
        return make_trader(told["model"], Random(f"{own} trader {number}")) if known else None
    config = LanguageModelConfig(**{name: told["settings"][name] for name in SETTINGS})
    return LanguageModelTrader(models=replies, alias=replies.name, seat=number, config=config)
