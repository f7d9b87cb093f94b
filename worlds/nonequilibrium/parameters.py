"""What a run of the market is made of: numbers with a meaning, checked. Draws nothing, computes no path."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from worlds.errors import WorldError

BURN_IN = 500  # steps left out of the statistics, a quarter of the run where that is less
LARGEST_SEED = 2**32 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """`J`: how much buyers like what others buy; `rho`: the buyers' speed against the sellers'; `Nt`: points in time,
    the start included; `N` buyers; `M` sellers; `mu`, `sigma`: of what a good is worth to a buyer, in units of money;
    `ratio`: share of buyers that are played by a model; `legacy`: random numbers in the order of the published runs.

    Raises WorldError for a number outside its meaning.
    """

    J: float = 0.4
    rho: float = 0.8
    Nt: int = 2000
    N: int = 5000
    M: int = 10
    mu: float = 0.5
    sigma: float = 1.0
    seed: int = 42
    ratio: float = 0.0
    legacy: bool = False

    def __post_init__(self) -> None:
        whole = {"Nt": 2, "N": 2, "M": 3, "seed": 0}
        for name, least in whole.items():
            value = getattr(self, name)
            _expect(value >= least, name, value, f"a whole number from {least}", HINTS[name])
        _expect(self.seed <= LARGEST_SEED, "seed", self.seed, f"at most {LARGEST_SEED}", HINTS["seed"])
        _expect(_real(self.J) and self.J >= 0, "J", self.J, "a number from 0", HINTS["J"])
        # more than all buyers cannot update in a step
        fastest = self.M / math.log(self.M)
        _expect(0 <= self.rho <= fastest, "rho", self.rho, f"from 0 to M / ln M = {fastest:.4g}", HINTS["rho"])
        _expect(0 <= self.ratio <= 1, "ratio", self.ratio, "from 0 to 1", HINTS["ratio"])
        _expect(_real(self.mu), "mu", self.mu, "a number", "It is the mean worth of a good.")
        _expect(_real(self.sigma) and self.sigma > 0, "sigma", self.sigma, "a number above 0", HINTS["sigma"])

    @property
    def pull(self) -> float:
        """J M / sqrt(ln(M / 2)): the worth of a seller's whole share to each buyer, in units of money."""
        import numpy as np

        return float(self.J * self.M / np.sqrt(np.log(self.M / 2)))

    @property
    def update_chance(self) -> float:
        """rho ln(M) / M: the chance that a buyer thinks again in a step."""
        return self.rho * math.log(self.M) / self.M

    @property
    def burn_in(self) -> int:
        return min(BURN_IN, self.Nt // 4)

    def told(self) -> dict[str, Any]:
        return asdict(self)


HINTS = {
    "J": "It is how much buyers like what others buy; monopolies arise from about 0.75.",
    "rho": "It is the buyers' speed; 0.8 is the usual value.",
    "Nt": "It is the number of points in time, the start included.",
    "N": "It is the number of buyers.",
    "M": "It is the number of sellers; their number enters as the logarithm of M / 2.",
    "seed": "It starts the random numbers.",
    "ratio": "It is the share of buyers that are played by a model.",
    "sigma": "It is how much buyers differ in what a good is worth to them.",
}


def parameters_from(document: Mapping[str, Any]) -> Parameters:
    """Parameters as `told` gave them. Raises WorldError for names that are none."""
    known = {one.name for one in fields(Parameters)}
    strange = sorted(set(document) - known)
    if strange:
        raise WorldError(f"Unknown parameter '{strange[0]}'. Known: {', '.join(sorted(known))}.")
    return Parameters(**document)


def _real(value: float) -> bool:
    return math.isfinite(value)


def _expect(holds: bool, name: str, value: object, expected: str, hint: str) -> None:
    if not holds:
        raise WorldError(f"--{name} {value}: expected {expected}. {hint}")
