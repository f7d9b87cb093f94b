"""What a runner tells of its bots: who they are, how their decisions went, what they cost. Kept as it came."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from otree.database import dbq
from pydantic import Field, TypeAdapter, ValidationError, with_config

from market.fields import STRICT
from otree_app.disclosure import check_announced
from otree_app.keeping import RunnerReport
from otree_app.models import Player
from otree_app.stamps import stamp

Number = Annotated[int, Field(ge=0, le=10**9)]
Dollars = Annotated[float, Field(ge=0, le=10**9)]
Text = Annotated[str, Field(max_length=200)]
Digest = Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]


@with_config(STRICT)
@dataclass(frozen=True, kw_only=True)
class SeatReport:
    """One bot: who decides there, and its decisions so far by outcome; `cost_usd` None where a price is not known.

    `id` is the pinned id of a model, `place` where the bot is. Of those `due`, some may not have ended.
    """

    kind: Literal["model", "rule"]
    model: Text
    id: Text = ""
    place: Text = ""
    due: Number = 0
    valid: Number = 0
    repaired: Number = 0
    late: Number = 0
    stale: Number = 0
    failed: Number = 0
    cost_usd: Dollars | None = None


@with_config(STRICT)
@dataclass(frozen=True, kw_only=True)
class Report:
    """All of a runner's seats by participant code. `cost_usd` of the whole run; `ended` says how, "" while it runs."""

    run: Annotated[str, Field(min_length=1, max_length=200)]
    prompts_sha256: Digest = ""
    seats: Annotated[dict[str, SeatReport], Field(max_length=10_000)]
    cost_usd: Dollars | None = None
    budget_usd: Dollars | None = None
    ended: Text = ""


_ADAPTER: TypeAdapter[Report] = TypeAdapter(Report)
COUNTS = ("due", "valid", "repaired", "late", "stale", "failed")


def report_from(body: object) -> Report:
    """A report as it was posted. Raises ValueError that says what was expected where."""
    try:
        report = _ADAPTER.validate_python(body)
    except ValidationError as error:
        problems = (f"{'.'.join(map(str, one['loc'])) or 'report'}: {one['msg']}" for one in error.errors()[:5])
        raise ValueError("; ".join(problems)) from None
    for code, seat in report.seats.items():
        if seat.due < seat.valid + seat.repaired + seat.late + seat.stale + seat.failed:
            raise ValueError(f"seats.{code}.due: expected at least the sum of the outcomes, got {seat.due}")
    return report


def keep(session: Any, report: Report) -> bool:
    """Store a report in the place of the run's last one, and who sits where. Returns whether that has changed.

    Raises ValueError for seats that are not of the session, NotAnnounced for those that people take for others'.
    """
    players = _players(session, report)
    check_announced(session, players, {code: seat.kind for code, seat in report.seats.items()})
    before = registered_seats(session)
    document, now = json.dumps(asdict(report)), time.time()
    known = dbq(RunnerReport).filter_by(session_id=session.id, run=report.run).one_or_none()
    if known:
        known.document, known.utc = document, now
    else:
        RunnerReport.create(session_id=session.id, run=report.run, utc=now, document=document)
    return _mark(players, report) or registered_seats(session) != before


def _players(session: Any, report: Report) -> list[Player]:
    players = [one for one in Player.objects_filter(session=session) if one.participant.code in report.seats]
    unknown = report.seats.keys() - {player.participant.code for player in players}
    if unknown:
        raise ValueError(f"Not of this session: {', '.join(sorted(unknown))}.")
    return players


def _mark(players: list[Player], report: Report) -> bool:
    changed = False
    for player in players:
        seat = report.seats[player.participant.code]
        if (player.kind, player.model) != (seat.kind, seat.model):
            player.kind, player.model, changed = seat.kind, seat.model, True
    return changed


def reports_of(session: Any) -> list[tuple[float, dict[str, Any]]]:
    """(seconds since 1970, report) of each run, the latest last."""
    rows = dbq(RunnerReport).filter_by(session_id=session.id).order_by(RunnerReport.utc).all()
    return [(row.utc, json.loads(row.document)) for row in rows]


def latest_seats(reports: list[tuple[float, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """By participant code: the last report of its seat, with the hash of its prompts."""
    return {
        code: {**seat, "prompts_sha256": report["prompts_sha256"]}
        for _, report in reports
        for code, seat in report["seats"].items()
    }


def registered_seats(session: Any) -> dict[str, dict[str, str]]:
    """By participant code: the pinned id of its model and the hash of the prompts, as the runner says."""
    return {
        code: {"id": seat["id"], "prompts_sha256": seat["prompts_sha256"] if seat["kind"] == "model" else ""}
        for code, seat in latest_seats(reports_of(session)).items()
    }


def bot_rows(session: Any) -> Iterator[dict[str, object]]:
    """The table `bots`: each seat of each run."""
    for utc, report in reports_of(session):
        for code, seat in report["seats"].items():
            yield {
                "session": session.code,
                "participant": code,
                "kind": seat["kind"],
                "model": seat["model"],
                "run": report["run"],
                "utc": stamp(utc),
                **{name: seat[name] for name in COUNTS},
                "cost_usd": seat["cost_usd"],
            }
