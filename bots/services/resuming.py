"""A run whose runner was killed, as its folder tells it: the same seats are taken up again. Starts no browser."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bots.adapters.errors import SetupError
from bots.adapters.llm import read_transcript
from bots.adapters.llm.transcript import FILE_NAME
from bots.adapters.orphans import end_browsers_of
from bots.adapters.otree_server import OTreeServer
from bots.services.cli import RunConfig
from bots.services.links import Link, Seating
from bots.services.run_folder import Busy, RunFolder, runner_of

PATHS = ("links", "out", "models_by_seat", "persona")
NO_FOLDER = "Expected the folder of a run that had begun, such as bot-data/debug-runs/run-3; start a new run instead."


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the folder at `path` says of its run so far. `calls` are the lines of its transcript."""

    path: Path
    manifest: Mapping[str, Any]
    calls: Sequence[Mapping[str, Any]]

    @property
    def config(self) -> RunConfig:
        """The arguments with which the run began."""
        told = self.manifest["arguments"]
        given: dict[str, Any] = {one.name: told[one.name] for one in fields(RunConfig) if one.name in told}
        given |= {name: Path(given[name]) for name in PATHS if given.get(name)}
        return RunConfig(**given)

    @property
    def seed(self) -> int:
        return int(self.manifest["seed"])

    @property
    def reported_as(self) -> str:
        return str(self.manifest["reported_as"])

    def seating(self, environ: Mapping[str, str]) -> Seating:
        """The same seats by the same links."""
        server = OTreeServer.of(self.manifest["server"], environ)
        links = tuple(Link(one, server.link(one)) for one in self.manifest["bots"])
        return Seating(server, self.manifest["session"], links, self.manifest["subjects"])

    def folder(self, scrub: Callable[[str], str]) -> RunFolder:
        """The same folder, to be written on; what is left of the killed runner's browsers is ended first."""
        runner = runner_of(self.path)
        try:
            folder = RunFolder(self.path, scrub)
        except Busy as error:
            raise SetupError(f"--resume {error} Stop that one first, or leave the seats to it.") from None
        except OSError as error:
            raise SetupError(f"--resume {self.path}: cannot be written ({error}).") from None
        ended = end_browsers_of(runner) if runner else 0
        folder.log.info("taken up again after %s turns; browsers left behind and ended: %s", len(folder.lines), ended)
        return folder

    def resumptions(self, folder: RunFolder) -> list[dict[str, Any]]:
        """For the manifest: when the run was taken up again, after how many turns and calls of all its seats."""
        before: list[dict[str, Any]] = self.manifest.get("resumed", [])
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        return [*before, {"utc": moment, "turns": len(folder.lines), "calls": len(self.calls)}]


def read_earlier(path: Path) -> Earlier:
    """Raises SetupError where there is nothing to take up again."""
    try:
        manifest = json.loads((path / "manifest.json").read_text("utf-8"))
        summary = path / "summary.json"
        ended = json.loads(summary.read_text("utf-8"))["ended"] if summary.exists() else ""
        calls = list(read_transcript(path / FILE_NAME)) if (path / FILE_NAME).exists() else []
    except (OSError, ValueError) as error:
        raise SetupError(f"--resume {path}: {error}. {NO_FOLDER}") from None
    if ended == "finished":
        raise SetupError(f"--resume {path}: this run has played its session to the end.")
    if "reported_as" not in manifest:
        raise SetupError(f"--resume {path}: its manifest is of an older version, or no lab run's. {NO_FOLDER}")
    return Earlier(path, manifest, calls)


def played(lines: Iterable[Mapping[str, Any]], seat: int) -> tuple[int, Counter[str]]:
    """The number of a seat's last turn, and its turns by outcome."""
    own = [line for line in lines if line["seat"] == seat]
    return max((line["turn"] for line in own), default=0), Counter(line["outcome"] for line in own)
