"""What a language-model trader takes along from turn to turn: nothing, notes, a summary or everything."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bots.adapters.llm import Message, Said, estimate_prompt
from bots.agents import briefing, prompts, screen
from bots.agents.prompts import data
from bots.agents.replies import NotedTurnReply, Reply
from bots.agents.sheet_replies import NotedSheetReply
from market.view import MarketView

NOTE = 600  # characters of a note
PERIODS = 10  # periods in a summary
RECENT = 6  # own turns in a summary
REASON = 150  # characters of a reason in a summary
INSTITUTIONS = ("continuous", "call")
FATES = 3  # lines a turn in a summary
WINDOW = 24_000  # tokens of earlier turns in a full memory


class Memory:
    """Nothing: each turn stands for itself."""

    name = "none"
    # whether notes are written with each answer
    noted = False

    def earlier(self) -> tuple[Message, ...]:
        """The conversation so far, as far as it is shown again."""
        return ()

    def text(self) -> str:
        """What is told of earlier turns within the prompt; ends its line where there is any."""
        return ""

    def turn(self, view: MarketView, prompt: str, reply: Reply) -> None:
        """A turn with a usable answer."""

    def became(self, lines: Sequence[str]) -> None:
        """What became of the orders of the latest turn."""

    def learn(self, insights: str, plans: str) -> None:
        """Notes of one's own; empty ones leave the old in place."""

    def recall(self, said: Said) -> None:
        """An answer that was given before the runner was killed."""


class Notes(Memory):
    """Plans and insights in the trader's own words, written with each answer."""

    name = "notes"
    noted = True

    def __init__(self) -> None:
        self._notes: dict[str, str] = {}

    def text(self) -> str:
        return f"Your notes: {data('your notes', self._notes)}\n" if self._notes else ""

    def turn(self, view: MarketView, prompt: str, reply: Reply) -> None:
        if isinstance(reply, NotedTurnReply | NotedSheetReply):
            self.learn(reply.insights, reply.plans)

    def learn(self, insights: str, plans: str) -> None:
        new = {"insights": insights.strip()[:NOTE], "plans": plans.strip()[:NOTE]}
        self._notes |= {name: text for name, text in new.items() if text}

    def recall(self, said: Said) -> None:
        if self.noted or said.what == "reflection":
            self.learn(*(str(said.reply.get(name) or "") for name in ("insights", "plans")))


@dataclass(frozen=True, slots=True)
class Moment:
    """When a turn was taken, and on which account. `seq` is the number of the latest event."""

    period: int
    seconds: float
    account: str
    seq: int


@dataclass(slots=True)
class Stretch:
    """A period as it was lived: turns taken, and the account at its first and its latest turn."""

    period: int
    first: str
    latest: str
    seq: int
    seconds: float
    turns: int = 1

    def covers(self, moment: Moment) -> bool:
        """Event numbers that fall mean that another market has begun."""
        return self.period == moment.period and self.seq <= moment.seq

    def __str__(self) -> str:
        return f"period {self.period}, {self.turns} turns, from {self.first} to {self.latest}"


@dataclass(slots=True)
class OwnTurn:
    """A turn in one line, and what became of it."""

    line: str
    fates: list[str] = field(default_factory=list)


class Summary(Notes):
    """A line for each period and the latest own turns; notes only from looking back."""

    name = "summary"
    noted = False

    def __init__(self) -> None:
        super().__init__()
        self._periods: deque[Stretch] = deque(maxlen=PERIODS)
        self._turns: deque[OwnTurn] = deque(maxlen=RECENT)

    def text(self) -> str:
        if not self._turns:
            return super().text()
        turns = [" | ".join((one.line, *one.fates[-FATES:])) for one in self._turns]
        lines = [*map(str, self._periods), *turns]
        return super().text() + f"Your turns so far: {data('your turns', lines)}\n"

    def turn(self, view: MarketView, prompt: str, reply: Reply) -> None:
        account = str(screen.account(view)["holdings"])
        self._live(Moment(view.period, view.seconds, account, view.seq), reply.reasoning)

    def _live(self, now: Moment, reasoning: str) -> None:
        last = self._periods[-1] if self._periods else None
        if last and last.covers(now):
            last.latest, last.seq, last.seconds, last.turns = now.account, now.seq, now.seconds, last.turns + 1
        else:
            self._periods.append(Stretch(now.period, now.account, now.account, now.seq, now.seconds))
        self._turns.append(OwnTurn(f"period {now.period}, second {now.seconds:.0f}: {reasoning[:REASON]}"))

    def recall(self, said: Said) -> None:
        """What became of a turn stands in the prompt of the next; of the last one it is not known."""
        super().recall(said)
        told = prompts.data_in("your turns", said.prompt)
        if told and self._turns:
            self._turns[-1] = OwnTurn(told[-1])
        if said.what == "turn" and (now := self._moment(said.prompt)):
            self._live(now, str(said.reply.get("reasoning") or ""))

    def _moment(self, prompt: str) -> Moment | None:
        """As a prompt tells it, which has no number of an event: 0 where the clock says that a market has begun."""
        found = next(filter(None, (briefing.told(institution, prompt) for institution in INSTITUTIONS)), None)
        if found is None:
            return None
        period, seconds, account = found
        last = self._periods[-1] if self._periods else None
        anew = last is not None and last.period == period and seconds < last.seconds
        return Moment(period, seconds, account, 0 if anew else 1)

    def became(self, lines: Sequence[str]) -> None:
        if self._turns:
            self._turns[-1].fates.extend(lines)


class Full(Notes):
    """The whole conversation, up to what a model can read at a time; the oldest turns fall out first."""

    name = "full"
    noted = False

    def __init__(self) -> None:
        super().__init__()
        self._messages: deque[Message] = deque()
        self._tokens = 0

    def earlier(self) -> tuple[Message, ...]:
        return tuple(self._messages)

    def turn(self, view: MarketView, prompt: str, reply: Reply) -> None:
        self._keep(prompt, reply.model_dump_json())

    def recall(self, said: Said) -> None:
        super().recall(said)
        if said.what == "turn":
            self._keep(said.prompt, json.dumps(said.reply, ensure_ascii=False, separators=(",", ":")))

    def _keep(self, prompt: str, reply: str) -> None:
        turn = (Message("user", prompt), Message("assistant", reply))
        self._messages.extend(turn)
        self._tokens += estimate_prompt(turn)
        while self._tokens > WINDOW:
            self._tokens -= estimate_prompt((self._messages.popleft(), self._messages.popleft()))


MEMORIES: Mapping[str, Callable[[], Memory]] = {one.name: one for one in (Memory, Notes, Summary, Full)}
