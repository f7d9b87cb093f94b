"""The trading page's scripts that draw nothing, run in a browser: its document, what it reads there, its words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bots.adapters.web_driver import BrowserOptions, find, start
from market.designs import design
from market.events import ClosePeriod, OpenPeriod
from market.exchange import Exchange
from market.language import texts_of
from market.orders import PlaceOrder, Side
from market.treatments import Role
from market.view import RECENT_TRADES, view_of
from otree_app.feed import Feed
from tests.otree_app.test_feed import step, trading

SCRIPTS = Path(__file__).resolve().parents[2] / "_static" / "openpit"
SCRIPTS_LOADED = ("view.js", "words.js", "clock.js")


class Page:
    """A blank page with the scripts loaded."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver
        driver.get("about:blank")
        driver.execute_script("window.js_vars = { texts: arguments[0] };", texts_of("en", "screen", "count", "words"))
        driver.execute_script("\n".join((SCRIPTS / name).read_text("utf-8") for name in SCRIPTS_LOADED))

    def run(self, expression: str, *arguments: object) -> Any:
        """What an expression over `args` gives."""
        return self._driver.execute_script(f"const args = arguments; return {expression};", *arguments)

    def fold(self, view: dict[str, Any], updates: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The page's document after each update."""
        expression = "((view, updates) => updates.map((update) => (view = openpit.fold(view, update))))(...args)"
        return list(self.run(expression, view, updates))


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    options = BrowserOptions()
    browser = start(options, find(options))
    try:
        yield Page(browser.driver)
    finally:
        browser.close()


def document(exchange: Exchange, trader: str, seconds: float) -> dict[str, Any]:
    return dict(json.loads(view_of(exchange, trader, seconds).to_json()))


def news(feed: Feed, trader: str, since: int, seconds: float) -> dict[str, Any]:
    update = feed.update(trader, since, seconds)
    assert update is not None
    return dict(json.loads(update))


def rich_traders(**changes: object) -> Exchange:
    """T1, T2 and T3 have cash and shares for anything they may try here."""
    rich = Role(name="rich", cash=10**8, shares=10**5)
    exchange = Exchange(design("asset_cda").with_changes(**changes), dict.fromkeys(("T1", "T2", "T3"), rich))
    exchange.operate(OpenPeriod())
    return exchange


@pytest.mark.parametrize("seed", range(4))
def test_after_any_updates_the_page_has_what_the_server_would_send_anew(page: Page, seed: int) -> None:
    exchange, rng = trading(seed)
    feed, updates, views = Feed(exchange), [], []
    for _ in range(rng.randint(0, 40)):
        step(exchange, rng, 0.5)
    first = document(exchange, "T2", 0.5)
    seen = feed.seq
    for number in range(150):
        for _ in range(rng.choice((1, 1, 1, 2, 7))):
            step(exchange, rng, 1 + number / 10)
        if feed.seq > seen:
            updates.append(news(feed, "T2", seen, 1 + number / 10))
            views.append(document(exchange, "T2", 1 + number / 10))
            seen = feed.seq
    assert page.fold(first, updates) == views


def test_an_update_in_a_later_period_leaves_the_history_of_earlier_ones_alone(page: Page) -> None:
    exchange, rng = trading(9)
    for number in range(40):
        step(exchange, rng, number / 10)
    exchange.operate(ClosePeriod(60), 20)
    exchange.operate(OpenPeriod())
    first, seen = document(exchange, "T1", 0), len(exchange.events)
    for number in range(40):
        step(exchange, rng, number / 10)
    update = news(Feed(exchange), "T1", seen, 4.0)
    assert page.fold(first, [update]) == [document(exchange, "T1", 4.0)]


def test_the_page_remembers_as_many_trades_as_a_snapshot_has(page: Page) -> None:
    exchange = rich_traders()
    feed, first = Feed(exchange), document(exchange, "T1", 0.0)
    updates = []
    for _ in range(RECENT_TRADES // 200 + 1):
        seen = feed.seq
        for _ in range(200):
            exchange.submit("T1", PlaceOrder(Side.SELL, 100), 1.0)
            exchange.submit("T2", PlaceOrder(Side.BUY, 100), 1.0)
        updates.append(news(feed, "T1", seen, 1.0))
    last = page.fold(first, updates)[-1]
    assert len(last["trades"]) == RECENT_TRADES
    assert last == document(exchange, "T1", 1.0)


def test_a_snapshot_without_the_trades_that_the_page_knows_continues_them(page: Page) -> None:
    exchange = rich_traders()
    for number in range(RECENT_TRADES + 10):
        exchange.submit("T1", PlaceOrder(Side.SELL, 100), 1.0)
        exchange.submit("T2", PlaceOrder(Side.BUY, 100), 1.0)
        if number == RECENT_TRADES:
            before = document(exchange, "T1", 1.0)
    exchange.operate(ClosePeriod(60), 20)
    short = json.loads(Feed(exchange).snapshot("T1", 20.0, {}, known=RECENT_TRADES + 1))
    assert len(short["view"]["trades"]) == 9
    whole = document(exchange, "T1", 20.0)
    assert page.run("openpit.whole(args[0], args[1])", before, short) == {name: whole[name] for name in short["view"]}
    before["trades"].pop()
    assert page.run("openpit.whole(args[0], args[1])", before, short) is None


def test_folding_changes_neither_the_view_nor_the_update(page: Page) -> None:
    exchange, rng = trading(2)
    first = document(exchange, "T1", 0.0)
    seen = len(exchange.events)
    for _ in range(30):
        step(exchange, rng, 2.0)
    update = news(Feed(exchange), "T1", seen, 2.0)
    expression = "(() => { openpit.fold(args[0], args[1]); return [args[0], args[1]]; })()"
    assert page.run(expression, first, update) == [first, update]


def own_news(page: Page, exchange: Exchange, happen: Callable[[], object]) -> Any:
    """What the page tells T1 of its resting orders when `happen()` has happened."""
    before, seen = document(exchange, "T1", 1.0), len(exchange.events)
    happen()
    update = news(Feed(exchange), "T1", seen, 2.0)
    return page.run("openpit.read.ownNews(args[0], openpit.fold(...args), args[1].trades || [])", before, update)


def test_a_trader_hears_that_others_traded_with_its_order(page: Page) -> None:
    exchange = rich_traders()
    exchange.submit("T1", PlaceOrder(Side.BUY, 100, 5), 1.0)
    told = own_news(page, exchange, lambda: exchange.submit("T2", PlaceOrder(Side.SELL, 90, 2), 2.0))
    assert told == {"fills": [{"id": 1, "side": "buy", "price": 100, "quantity": 2}], "removed": []}


def test_a_trader_hears_that_its_order_went_without_a_trade(page: Page) -> None:
    exchange = rich_traders(single_unit=True, clear_after_trade=True)
    exchange.submit("T2", PlaceOrder(Side.BUY, 100), 1.0)
    exchange.submit("T1", PlaceOrder(Side.BUY, 100), 1.0)
    told = own_news(page, exchange, lambda: exchange.submit("T3", PlaceOrder(Side.SELL, 100), 2.0))
    assert told == {"fills": [], "removed": [{"id": 2, "side": "buy", "price": 100, "quantity": 1}]}


def test_a_trade_begun_by_oneself_is_no_news_of_resting_orders(page: Page) -> None:
    exchange = rich_traders()
    exchange.submit("T1", PlaceOrder(Side.BUY, 100), 1.0)
    exchange.submit("T2", PlaceOrder(Side.SELL, 110), 1.0)
    told = own_news(page, exchange, lambda: exchange.submit("T1", PlaceOrder(Side.BUY, 110), 2.0))
    assert told == {"fills": [], "removed": []}


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        (1, {"quantity": 1, "best": 101, "worst": 101, "cost": 101}),
        (3, {"quantity": 3, "best": 101, "worst": 102, "cost": 304}),
        (9, {"quantity": 5, "best": 101, "worst": 104, "cost": 510}),
    ],
)
def test_buying_now_counts_what_others_offer(page: Page, quantity: int, expected: dict[str, int]) -> None:
    asks = [[100, 4, 4], [101, 2, 0], [102, 3, 1], [104, 1, 0]]
    assert page.run("openpit.read.takes(args[0], args[1])", asks, quantity) == expected


def test_nothing_can_be_bought_now_where_only_oneself_offers(page: Page) -> None:
    assert page.run("openpit.read.takes([[100, 4, 4]], 1)") is None


@pytest.mark.parametrize("tick", ["1", "0.1", "0.01", "0.001"])
def test_money_reads_on_the_page_as_everywhere_else(page: Page, tick: str) -> None:
    treatment, rng = design("asset_cda").with_changes(tick=tick), Random(5)
    amounts = [0, 1, 9, 10, 99, 100, 999, 1000, 123456, *(rng.randint(-(10**9), 10**9) for _ in range(50))]
    shown = page.run("args[0].map((ticks) => openpit.words.money(ticks, args[1]))", amounts, tick)
    assert [text.replace("\u2212", "-") for text in shown] == [treatment.money(ticks) for ticks in amounts]


@pytest.mark.parametrize(
    ("typed", "tick", "ticks"),
    [
        ("105", "1", 105),
        (" 1,050 ", "1", 1050),
        ("2.05", "0.01", 205),
        ("2,05", "0.01", 205),
        ("1,234.5", "0.01", 123450),
        ("2.050", "0.01", 205),
        (".5", "0.1", 5),
        ("7.", "0.1", 70),
        ("12.0", "1", 12),
    ],
)
def test_a_price_may_be_typed_as_people_write_it(page: Page, typed: str, tick: str, ticks: int) -> None:
    assert page.run("openpit.words.readPrice(args[0], args[1])", typed, tick) == {"ticks": ticks}


@pytest.mark.parametrize(
    ("typed", "tick", "problem"),
    [
        ("", "0.01", "Type a price first, such as 1.05."),
        ("abc", "1", "abc is no price. Type a number such as 105."),
        ("-5", "1", "-5 is no price. Type a number such as 105."),
        ("1e3", "1", "1e3 is no price. Type a number such as 105."),
        (".", "0.1", ". is no price. Type a number such as 10.5."),
        ("2.055", "0.01", "Prices go in steps of 0.01 here; 2.055 lies between two of them."),
        ("0", "1", "A price must be above zero."),
        ("9999999999", "1", "9999999999 is too large a price."),
    ],
)
def test_what_is_no_price_is_answered_in_words(page: Page, typed: str, tick: str, problem: str) -> None:
    assert page.run("openpit.words.readPrice(args[0], args[1])", typed, tick) == {"problem": problem}


@pytest.mark.parametrize(("typed", "answer"), [("12", {"quantity": 12}), ("", None), ("1.5", None), ("0", None)])
def test_a_quantity_is_a_whole_number_above_zero(page: Page, typed: str, answer: dict[str, int] | None) -> None:
    read = page.run("openpit.words.readQuantity(args[0], 'share')", typed)
    assert read == answer if answer else "problem" in read


def test_a_partly_filled_order_is_told_with_its_prices_and_its_rest(page: Page) -> None:
    facts = {"tick": "0.01", "induced": False}
    command = {"do": "place", "side": "buy", "price": 1100, "quantity": 4}
    receipt = {"status": "traded", "quantity": 3, "trades": [[1080, 1], [1100, 1], [1100, 1]]}
    answer = page.run("openpit.words.answer(...args)", command, receipt, facts)
    assert answer == {
        "refused": False,
        "text": "Bought 3 shares at 10.80 (1) and 11.00 (2). 1 more is in the book at 11.00.",
    }


@pytest.mark.parametrize(("extended", "seconds"), [(30, 27), (0, 25)])
def test_the_market_clock_runs_through_time_that_was_given(page: Page, extended: int, seconds: int) -> None:
    view = {"phase": "open", "seconds": 25, "extended": extended, "facts": {"period_seconds": 20}}
    two_seconds_later = """(() => {
        const now = performance.now();
        Object.assign(openpit, { view: args[0], host: { running: true } });
        Object.defineProperty(performance, "now", { configurable: true, value: () => now });
        openpit.clock.heardSeconds();
        Object.defineProperty(performance, "now", { configurable: true, value: () => now + 2000 });
        const seconds = openpit.secondsNow();
        delete performance.now;
        return seconds;
    })()"""
    assert page.run(two_seconds_later, view) == pytest.approx(seconds)
