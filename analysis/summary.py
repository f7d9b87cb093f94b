"""What happened in each market of a folder: by period, by trader, in measures; and what became of decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite, isnan
from typing import Any

import pandas as pd

from analysis import measures
from analysis.forecasts import forecast_measures
from analysis.microstructure import mean_costs
from analysis.read import RecordedMarket, Recording
from analysis.surplus import allocation
from market.equilibrium import Equilibrium, equilibrium
from market.ledger import round_half_even
from market.records import DECISION_OUTCOMES
from market.treatments import Treatment

# How long after a trade its impact is looked at.
TAU_SECONDS = 5.0
NEEDED = ("markets", "trades", "quotes", "accounts", "participants", "forecasts")


@dataclass(frozen=True)
class MarketSummary:
    """One market. Money in ticks.

    `periods`, one row for each up to the last that left a trace: period, trades, volume, mean_price, benchmark
    (fundamental value, or the middle of the competitive prices), spread and quoted (time-weighted), and dividend, or
    where induced alpha, efficiency, surplus, extramarginal and missed. `traders`, one row a trader: trader,
    participant, kind, model, role, orders, trades, shares, cash, gain. `trades` and `forecasts` as in `market.records`.
    `measures` by name, NaN where one is not defined.
    """

    market: RecordedMarket
    periods: pd.DataFrame
    traders: pd.DataFrame
    trades: pd.DataFrame
    measures: dict[str, float]
    forecasts: pd.DataFrame

    @property
    def treatment(self) -> Treatment:
        return self.market.treatment

    @property
    def competitive(self) -> Equilibrium | None:
        """The equilibrium of values and costs; None in asset markets and where nobody buys or nobody sells."""
        return _competitive(self.market)


def summarise(recording: Recording) -> list[MarketSummary]:
    """Each market of a folder. Raises ReadError where a table is missing or broken."""
    return [_summarise(recording, market) for market in recording.markets()]


def _summarise(recording: Recording, market: RecordedMarket) -> MarketSummary:
    trades, quotes, accounts, people = (market.rows(recording.table(name)) for name in NEEDED[1:5])
    periods = _periods(market, trades, quotes, accounts)
    induced = market.treatment.induced
    named = _induced_measures(market, periods, trades) if induced else _asset_measures(periods, trades, people)
    named |= mean_costs(trades, quotes, TAU_SECONDS)
    forecasts = market.rows(recording.table("forecasts"))
    if len(forecasts):
        named |= forecast_measures(forecasts, market.treatment.forecasts.band)
    return MarketSummary(market, periods, _traders(market.treatment, people, accounts), trades, named, forecasts)


def _competitive(market: RecordedMarket) -> Equilibrium | None:
    roles = market.roles.values()
    return equilibrium(roles) if any(one.values for one in roles) and any(one.costs for one in roles) else None


# By period


def _periods(
    market: RecordedMarket, trades: pd.DataFrame, quotes: pd.DataFrame, accounts: pd.DataFrame
) -> pd.DataFrame:
    tables = (trades, quotes, accounts)
    last = max((int(table["period"].max()) for table in tables if len(table)), default=1)
    rows = (
        _period(market, number, *(table[table["period"] == number] for table in tables))
        for number in range(1, last + 1)
    )
    return pd.DataFrame(list(rows))


def _period(
    market: RecordedMarket, number: int, trades: pd.DataFrame, quotes: pd.DataFrame, accounts: pd.DataFrame
) -> dict[str, Any]:
    volume = int(trades["quantity"].sum())
    paid = int((trades["price"] * trades["quantity"]).sum())
    book = measures.time_weighted(quotes)
    return {
        "period": number,
        "trades": len(trades),
        "volume": volume,
        "mean_price": paid / volume if volume else float("nan"),
        "benchmark": _benchmark(market, number, accounts),
        "spread": book["spread"],
        "quoted": book["quoted"],
        **(_surplus(market, trades) if market.treatment.induced else {"dividend": _dividend(accounts)}),
    }


def _benchmark(market: RecordedMarket, period: int, accounts: pd.DataFrame) -> float:
    """What theory says of the price; NaN where a share pays nothing.

    Where states are drawn, it is the value to who knows the period's: prices that tell it are at rational expectations.
    """
    if point := _competitive(market):
        return (point.low + point.high) / 2
    states = accounts["state"].dropna()
    if len(states):
        return float(market.treatment.rational_value(period, str(states.iloc[0])) or "nan")
    return float(market.treatment.fundamental(period) or "nan")


def _dividend(accounts: pd.DataFrame) -> float:
    """Ticks a share, as some holder was paid; NaN while the period is open."""
    holders = accounts[accounts["shares"] > 0]
    return float(holders["dividend"].iloc[0] / holders["shares"].iloc[0]) if len(holders) else float("nan")


def _surplus(market: RecordedMarket, trades: pd.DataFrame) -> dict[str, float]:
    names = ("alpha", "efficiency", "surplus", "extramarginal", "missed")
    if not _competitive(market):
        return dict.fromkeys(names, float("nan"))
    one = allocation(market.roles, trades)
    values = (_alpha(market, trades), one.efficiency, one.realised, one.extramarginal, one.missed)
    return dict(zip(names, values, strict=True))


def _alpha(market: RecordedMarket, trades: pd.DataFrame) -> float:
    if trades.empty:
        return float("nan")
    point = equilibrium(market.roles.values())
    return measures.smiths_alpha(trades["price"], trades["quantity"], (point.low + point.high) / 2)


# Measures of a whole market


def _asset_measures(periods: pd.DataFrame, trades: pd.DataFrame, people: pd.DataFrame) -> dict[str, float]:
    outstanding = int(people["endowed_shares"].sum())
    named = {
        "turnover": measures.turnover(trades["quantity"], outstanding),
        "napd": measures.normalised_absolute_price_deviation(
            trades["price"], trades["fundamental"], trades["quantity"], outstanding
        ),
        "spread": float(periods["spread"].mean()),
    }
    return {**mispricing(periods), **named}


def mispricing(periods: pd.DataFrame) -> dict[str, float]:
    """The measures of a price path: columns mean_price and benchmark, a row a period."""
    functions = {
        "rad": measures.relative_absolute_deviation,
        "rd": measures.relative_deviation,
        "gad": measures.geometric_absolute_deviation,
        "gd": measures.geometric_deviation,
        "mse": measures.mean_squared_error,
        "haessel_r2": measures.haessel_r2,
        "amplitude": measures.amplitude,
        "duration": measures.duration,
    }
    if (periods["mean_price"] + periods["benchmark"]).isna().all():
        return dict.fromkeys(functions, float("nan"))
    return {name: float(one(periods["mean_price"], periods["benchmark"])) for name, one in functions.items()}


def _induced_measures(market: RecordedMarket, periods: pd.DataFrame, trades: pd.DataFrame) -> dict[str, float]:
    names = ("efficiency", "extramarginal", "missed", "spread")
    means = {name: float(periods[name].mean()) for name in names}
    return {"smiths_alpha": _alpha(market, trades), **means}


# By trader


def _traders(treatment: Treatment, people: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    """The participants' table with what each gained by the end of the last closed period."""
    same = people[["trader", "participant", "kind", "model", "role", "orders", "trades"]]
    gain = _unit_gain if treatment.induced else _trading_gain
    gains = [gain(treatment, row, accounts) for row in people.to_dict("records")]
    return same.assign(shares=people["final_shares"], cash=people["final_cash"], gain=gains).reset_index(drop=True)


def _unit_gain(treatment: Treatment, row: Mapping[Any, Any], accounts: pd.DataFrame) -> float:
    own = accounts[accounts["trader"] == row["trader"]]
    return float(own["profit"].iloc[-1]) if len(own) else 0.0


def _trading_gain(treatment: Treatment, row: Mapping[Any, Any], accounts: pd.DataFrame) -> float:
    """Wealth in ticks beyond that of the same endowment left untouched: 0 in all but for interest and rounding.

    Shares count with what they are still expected to pay, which at the end is nothing.
    """
    own = accounts[accounts["trader"] == row["trader"]]
    if own.empty:
        return 0.0
    cash, shares = int(row["endowed_cash"]), int(row["endowed_shares"])
    for number, period in accounts.groupby("period"):
        dividend = 0 if isnan(paid := _dividend(period)) else round(paid)
        cash += round_half_even(cash * treatment.interest_rate) + shares * dividend
        cash += shares * treatment.buyback if number == treatment.periods else 0
    last = own.iloc[-1]
    value = _value_after(treatment, int(last["period"]))
    return float(last["cash"] - cash) + float(last["shares"] - shares) * value


def _value_after(treatment: Treatment, period: int) -> float:
    """Fundamental value of a share when `period` has been paid."""
    return 0.0 if period == treatment.periods else float(treatment.fundamental(period + 1) or 0)


# Decisions


def decision_coverage(lines: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """What became of decisions that were due, one row a seat: seat, trader, model, due, and each outcome.

    `lines` as in `decisions.jsonl`. `due` is the sum of the outcomes.
    """
    counts: dict[tuple[int, str], Counter[str]] = {}
    traders: dict[tuple[int, str], str] = {}
    for line in lines:
        seat = int(line["seat"]), str(line["model"])
        counts.setdefault(seat, Counter())[line["outcome"]] += 1
        traders[seat] = line["trader"]
    rows = [
        {"seat": seat, "trader": traders[seat, model], "model": model, "due": outcomes.total()}
        | {name: outcomes[name] for name in DECISION_OUTCOMES}
        for (seat, model), outcomes in sorted(counts.items())
    ]
    return pd.DataFrame(rows, columns=["seat", "trader", "model", "due", *DECISION_OUTCOMES])


# As plain data


def as_document(summaries: Iterable[MarketSummary], coverage: pd.DataFrame) -> dict[str, Any]:
    """Everything as JSON-ready data, with null for what is not defined. Money in ticks."""
    return {"markets": [_market_document(one) for one in summaries], "decisions": _records(coverage)}


def _market_document(one: MarketSummary) -> dict[str, Any]:
    return {
        "session": one.market.session,
        "market": one.market.market,
        "treatment": one.treatment.name,
        "treatment_sha256": one.treatment.sha256(),
        "measures": {name: _plain(value) for name, value in one.measures.items()},
        "periods": _records(one.periods),
        "traders": _records(one.traders),
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): _plain(value) for name, value in row.items()} for row in table.to_dict("records")]


def _plain(value: Any) -> Any:
    """None for what is missing or not finite."""
    return None if value is pd.NA or (isinstance(value, float) and not isfinite(value)) else value
