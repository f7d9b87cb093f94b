"""Names, meanings and sources of the measures, and how numbers read. Computes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from math import isfinite
from typing import NamedTuple

from market.treatments import Treatment

NONE = "-"


class Measure(NamedTuple):
    """`kind` of its values: ratio, fine (a small ratio), percent, count, alpha, money (ticks), money2 (squared)."""

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


# What is measured of simulated order-book markets, whose time is counted in ticks and which have no periods.
BOOK_MEASURES: Mapping[str, Measure] = {
    "rad": Measure(
        "RAD", "fine", "mean distance of mid and value, over the mean value", "Stöckl, Huber & Kirchler 2010"
    ),
    "rd": Measure("RD", "fine", "the same with signs: above 0 is overvalued", "Stöckl, Huber & Kirchler 2010"),
    "mean_price": Measure("Mean mid", "money", "of the quotes at the end of each tick", "means of ticks"),
    "spread": Measure("Spread", "money", "best ask less best bid at the end of each tick", "means of ticks"),
    "quoted": Measure("Quoted", "percent", "share of ticks that end with both sides quoted", "means of ticks"),
    "effective_spread": MEASURES["effective_spread"],
    "realised_spread": Measure(
        "Realised spread",
        "money",
        "the same against the mid 10 ticks later: what who quoted keeps",
        "Huang & Stoll 1996",
    ),
    "price_impact": Measure("Price impact", "money", "the rest: what the mid moved in 10 ticks", "Huang & Stoll 1996"),
    "trades": Measure("Trades", "count", "how many", "counted"),
    "volume": Measure("Volume", "count", "shares traded", "counted"),
}


def amount(treatment: Treatment, ticks: float | None, *, mean: bool = True) -> str:
    """Ticks in units of money; means with one digit more than a tick has."""
    if _missing(ticks):
        return NONE
    return _money(treatment.tick, float(ticks or 0), mean=mean)


def _money(tick: str, ticks: float, *, mean: bool = True) -> str:
    places = max(0, -int(Decimal(tick).normalize().as_tuple().exponent)) + mean
    return f"{ticks * float(tick):,.{places}f}"


def measured(treatment: Treatment, name: str, value: float) -> str:
    """A measure's value as it reads, with its unit."""
    return told(MEASURES[name].kind, value, treatment.tick, treatment.currency)


def told(kind: str, value: float | None, tick: str, currency: str) -> str:
    """A value of this kind of measure as it reads, with its unit."""
    if value is None or _missing(value):
        return NONE
    match kind:
        case "money":
            return f"{_money(tick, value)} {currency}"
        case "money2":
            return f"{value * float(tick) ** 2:,.2f}"
        case "percent":
            return percent(value)
        case "count":
            return f"{value:,.0f}"
        case "alpha":
            return f"{value:.1f}"
        case "fine":
            return f"{value:.5f}"
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
