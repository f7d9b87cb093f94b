"""Whatever a message carries, the answer is a refusal in words and nothing has changed."""

from __future__ import annotations

import re

import pytest

from market.fields import LARGEST
from market.language import LANGUAGES, texts_of
from market.orders import CancelOrder, PlaceOrder, ReplaceOrder, Side
from market.refusals import REFUSALS, refusal_text
from tests.market.builders import BUY, buy, opened, play, refusal

NO_WHOLE_NUMBERS: list[object] = [
    0,
    -1,
    1.5,
    1.0,
    True,
    float("nan"),
    float("inf"),
    "5",
    "five",
    "",
    [],
    {},
    b"5",
    10**5000,
    -(10**5000),
    LARGEST + 1,
    "x" * 10_000,
    "{price}",
]


def kind(value: object) -> str:
    """A test's name: some of these numbers cannot be written out."""
    return type(value).__name__


@pytest.mark.parametrize("price", NO_WHOLE_NUMBERS, ids=kind)
def test_a_price_is_a_whole_number_above_zero(price: object) -> None:
    market = opened()
    play(market, ("T1", buy(50)))
    assert refusal(market, "T1", PlaceOrder(BUY, price)) == "bad_price"  # type: ignore[arg-type]
    assert refusal(market, "T1", ReplaceOrder(1, price, 1)) == "bad_price"  # type: ignore[arg-type]


@pytest.mark.parametrize("quantity", [*NO_WHOLE_NUMBERS, None], ids=kind)
def test_a_quantity_is_a_whole_number_above_zero(quantity: object) -> None:
    market = opened()
    play(market, ("T1", buy(50)))
    assert refusal(market, "T1", PlaceOrder(BUY, 50, quantity)) == "bad_quantity"  # type: ignore[arg-type]
    assert refusal(market, "T1", ReplaceOrder(1, 50, quantity)) == "bad_quantity"  # type: ignore[arg-type]


@pytest.mark.parametrize("number", [*NO_WHOLE_NUMBERS, None, 99], ids=kind)
def test_an_order_number_must_be_of_an_open_order(number: object) -> None:
    market = opened()
    play(market, ("T1", buy(50)))
    assert refusal(market, "T1", CancelOrder(number)) == "unknown_order"  # type: ignore[arg-type]
    assert refusal(market, "T1", ReplaceOrder(number, 50, 1)) == "unknown_order"  # type: ignore[arg-type]


@pytest.mark.parametrize("side", ["buy", "BUY", "", None, 1, 10**5000], ids=kind)
def test_a_side_is_buy_or_sell(side: object) -> None:
    assert refusal(opened(), "T1", PlaceOrder(side, 50)) == "bad_side"  # type: ignore[arg-type]


@pytest.mark.parametrize("lasting", ["period", "gtc", None, 3])
def test_an_order_lasts_as_the_market_knows(lasting: object) -> None:
    assert refusal(opened(), "T1", PlaceOrder(Side.SELL, 50, 1, lasting)) == "bad_order_type"  # type: ignore[arg-type]


@pytest.mark.parametrize("trader", ["T99", "", "market", "x" * 1000])
def test_an_unknown_trader_is_refused(trader: str) -> None:
    market = opened()
    receipt = market.submit(trader, buy(50), 1.0)
    assert receipt.code == "unknown_trader"
    assert len(receipt.reason) < 100


def test_a_long_message_is_answered_shortly() -> None:
    receipt = opened().submit("T1", PlaceOrder(BUY, "9" * 100_000), 1.0)  # type: ignore[arg-type]
    assert len(receipt.reason) < 120


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_is_a_sentence_in_every_language(code: str, language: str) -> None:
    facts = dict.fromkeys(re.findall(r"{(\w+)}", " ".join(texts_of("en", "refusal").values())), "1.00")
    # a sentence with a form for each side goes by the side alone
    if f"refusal.{code}.buy" in texts_of("en", "refusal"):
        facts = {**facts, "side": "buy"}
        del facts["number"]
    text = refusal_text(code, facts, language)
    assert text[0].isupper()
    assert text.endswith(".")
    assert "{" not in text


def test_an_unknown_code_is_a_bug() -> None:
    with pytest.raises(KeyError):
        refusal_text("no_such_code", {})
