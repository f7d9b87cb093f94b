"""One bot's seat of a recorded session played again: the same trader, asked on the same views, given the recorded
replies. Compares what it decides with what was recorded; knows no exchange."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from bots.adapters.llm import Asked, Failure, Keys, Models, Outcome, Request, read_transcript, said_of
from bots.adapters.llm.transcript import FILE_NAME
from bots.agents.language_model import LanguageModelConfig, LanguageModelTrader
from bots.agents.trader import Decision, Trader, begin, tell
from bots.agents.trading_agents import TRADERS, chance, make_trader
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
        self.calls, self.prompts = _calls(folder)
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


def _calls(folder: Path) -> tuple[list[Line], dict[str, list[str]]]:
    """The lines of the transcript, and what each call was asked; nothing where no model was."""
    path = folder / FILE_NAME
    if not path.is_file():
        return [], {}
    try:
        calls = list(read_transcript(path))
        asked = {line["key"]: [one["content"] for one in line["request"]["messages"]] for line in calls}
    except (ValueError, KeyError) as error:
        raise SimulationError(f"{path} cannot be replayed: {error!r}.") from None
    return calls, asked


def _texts(request: Request) -> list[str]:
    return [message.content for message in request.messages]


@dataclass(frozen=True, slots=True)
class Life:
    """A seat's trader under one runner, from the turn after number `after` on; None where the record does not say how
    to make it again."""

    after: int
    trader: Trader | None


class Seat:
    """A bot's seat. It has a further life for each time that its runner was killed and the run taken up again."""

    def __init__(self, lives: Sequence[Life], replies: RecordedReplies, reflections: Iterable[str] = ()) -> None:
        self._trader, self._later, self._replies = lives[0].trader, deque(lives[1:]), replies
        self._reflections = deque(reflections)
        self._turn = 0

    @property
    def cut_off(self) -> bool:
        """Whether its runner was killed after the last turn on record, perhaps in the middle of another."""
        return bool(self._later) and self._turn >= self._later[0].after

    def begin(self) -> None:
        """The turns to come are of another market."""
        if self._trader:
            begin(self._trader)

    def turn(self, market: str, line: Line, view: MarketView) -> Verdict:
        """Decide anew and be told what became of it. Where a rule stood in for the model, or the answer was late, what
        was sent is taken as it stands: it is not the trader's."""
        recorded = json.dumps(line["actions"])
        self._live_on(line["turn"])
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

    def _live_on(self, turn: int) -> None:
        while self._later and turn > self._later[0].after:
            self._trader = self._later.popleft().trader
            self.begin()
        self._turn = turn

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
    return {
        one: Seat(list(_lives(run, seat, replies)), replies, replies.reflections(seat)) for one, seat in numbers.items()
    }


def _lives(run: RecordedRun, number: int, replies: RecordedReplies) -> Iterator[Life]:
    """As `bots.services.runner` began and took up the seat: by its turns and the model's words until then."""
    told, seed = run.manifest.get("seats", {}).get(str(number)), run.manifest.get("seed")
    yield Life(0, _trader(told, number, seed, replies))
    for again in run.manifest.get("resumed", []):
        before = [line["turn"] for line in run.turns[: again["turns"]] if line["seat"] == number]
        trader = _trader(told, number, seed, replies, max(before, default=0))
        if isinstance(trader, LanguageModelTrader):
            trader.go_on_after(Asked(), said_of(replies.calls[: again["calls"]], number))
        yield Life(max(before, default=0), trader)


def _trader(
    told: Mapping[str, Any] | None, number: int, seed: int | None, replies: RecordedReplies, turns: int = 0
) -> Trader | None:
    """The trader of a seat as `bots.services.casting` made it; None where the manifest does not tell enough."""
    if told is None:
        return None
    if told["kind"] == "rule":
        own = told.get("seed") if told.get("seed") is not None else seed
        if own is None or told["model"] not in TRADERS:
            return None
        return make_trader(told["model"], chance("trader", own, number, turns))
    config = LanguageModelConfig(**{name: told["settings"][name] for name in SETTINGS})
    return LanguageModelTrader(models=replies, alias=replies.name, seat=number, config=config)
