"""The automated maker: a logarithmic market scoring rule (Hanson 2003). Knows no accounts."""

from __future__ import annotations

import math
from collections.abc import Sequence


def cost(sold: Sequence[float], liquidity: float) -> float:
    """C(q) = b ln sum exp(q / b), in shares' worth; what a trade costs is the difference that it makes."""
    top = max(sold)
    return top + liquidity * math.log(sum(math.exp((one - top) / liquidity) for one in sold))


def prices(sold: Sequence[float], liquidity: float) -> list[float]:
    """softmax(q / b): from 0 to 1, with a sum of 1."""
    top = max(sold)
    weights = [math.exp((one - top) / liquidity) for one in sold]
    return [one / sum(weights) for one in weights]


def worst_loss(liquidity: float, outcomes: int) -> float:
    """b ln n: what the maker loses at most, in shares' worth."""
    return liquidity * math.log(outcomes)


def charge(sold: Sequence[int], outcome: int, shares: int, liquidity: float, payout: int) -> int:
    """Cents for `shares` of an outcome that pay `payout` cents each; below 0 what the maker pays for shares it takes
    back. Rounded up, so that its loss stays within the bound."""
    after = [one + shares * (place == outcome) for place, one in enumerate(sold)]
    # a whole number that floats put a hair above itself stays what it is
    return math.ceil(payout * (cost(after, liquidity) - cost(sold, liquidity)) - 1e-9)


def within(sold: Sequence[int], outcome: int, shares: int, limit: int, liquidity: float, payout: int) -> int:
    """As many of `shares`, below 0 to sell, as can be had within their part of `limit`, cents for all of them: an order
    made before others moved the price gets what is left of it. 0 for none."""
    way, wanted = (1, shares) if shares > 0 else (-1, -shares)

    def fits(number: int) -> bool:
        return charge(sold, outcome, way * number, liquidity, payout) * wanted <= way * limit * number

    if fits(wanted):
        return shares
    some, many = 0, wanted
    while many - some > 1:
        middle = (some + many) // 2
        some, many = (middle, many) if fits(middle) else (some, middle)
    return way * some
