"""A run from start to end: seats, browsers, traders, run folder, exports, report. `run` is what others call."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from typing import Any

from bots.adapters.browser import Browsers
from bots.adapters.errors import SetupError
from bots.adapters.llm import Keys, Models, Transcript, asked_of, read_keys, said_of
from bots.adapters.llm.provider import Provider
from bots.adapters.llm.transcript import FILE_NAME
from bots.adapters.page import Page
from bots.adapters.web_driver import BrowserOptions, find
from bots.agents.language_model import LanguageModelTrader
from bots.agents.policy import OutOfReachPolicy
from bots.agents.prompts import digest
from bots.agents.trader import Trader
from bots.agents.trading_agents import chance, make_trader
from bots.domain.experiment import Experiment
from bots.domain.intervention import Intervention
from bots.domain.seat import Seat
from bots.domain.turns import SeatName
from bots.services import closing
from bots.services.casting import Cast, cast, check
from bots.services.cli import RunConfig
from bots.services.exports import export
from bots.services.guards import bugs_logged, one_interrupt
from bots.services.links import Seating, seating
from bots.services.manifest import manifest, spent, summary
from bots.services.marking import mark, marks
from bots.services.progress import Progress
from bots.services.reporting import Reporter, report, unique
from bots.services.resuming import Earlier, played, read_earlier
from bots.services.run_folder import RunFolder, SeatLog

SEEDS = 2**32


@dataclass(frozen=True, slots=True)
class RunResult:
    """Where a run's data is, and how it ended: finished, stuck, timeout, interrupted."""

    folder: Path
    ended: str


def run(
    config: RunConfig, environ: Mapping[str, str] = os.environ, *, local: Mapping[str, Provider] | None = None
) -> RunResult:
    """Play a session. Raises SetupError, and leaves no folder, where the run cannot start.

    `local` are models of this process by name, such as scripted ones in tests; their names win. Ctrl-C during the play
    ends it in order; before that, KeyboardInterrupt passes through.
    """
    with one_interrupt():
        earlier = read_earlier(config.resume) if config.resume else None
        config, keys = earlier.config if earlier else config, read_keys(environ)
        parts = cast(config, keys, local or {})
        transcript = Transcript()
        models = _checked(parts, transcript, earlier)
        seats = earlier.seating(environ) if earlier else seating(config.url, config.links, config.num_bots, environ)
        parts.check_seats(seats.numbers)
        browsers = _browsers(config)
        try:
            browser, unmarked = _start(browsers), mark(seats, marks(parts, seats), anyway=config.unmarked)
            folder = earlier.folder(keys.scrub) if earlier else _folder(config, keys)
            with _taken_away_unless_begun(folder, config, new=not earlier):
                made = _Run(config, seats, browsers, folder, browser, parts, models, transcript, earlier)
                made.begin()
            return made.play(unmarked)
        finally:
            browsers.close()


def _checked(parts: Cast, transcript: Transcript, earlier: Earlier | None) -> Models:
    """The models of the run, each of which can be used; SDKs are loaded. What checking asks is on record and paid."""
    models = parts.open(transcript)
    if earlier:
        models.go_on_after(earlier.calls)
    if problems := check(models, parts.models):
        raise SetupError("\n  ".join(problems))
    return models


def _browsers(config: RunConfig) -> Browsers:
    options = BrowserOptions(browser=config.browser, driver=config.driver, grid=config.grid, headed=config.headed)
    return Browsers(options, find(options), each=config.browser_each)


def _start(browsers: Browsers) -> str:
    """In another thread: a Ctrl-C strikes the main one, and must not leave a browser half started."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(browsers.start).result()


def _folder(config: RunConfig, keys: Keys) -> RunFolder:
    try:
        return RunFolder.create(config.out, production=config.production, scrub=keys.scrub)
    except OSError as error:
        raise _unwritable(config, error) from None


def _unwritable(config: RunConfig, error: OSError) -> SetupError:
    return SetupError(f"--out {config.out}: cannot be written ({error}). Choose another folder.")


@contextmanager
def _taken_away_unless_begun(folder: RunFolder, config: RunConfig, *, new: bool) -> Iterator[None]:
    """A new folder goes again where a run does not come as far as saying in it what it is."""
    try:
        yield
    except BaseException as error:
        folder.discard() if new else folder.close()
        if isinstance(error, OSError):
            raise _unwritable(config, error) from None
        raise


class _Run:
    """One run that has its seats, browsers and folder."""

    def __init__(
        self,
        config: RunConfig,
        seating: Seating,
        browsers: Browsers,
        folder: RunFolder,
        browser: str,
        parts: Cast,
        models: Models,
        transcript: Transcript,
        earlier: Earlier | None = None,
    ) -> None:
        self._config = config
        self._seating = seating
        self._browsers = browsers
        self._folder = folder
        self._browser = browser
        drawn = SystemRandom().randrange(SEEDS) if config.seed is None else config.seed
        self._seed = earlier.seed if earlier else drawn
        self._reported_as = earlier.reported_as if earlier else unique(folder.name)
        self._resumed = earlier.resumptions(folder) if earlier else []
        self._cast, self._models, self._transcript = parts, models, transcript
        self._intervention = Intervention(self._operate, self._say)
        people = list(zip(seating.numbers, seating.links, strict=True))
        lines = folder.lines
        before = {number: played(lines, number) for number in seating.numbers}
        self._traders = {number: self._trader(number, turns, earlier) for number, (turns, _) in before.items()}
        self._seats = [self._seat(number, link.participant, *before[number]) for number, link in people]
        self._marks = marks(parts, seating)

    def _trader(self, number: int, turns: int, earlier: Earlier | None) -> Trader:
        trader = self._cast.trader(number, self._models, self._seed, turns)
        if earlier and isinstance(trader, LanguageModelTrader):
            trader.go_on_after(asked_of(earlier.calls, number), said_of(earlier.calls, number))
        return trader

    def _seat(self, number: int, participant: str, turns: int, outcomes: Mapping[str, int]) -> Seat:
        seat = Seat(
            SeatName(seat=number, participant=participant, model=self._cast.part(number).name),
            self._by_policy(number, turns),
            pace=self._config.pace,
            rng=chance("pace", self._seed, number, turns),
            record=self._folder.record,
            album=self._folder.keep,
            log=SeatLog(self._folder.log, {"seat": number, "participant": participant}),
            turns=turns,
        )
        seat.state.outcomes.update(outcomes)
        seat.sit(Page(self._browsers.tab, self._seating.server.link(participant), seat.hear))
        return seat

    def _by_policy(self, number: int, turns: int) -> Trader:
        """The trader of a seat, a model with what the treatment wants while it is out of reach."""
        trader, rng = self._traders[number], chance("substitute", self._seed, number, turns)
        if not isinstance(trader, LanguageModelTrader):
            return trader
        return OutOfReachPolicy(trader, lambda name: make_trader(name, rng), self._intervention)

    def _operate(self, do: str, reason: str) -> None:
        # traders ask for it, in their own threads
        self._seating.server.twin().operate(self._known_session(), do, reason)

    def _known_session(self) -> str:
        if not self._seating.session:
            raise SetupError("the session's code is not known: start with its SessionStartLinks page.")
        return self._seating.session

    def begin(self) -> None:
        """Say in the folder what runs. Raises OSError where that finds no room."""
        config, seats = self._config, self._seating
        self._write_manifest()
        self._folder.log.info(
            "session=%s server=%s bots=%s", seats.session or "unknown", seats.server.base, len(seats.links)
        )
        # Without a model there is nothing to write down.
        if self._cast.models:
            self._transcript.begin(self._folder.path / FILE_NAME)
        if not self._resumed:
            link, counts = config.url or str(config.links), {"subjects": seats.subjects, "bots": len(seats.links)}
            self._folder.note(model=config.model, comments=config.message, link=link, **counts)

    def play(self, unmarked: str) -> RunResult:
        """Play to the end, however it comes; `unmarked`: why the data does not say who plays, "" where it does."""
        ended = "failed"
        reporter = self._reporter()
        try:
            if unmarked:
                self._say(f"Bots are not marked in the session's data: {unmarked}")
            reporter.begin()
            ended = self._play()
        except KeyboardInterrupt:
            ended = "interrupted"
        finally:
            self._browsers.close()
            reporter.end(ended)
            self._close(ended)
        return RunResult(self._folder.path, ended)

    def _play(self) -> str:
        states = [seat.state for seat in self._seats]
        with bugs_logged(self._folder.log), Progress(states) as progress:
            timeout = self._config.timeout_minutes * 60
            return Experiment(self._seats, self._finished, progress.show, timeout=timeout).run()

    def _finished(self) -> bool | None:
        if not self._seating.session:
            return None
        try:
            return bool(self._seating.server.state(self._seating.session)["finished"])
        except SetupError:
            return None

    def _reporter(self) -> Reporter:
        server, prompts = self._seating.server.twin(), digest()
        states, budget = [seat.state for seat in self._seats], self._models.budget
        told = {one.name: self._cast.told(one.name.seat, self._traders[one.name.seat], self._models) for one in states}
        who = {one.participant: {**self._marks[one.participant], "id": told[one].get("id", "")} for one in told}
        return Reporter(
            lambda document: server.report(self._known_session(), document),
            lambda ended: report(self._reported_as, states, who, prompts, budget.spent_usd, budget.limit_usd, ended),
            self._folder.log.warning,
        )

    def _write_manifest(self) -> None:
        seats = {number: self._cast.told(number, one, self._models) for number, one in self._traders.items()}
        made = manifest(self._config, self._seating, self._seed, self._folder, seats)
        made["versions"]["browser"] = self._browser
        made |= {"reported_as": self._reported_as, "resumed": self._resumed}
        self._folder.write_json("manifest.json", made)

    def _close(self, ended: str) -> None:
        try:
            self._finish(ended)
        except OSError as error:
            told = f"The run folder is not whole ({error}). Make room, then: python -m bots.main --resume"
            self._say(f"{told} {self._folder.path}")
        self._folder.close()

    def _finish(self, ended: str) -> None:
        folder, seating = self._folder, self._seating
        if missing := export(seating.server, seating.session, folder):
            self._say(missing)
        self._transcript.close()
        self._write_manifest()
        spending = spent(self._models)
        states = [seat.state for seat in self._seats]
        self._sum_up(summary(folder, seating.session, states, ended, spending))
        folder.log.info("the run ended: %s", ended)

    def _sum_up(self, numbers: dict[str, Any]) -> None:
        # Brings in pandas and the plots: not before they are needed.
        from analysis.report import write_report

        self._folder.write_json("summary.json", numbers)
        markets = closing.markets(self._folder)
        self._folder.write_json("summary.json", {**numbers, "measures": closing.measures(markets)})
        write_report(self._folder.path)
        closing.show(markets, numbers["decisions"])
        closing.show_trouble(numbers["decisions"]["by_seat"], numbers["bots"])
        closing.show_models(numbers["models"], numbers["cost_usd"], numbers["budget"])

    def _say(self, text: str) -> None:
        self._folder.log.warning("%s", text)
        print(text, file=sys.stderr)
