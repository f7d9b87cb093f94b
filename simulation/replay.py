"""A recorded session of the lab done again: its log command by command, its bots turn by turn, its trades compared
byte for byte. Needs no key."""

from __future__ import annotations

import csv
import io
import json
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from market.events import OPERATOR, LogLine
from market.exchange import Exchange, OperationError
from market.records import names
from market.tables import MarketRecord, trade_rows
from market.view import view_of
from simulation.placing import do_again, place
from simulation.recording import Line, RecordedMarket, RecordedRun
from simulation.referee import PLACED, Seat, Verdict, seats_of

# of the experimenter's words a page shows so many
SAID = 5


@dataclass
class Replayed:
    """A run done again. `markets` has a line of words each; `differences` is empty only where all came out the same;
    `cut_off` are orders of turns that a killed runner could not write down."""

    markets: list[str] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    as_recorded: list[str] = field(default_factory=list)
    cut_off: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    trades: str = ""

    @property
    def identical(self) -> bool:
        return not self.differences


def replay(run: RecordedRun) -> Replayed:
    """Raises SimulationError where the folder lacks what is needed."""
    seats, done, exchanges = seats_of(run), Replayed(), []
    placed = place(run.markets, run.turns if seats else [])
    for market in run.markets:
        exchanges.append(_Walk(market, seats, placed.of(market), done).walk())
    done.trades = _table(exchanges, "\r\n" if "\r\n" in run.trades else "\n")
    if done.trades != run.trades:
        done.differences.append(_first_difference(run.trades, done.trades))
    done.differences += [f"Turn not found in any log: {_turn(line)}." for line in placed.nowhere]
    return done


def _turn(line: Line) -> str:
    return f"seat {line['seat']}, turn {line['turn']}, on event {line['view_seq']} of period {line['period']}"


@dataclass
class _Due:
    """A command that a seat's turns ask for: `sure` where it was acknowledged, else it may not have arrived."""

    command: str
    sure: bool


class _Walk:
    """Through the log of one market, event by event, and after each through the turns that were taken on it."""

    def __init__(
        self, market: RecordedMarket, seats: Mapping[str, Seat], turns: Mapping[int, Sequence[Line]], done: Replayed
    ) -> None:
        self.market, self.turns, self.done = market, turns, done
        self.exchange = Exchange(market.treatment, market.roles)
        self.seats = {one.trader: seats[one.participant] for one in market.seats if one.participant in seats}
        for seat in self.seats.values():
            seat.begin()
        self.due: dict[str, deque[_Due]] = {trader: deque() for trader in self.seats}
        self.away: set[str] = set()
        self.said: deque[str] = deque(maxlen=SAID)

    def walk(self) -> MarketRecord:
        trouble = self._all()
        missing = [f"{trader}: {one.command}" for trader, due in self.due.items() for one in due if one.sure]
        if missing and not trouble:
            trouble = f"acknowledged orders are not in the log: {'; '.join(missing[:3])}"
        events, trades, state = len(self.exchange.events), len(self.exchange.trades), self.exchange.state_hash()
        if not trouble and state != self.market.state_hash:
            trouble = f"the state was recorded as {self.market.state_hash}: the end of the log is missing"
        self.done.markets.append(
            f"{self.market.session} {self.market.market}: {events} events, {trades} trades, hash {state}, "
            f"{trouble or 'identical'}"
        )
        if trouble:
            self.done.differences.append(f"{self.market.market}: {trouble}.")
        self._note_people()
        made = self.market
        return MarketRecord(made.session, made.market, made.seed, self.exchange, made.seats, made.utc)

    def _note_people(self) -> None:
        for one in self.market.seats:
            if one.kind != "human" and one.trader not in self.seats:
                self.done.as_recorded.append(f"{self.market.market} {one.trader} ({one.model})")

    def _all(self) -> str:
        """Do every event again; returns what went wrong first, "" for nothing."""
        self._take_turns(0)
        for line in self.market.log:
            if trouble := self._again(line):
                return trouble
            self._take_turns(line.seq)
        return ""

    def _again(self, line: LogLine) -> str:
        self._note(line)
        own = line.actor in self.due and line.actor not in self.away
        undecided = own and not self._decided(line) and not self._cut_off(line)
        try:
            do_again(self.exchange, line)
        except (OperationError, ValueError) as error:
            return f"event {line.seq} cannot be done again: {error}"
        if self.exchange.log(line.seq - 1) != [line]:
            return f"event {line.seq} ({line.actor}: {line.command}) comes out differently under the rules of today"
        if undecided:
            self.done.differences.append(
                f"{self.market.market}: event {line.seq}: no turn of {line.actor} asks for {line.command}."
            )
        return ""

    def _note(self, line: LogLine) -> None:
        """While the server plays a seat whose page is gone, no turn of its bot stands behind what it does; what the
        experimenter said is on all pages."""
        match json.loads(line.command):
            case ["pause", str(words), *_] | ["tell", str(words)] if words:
                self.said.append(words)
            case ["take_over", trader, _]:
                self.away.add(trader)
            case ["hand_back", trader]:
                self.away.discard(trader)

    def _decided(self, line: LogLine) -> bool:
        """Whether a turn asked for this command; what may not have arrived before it is passed over."""
        due = self.due[line.actor]
        while due:
            one = due.popleft()
            if one.command == line.command:
                return True
            if one.sure:
                due.appendleft(one)
                return False
        return False

    def _cut_off(self, line: LogLine) -> bool:
        """Whether the command may be of a turn that was never written down: its runner was killed."""
        if cut := self.seats[line.actor].cut_off:
            self.done.cut_off.append(f"{self.market.market} {line.actor}: {line.command}")
        return cut

    def _take_turns(self, seq: int) -> None:
        for line in self.turns.get(seq, ()):
            # a page's clock runs on between events
            view = view_of(self.exchange, line["trader"], line["seconds"])
            view = replace(view, seconds=line["seconds"], said=tuple(self.said))
            verdict = self.seats[line["trader"]].turn(self.market.market, line, view)
            self.done.verdicts.append(verdict)
            if not verdict.agrees:
                self.done.differences.append(verdict.difference)
            self.due[line["trader"]] += _sent(line, verdict.derived or verdict.recorded)
        for trader, seat in self.seats.items():
            if seq and self.exchange.events[-1].actor == OPERATOR:
                seat.look_back(view_of(self.exchange, trader, self.exchange.seconds))


def _sent(line: Line, actions: str) -> Iterable[_Due]:
    """What a turn's actions put into the log: those acknowledged for sure, those without an answer perhaps."""
    for number, action in enumerate(json.loads(actions)):
        receipt = line["receipts"][number]["status"] if number < len(line["receipts"]) else ""
        if receipt in ("", *PLACED) and line["outcome"] != "late":
            yield _Due(json.dumps(action, separators=(",", ":")), bool(receipt))


def _table(records: Iterable[MarketRecord], line_end: str) -> str:
    """`trades.csv` as the lab writes it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=line_end)
    writer.writerow(names("trades"))
    for record in records:
        writer.writerows(row.values() for row in trade_rows(record))
    return text.getvalue()


def _first_difference(recorded: str, again: str) -> str:
    pairs = zip(recorded.splitlines(), again.splitlines(), strict=False)
    for number, (before, after) in enumerate(pairs, 1):
        if before != after:
            return f"trades.csv, line {number}: {before} was recorded, {after} comes out."
    return f"trades.csv: {recorded.count(chr(10))} lines were recorded, {again.count(chr(10))} come out."
