"""Simulated order-book markets over their seeds: stylised facts as distributions, measures, gains by kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from analysis.compare import mean_interval
from analysis.page import Cell, figure, heading, image, numbers, paragraph, section, table, words
from analysis.read import ReadError, Recording
from analysis.style import svg
from analysis.words import BOOK_MEASURES, NONE, Measure, plural, told

KIND = "order book"
TICK, CURRENCY = "0.01", "points"
NEEDED = ("scenario", "agents", "steps", "seed", "facts", "measures", "kinds")
MEANINGS = {
    "linear_dependence": "share of lags at which returns are correlated beyond chance",
    "excess_kurtosis": "tails heavier than a normal law's",
    "tail_index": "how heavy: Hill's index of |returns|; a normal law reads about 5.3",
    "volatility_clustering": "mean autocorrelation of |returns|",
    "squared_clustering": "mean autocorrelation of squared returns",
    "aggregation": "kurtosis of one tick less that of twenty: returns become normal",
    "volume_volatility": "correlation of volume and |returns|",
}
# Pictures of one run in the order in which they are read.
PICTURES = {
    "price": "Mid of the quotes and the fundamental value; below, shares traded.",
    "returns": "Log returns of the mid from tick to tick, and their autocorrelations.",
    "spread_and_depth": "Spread, and shares at the best five prices of each side.",
    "pnl": "Wealth at the mid beyond that of the start, mean of the agents of a kind.",
    "inventory": "Shares held, mean of the agents of a kind.",
}
# Fewer seeds than this are anecdotes.
ENOUGH_SEEDS = 20
INTERVALS = "In brackets: 95% bootstrap intervals of the mean over seeds."


class Run(NamedTuple):
    """One simulated market: its folder and `summary.json`."""

    folder: Path
    document: Mapping[str, Any]


class Fact(NamedTuple):
    """One stylised fact over the seeds: values where it was defined, its band, in how many seeds it held."""

    name: str
    values: Sequence[float]
    low: float
    high: float | None
    held: int
    seeds: int


def order_book_runs(recordings: Sequence[Recording]) -> list[Run]:
    """Those of the folders that hold a simulated order-book market. Raises ReadError for a summary that lacks parts."""
    documents = ((one.folder, one.document("summary.json")) for one in recordings)
    runs = [Run(folder, document) for folder, document in documents if document.get("kind") == KIND]
    for run in runs:
        if missing := [name for name in NEEDED if name not in run.document]:
            raise ReadError(f"{run.folder / 'summary.json'}: it lacks {', '.join(missing)}. Simulate the market again.")
    return runs


def scenarios(runs: Sequence[Run]) -> Iterator[list[Run]]:
    """The runs that differ by their seed alone, together."""
    for _, same in groupby(sorted(runs, key=design_of), key=design_of):
        yield sorted(same, key=lambda run: int(run.document["seed"]))


def design_of(run: Run) -> tuple[str, int, int, str]:
    """All but the seed: scenario, agents, ticks, settings in words."""
    one = run.document
    return one["scenario"], one["agents"], one["steps"], _settings(one)


def _settings(document: Mapping[str, Any]) -> str:
    """Such as "regimes on, jumps off, model heuristic"."""
    given = document.get("settings") or {}
    said = {name: {True: "on", False: "off"}.get(value, value) for name, value in given.items() if value is not None}
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in said.items())


def order_books(runs: Sequence[Run]) -> Iterator[str]:
    """A section of HTML for each scenario, number of agents and ticks, and settings."""
    for group in scenarios(runs):
        name, agents, steps, settings = design_of(group[0])
        counted = f"{plural(agents, 'agent')}, {steps:,} ticks, {plural(len(group), 'seed')}"
        lead = f"{counted}; {settings}." if settings else f"{counted}."
        yield section(f"Order-book market {name}", paragraph(lead, "mute"), *_scenario(group))


def _scenario(runs: Sequence[Run]) -> Iterator[str]:
    if len(runs) == 1:
        yield from _pictures(runs[0])
    found = facts(runs)
    yield heading("Stylised facts")
    if len(runs) < ENOUGH_SEEDS:
        yield paragraph(f"Run at least {ENOUGH_SEEDS} seeds before believing any of these.", "note")
    if len(runs) > 1 and found:
        yield _facts_drawn(found, len(runs))
    yield _facts(found)
    yield heading("Measures")
    yield _measures(runs)
    yield heading("Gain by kind of agent")
    if len(runs) > 1:
        yield _gains_drawn(runs)
    yield _gains(runs)
    yield paragraph(INTERVALS if len(runs) > 1 else "One seed: no intervals.", "mute")


def _pictures(run: Run) -> Iterator[str]:
    seed, agents = run.document["seed"], plural(run.document["agents"], "agent")
    for path in pictures(run):
        yield image(path.read_bytes(), f"{PICTURES[path.stem]} 1 market of {agents}, seed {seed}.")


def pictures(run: Run) -> list[Path]:
    """The pictures that the run itself has drawn, in the order in which they are read."""
    paths = (run.folder / "plots" / f"{name}.png" for name in PICTURES)
    return [path for path in paths if path.is_file()]


# Facts


def facts(runs: Sequence[Run]) -> list[Fact]:
    """Each fact over the runs that are long enough to have it."""
    rows = [{one["name"]: one for one in run.document["facts"]} for run in runs]
    names = dict.fromkeys(name for row in rows for name in row)
    return [_fact(name, [row[name] for row in rows if name in row]) for name in names]


def title_of(fact: str) -> str:
    """As it reads where it is said to hold."""
    words_of = fact.replace("_", " ")
    return f"No {words_of}" if fact == "linear_dependence" else words_of.capitalize()


def _fact(name: str, found: Sequence[Mapping[str, Any]]) -> Fact:
    values = [float(one["value"]) for one in found if one["value"] is not None]
    held = sum(bool(one["holds"]) for one in found)
    return Fact(name, values, found[0]["low"], found[0]["high"], held, len(found))


def _facts_drawn(found: Sequence[Fact], seeds: int) -> str:
    from analysis.order_book_figures import facts_figure

    caption = (
        "Stylised facts of the returns of the mid: a dot a seed, the median in black, the band in which a fact holds "
        f"shaded. {plural(seeds, 'seed')}."
    )
    return figure(svg(facts_figure(found)), caption, "Stylised facts over seeds")


def _facts(found: Sequence[Fact]) -> str:
    header = [*words("Fact"), *numbers("Median", "5% to 95%", "Band", "Holds in"), *words("What it says")]
    rows = [
        [
            *words(title_of(one.name)),
            *numbers(*_spread(one.values), _band(one), f"{one.held} of {one.seeds}"),
            Cell(MEANINGS.get(one.name, ""), "w"),
        ]
        for one in found
    ]
    return table(header, rows)


def _spread(values: Sequence[float]) -> tuple[str, str]:
    if not values:
        return NONE, NONE
    low, median, high = np.percentile(values, (5, 50, 95))
    return f"{median:.3f}", f"{low:.3f} to {high:.3f}" if len(values) > 1 else NONE


def _band(one: Fact) -> str:
    return f"above {one.low:.3f}" if one.high is None else f"{one.low:.2f} to {one.high:.2f}"


# Measures and gains


def _measures(runs: Sequence[Run]) -> str:
    header = [*words("Measure"), *numbers("Mean over seeds"), *words("What it says", "Source")]
    rows = [
        _measure(about, [run.document["measures"].get(name) for run in runs]) for name, about in BOOK_MEASURES.items()
    ]
    return table(header, rows)


def _measure(about: Measure, values: Sequence[float | None]) -> list[Cell]:
    return [*words(about.title), *numbers(_mean(about.kind, values)), Cell(about.meaning, "w"), *words(about.source)]


def measures_document(run: Run) -> dict[str, Any]:
    """What is measured of one market as JSON-ready data, money in ticks."""
    return {"folder": str(run.folder), **{name: run.document[name] for name in NEEDED}}


def measures_told(run: Run) -> str:
    """The same in words, for a terminal."""
    scenario, agents, steps, _ = design_of(run)
    head = f"{scenario}, seed {run.document['seed']}: {plural(agents, 'agent')}, {steps:,} ticks"
    measured = run.document["measures"]
    values = {name: told(about.kind, measured.get(name), TICK, CURRENCY) for name, about in BOOK_MEASURES.items()}
    lines = [
        f"  {BOOK_MEASURES[name].title:<30} {value:>16}  {BOOK_MEASURES[name].meaning}"
        for name, value in values.items()
    ]
    held = [
        f"  {title_of(one['name']):<30} {_value(one)}  {MEANINGS.get(one['name'], '')}" for one in run.document["facts"]
    ]
    return "\n".join([head, *lines, *held])


def _value(fact: Mapping[str, Any]) -> str:
    value = NONE if fact["value"] is None else f"{fact['value']:.3f}"
    return f"{value:>16}  {'holds' if fact['holds'] else 'does not hold'}:"


def gains(runs: Sequence[Run]) -> dict[str, list[float]]:
    """By kind of agent, the mean gain of its agents in points, one number a run that has such agents."""
    found: dict[str, list[float]] = {}
    for run in runs:
        for kind, one in run.document["kinds"].items():
            found.setdefault(kind.replace("_", " "), []).append(float(one["mean_pnl"]) * float(TICK))
    return found


def _gains_drawn(runs: Sequence[Run]) -> str:
    from analysis.order_book_figures import gains_figure

    caption = (
        "Mean gain of an agent by kind: a dot a seed, a diamond for the mean with its 95% interval. "
        f"{plural(len(runs), 'seed')}."
    )
    return figure(svg(gains_figure(gains(runs))), caption, "Gains by kind of agent over seeds")


def _gains(runs: Sequence[Run]) -> str:
    agents = {kind.replace("_", " "): one["agents"] for kind, one in runs[0].document["kinds"].items()}
    rows = [
        [
            *words(kind.capitalize()),
            *numbers(str(agents.get(kind, NONE)), _mean("money", [one / float(TICK) for one in own])),
        ]
        for kind, own in gains(runs).items()
    ]
    return table([*words("Kind"), *numbers("Agents", "Mean gain of an agent")], rows)


def _mean(kind: str, values: Sequence[float | None]) -> str:
    known = [float(one) for one in values if one is not None and isfinite(one)]
    if not known:
        return NONE
    low, high = mean_interval(known)
    mean = told(kind, float(np.mean(known)), TICK, CURRENCY)
    if not isfinite(low):
        return mean
    return f"{mean} [{', '.join(told(kind, edge, TICK, '').strip() for edge in (low, high))}]"
