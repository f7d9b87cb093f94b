"""`population`: agents that learn from each other, judged on a last year that they never saw."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from worlds.crypto.arguments import add_desk, add_learning, add_out, add_workers, configured
from worlds.crypto.commands.trading import tell
from worlds.folders import named


def add(group: argparse.ArgumentParser, name: str) -> None:
    add_desk(group)
    add_learning(group)
    add_workers(group)
    add_out(group)


def run(options: argparse.Namespace) -> int:
    """Raises WorldError; what was learnt until then is kept."""
    return contested(options, "A population that learns", ())


def contested(options: argparse.Namespace, title: str, ablate: Sequence[str]) -> int:
    """Raise the populations, judge them, write the folder, tell."""
    from bots.agents.terminal import progress_bar
    from worlds.crypto.data.source import first_line, load
    from worlds.crypto.desk.tape import tape
    from worlds.crypto.evaluation import telling
    from worlds.crypto.evaluation.contest import Contest, arms, held
    from worlds.crypto.learning.population import rules_from
    from worlds.crypto.recording import begin, write
    from worlds.work import Workers

    config = configured(options)
    bars = load(config, options.seed)
    print(first_line(bars), flush=True)
    folder = options.resume or options.out or Path(config.data.out_dir) / named(options.command)
    given = {"size": options.pop_size, "every": options.transfer_freq, "how": options.transfer}
    said = {name: value for name, value in given.items() if value is not None}
    contest = Contest(
        config=config,
        bars=bars,
        arms=arms(rules_from(config, schedule=options.tau_schedule, **said), ablate),
        seeds=range(options.seed, options.seed + options.seeds),
        iterations=options.iterations,
        folder=folder,
        resume=options.resume is not None,
    )
    begin(folder, options.command, config, bars, options.seed, contest.resume, **telling.settings(contest))
    with progress_bar("populations", len(contest.tasks())) as progress:
        outcome = held(contest, Workers(jobs=options.jobs, cluster=options.cluster), progress)
    summary = telling.summary(title, contest, outcome)
    write(folder, bars, summary, telling.frames(contest, outcome, tape(bars)))
    tell(summary)
    print("", *summary["claims"], f"Run folder: {folder}", sep="\n")
    return 0
