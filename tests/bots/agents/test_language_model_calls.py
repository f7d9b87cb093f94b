"""Models in call markets and before periods: sheets, forecasts, and prompts that have what the page has and no more."""

from __future__ import annotations

import json
import re
from random import Random
from statistics import fmean
from typing import Any

import pytest

from bots.adapters.llm import Failure, Request, estimate_prompt, estimate_tokens
from bots.agents.policy import OutOfReachPolicy
from bots.agents.stand_in import StandIn
from bots.agents.trader import Decision, begin, tell
from bots.agents.trading_agents import make_trader
from market.designs import design
from market.events import AskForecasts, ClosePeriod, OpenPeriod, Told
from market.exchange import Exchange
from market.orders import Forecast, SheetOrder, Side, SubmitSheet
from market.treatments import Role, Treatment
from market.view import view_of
from tests.bots.agents.models import Asked, blocks, crowd, trader, turn
from tests.bots.agents.scenes import MINE, RICH, do, market, seen
from tests.headless import play, refusals

BUY, SELL = Side.BUY, Side.SELL
FLAT = design("flat_value_short")
SHEETS = FLAT.with_changes(forecasts={"horizons": (), "band": 0, "reward": 0})
EMPTY: dict[str, Any] = {"reasoning": "I wait", "bids": [], "asks": []}


def line(price: float | str, quantity: int | None = 1) -> dict[str, Any]:
    return {"price": price, "quantity": quantity}


def sheet(*orders: SheetOrder) -> SubmitSheet:
    return SubmitSheet(orders)


def asking(treatment: Treatment = FLAT) -> Exchange:
    """Before the first period, forecasts are asked."""
    exchange = Exchange(treatment, {"me": MINE, "a": RICH, "b": RICH})
    exchange.operate(AskForecasts())
    return exchange


# Sheets


def test_a_reply_becomes_a_sheet_in_ticks() -> None:
    script = Asked({**EMPTY, "bids": [line(3.5), line("3", 2)], "asks": [line(4)]})
    decision, receipts = turn(market(SHEETS), trader(script))
    assert decision.actions == (sheet(SheetOrder(BUY, 350, 1), SheetOrder(BUY, 300, 2), SheetOrder(SELL, 400, 1)),)
    assert [one.status for one in receipts] == ["accepted"]


MISTAKES = {
    "own bids meet own asks": ({"bids": [line(4)], "asks": [line(4)]}, "lower than each of your asks"),
    "between two ticks": ({"bids": [line(3.505)]}, "bid 1: prices go in steps of 0.01"),
    "beyond the limits": ({"asks": [line(2000)]}, "ask 1: prices go from 0.01 to 1,000.00"),
    "no quantity": ({"bids": [line(3), line(2, None)]}, "bid 2: say the quantity"),
    "too many": ({"bids": [line(place) for place in range(1, 22)]}, "may have 20 orders, not 21"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_sheet_that_makes_no_sense_is_shown_to_the_model_once(mistake: str) -> None:
    wrong, why = MISTAKES[mistake]
    replies = iter(({**EMPTY, **wrong}, {**EMPTY, "bids": [line(3)]}))
    script = Asked(lambda request: next(replies))
    decision, _ = turn(market(SHEETS), trader(script))
    assert (decision.outcome, decision.actions) == ("repaired", (sheet(SheetOrder(BUY, 300, 1)),))
    assert why in script[-1].messages[-1].content


def test_a_model_is_asked_once_a_period_and_again_where_its_sheet_was_refused() -> None:
    replies = iter(({**EMPTY, "bids": [line(9, 2)]}, {**EMPTY, "bids": [line(9)]}, EMPTY))
    script = Asked(lambda request: next(replies))
    one, exchange = trader(script), market(SHEETS)  # 10.00 in cash
    assert [receipt.ok for receipt in turn(exchange, one, 1.0)[1]] == [False]
    assert [receipt.ok for receipt in turn(exchange, one, 2.0)[1]] == [True]
    assert blocks(script.prompt)["your orders"] == ["sheet: buy 2 at 9.00: refused: " + NO_CASH]
    decision, _ = turn(exchange, one, 3.0)
    assert (decision.actions, decision.calls, len(script)) == ((), (), 2)
    exchange.operate(ClosePeriod(40), 20)
    exchange.operate(OpenPeriod())
    turn(exchange, one, 1.0)
    assert len(script) == 3


NO_CASH = "Not placed: 2 would cost 18.00, and 10.00 of your cash is free."


def test_empty_lists_take_the_sheet_back_and_the_same_sheet_is_not_sent_again() -> None:
    standing = do(market(SHEETS), "me", sheet(SheetOrder(BUY, 300, 1)))
    assert trader(Asked({**EMPTY, "bids": [line(3)]})).decide(seen(standing)).actions == ()
    assert trader(Asked(EMPTY)).decide(seen(standing)).actions == (sheet(),)
    assert trader(Asked(EMPTY)).decide(seen(market(SHEETS))).actions == ()


# Forecasts


def test_forecasts_are_asked_within_their_own_time_and_sent_in_ticks() -> None:
    script = Asked({"reasoning": "as before", "forecasts": [14, "13.50"]})
    exchange, one = asking(), trader(script)
    view = view_of(exchange, "me", 0.0)
    decision = one.decide(view)
    assert (decision.actions, decision.calls) == ((Forecast((1400, 1350)),), ("seat-1/period-1/forecast-1",))
    assert 29 < script[0].deadline - one._line.clock() < 30
    tell(one, decision, [exchange.submit("me", action, 0.0) for action in decision.actions])
    assert one.decide(view_of(exchange, "me", 0.0)).actions == ()
    assert len(script) == 1


def test_the_next_market_asks_anew_though_its_phase_and_period_are_those_of_the_last() -> None:
    script = Asked({"forecasts": [14, 15]})
    one = trader(script)
    for number in (1, 2):
        exchange = asking()
        begin(one)
        decision = one.decide(view_of(exchange, "me", 0.0))
        tell(one, decision, [exchange.submit("me", action, 0.0) for action in decision.actions])
        assert len(script) == number


@pytest.mark.parametrize(
    ("wrong", "why"),
    [([14], "2 are asked for, not 1"), ([14, 0.001], "forecast of period 3"), ([14, 5000], "prices go from 0.01")],
)
def test_forecasts_that_make_no_sense_are_shown_to_the_model_once(wrong: list[float], why: str) -> None:
    replies = iter(({"forecasts": wrong}, {"forecasts": [14, 15]}))
    script = Asked(lambda request: next(replies))
    decision = trader(script).decide(view_of(asking(), "me", 0.0))
    assert (decision.outcome, decision.actions) == ("repaired", (Forecast((1400, 1500)),))
    assert why in script[-1].messages[-1].content


@pytest.mark.parametrize("said", ["I cannot tell.", Failure(kind="timeout", message="silence")])
def test_a_model_without_an_answer_forecasts_nothing(said: Any) -> None:
    decision = trader(Asked(said)).decide(view_of(asking(), "me", 0.0))
    assert decision.outcome in ("failed", "late")
    assert decision.actions == ()
    assert decision.calls


def test_a_rule_forecasts_in_the_place_of_a_model_out_of_reach_under_its_own_name() -> None:
    lost = FLAT.with_changes(absence={"out_of_reach": "rule", "out_of_reach_trader": "fundamental"})
    model = trader(Asked(Failure(kind="bad_key", message="withdrawn")))
    decision = OutOfReachPolicy(model, lambda name: make_trader(name, Random(1))).decide(
        view_of(asking(lost), "me", 0.0)
    )
    assert (decision.outcome, decision.substitute) == ("failed", "fundamental")
    assert [type(action) for action in decision.actions] == [Forecast]


# What is told


def test_a_turn_tells_the_own_sheet_and_the_closed_periods_and_what_became_of_the_last_sheet() -> None:
    script = Asked({**EMPTY, "bids": [line(9)]})
    one, exchange = trader(script), market(SHEETS)
    turn(exchange, one, 4.0)
    assert "Period 1 of 4 is open. It closes in 16 of 20 seconds, and then its price is found." in script.prompt
    assert "Your sheet now: empty" in script.prompt
    assert "shares traded, dividend):\nnone" in script.prompt
    do(exchange, "b", sheet(SheetOrder(SELL, 900, 3)))
    exchange.operate(ClosePeriod(40), 20)
    exchange.operate(OpenPeriod())
    do(exchange, "me", sheet(SheetOrder(SELL, 950, 2)))
    turn(exchange, one, 1.0)
    assert "Your sheet now: sell 2 at 9.50" in script.prompt
    assert "(period, price, shares traded, dividend):\n1 9.00 1 0.40" in script.prompt
    assert blocks(script.prompt)["your orders"][1:] == [
        "Period 1 closed.",
        "your shares: 5, now 6; cash 10.00, now 3.45",
    ]


def told(exchange: Exchange, **config: Any) -> str:
    """Everything that a model is told on what "me" sees."""
    view = view_of(exchange, "me", 3.0)
    script = Asked({**EMPTY, "forecasts": [14.0] * len(view.forecast_targets)})
    trader(script, **config).decide(view)
    return " ".join(message.content for message in script[0].messages)


STATES = design("plott_sunder_1988").with_changes(institution="call", periods=3, tell_holding_value=True)


def test_a_call_market_tells_the_own_clue_and_the_holding_value_and_of_others_nothing() -> None:
    """What others wrote or were told changes no word, as it changes nothing on the page."""
    texts = set()
    for others, clue in ((sheet(), "Y"), (sheet(SheetOrder(SELL, 3, 2), SheetOrder(BUY, 2, 1)), "Z")):
        exchange = Exchange(STATES, dict.fromkeys(("me", "a", "b"), STATES.roles[0]))
        exchange.operate(OpenPeriod("X", (Told("me", "not_this", "Y"), Told("a", "not_this", clue))))
        do(exchange, "a", others)
        texts.add(told(exchange))
    (text,) = texts
    assert "this period's state is not Y" in text
    assert "a share kept to the end pays 670.50 on average from now on" in text


def test_a_question_for_forecasts_tells_how_earlier_ones_fared() -> None:
    exchange = asking(FLAT.with_changes(periods=6))
    for price in (1400, 1700):
        do(exchange, "me", Forecast(tuple(1300 + target for target in exchange.forecast_targets)))
        do(exchange, "a", Forecast(tuple(77 + target for target in exchange.forecast_targets)))
        exchange.operate(OpenPeriod())
        do(exchange, "a", sheet(SheetOrder(BUY, price, 1)))
        do(exchange, "b", sheet(SheetOrder(SELL, price, 1)))
        exchange.operate(ClosePeriod(40), 20)
        exchange.operate(AskForecasts())
    text = told(exchange)
    assert "Period 3 of 6 has not opened yet" in text
    assert "period 1: 14.00; 13.01 before 1 (earned 2.50)\nperiod 2: 17.00; 13.02 before 2 (earned 0.00)\n" in text
    assert "period 3: still to come; 13.03 before 1\nperiod 4: still to come; 13.04 before 2\n" in text
    assert "traded in period 3 and period 5?" in text
    assert "a list of 2 prices in that order: prices in points, in steps of 0.01, from 0.01 to 1,000.00." in text
    assert not re.search(r"0\.7\d|0\.8\d", text)


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_all_were_told_is_told_in_the_language_of_the_session(language: str) -> None:
    text = told(market(SHEETS.with_changes(language=language)))
    assert ("verzinst" in text, "earns interest" in text) == (language == "de", language == "en")


# Whole markets


def stand_in(request: Request) -> dict[str, Any]:
    """The heuristic in a model's place, with more words than anybody asked for."""
    much = "prices fell by 12.50 points after period 3, so I sell early; " * 20
    said = dict(_stand_ins(request.facts))
    return {**said, "plans": much, "insights": much} if "plans" in said else said


_stand_ins = StandIn(Random)


@pytest.mark.parametrize("memory", ["none", "notes", "summary", "full"])
def test_models_play_a_market_of_sheets_and_forecasts_in_every_mode_of_memory(memory: str) -> None:
    script = Asked(stand_in)
    done = play(FLAT, ["model"] * 6, turns=60, make=crowd(script, memory=memory))
    assert list(refusals(done)) == []
    decisions: list[Decision] = [one.decision for one in done.turns if one.decision.calls]
    assert len(decisions) == len(script) == 2 * 6 * FLAT.periods
    assert {one.outcome for one in decisions} == {"valid"}
    assert done.exchange.trades
    assert all(len(given) == 6 for given in done.exchange.forecasts.given.values())  # 2, 2, 1 and 1 periods ahead


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_average_prompt_stays_under_2500_tokens_in_notes_mode_over_30_periods(language: str) -> None:
    """The form of the answer included."""
    script = Asked(stand_in)
    done = play(design("flat_value").with_changes(language=language), ["model"] * 6, turns=18, make=crowd(script))
    sizes = [estimate_prompt(one.messages) + estimate_tokens(json.dumps(one.schema)) for one in script]
    assert len(done.exchange.trades) > 50
    assert fmean(sizes) < 2500
    assert max(sizes) < 2600


def test_nobodys_role_is_told_but_ones_own() -> None:
    rich = Role(name="secret", cash=777_700, shares=7)
    assert "777" not in told(market(SHEETS, others=rich))
