"""What pages may send in a call market: sheets and forecasts are read as they are, and nothing else breaks anything."""

from __future__ import annotations

import json

import pytest

from market.orders import Forecast, SheetOrder, Side, SubmitSheet
from otree_app.protocol import MESSAGE_BYTES, parse


def command(**members: object) -> str:
    return json.dumps({"id": "a-1", **members})


def test_a_sheet_is_a_list_of_sides_prices_and_quantities() -> None:
    request = parse(command(do="sheet", orders=[["buy", 100, 2], ["sell", 120, 1]]))
    assert request.action == SubmitSheet((SheetOrder(Side.BUY, 100, 2), SheetOrder(Side.SELL, 120, 1)))
    assert request.id == "a-1"


def test_an_empty_sheet_takes_all_orders_back() -> None:
    assert parse(command(do="sheet", orders=[])).action == SubmitSheet(())


def test_forecasts_are_a_list_of_prices() -> None:
    assert parse(command(do="forecast", prices=[100, 110])).action == Forecast((100, 110))


@pytest.mark.parametrize(
    "members",
    [
        {"do": "sheet"},
        {"do": "sheet", "orders": None},
        {"do": "sheet", "orders": {"buy": 1}},
        {"do": "sheet", "orders": "buy"},
        {"do": "sheet", "orders": [["buy", 100]]},
        {"do": "sheet", "orders": [["buy", 100, 1, 1]]},
        {"do": "sheet", "orders": [{"side": "buy"}]},
        {"do": "sheet", "orders": ["buy"]},
        {"do": "forecast"},
        {"do": "forecast", "prices": 100},
        {"do": "forecast", "prices": "100"},
        {"do": "forecast", "prices": {"1": 100}},
    ],
)
def test_what_has_not_the_form_of_a_command_is_refused(members: dict[str, object]) -> None:
    request = parse(command(**members))
    assert request.action is None
    assert request.refusal is not None
    assert request.refusal.code == "bad_message"
    assert request.id == "a-1"


def test_whatever_stands_in_a_sheet_is_left_for_the_market_to_refuse() -> None:
    action = parse(command(do="sheet", orders=[["hold", "1", None], [["buy"], -1, 1e400]])).action
    assert isinstance(action, SubmitSheet)
    assert list(action.orders[0]) == ["hold", "1", None]


def test_a_sheet_of_a_hundred_orders_is_no_too_long_message() -> None:
    text = command(do="sheet", orders=[["sell", 10**9, 10**9]] * 100)
    assert len(text) < MESSAGE_BYTES
    assert parse(text).refusal is None
