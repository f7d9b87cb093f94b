"""What the page says of an order sheet before it is sent: each note stands beside the order that it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from bots.adapters.web_driver import BrowserOptions, find, start
from market.language import texts_of
from tests.otree_app.test_page_scripts import SCRIPTS

NAMES = ("view.js", "words.js", "dom.js", "holdings.js", "rules.js")
FACTS = {"tick": "0.1", "price_min": 5, "price_max": 2000, "induced": False}
ACCOUNT = {"cash_free": 700, "cash_reserved": 300, "shares_free": 3, "shares_reserved": 2}


class Sheet:
    """The rules of the sheet in a blank page: 100.0 of cash and 5 shares may be promised in all."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver
        driver.get("about:blank")
        driver.execute_script("window.js_vars = { texts: arguments[0] };", texts_of("en", "screen", "count", "words"))
        driver.execute_script("\n".join((SCRIPTS / name).read_text("utf-8") for name in NAMES))

    def notes(
        self, *orders: tuple[str, int, int], account: Mapping[str, object] = ACCOUNT, **facts: object
    ) -> list[str]:
        """What is said beside each (side, price in ticks, quantity)."""
        written = [{"side": side, "price": price, "quantity": much, "problem": ""} for side, price, much in orders]
        view = {"facts": {**FACTS, **facts}, "holdings": account, "orders": []}
        script = "return openpit.rules.check(arguments[0], arguments[1]).map((one) => one.problem)"
        return list(self._driver.execute_script(script, written, view))


@pytest.fixture(scope="module")
def sheet() -> Iterator[Sheet]:
    options = BrowserOptions()
    browser = start(options, find(options))
    try:
        yield Sheet(browser.driver)
    finally:
        browser.close()


def test_a_sheet_that_can_be_kept_gets_no_notes(sheet: Sheet) -> None:
    assert sheet.notes(("buy", 100, 6), ("buy", 80, 5), ("sell", 120, 5)) == ["", "", ""]


def test_all_bids_together_may_cost_what_is_free_and_what_the_sheet_in_force_holds(sheet: Sheet) -> None:
    assert sheet.notes(("buy", 100, 10)) == [""]
    assert sheet.notes(("buy", 100, 10), ("buy", 10, 1)) == [
        "",
        "Your bids cost 101.0 in all; you can spend 100.0.",
    ]


def test_where_cash_never_binds_bids_may_cost_anything(sheet: Sheet) -> None:
    assert sheet.notes(("buy", 2000, 999), account={**ACCOUNT, "cash_free": None}) == [""]


def test_no_more_shares_can_be_offered_than_there_are(sheet: Sheet) -> None:
    assert sheet.notes(("sell", 100, 4), ("sell", 110, 2)) == ["", "You offer 6 in all; you can sell 5."]


def test_every_bid_is_below_every_offer(sheet: Sheet) -> None:
    notes = sheet.notes(("buy", 100, 1), ("buy", 90, 1), ("sell", 100, 1), ("sell", 130, 1))
    assert notes == ["Not below your offer of 10.0.", "", "Not above your bid of 10.0.", ""]


def test_a_price_out_of_bounds_is_said_beside_it_and_nowhere_else(sheet: Sheet) -> None:
    assert sheet.notes(("buy", 4, 1), ("sell", 150, 1)) == ["Prices go from 0.5 to 200.0 here.", ""]


def test_a_buyer_asks_for_no_more_units_than_are_left(sheet: Sheet) -> None:
    units = {**ACCOUNT, "role": "buyer", "values_left": [90, 80], "costs_left": []}
    assert sheet.notes(("buy", 70, 2), account=units, induced=True) == [""]
    assert sheet.notes(("buy", 70, 2), ("buy", 60, 1), account=units, induced=True) == [
        "",
        "You ask for 3 in all; you can buy 2.",
    ]
