"""Sentences about what is noted on a seat when its market is over, with amounts worked out by hand."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from market.events import AskForecasts, ClosePeriod, OpenPeriod
from market.exchange import Exchange
from market.orders import Forecast
from otree_app.payment import note_earnings
from otree_app.results import result_of
from tests.market.builders import RICH, buy, induced, opened, play, sell, treatment


def noted(exchange: Exchange, trader: str) -> Any:
    seat = SimpleNamespace(trader=trader)
    note_earnings(seat, exchange)  # type: ignore[arg-type]
    return seat


def test_gains_from_units_are_noted_by_period_and_add_up() -> None:
    market = opened(induced())
    play(market, ("T1", buy(70)), ("T3", sell(70)))
    market.operate(ClosePeriod())
    market.operate(OpenPeriod())
    play(market, ("T1", buy(45)), ("T3", sell(45)))
    market.operate(ClosePeriod())
    # a value of 100 and a cost of 40: 30 and 30, then 55 and 5
    assert (noted(market, "T1").earned, json.loads(noted(market, "T1").period_profits)) == (85, [30, 55])
    assert (noted(market, "T3").earned, json.loads(noted(market, "T3").period_profits)) == (35, [30, 5])
    assert noted(market, "T2").forecast_pay == 0


def test_forecasts_within_the_band_are_noted_apart_from_cash() -> None:
    rules = treatment((RICH,), forecasts={"horizons": (0,), "band": 5, "reward": 20})
    market = Exchange(rules, dict.fromkeys(("T1", "T2"), rules.roles[0]))
    market.operate(AskForecasts())
    market.submit("T1", Forecast((55,)), 0.0)
    market.submit("T2", Forecast((56,)), 0.0)
    market.operate(OpenPeriod())
    play(market, ("T1", sell(50)), ("T2", buy(50)))
    market.operate(ClosePeriod())
    market.operate(AskForecasts())
    market.operate(OpenPeriod())
    market.operate(ClosePeriod())
    assert (noted(market, "T1").earned, noted(market, "T1").forecast_pay) == (1050, 20)
    assert (noted(market, "T2").earned, noted(market, "T2").forecast_pay) == (950, 0)
    lines = {line["label"]: line["amount"] for line in result_of(market, "T1", "en")["lines"]}
    assert lines == {
        "Bought": "0",
        "Sold": "1",
        "Shares at the end": "9",
        "Cash at the end": "1,050",
        "Forecasts, in addition": "20",
    }
