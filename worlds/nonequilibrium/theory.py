"""What theory says of the symmetric market, without simulating it (Lucas 2022)."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

REACH, POINTS = 12.0, 200_001  # of the integral, in standard deviations


@lru_cache
def crowding(sellers: int) -> float:
    """g = (M - 1) times the integral of phi^2 Phi^(M - 2): the density of buyers who are torn between two sellers, per
    standard deviation and seller. `sellers`: M, from 2."""
    z = np.linspace(-REACH, REACH, POINTS)
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    below = np.array([math.erfc(-one / math.sqrt(2)) / 2 for one in z])
    return float((sellers - 1) * np.trapezoid(density**2 * below ** (sellers - 2), z))


def competitive_price(sellers: int, sigma: float = 1.0) -> float:
    """sigma / (M g): the price of the symmetric state, in units of money, where costs are 0 and nobody abstains."""
    return sigma / (sellers * crowding(sellers))


def critical_pull(sellers: int, sigma: float = 1.0) -> float:
    """J_c = (M - 1) / (M g) sqrt(ln(M / 2)) / M: above it the symmetric state is unstable."""
    slope = (sellers - 1) / (sellers * crowding(sellers))
    return sigma * slope * math.sqrt(math.log(sellers / 2)) / sellers
