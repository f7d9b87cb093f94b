"""Names, meanings and sources of the measures, and how numbers read. Computes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from math import isfinite
from typing import NamedTuple

from market.treatments import Treatment

NONE = "-"


class Measure(NamedTuple):
    """`kind` of its values: ratio, percent, count, alpha, money (ticks) or money2 (ticks squared)."""

    title: str
    kind: str
    meaning: str
    source: str


MEASURES: Mapping[str, Measure] = {
    "rad": Measure(
        "RAD", "ratio", "mean distance of price and value, over the mean value", "Stöckl, Huber & Kirchler 2010"
    ),
    "rd": Measure("RD", "ratio", "the same with signs: above 0 is overvalued", "Stöckl, Huber & Kirchler 2010"),
    "gad": Measure("GAD", "ratio", "geometric mean distance of price and value", "Powell 2016"),
    "gd": Measure("GD", "ratio", "the same with signs: above 0 is overvalued", "Powell 2016"),
    "mse": Measure("MSE", "money2", "mean squared distance of price and value", "Henning et al. 2025"),
    "haessel_r2": Measure("Haessel R²", "ratio", "share of the price path that the value explains", "Haessel 1978"),
    "amplitude": Measure(
        "Amplitude", "ratio", "from trough to peak of price less value, over the first value", "King et al. 1993"
    ),
    "duration": Measure(
        "Duration", "count", "most periods in a row in which price less value rose", "Porter & Smith 1995"
    ),
    "turnover": Measure("Turnover", "ratio", "shares traded over shares outstanding", "Porter & Smith 1995"),
    "napd": Measure(
        "NAPD", "money", "distance of price and value over all shares traded, a share outstanding", "King et al. 1993"
    ),
    "smiths_alpha": Measure(
        "Smith's alpha", "alpha", "spread of prices round the competitive one, in % of it", "Smith 1962"
    ),
    "efficiency": Measure(
        "Efficiency", "percent", "surplus realised of what was possible, mean of the periods", "Gode & Sunder 1993"
    ),
    "extramarginal": Measure(
        "Lost to extramarginal trades", "money", "a period, by units that should not trade", "Cason & Friedman 1996"
    ),
    "missed": Measure(
        "Lost to missed trades", "money", "a period, by units that should have traded", "Cason & Friedman 1996"
    ),
    "spread": Measure("Spread", "money", "best ask less best bid over time, mean of the periods", "time-weighted"),
    "effective_spread": Measure(
        "Effective spread", "money", "twice the distance of price and mid, by volume", "Huang & Stoll 1996"
    ),
    "realised_spread": Measure(
        "Realised spread", "money", "the same against the mid 5 s later: what who quoted keeps", "Huang & Stoll 1996"
    ),
    "forecast_error": Measure("Forecast error", "money", "mean distance of forecast and price", "forecasts"),
    "forecast_bias": Measure("Forecast bias", "money", "mean of forecast less price: above 0 is too high", "forecasts"),
    "forecast_within": Measure("Forecasts paid", "percent", "share within the paid band of the price", "forecasts"),
    "price_impact": Measure("Price impact", "money", "the rest: what the mid moved in 5 s", "Huang & Stoll 1996"),
}


def amount(treatment: Treatment, ticks: float | None, *, mean: bool = True) -> str:
    """Ticks in units of money; means with one digit more than a tick has."""
    if _missing(ticks):
        return NONE
    places = max(0, -int(Decimal(treatment.tick).normalize().as_tuple().exponent)) + mean
    return f"{float(ticks or 0) * float(treatment.tick):,.{places}f}"


def measured(treatment: Treatment, name: str, value: float) -> str:
    """A measure's value as it reads, with its unit."""
    if _missing(value):
        return NONE
    match MEASURES[name].kind:
        case "money":
            return f"{amount(treatment, value)} {treatment.currency}"
        case "money2":
            return f"{value * float(treatment.tick) ** 2:,.2f}"
        case "percent":
            return percent(value)
        case "count":
            return f"{value:.0f}"
        case "alpha":
            return f"{value:.1f}"
        case _:
            return f"{value:.3f}"


def percent(share: float | None) -> str:
    return NONE if _missing(share) else f"{100 * float(share or 0):.1f}%"


def count(number: float | None) -> str:
    return NONE if _missing(number) else f"{int(number or 0):,}"


def plural(number: int, one: str) -> str:
    """`3 markets`, `1 market`."""
    return f"{number} {one}" if number == 1 else f"{number} {one}s"


def _missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and not isfinite(value))
