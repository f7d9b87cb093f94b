"""`run` and `multi`: the variants that the configuration names trade all bars, beside the baselines."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from worlds.crypto.arguments import add_asking, add_desk, add_out, configured
from worlds.errors import WorldError
from worlds.folders import named

if TYPE_CHECKING:
    from worlds.crypto.evaluation.asked import Asked
    from worlds.crypto.learning.floor import Floor, Seats
    from worlds.crypto.settings import Config

SINGLE = "configs/single/btc.yaml"


def add(group: argparse.ArgumentParser, name: str) -> None:
    if name == "run":
        add_desk(group, SINGLE)
    else:
        add_desk(group)
    group.add_argument("--model", default="", metavar="NAME", help="a model in the trader's place, or heuristic")
    add_asking(group)
    add_out(group)


def run(options: argparse.Namespace) -> int:
    """Trade, write the folder, tell. Raises WorldError."""
    from worlds.crypto.data.source import first_line, load
    from worlds.crypto.recording import begin

    config = configured(options)
    _check_coins(options.command, config)
    _check_model(options)
    bars = load(config, options.seed)
    print(first_line(bars))
    folder = options.out or Path(config.data.out_dir) / named(options.command)
    begin(folder, options.command, config, bars, options.seed)
    summary = _traded(config, bars, folder, options)
    tell(summary)
    print(f"Run folder: {folder}")
    return 0


def _check_coins(command: str, config: Config) -> None:
    coins = config.data.symbols
    if command == "run" and len(coins) > 1:
        raise WorldError(f"run: the configuration names {', '.join(coins)}. Name one with --symbols, or use `multi`.")
    if command == "multi" and len(coins) == 1:
        raise WorldError(f"multi: the configuration names {coins[0]} alone. Use `run`, or another --config.")


def _check_model(options: argparse.Namespace) -> None:
    """Before anything is written: who mistyped a name finds no folder in the way of the next try."""
    if options.model:
        from worlds.crypto.models import asked
        from worlds.models import Line

        Line(asked(options)).check()


def _traded(config: Config, bars: Any, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    from pandas import DataFrame

    from worlds.crypto import recording
    from worlds.crypto.desk.verdicts import CHECKS, VERDICTS
    from worlds.crypto.evaluation.baselines import BASELINES, baselines
    from worlds.crypto.learning.floor import Floor, seats_of

    inventories = {role: one.inventory for role, one in config.agents.items()}
    floor = Floor(bars, inventories=inventories, cross=config.data.add_cross_features)
    seats, names = seats_of(config), _names(config)
    scores, asked = _scores(floor, seats, names), _asked(floor, seats, config, options, folder)
    result = asked.result if asked else floor.trade([seats], record=True)
    basic = baselines(floor.tape, 0, len(bars), floor.costs)
    lanes = {"desk": (result, 0), **{name: (basic, number) for number, name in enumerate(BASELINES)}}
    rows = {name: recording.measures(*lane) for name, lane in lanes.items()}
    verdicts = [[name, *(int(n) for n in result.verdicts[at, :, 0])] for at, name in enumerate(CHECKS)]
    tables = [
        recording.measures_table(f"{len(bars)} bars, after costs", rows),
        {"title": "What the risk role's checks said", "columns": ["check", *VERDICTS], "rows": verdicts},
        {"title": "Roles", "columns": list(scores[0]), "rows": [list(one.values()) for one in scores]},
    ]
    trader = f", the trader asking {options.model}" if asked else ""
    about = f"{' / '.join(names.values())}{trader}; no learning, and nothing is claimed from one run."
    summary = recording.document(f"The desk on {', '.join(bars.symbols)}", bars, about, tables, measures=rows)
    frames = {
        "trades": recording.trades(result, floor.tape, bars, ["desk"]),
        "decisions": recording.decisions(result, floor.tape, bars, ["desk"]),
        "equity": recording.equity(lanes, floor.tape, bars),
        "scores": DataFrame(scores).assign(source=bars.source),
    }
    recording.write(folder, bars, summary, frames)
    _watch(folder, bars, frames, config)
    return summary


def _watch(folder: Path, bars: Any, frames: dict[str, Any], config: Config) -> None:
    """What the administrator would have told, for `report` and `status`."""
    from worlds.crypto.admin.afterwards import watch_over
    from worlds.crypto.data.source import first_line

    own = {name: frames[name][frames[name]["name"] == "desk"] for name in ("equity", "trades", "decisions")}
    alerts = watch_over(folder, first_line(bars).removeprefix("Bars: "), bars.symbols, **own, settings=config.admin)
    print(f"\n{alerts} alerts of the administrator: {folder / 'events.jsonl'}")


def _names(config: Config) -> dict[str, str]:
    """The variants by role."""
    from worlds.crypto.learning.space import variant

    return {role: variant(role, one.id) for role, one in config.agents.items()}


def _scores(floor: Floor, seats: Seats, names: dict[str, str]) -> list[dict[str, Any]]:
    """What the evaluator says of each role, by rule: a model in the trader's place is not asked 16 times."""
    from dataclasses import asdict

    from worlds.crypto.learning.trial import agent_marks, on_trial

    trial = on_trial(floor, [seats], 0, len(floor.bars))
    scores = []
    for number, ((role, name), own) in enumerate(zip(names.items(), seats.roles, strict=True)):
        assert own is not None
        assert seats.analyst is not None
        marks = agent_marks(floor, trial, role, own, [seats.analyst], [0])
        scores.append({"role": role, "variant": name, **asdict(marks), "shapley": float(trial.credit[0, number])})
    return scores


def _asked(floor: Floor, seats: Seats, config: Config, options: argparse.Namespace, folder: Path) -> Asked | None:
    """The run with a model in the trader's place, None where none is named."""
    if not options.model:
        return None
    from worlds.crypto.evaluation.asked import trade_asking
    from worlds.crypto.models import open_line
    from worlds.crypto.news.newsroom import newsroom
    from worlds.crypto.paper.trading import newest_close
    from worlds.crypto.roles.model_trader import Log

    line = open_line(options, folder)
    try:
        room = newsroom(config, newest_close(floor.bars), line)
        asked = trade_asking(floor, seats, line, options.every, room=room)
    finally:
        line.close()
    for thought in asked.thoughts:
        Log(folder)(thought)
    return asked


def tell(summary: dict[str, Any]) -> None:
    """Tables on the terminal."""
    for table in summary["tables"]:
        print(f"\n{table['title']}")
        rows = [table["columns"], *([_cell(value) for value in row] for row in table["rows"])]
        widths = [max(len(str(row[at])) for row in rows) for at in range(len(rows[0]))]
        for row in rows:
            left = str(row[0]).ljust(widths[0])
            print("  ".join([left, *(str(one).rjust(width) for one, width in zip(row[1:], widths[1:], strict=True))]))


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:,.4g}" if isinstance(value, float) else str(value)
