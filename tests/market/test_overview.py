"""A treatment at a glance: what differs between designs can be read off it."""

from __future__ import annotations

from typing import Any

import pytest

from market.designs import DESIGNS, design
from market.overview import headline, overview, prediction


def lines(base: str = "asset_cda", **changes: Any) -> dict[str, str]:
    """The text of each line by its label; of labels that come again, the last."""
    told = overview(design(base).with_changes(**changes)).splitlines()[1:]
    return {line[2:16].strip(): line[16:] for line in told}


@pytest.mark.parametrize("name", DESIGNS)
def test_every_shipped_design_can_be_looked_at(name: str) -> None:
    rules = design(name)
    assert overview(rules).startswith(headline(rules))
    assert lines(name)["sha256"] == rules.sha256()
    assert prediction(rules).endswith(".")


@pytest.mark.parametrize(
    ("changes", "label", "text"),
    [
        ({}, "session", "1 market"),
        (
            {"practice_periods": 2, "markets": 3, "market_seats": 4, "matching": "stranger"},
            "session",
            "practice of 2 periods that does not pay, then 3 markets of 4 seats, strangers each time",
        ),
        (
            {"institution": "call", "rationing": "pro_rata", "reference_price": 150},
            "institution",
            "call auction, rationing by pro rata, first reference 150",
        ),
        (
            {"forecasts": {"horizons": [0, 2], "band": 3, "reward": 5}},
            "forecasts",
            "0, 2 periods ahead, 30 s; 5 for each within 3 of the price",
        ),
        ({"single_unit": True, "clear_after_trade": True}, "rules", "single unit, clear after trade"),
        ({"credit_limit": "unlimited"}, "credit", "unlimited"),
        ({"credit_limit": 50, "bankrupt": "reduce_only"}, "bankrupt", "who owes more than 50: reduce only"),
        ({"short_limit": 1}, "short sales", "up to 1 share"),
        ({"tell_holding_value": True}, "told", "fundamental value, holding value, bots: possible"),
        ({"steps": {"consent": True, "quiz": True}}, "pages", "consent, quiz"),
        (
            {"pay": {"rate": "1/30", "show_up_fee": "5", "markets": "random"}},
            "pay",
            "1/30 a unit of points, show-up fee 5, one of the markets",
        ),
        (
            {"absence": {"dropout": "takeover", "dropout_seconds": 30}},
            "absence",
            "late: start; a seat away for 30 s is played by zero_intelligence",
        ),
        (
            {"absence": {"out_of_reach": "rule", "out_of_reach_trader": "noise"}},
            "out of reach",
            "a model is stood in for by noise",
        ),
    ],
)
def test_what_was_chosen_is_told(changes: dict[str, Any], label: str, text: str) -> None:
    assert lines(**changes)[label] == text


def test_states_are_told_with_their_odds_and_the_value_to_who_knows_them() -> None:
    assert lines("plott_sunder_1988")["state"] == "Z: 4 in 20, a share pays 490"
    assert lines("plott_sunder_1988")["clues"] == "each trader is told one state that it is not"
    assert prediction(design("plott_sunder_1988")) == (
        "Fundamental value by period: 223.50. To who knows the state, in the last period: X 50, Y 240, Z 490."
    )


def test_equal_roles_are_told_once_with_their_number() -> None:
    assert lines("gode_sunder_1993")["role"] == "seller: costs 35, 47, 59, 71, 83, 95 (x 6)"
