"""One economy on disk: rounds are played, logged as they happen, kept now and then, and written up at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TextIO

from worlds.errors import WorldError
from worlds.folders import made_by, prepare, write_json
from worlds.forecast_goods import recording, snapshots
from worlds.forecast_goods.beginning import begin
from worlds.forecast_goods.config import Config
from worlds.forecast_goods.earlier import log_until, rows_until
from worlds.forecast_goods.records import Recorder
from worlds.forecast_goods.roles.casting import RULES, Cast, cast, everybody
from worlds.forecast_goods.roles.interface import ROLES
from worlds.forecast_goods.state import State
from worlds.forecast_goods.step import step
from worlds.models import Asked, Line

LOG, MANIFEST = "log.jsonl", "manifest.json"
PROMPTS = Path(__file__).resolve().parent / "roles" / "prompts"

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`asked.name`: a rule, or a model, which plays `roles`; `fallback`: the rule that acts where it has no usable
    answer, "" for nobody. `workers`: agents that act at a time. `snapshot_every`: rounds, 0 for never; `restore`: a
    snapshot to go on from, whose config and seed are taken; `figures`: whether they are drawn."""

    folder: Path
    config: Config = field(default_factory=Config)
    seed: int = 42
    asked: Asked = field(default_factory=Asked)
    roles: tuple[str, ...] = ROLES
    fallback: str = ""
    workers: int = 1
    snapshot_every: int = 0
    restore: Path | None = None
    figures: bool = True


def run(settings: Settings, progress: Progress = lambda done: None) -> recording.Document:
    """Play, and return the summary. Raises WorldError; rounds played until then are in the folder."""
    config, state = _start(settings)
    first = state.round
    if first >= config.time.rounds:
        raise WorldError(
            f"--restore {settings.restore}: {first} rounds are played and {config.time.rounds} wanted. Raise --rounds."
        )
    with _line(settings) as line:
        players = cast(config, settings.asked.name, line, settings.roles, settings.fallback)
        _open(settings, config, state)
        recorder = _recorder(settings, config, state)
        if line:
            line.record_in(settings.folder)
        stopped: WorldError | None = None
        try:
            _play(settings, config, state, players, recorder, progress)
        except WorldError as error:
            stopped = error
            snapshots.write(settings.folder, config, state, settings.asked.name)
        summary = recording.write(settings.folder, settings, config, state, recorder, line, str(stopped or ""))
    if stopped:
        raise type(stopped)(f"{stopped}\n{_go_on(settings, state)}") from None
    return summary


def _start(settings: Settings) -> tuple[Config, State]:
    if settings.restore is None:
        return settings.config, begin(settings.config, settings.seed)
    kept = snapshots.restore(settings.restore)
    return replace(kept.config, time=replace(kept.config.time, rounds=settings.config.time.rounds)), kept.state


@contextmanager
def _line(settings: Settings) -> Iterator[Line | None]:
    """To the model, checked; None where a rule plays."""
    if settings.asked.name in RULES:
        yield None
        return
    line = Line(settings.asked)
    line.check()
    try:
        yield line
    finally:
        line.close()


def _open(settings: Settings, config: Config, state: State) -> None:
    folder = prepare(settings.folder)
    if (folder / MANIFEST).exists():
        raise WorldError(f"--out {folder}: a run is there already. Name another folder.")
    told: dict[str, Any] = {"config": config.told(), "played": settings.asked.name, "roles": list(settings.roles)}
    told |= {"fallback": settings.fallback, "restored": settings.restore.name if settings.restore else None}
    told["first_round"] = state.round
    prompts = None if settings.asked.name in RULES else PROMPTS
    write_json(folder / MANIFEST, made_by("forecast_goods run", told, state.seed, prompts))


def _recorder(settings: Settings, config: Config, state: State) -> Recorder:
    """With the rounds before the snapshot that a restored run goes on from, where they are beside it."""
    recorder = Recorder(config)
    if settings.restore:
        recorder.rows |= rows_until(settings.restore.parent, state.round, state.chain.head)
    return recorder


def _play(
    settings: Settings, config: Config, state: State, players: Cast, recorder: Recorder, progress: Progress
) -> None:
    with (settings.folder / LOG).open("w", encoding="ascii") as log:
        if settings.restore:
            log.writelines(f"{line}\n" for line in log_until(settings.restore.with_name(LOG), state.chain))
        _write(log, state)
        while state.round < config.time.rounds:
            done = step(state, config, everybody(state, config, players, settings.workers))
            recorder.add(done, state)
            _write(log, state)
            if settings.snapshot_every and state.round % settings.snapshot_every == 0:
                snapshots.write(settings.folder, config, state, settings.asked.name)
            progress(state.round)


def _write(log: TextIO, state: State) -> None:
    """What was logged since; flushed, so that a killed process leaves whole rounds."""
    log.writelines(f"{line}\n" for line in state.chain.take())
    log.flush()


def _go_on(settings: Settings, state: State) -> str:
    path = settings.folder / f"snapshot-{state.round:06}.json"
    return f"{state.round} rounds are kept. Go on with: run --restore {path} --out ANOTHER_FOLDER"
