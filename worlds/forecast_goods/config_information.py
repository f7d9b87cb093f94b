"""What the information side is made of: indices, what they follow beyond plain GBM, news and its network.

Every number says its range; rates and volatilities are per year, `dt` is the length of a round in years.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from worlds.forecast_goods.checks import (
    Matrix,
    above_0,
    correlated,
    expect,
    finite,
    from_0,
    known,
    share,
    stochastic,
    whole,
)

NETWORKS = ("none", "ring", "random", "small_world", "scale_free")


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A benchmark: where it starts, its drift and its volatility a year."""

    name: str = "alpha"
    start: float = 100.0
    mu: float = 0.05
    sigma: float = 0.2

    def __post_init__(self) -> None:
        expect(bool(self.name), "information.indices.name", self.name, "a name", "It is what forecasts refer to.")
        above_0("information.indices.start", self.start)
        finite("information.indices.mu", self.mu)
        from_0("information.indices.sigma", self.sigma)


@dataclass(frozen=True, slots=True, kw_only=True)
class Regimes:
    """A hidden Markov chain, one step a round: row i of `transition` says where state i leads. In state k the drift is
    mu + drift[k] and the volatility sigma * volatility[k]."""

    transition: Matrix = ((0.97, 0.03), (0.06, 0.94))
    drift: tuple[float, ...] = (0.1, -0.25)
    volatility: tuple[float, ...] = (0.8, 1.6)

    def __post_init__(self) -> None:
        stochastic("information.regimes.transition", self.transition)
        for name in ("drift", "volatility"):
            values = getattr(self, name)
            expect(
                len(values) == len(self.transition),
                f"information.regimes.{name}",
                values,
                f"{len(self.transition)} numbers",
                "One for each row of information.regimes.transition.",
            )
        for value in self.drift:
            finite("information.regimes.drift", value)
        for value in self.volatility:
            above_0("information.regimes.volatility", value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Jumps:
    """Merton's (1976): `rate` jumps a year in each index, log sizes N(mean, sd^2); the drift is lessened so that the
    mean of the index stays what it is without them."""

    rate: float = 5.0
    mean: float = -0.02
    sd: float = 0.03

    def __post_init__(self) -> None:
        from_0("information.jumps.rate", self.rate)
        finite("information.jumps.mean", self.mean)
        from_0("information.jumps.sd", self.sd)


@dataclass(frozen=True, slots=True, kw_only=True)
class Garch:
    """GARCH(1, 1) round an index's own sigma^2: h' = (1 - alpha - beta) sigma^2 + (alpha z^2 + beta) h (Bollerslev
    1986)."""

    alpha: float = 0.1
    beta: float = 0.85

    def __post_init__(self) -> None:
        from_0("information.garch.alpha", self.alpha)
        from_0("information.garch.beta", self.beta)
        total = self.alpha + self.beta
        expect(
            total < 1,
            "information.garch.alpha + beta",
            total,
            "less than 1",
            "From 1 on there is no mean variance to return to.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Arrivals a year, for all at once and for each agent alone; `*_precision`: tau of the signal theta + N(0, 1/tau);
    `lead`: rounds ahead that news may tell of. A private item is passed on along an edge with probability `beta` each
    round. `degree`: mean neighbours of an agent; `rewire`: share of edges of a small world that are drawn by chance."""

    public_rate: float = 75.0
    private_rate: float = 50.0
    public_precision: float = 0.25
    private_precision: float = 1.0
    research_precision: float = 1.0
    lead: int = 3
    network: str = "small_world"
    degree: int = 4
    rewire: float = 0.1
    beta: float = 0.2

    def __post_init__(self) -> None:
        for name in ("public_rate", "private_rate"):
            from_0(f"information.news.{name}", getattr(self, name))
        for name in ("public_precision", "private_precision", "research_precision"):
            above_0(f"information.news.{name}", getattr(self, name))
        whole("information.news.lead", self.lead, 1, 50)
        known("information.news.network", self.network, NETWORKS)
        whole("information.news.degree", self.degree, 2, 1000)
        share("information.news.rewire", self.rewire)
        share("information.news.beta", self.beta)


@dataclass(frozen=True, slots=True, kw_only=True)
class Information:
    """`correlation`: of the indices' innovations, (n, n), or () for none. What is None is left out."""

    dt: float = 1 / 252
    indices: tuple[Index, ...] = (Index(), Index(name="beta", start=50.0, mu=0.03, sigma=0.3))
    correlation: Matrix = ((1.0, 0.4), (0.4, 1.0))
    regimes: Regimes | None = None
    jumps: Jumps | None = None
    garch: Garch | None = None
    news: News = field(default_factory=News)

    def __post_init__(self) -> None:
        above_0("information.dt", self.dt)
        names = [one.name for one in self.indices]
        expect(
            0 < len(set(names)) == len(names),
            "information.indices",
            names,
            "at least one, each with a name of its own",
            "Forecasts refer to an index by its name.",
        )
        if self.correlation:
            correlated("information.correlation", self.correlation, len(names))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.indices)

    def place(self, asset: str) -> int:
        """Of an index among all. Raises WorldError for a name that there is not."""
        known("asset", asset, self.names)
        return self.names.index(asset)
