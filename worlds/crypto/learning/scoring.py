"""An agent's score: its own results, those of its pipelines, how steady they are, and how different it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from worlds.crypto.desk.tape import Floats


def individual(sharpe: Floats, pnl: Floats, hits: Floats) -> Floats:
    """.4 clip(Sharpe / 2) + .3 clip((PnL + .05) / .1) + .3 hit rate, each part from 0 to 1; PnL a share of the
    start."""
    return 0.4 * np.clip(sharpe / 2, 0, 1) + 0.3 * np.clip((pnl + 0.05) / 0.1, 0, 1) + 0.3 * np.clip(hits, 0, 1)


@dataclass(frozen=True, slots=True)
class Score:
    """The parts of an agent's score and their sum."""

    individual: float
    pipeline: float
    steadiness: float
    score: float
    bonus: float
    total: float


def agent_score(own: float, pipelines: Floats, bonus: float, weight: float = 0.1) -> Score:
    """.4 individual + .4 mean of its pipelines + .2 exp(-coefficient of variation); total with `weight` on the bonus.

    `pipelines`: values of the pipelines that it was in, at least one; `bonus`: its diversity, 0 to 1.
    """
    mean = float(pipelines.mean())
    variation = float(pipelines.std()) / abs(mean) if mean else np.inf if pipelines.std() else 0.0
    steadiness = float(np.exp(-variation))
    score = 0.4 * own + 0.4 * mean + 0.2 * steadiness
    return Score(own, mean, steadiness, score, bonus, (1 - weight) * score + weight * bonus)
