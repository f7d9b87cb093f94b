"""The folder of a run: arrays, steps, summary, manifest, log; also of a run that stopped half-way, to go on from."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from worlds.errors import WorldError
from worlds.folders import Arrays, made_by, prepare, read_arrays, read_json, write_arrays, write_json, write_table
from worlds.nonequilibrium.buyers import PROMPTS, Words
from worlds.nonequilibrium.draws import Ints
from worlds.nonequilibrium.history import History
from worlds.nonequilibrium.parameters import Parameters, parameters_from

ARRAYS, SUMMARY, MANIFEST = "run.npz", "summary.json", "manifest.json"
KIND = "nonequilibrium"
Document = dict[str, Any]


@dataclass(slots=True)
class Kept:
    """A recorded run. `who`, `words`: the buyers that a model plays and their impressions, empty in other arms;
    `sessions`: what the model was asked each time the run was started."""

    arm: str
    model: str
    parameters: Parameters
    history: History
    who: Ints
    words: Words
    sessions: list[Document]


def begin(folder: Path, arm: str, model: str, parameters: Parameters) -> None:
    """The folder and its manifest. Raises WorldError where a run is there already."""
    prepare(folder)
    if (folder / MANIFEST).exists():
        raise WorldError(
            f"--out {folder}: a run is there already. Name another folder, or go on with --resume {folder}."
        )
    settings = {"arm": arm, "model": model, "parameters": parameters.told()}
    prompts = None if arm == "equation" else PROMPTS
    write_json(folder / MANIFEST, made_by(f"nonequilibrium {arm}", settings, parameters.seed, prompts))


def save(folder: Path, kept: Kept, summary: Mapping[str, Any]) -> None:
    """What there is so far, whole or not; loadable either way."""
    history = kept.history.cut()
    arrays: Arrays = {name: getattr(history, name) for name in ("q", "p", "x", "u", "j")}
    if len(kept.who):
        arrays |= {"who": kept.who, "words": kept.words}
    write_arrays(folder / ARRAYS, arrays)
    write_table(folder, "steps", steps_table(history))
    write_json(folder / SUMMARY, summary)


def load(folder: Path) -> Kept:
    """A run as far as it went. Raises WorldError where the folder has none."""
    arguments = read_json(folder / MANIFEST).get("arguments", {})
    arrays = read_arrays(folder / ARRAYS)
    try:
        parameters = parameters_from(arguments["parameters"])
        history = History(**{name: arrays[name] for name in ("q", "p", "j", "u", "x")}, done=arrays["q"].shape[1] - 1)
        who = arrays.get("who", np.zeros(0, np.int64))
        words = arrays.get("words", np.zeros((0, parameters.M), np.int64))
        sessions = read_json(folder / SUMMARY)["sessions"]
        return Kept(arguments["arm"], arguments["model"], parameters, history, who, words, sessions)
    except KeyError as error:
        raise WorldError(
            f"{folder}: {error} is missing; it is no run of this market. Name the folder of one."
        ) from None


def steps_table(history: History) -> pd.DataFrame:
    """One row a step: who set a price (from 1), who leads, shares from 0 to 1, prices in units of money."""
    q, p = history.q, history.p
    sold = q.sum(0)
    with np.errstate(invalid="ignore"):
        paid = (q * p).sum(0) / sold
    frame = {"step": np.arange(q.shape[1]), "seller": history.j + 1, "leader": q.argmax(0) + 1}
    frame |= {"largest_share": q.max(0), "mean_price": p.mean(0), "mean_price_paid": paid}
    frame |= {f"share_{one + 1}": q[one] for one in range(len(q))}
    frame |= {f"price_{one + 1}": p[one] for one in range(len(p))}
    return pd.DataFrame(frame)


def document(title: str, about: str, tables: Sequence[Document], figures: Sequence[tuple[str, str]]) -> Document:
    """`summary.json` as reports show it."""
    shown = [{"file": file, "caption": caption} for file, caption in figures]
    return {"kind": KIND, "title": title, "about": about, "tables": list(tables), "figures": shown}


def log_to(path: Path) -> logging.Logger:
    """A log file of this run's own."""
    prepare(path.parent)
    log = logging.getLogger(f"worlds.{path}")
    log.setLevel(logging.INFO)
    log.propagate = False
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.handlers = [handler]
    return log
