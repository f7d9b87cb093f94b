"""Sentences about the quiz: it asks what a treatment's instructions say, with the treatment's own numbers."""

from __future__ import annotations

import pytest

from market.designs import DESIGNS, design
from market.questions import Question
from market.quiz import Quiz
from market.treatments import Role, Treatment
from tests.market.builders import induced, treatment

ROLE = Role(name="trader", cash=100_00, shares=4)
BUYER, SELLER = Role(name="buyer", values=(100, 80)), Role(name="seller", costs=(40, 60))


def asked(rules: Treatment, role: Role | None = None) -> dict[str, Question]:
    return {one.name.removeprefix("quiz_"): one for one in Quiz(rules, role or rules.roles[0]).questions()}


def flat_value(**changes: object) -> Treatment:
    cents = {"tick": "0.01", "currency": "dollars", "price_max": 100_000}
    paid = {"dividends": (40, 100), "interest": "1/20", "buyback": 14_00}
    return treatment((ROLE,), periods=30, **cents, **paid, **changes)


def test_three_shares_pay_three_dividends() -> None:
    question = asked(flat_value())["dividend"]
    assert "1.00 dollars" in question.text
    assert question.answer == "3.00"


def test_interest_is_asked_at_the_treatments_rate() -> None:
    question = asked(flat_value())["interest"]
    # 5% of 200.00
    assert "200.00 dollars" in question.text
    assert question.answer == "10.00"
    assert "interest" not in asked(treatment())


def test_the_end_is_the_buyback_or_nothing() -> None:
    assert asked(flat_value())["end"].answer == "14.00"
    assert asked(treatment())["end"].answer == "0"


def test_what_is_earned_counts_the_buyback_of_three_shares() -> None:
    # 80.00 in cash and three times 14.00
    assert asked(flat_value())["earned"].answer == "122.00"
    # a role with 1,000 in cash is asked about 800
    assert asked(treatment())["earned"].answer == "800"


def test_a_bid_promises_its_cost() -> None:
    # 100.00 less two bids at 10.00
    assert asked(flat_value())["promise"].answer == "80.00"
    assert asked(flat_value(single_unit=True))["promise"].answer == "90.00"
    assert asked(flat_value(credit_limit=5_00))["promise"].answer == "85.00"


def test_a_promise_is_not_asked_about_where_cash_never_binds() -> None:
    assert "promise" not in asked(flat_value(credit_limit="unlimited"))


def test_the_earlier_order_sets_the_price_of_a_continuous_market() -> None:
    question = asked(flat_value())["price"]
    right = dict(question.choices)[question.answer]
    assert f"offer in the order book is at {right}" in question.text


def test_a_call_market_has_one_price_and_keeps_limits() -> None:
    questions = asked(flat_value(institution="call"))
    assert "price of the period is 10.00 dollars" in questions["price"].text
    assert questions["price"].answer == "best"
    assert questions["missed"].answer == "no"
    assert "missed" not in asked(flat_value())


def test_a_buyer_gains_value_less_price_and_a_seller_price_less_cost() -> None:
    # a fifth of the own value or cost: 100 bought at 80, 40 sold at 48
    assert asked(induced(), BUYER)["gain"].answer == "20"
    assert asked(induced(), SELLER)["gain"].answer == "8"
    assert "cost of 40 points" in asked(induced(), SELLER)["gain"].text


def test_gains_add_up_where_all_periods_are_paid() -> None:
    assert asked(induced(), BUYER)["sum"].answer == "30"
    assert "sum" not in asked(induced(pay={"periods": "random"}), BUYER)


def test_a_forecast_at_the_edge_of_its_band_is_paid() -> None:
    question = asked(flat_value(forecasts={"horizons": (0, 2), "band": 2_50, "reward": 5_00}))["forecast"]
    assert "27.50 dollars" in question.text
    assert "25.00 dollars" in question.text
    assert question.answer == "5.00"


def test_practice_and_random_markets_are_asked_about_where_there_are_any() -> None:
    questions = asked(treatment(practice_periods=1, markets=3, pay={"markets": "random"}))
    assert questions["practice"].answer == "no"
    assert questions["paid"].answer == "1"
    assert not {"practice", "paid"} & asked(treatment()).keys()


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", DESIGNS)
def test_every_design_has_a_quiz_that_can_be_answered(name: str, language: str) -> None:
    rules = design(name).with_changes(language=language)
    for role in rules.roles:
        questions = Quiz(rules, role).questions()
        assert len(questions) >= 4
        assert len({one.name for one in questions}) == len(questions)
        for one in questions:
            assert one.is_right(one.answer)
            assert one.explanation
            assert not one.choices or one.answer in dict(one.choices)


def test_examples_are_of_the_own_role_alone() -> None:
    other = Role(name="secret", cash=777_000, shares=99)
    texts = " ".join(f"{one.text} {one.explanation}" for one in asked(treatment((ROLE, other)), ROLE).values())
    assert "777" not in texts.replace(",", "")
