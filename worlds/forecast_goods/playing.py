"""A whole economy in memory, played by rules: for sweeps, comparisons and facts."""

from __future__ import annotations

from worlds.forecast_goods.beginning import begin
from worlds.forecast_goods.config import Config
from worlds.forecast_goods.records import Recorder, Tables
from worlds.forecast_goods.roles.casting import Cast, cast, everybody
from worlds.forecast_goods.step import step


def played(config: Config, seed: int, policy: str = "heuristic") -> Tables:
    """`config.time.rounds` rounds with everybody by the rule `policy`. Raises WorldError for one that there is not."""
    return played_by(config, seed, cast(config, policy))


def played_by(config: Config, seed: int, players: Cast) -> Tables:
    state, recorder = begin(config, seed), Recorder(config)
    for _ in range(config.time.rounds):
        done = step(state, config, everybody(state, config, players))
        # nobody writes the log of an economy in memory
        state.chain.take()
        recorder.add(done, state)
    return recorder.tables()
