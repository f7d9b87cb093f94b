"""Small builders: a market on random state, a line to a scripted model."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bots.adapters.llm import Failure, Heuristic, Keys, Scripted
from bots.adapters.llm.heuristic import Rule
from bots.adapters.llm.messages import Request
from bots.adapters.llm.scripted import Line as Said
from worlds.models import Asked, Line
from worlds.nonequilibrium.market import Market


def random_market(seed: int, buyers: int = 60, sellers: int = 5, pull: float = 2.0) -> Market:
    """Prices and choices drawn by chance."""
    rng = np.random.default_rng(seed)
    market = Market(rng.normal(0.5, 1.0, (buyers, sellers)), pull)
    market.resume(rng.uniform(0, 2, sellers), rng.integers(-1, sellers, buyers))
    return market


def line_to(say: Callable[[Request], Said], concurrency: int = 4) -> Line:
    """A line to a model that says what `say` makes of a request."""
    scripted = Scripted(say, name="scripted")
    return Line(Asked(name="scripted", local={"scripted": scripted}, keys=Keys({}), concurrency=concurrency))


def line_by(rule: Rule) -> Line:
    return Line(Asked(local={"heuristic": Heuristic(rule)}, keys=Keys({})))


REFUSED = Failure(kind="refused", message="declined")
