"""What a contest comes to, as tables, sentences and frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from worlds.crypto import recording
from worlds.crypto.data.bars import Bars
from worlds.crypto.desk.tape import Tape
from worlds.crypto.evaluation.baselines import BASELINES
from worlds.crypto.evaluation.bootstrap import Difference
from worlds.crypto.evaluation.contest import Contest, Outcome, claim
from worlds.crypto.settings import ROLES

MOST_MOVED = 12
Document = dict[str, Any]


def summary(title: str, contest: Contest, outcome: Outcome) -> Document:
    """`summary.json`: claims first."""
    claims = [claim(one, other, found) for one, other, found in outcome.differences]
    seeds, bars = len(contest.seeds), len(contest.bars) - contest.held_out
    about = (
        f"Learnt from the first {contest.held_out} bars in {contest.iterations} iterations, {seeds} seeds; judged on "
        f"the last {bars} bars, which no learning saw. {' '.join(claims)}"
    )
    rows = {name: mean_of(found) for name, found in _measured(outcome).items()}
    tables = [
        recording.measures_table(f"The {bars} held-out bars, after costs, mean of {seeds} seeds", rows),
        differences_table(outcome.differences),
        _chosen(outcome),
        _credit(outcome),
        _diversity(outcome),
        *_moved(outcome),
    ]
    return recording.document(title, contest.bars, about, tables, claims=claims, measures=rows)


def frames(contest: Contest, outcome: Outcome, tape: Tape) -> dict[str, pd.DataFrame]:
    """Trades, equity and scores."""
    bars, part = contest.bars, tape.part(contest.held_out, len(contest.bars))
    lanes = {f"{one.arm} {one.seed}": (result, 0) for one, result in _lanes(outcome)}
    basic = {name: (outcome.basic, at) for at, name in enumerate(BASELINES)}
    trades = [recording.trades(result, part, bars, [name]) for name, (result, _) in lanes.items()]
    return {
        "trades": pd.concat(trades, ignore_index=True),
        "equity": recording.equity({**lanes, **basic}, part, bars),
        "scores": scores(outcome, bars),
        **_learning(outcome, bars),
    }


def scores(outcome: Outcome, bars: Bars) -> pd.DataFrame:
    """A row an agent and iteration of every population."""
    parts = [
        pd.DataFrame(one.population.scores).assign(source=bars.source, arm=one.arm, seed=one.seed)
        for one in outcome.learned
    ]
    return pd.concat(parts, ignore_index=True)


def _learning(outcome: Outcome, bars: Bars) -> dict[str, pd.DataFrame]:
    """Iterations, agents and moves of knowledge of all populations, a row each."""
    rows: dict[str, list[dict[str, Any]]] = {"iterations": [], "agents": [], "moves": []}
    for one in outcome.learned:
        first = {"source": bars.source, "arm": one.arm, "seed": one.seed}
        rows["iterations"] += [first | _iteration(lived) for lived in one.population.history]
        rows["moves"] += [first | move for lived in one.population.history for move in _moves(lived)]
        rows["agents"] += [
            first | {"role": role, "agent": agent.id, "variant": agent.variant, "parent": agent.parent}
            for role in ROLES
            for agent in one.population.teams[role]
        ]
    columns = {"moves": ["source", "arm", "seed", "iteration", "role", "from", "to", "parameter", "moved"]}
    return {name: pd.DataFrame(made, columns=columns.get(name)) for name, made in rows.items()}


def _iteration(lived: Document) -> Document:
    # who learns nothing is not asked for Shapley values
    by_role = {f"{what}_{role}": lived[what].get(role) for what in ("shapley", "diversity") for role in ROLES}
    told = {name: lived[name] for name in ("iteration", "best", "mean")}
    return {**told, **by_role, "mutated": len(lived["mutated"]), "pruned": " ".join(lived["pruned"])}


def _moves(lived: Document) -> Iterator[Document]:
    """A row a parameter; its share of the variants' span that it moved by."""
    for move in lived["transferred"]:
        who = {"iteration": lived["iteration"], **{name: move[name] for name in ("role", "from", "to")}}
        yield from (who | {"parameter": name, "moved": share} for name, share in move["moved"].items())


def _lanes(outcome: Outcome) -> Iterator[tuple[Any, Any]]:
    for arm, results in outcome.results.items():
        yield from zip((one for one in outcome.learned if one.arm == arm), results, strict=True)


def _measured(outcome: Outcome) -> dict[str, list[dict[str, float]]]:
    found = {arm: [recording.measures(one) for one in results] for arm, results in outcome.results.items()}
    return found | {name: [recording.measures(outcome.basic, at)] for at, name in enumerate(BASELINES)}


def mean_of(rows: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: sum(one[name] for one in rows) / len(rows) for name in rows[0]}


def differences_table(differences: Sequence[tuple[str, str, Difference]]) -> Document:
    columns = ["", "against", "difference a year", "from", "to", "seeds", "verdict"]
    rows = [
        [one, other, found.mean, found.low, found.high, found.seeds, found.verdict] for one, other, found in differences
    ]
    return {"title": "Log returns a year, paired block bootstrap, 95 % intervals", "columns": columns, "rows": rows}


def _chosen(outcome: Outcome) -> Document:
    """Which pipelines were chosen, and what they were worth where they learnt."""
    rows = []
    for one in outcome.learned:
        teams = one.population.teams
        variants = [
            next(agent.variant for agent in teams[role] if agent.id == name)
            for role, name in zip(ROLES, one.chosen, strict=True)
        ]
        rows.append([one.arm, one.seed, " / ".join(variants), one.value])
    return {"title": "Chosen pipelines", "columns": ["", "seed", "variants", "value where it learnt"], "rows": rows}


def _credit(outcome: Outcome) -> Document:
    """Mean Shapley value of each role over all trials."""
    rows = [
        [one.arm, one.seed, *(_average(one.population.history, "shapley", role) for role in ROLES)]
        for one in outcome.learned
        if all(row["shapley"] for row in one.population.history)
    ]
    return {"title": "Mean Shapley value of a role, all iterations", "columns": ["", "seed", *ROLES], "rows": rows}


def _diversity(outcome: Outcome) -> Document:
    rows = [
        [one.arm, one.seed, *(float(one.population.history[-1]["diversity"][role]) for role in ROLES)]
        for one in outcome.learned
    ]
    return {"title": "Diversity of a role at the end", "columns": ["", "seed", *ROLES], "rows": rows}


def _average(history: list[dict[str, Any]], what: str, role: str) -> float:
    return float(sum(row[what][role] for row in history) / len(history))


def _moved(outcome: Outcome) -> Iterator[Document]:
    """Which parameters transfer: how far they moved, summed over all transfers."""
    total: dict[tuple[str, str], list[float]] = {}
    for one in outcome.learned:
        for move in (move for row in one.population.history for move in row["transferred"]):
            for name, share in move["moved"].items():
                total.setdefault((move["role"], name), []).append(abs(share))
    order = sorted(total.items(), key=lambda item: (-sum(item[1]), item[0]))
    rows = [[role, name, len(shares), sum(shares) / len(shares)] for (role, name), shares in order[:MOST_MOVED]]
    if rows:
        columns = ["role", "parameter", "transfers", "mean move, share of the variants' span"]
        yield {
            "title": "Which parameters moved most by transfer (all of them: table moves)",
            "columns": columns,
            "rows": rows,
        }


def settings(contest: Contest) -> Document:
    """For the manifest."""
    rules = {name: asdict(one) for name, one in contest.arms.items()}
    return {"arms": rules, "seeds": list(contest.seeds), "iterations": contest.iterations}
