"""`python -m simulation --treatment NAME`: a session of a design played by the lab's traders, and the folder that it
leaves, which is one of the lab's: the same tables, the same lines of decisions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from analysis.read import Recording
from analysis.summary import as_document, decision_coverage, summarise
from bots.adapters.llm.transcript import FILE_NAME
from bots.agents.trader import asked_of
from market.custom import treatment_from_toml
from market.designs import DESIGNS, design
from market.encoding import encode_command
from market.fields import Positive, Seconds
from market.orders import Receipt
from market.records import TABLES, names
from market.tables import tables
from market.treatments import Treatment, TreatmentError
from simulation.casting import Asked, check_names, is_model, players, roster, seats_wanted, told
from simulation.desk import DeskTurn
from simulation.errors import SimulationError
from simulation.folders import made_by, prepare, write_csv, write_json, write_text
from simulation.schedules import Charged, Paced, free
from simulation.sessions import Played, Player, play_session, stamp

TURN_VERSION = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentSettings:
    """What is played and how. `treatment`: a shipped design or a TOML file; `traders` such as "heuristic:4,noise:2"."""

    treatment: str
    seed: int = 42
    model: str = "heuristic"
    traders: str = ""
    agents: Positive | None = None
    pace: Seconds = 1.5
    thinking: Literal["free", "charged"] = "free"
    thinking_seconds: Seconds = 2.0
    practice: bool = False
    outdir: Path | None = None
    asked: Asked = field(default_factory=Asked)

    @property
    def folder(self) -> Path:
        return self.outdir or Path("outputs") / f"{Path(self.treatment).stem}-{self.seed}"

    def as_told(self) -> dict[str, Any]:
        """For the manifest: nothing of keys."""
        own = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "asked"}
        return {
            **own,
            **asdict(self.asked.config),
            "base_url": self.asked.base_url,
            "budget_usd": self.asked.budget_usd,
        }


def treatment_of(name: str) -> Treatment:
    """A shipped design, or one from a TOML file. Raises SimulationError."""
    try:
        if name in DESIGNS or not name.endswith(".toml"):
            return design(name)
        return treatment_from_toml(Path(name).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise SimulationError(f"--treatment {name}: it cannot be read ({why}). Name a design or a TOML file.") from None
    except TreatmentError as error:
        raise SimulationError(f"--treatment {name}: {error}") from None


def run_treatment(settings: TreatmentSettings) -> dict[str, Any]:
    """Play and write. Returns what `summary.json` says. Raises SimulationError, before anything is played."""
    treatment = treatment_of(settings.treatment)
    try:
        seats = seats_wanted(treatment, settings.traders, settings.agents)
    except TreatmentError as error:
        raise SimulationError(str(error)) from None
    chosen = roster(settings.traders, settings.model, seats)
    check_names(chosen, settings.asked.open(), settings.asked)
    folder = prepare(settings.folder)
    asks = any(is_model(name, settings.asked) for name in chosen)
    (folder / FILE_NAME).unlink(missing_ok=True)
    models = settings.asked.open(folder / FILE_NAME if asks else None)
    seated = players(chosen, models, settings.asked, settings.seed)
    schedule = Paced(settings.pace, Charged(settings.thinking_seconds) if settings.thinking == "charged" else free)
    played = list(play_session(treatment, seated, settings.seed, schedule, practice=settings.practice))
    _write(folder, settings, seated, played)
    spent = {"cost_usd": round(models.budget.spent_usd, 6)}
    return _summarise(folder, treatment, played, spent)


def _write(folder: Path, settings: TreatmentSettings, seated: Sequence[Player], played: Sequence[Played]) -> None:
    session = f"sim{settings.seed}"
    made = [tables(one.record(session)) for one in played]
    for table in TABLES:
        rows = (row.values() for one in made for row in one[table])
        write_csv(folder / f"{table}.csv", names(table), rows)
    numbers = {player.participant: number for number, player in enumerate(seated, 1)}
    lines = (json.dumps(line) + "\n" for line in _lines(played, numbers))
    write_text(folder / "decisions.jsonl", "".join(lines))
    treatment = played[0].desk.exchange.treatment
    manifest = {
        **made_by("treatment", settings.as_told(), settings.seed),
        "treatment": treatment.name,
        "treatment_sha256": treatment.sha256(),
        "session": session,
        "bots": list(numbers),
        "seats": {str(numbers[one.participant]): told(one) for one in seated},
    }
    write_json(folder / "manifest.json", manifest)


def _summarise(folder: Path, treatment: Treatment, played: Sequence[Played], spent: dict[str, Any]) -> dict[str, Any]:
    recording = Recording(folder)
    measured = as_document(summarise(recording), decision_coverage(recording.decisions()))
    summary = {
        "kind": "simulation",
        "treatment": treatment.name,
        "hashes": {one.market: one.desk.exchange.chain_hash() for one in played},
        "trades": sum(len(one.desk.exchange.trades) for one in played),
        **spent,
        **measured,
    }
    write_json(folder / "summary.json", summary)
    return summary


# Decisions, as the lab's runner writes them


def _lines(played: Iterable[Played], numbers: dict[str, int]) -> Iterator[dict[str, Any]]:
    """One line a turn, in the order in which they were carried out."""
    counts = dict.fromkeys(numbers, 0)
    for market in played:
        seats = {seat.trader: seat for seat in market.seats}
        for turn in market.desk.turns:
            seat = seats[turn.view.trader]
            counts[seat.participant] += 1
            who = {"seat": numbers[seat.participant], "participant": seat.participant, "model": seat.model}
            yield _line(who, counts[seat.participant], market, turn)


def _line(who: dict[str, Any], number: int, market: Played, turn: DeskTurn) -> dict[str, Any]:
    view, decision = turn.view, turn.decision
    return {
        "version": TURN_VERSION,
        **who,
        "market": market.market,
        "trader": view.trader,
        "turn": number,
        "round": int(market.market.split("-")[0]),
        "period": view.period,
        "asked": asked_of(view),
        "seconds": view.seconds,
        "utc": stamp(market.desk.exchange.treatment, view.period, view.seconds + turn.thought),
        "view_seq": view.seq,
        "trigger": "pace",
        "outcome": decision.outcome,
        "reason": decision.reason,
        "substitute": decision.substitute,
        "calls": list(decision.calls),
        "actions": [encode_command(action) for action in decision.actions],
        "receipts": [_receipt(receipt) for receipt in turn.receipts],
        "quote": list(view.quote),
        "last_price": view.last_price,
        "cash": view.holdings.cash,
        "shares": view.holdings.shares,
        "ms": {"event": 0.0, "decide": round(turn.thought * 1000, 1), "act": None},
    }


def _receipt(receipt: Receipt) -> dict[str, Any]:
    return {
        "status": receipt.status,
        "order_id": receipt.order_id,
        "quantity": receipt.quantity,
        "trades": [[trade.price, trade.quantity] for trade in receipt.trades],
        "code": receipt.code,
        "reason": receipt.reason,
    }
