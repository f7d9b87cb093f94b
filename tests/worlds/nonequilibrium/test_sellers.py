"""Sellers that ask a model are told what the rules say, no more, and a lost answer leaves their price alone."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from tests.worlds.nonequilibrium.builders import REFUSED, line_by, line_to, random_market
from worlds.models import Line
from worlds.nonequilibrium.market import Market
from worlds.nonequilibrium.parameters import Parameters
from worlds.nonequilibrium.sellers import BINS, ModelSellers, facts, heuristic, question

SECRET = re.compile(r"\bJ\b|rho|\bherd|conform|imitat|social|pull|utilit", re.IGNORECASE)


def text_of(market: Market, seller: int = 1) -> str:
    return "\n".join(one.content for one in question(facts(market, seller, market.weigh(seller))))


def test_a_seller_is_told_everything_that_is_to_be_told() -> None:
    market = random_market(1)
    premiums = market.weigh(1).copy()
    text = text_of(market)
    assert "There are 60 buyers." in text
    assert f"Your price since your last turn: {market.prices[1]:.4f}" in text
    assert f"Your share of all buyers: {market.shares[1]:.2%}" in text
    for value in (premiums.mean(), np.median(premiums), premiums.std(), premiums.min(), premiums.max()):
        assert f"{value:.4f}" in text
    for quartile in np.quantile(premiums, (0.25, 0.75)):
        assert f"{quartile:.4f}" in text
    counts = [int(one) for one in re.findall(r" to .*: (\d+)$", text, re.MULTILINE)]
    assert (len(counts), sum(counts)) == (BINS, 60)
    for rival in (0, 2, 3, 4):
        assert f"seller {rival + 1}: price {market.prices[rival]:.4f}, share {market.shares[rival]:.2%}" in text
    assert "- seller 2:" not in text
    assert "net profit" in text


def test_a_seller_is_not_told_what_makes_buyers_follow_each_other() -> None:
    market = random_market(1, pull=Parameters(J=0.7321).pull)
    text = text_of(market)
    assert not SECRET.search(text)
    for number in (0.7321, market.pull):
        assert f"{number:.2f}" not in text


def test_the_rule_decides_on_what_the_prompt_shows_alone() -> None:
    told = facts(random_market(1), 1, random_market(1).weigh(1))
    text = "\n".join(one.content for one in question(told))
    for value in [told["price"], *told["edges"], *told["premium"].values()]:
        assert f"{value:.4f}" in text
    seen = {"price": told["price"], "edges": told["edges"], "counts": told["counts"]}
    assert heuristic(seen) == heuristic(told)


@pytest.mark.parametrize("seed", range(5))
def test_the_rule_earns_nearly_what_the_best_price_earns(seed: int) -> None:
    market = random_market(seed, buyers=2000)
    premiums, old = market.weigh(0).copy(), market.prices[0]

    def profit(price: float) -> float:
        return float(price * (premiums >= price - old - 1e-9).sum())

    best = market.rule_price(0, premiums)
    assert profit(heuristic(facts(market, 0, premiums))["final_price"]) > 0.95 * profit(best)


def priced(say: dict[str, object]) -> float:
    market = random_market(2)
    return ModelSellers(line_to(lambda _: say)).price(1, market, 0)


def test_a_price_below_0_becomes_0_and_another_is_taken_as_it_is() -> None:
    assert priced({"reason": "", "final_price": -3.0}) == 0.0
    assert priced({"reason": "", "final_price": 1.25}) == 1.25


@pytest.mark.parametrize(
    "reply", ["no idea", '{"final_price": "a lot"}', '{"final_price": NaN}', '{"final_price": 1e999}']
)
def test_without_a_usable_answer_the_old_price_stays_and_the_failure_is_kept(reply: str) -> None:
    market, line = random_market(2), line_to(lambda _: reply)
    assert ModelSellers(line).price(7, market, 3) == market.prices[3]
    [(key, failure)] = line.failures
    assert key == "step-7/seller-4"
    assert failure.kind in ("bad_json", "bad_schema")


def test_a_reply_of_the_wrong_form_is_asked_for_once_more() -> None:
    replies = iter(["what?", json.dumps({"reason": "now right", "final_price": 0.5})])
    line = line_to(lambda _: next(replies))
    assert ModelSellers(line).price(1, random_market(2), 0) == 0.5
    assert line.failures == []


def test_one_refusal_does_not_end_a_run() -> None:
    market, line = random_market(2), line_to(lambda _: REFUSED)
    assert ModelSellers(line).price(1, market, 0) == market.prices[0]


def test_the_rule_answers_through_the_same_line() -> None:
    market = random_market(2)
    line: Line = line_by(heuristic)
    premiums = market.weigh(0).copy()
    assert ModelSellers(line).price(1, market, 0) == heuristic(facts(market, 0, premiums))["final_price"]
