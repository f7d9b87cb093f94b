"""Amounts, counts and rates in words, and amounts in words as ticks. Knows no design and no account."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache


def money(tick: str, ticks: int | float | Fraction) -> str:
    """An amount of ticks in units of the currency: 106 with tick "0.01" reads 1.06."""
    unit = Decimal(tick)
    amount = Decimal(float(ticks)) * unit if isinstance(ticks, float | Fraction) else ticks * unit
    return f"{amount:,.{_places(tick)}f}"


def mean_money(tick: str, ticks: float) -> str:
    """A mean of prices in units of the currency, with a digit more than prices have."""
    return f"{Decimal(ticks) * Decimal(tick):,.{_places(tick) + 1}f}"


def average_money(tick: str, ticks: float | Fraction) -> str:
    """An average that may lie between two ticks: with two digits more than prices have, if it does."""
    if ticks == int(ticks):
        return money(tick, int(ticks))
    return f"{float(Fraction(ticks) * Fraction(tick)):,.{_places(tick) + 2}f}"


def ticks_of(tick: str, amount: str | int | float) -> int:
    """The inverse of `money`. Raises ValueError when the amount is no whole number of ticks."""
    try:
        ticks = Decimal(str(amount)) / Decimal(tick)
        whole = int(ticks)
    except (InvalidOperation, OverflowError, ValueError):
        raise ValueError(f"{amount!r} is no amount of money.") from None
    if ticks != whole:
        raise ValueError(f"{amount} is no whole number of ticks of {tick}.")
    return whole


@lru_cache
def _places(tick: str) -> int:
    """Digits behind the point."""
    return max(0, -int(Decimal(tick).normalize().as_tuple().exponent))


def count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def percent(rate: Fraction) -> str:
    return f"{float(rate * 100):.6g}%"
