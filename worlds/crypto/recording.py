"""The folder of a run: trades, equity and scores as tables, a summary and a manifest, each saying whose bars they
are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from worlds.crypto.config import told
from worlds.crypto.data.bars import Bars
from worlds.crypto.data.source import first_line
from worlds.crypto.desk.engine import Result
from worlds.crypto.desk.ledger import EXITS
from worlds.crypto.desk.tape import Tape
from worlds.crypto.desk.verdicts import CHECKS, VERDICTS
from worlds.crypto.drawing import draw
from worlds.crypto.evaluation.metrics import calibration_error, drawdown, growth, hit_rate, sharpe
from worlds.crypto.settings import Config
from worlds.errors import WorldError
from worlds.folders import made_by, prepare, read_json, write_json, write_table

KIND = "crypto"
MANIFEST, SUMMARY = "manifest.json", "summary.json"
MEASURES = (
    "pnl",
    "sharpe",
    "max drawdown",
    "hit rate",
    "ECE",
    "trades",
    "liquidations",
    "fees",
    "funding",
    "model cost",
)
OF_TRADES = ("hit rate", "ECE")
Document = dict[str, Any]


def begin(folder: Path, command: str, config: Config, bars: Bars, seed: int, resume: bool = False, **more: Any) -> None:
    """The folder and its manifest. Raises WorldError where a run is there already, or where another one is resumed."""
    path = folder / MANIFEST
    if resume and not path.is_file():
        raise WorldError(f"--resume {folder}: no run was begun there. Name a run's folder, or begin one with --out.")
    prepare(folder)
    settings = {"config": told(config), **more}
    manifest = {"data": first_line(bars), **made_by(f"crypto {command}", settings, seed)}
    if path.exists() and not resume:
        raise WorldError(f"--out {folder}: a run is there already. Name another folder{_or_resume(command)}.")
    if path.exists() and read_json(path).get("data") != manifest["data"]:
        raise WorldError(f"--resume {folder}: it was begun with other bars ({read_json(path).get('data')}).")
    write_json(path, manifest)


def _or_resume(command: str) -> str:
    return ", or go on with --resume" if command in ("population", "compare") else ""


def measures(result: Result, lane: int = 0) -> dict[str, float]:
    """By the names of `MEASURES`; shares of the start, dollars."""
    one = slice(lane, lane + 1)
    found = (
        growth(result.equity[:, one], result.start),
        sharpe(result.returns[:, one]),
        drawdown(result.equity[:, one], result.start),
        hit_rate(result.wins[one], result.trades[one]),
        calibration_error(result.calibration[:, one]),
        result.trades[one],
        result.liquidations[one],
        result.fees[one],
        result.funding[one],
        result.model_cost[one],
    )
    return {name: float(value[0]) for name, value in zip(MEASURES, found, strict=True)}


def measures_table(title: str, rows: Mapping[str, Mapping[str, float]]) -> Document:
    """`rows`: measures by name of who made them."""
    cells = [[name, *(_told(found, measure) for measure in MEASURES)] for name, found in rows.items()]
    return {"title": title, "columns": ["", *MEASURES], "rows": cells}


def _told(found: Mapping[str, float], measure: str) -> float | None:
    """Nothing of trades where there were none."""
    return None if measure in OF_TRADES and not found["trades"] else float(found[measure])


def trades(result: Result, tape: Tape, bars: Bars, names: Sequence[str]) -> pd.DataFrame:
    """A row a closed trade of a recorded result: prices in dollars, `quantity` in coins (negative: short), `gain` in
    dollars after fees and funding."""
    columns = (
        "lane",
        "coin",
        "exit_bar",
        "why",
        "entry_bar",
        "quantity",
        "entry",
        "margin",
        "costs_before",
        "confidence",
    )
    frame = _joined(result.trades_made, (*columns, "exit", "gain"))
    lane, coin = frame.pop("lane").astype(int), frame.pop("coin").astype(int)
    first = {"source": bars.source, "name": np.array(names)[lane], "symbol": np.array(tape.symbols)[coin]}
    times = {f"{at}_time": tape.times[frame.pop(f"{at}_bar").astype(int)] for at in ("entry", "exit")}
    frame["why"] = np.array(EXITS)[frame["why"].astype(int)]
    return pd.DataFrame({**first, **times, **frame}).sort_values(["exit_time", "name", "symbol"], ignore_index=True)


def decisions(result: Result, tape: Tape, bars: Bars, names: Sequence[str]) -> pd.DataFrame:
    """A row a proposed trade of a recorded result: what was asked, what was granted, the verdict and the check."""
    asked = ("side", "size", "leverage", "granted_size", "granted_leverage")
    frame = _joined(result.decisions, ("lane", "coin", "bar", *asked, "verdict", "check"))
    lane, coin, verdict = (frame.pop(name).astype(int) for name in ("lane", "coin", "verdict"))
    first = {"source": bars.source, "time": tape.times[frame.pop("bar").astype(int)], "name": np.array(names)[lane]}
    check = np.where(verdict > 0, np.array(CHECKS)[frame.pop("check").astype(int)], "")
    last = {"verdict": np.array(VERDICTS)[verdict], "check": check}
    return pd.DataFrame({**first, "symbol": np.array(tape.symbols)[coin], **frame, **last})


def _joined(rows: Sequence[tuple[Any, ...]], columns: Sequence[str]) -> dict[str, Any]:
    if not rows:
        return {name: np.zeros(0) for name in columns}
    return {name: np.concatenate(part) for name, part in zip(columns, zip(*rows, strict=True), strict=True)}


def equity(results: Mapping[str, tuple[Result, int]], tape: Tape, bars: Bars) -> pd.DataFrame:
    """A row a bar and name: dollars at the close, and the signed exposure as a share of them, in all and by coin."""
    parts = [
        pd.DataFrame(
            {
                "source": bars.source,
                "time": tape.times,
                "name": name,
                "equity": result.equity[:, lane],
                "exposure": result.exposure[:, lane],
                **{of_coin(symbol): result.positions[:, lane, coin] for coin, symbol in enumerate(tape.symbols)},
            }
        )
        for name, (result, lane) in results.items()
    ]
    return pd.concat(parts, ignore_index=True)


def of_coin(symbol: str) -> str:
    """The column of a coin's exposure."""
    return f"exposure_{symbol}"


def write(folder: Path, bars: Bars, summary: Document, tables: Mapping[str, pd.DataFrame]) -> None:
    for name, frame in tables.items():
        write_table(folder, name, frame)
    figures = draw(folder, tables, first_line(bars))
    write_json(folder / SUMMARY, {"data": first_line(bars), **summary, "figures": figures})


def document(title: str, bars: Bars, about: str, tables: Sequence[Document], **more: Any) -> Document:
    """`summary.json` as reports show it: what it says begins with where the bars are from."""
    text = f"{first_line(bars)} {about}".strip()
    return {"kind": KIND, "title": title, "about": text, "tables": list(tables), **more}
