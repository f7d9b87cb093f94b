"""`lookahead`: the future is cut off, and turned to nonsense; nothing that was decided before may change."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from worlds.crypto.arguments import add_desk, add_out, configured, whole
from worlds.folders import named

SHOWN = 20


def add(group: argparse.ArgumentParser, name: str) -> None:
    add_desk(group)
    group.add_argument(
        "--cuts", type=whole(1), default=2, metavar="N", help="bars after which the future is changed (2)"
    )
    add_out(group)


def run(options: argparse.Namespace) -> int:
    """Returns 1 where something changed. Raises WorldError."""
    import numpy as np

    from worlds.crypto import recording
    from worlds.crypto.data.source import first_line, load
    from worlds.crypto.evaluation.lookahead import look

    config = configured(options)
    bars = load(config, options.seed)
    print(first_line(bars), flush=True)
    folder = options.out or Path(config.data.out_dir) / named(options.command)
    recording.begin(folder, options.command, config, bars, options.seed, cuts=options.cuts)
    cuts = [len(bars) * (one + 1) // (options.cuts + 1) for one in range(options.cuts)]
    findings = list(look(bars, cuts, np.random.default_rng(options.seed), config.data.add_cross_features))
    changed = [one for one in findings if one.changed]
    about = _told(findings, cuts)
    tables = [_table(findings)]
    summary = recording.document("Look-ahead", bars, about, tables, changed=len(changed))
    recording.write(folder, bars, summary, {})
    print(about, *(f"  {one}" for one in changed[:SHOWN]), f"Run folder: {folder}", sep="\n")
    return 1 if changed else 0


def _told(findings: list[Any], cuts: list[int]) -> str:
    changed = [one for one in findings if one.changed]
    over = f"{sum(one.values for one in findings):,} values before bars {', '.join(map(str, cuts))}"
    if not changed:
        return f"No look-ahead: {over} stay the same to the bit when what comes after is cut off or corrupted."
    return f"LOOK-AHEAD: {sum(one.changed for one in changed):,} of {over} change with the future."


def _table(findings: list[Any]) -> dict[str, Any]:
    rows = [[one.what, one.how, one.cut, one.values, one.changed] for one in findings]
    return {"title": "What was compared", "columns": ["", "future", "from bar", "values", "changed"], "rows": rows}
