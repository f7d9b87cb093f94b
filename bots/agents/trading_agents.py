"""The traders by name. Each module is imported when its trader is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from random import Random

from bots.agents.trader import Trader


def zero_intelligence(rng: Random) -> Trader:
    from bots.agents.zero_intelligence import ZeroIntelligence

    return ZeroIntelligence(rng=rng)


def zero_intelligence_unconstrained(rng: Random) -> Trader:
    from bots.agents.zero_intelligence import ZeroIntelligence, ZeroIntelligenceConfig

    return ZeroIntelligence(rng=rng, config=ZeroIntelligenceConfig(constrained=False))


def fundamental(rng: Random) -> Trader:
    from bots.agents.fundamental import Fundamental

    return Fundamental(rng=rng)


def momentum(rng: Random) -> Trader:
    from bots.agents.momentum import Momentum

    return Momentum()


def mean_reversion(rng: Random) -> Trader:
    from bots.agents.momentum import MeanReversion

    return MeanReversion()


def noise(rng: Random) -> Trader:
    from bots.agents.noise import Noise

    return Noise(rng=rng)


def market_maker(rng: Random) -> Trader:
    from bots.agents.market_maker import MarketMaker

    return MarketMaker()


def heuristic(rng: Random) -> Trader:
    from bots.agents.heuristic import Heuristic

    return Heuristic(rng=rng)


TRADERS: Mapping[str, Callable[[Random], Trader]] = {
    "fundamental": fundamental,
    "heuristic": heuristic,
    "market_maker": market_maker,
    "mean_reversion": mean_reversion,
    "momentum": momentum,
    "noise": noise,
    "zero_intelligence": zero_intelligence,
    "zero_intelligence_unconstrained": zero_intelligence_unconstrained,
}


def chance(what: str, seed: int, seat: int, turns: int = 0) -> Random:
    """The random stream of a seat in a run of `seed`, for its trader or whatever else is named.

    `turns` were taken before its runner was killed: how far the stream had got then is unknown, so each such number has
    a stream of its own.
    """
    return Random(f"{seed} {what} {seat}" + (f" after turn {turns}" if turns else ""))


def make_trader(name: str, rng: Random) -> Trader:
    """A trader that draws from `rng` only. Raises ValueError for an unknown name."""
    if name not in TRADERS:
        near = get_close_matches(name, TRADERS, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"Unknown trader {name!r}. Known: {', '.join(TRADERS)}.{hint}")
    return TRADERS[name](rng)
