"""Buyers that ask a model: they wait their turn, keep their answers apart, and a failure is no purchase lost."""

from __future__ import annotations

import re
import time
from threading import Lock
from typing import Any

import numpy as np
import pytest

from bots.adapters.llm import Request
from tests.worlds.nonequilibrium.builders import REFUSED, line_by, line_to, random_market
from tests.worlds.nonequilibrium.test_sellers import SECRET
from worlds.errors import ModelLost
from worlds.nonequilibrium.buyers import (
    WORDS,
    ModelBuyers,
    choice_question,
    facts,
    first_impressions,
    heuristic,
    impression_question,
)
from worlds.nonequilibrium.market import Market
from worlds.nonequilibrium.parameters import Parameters

EVERYBODY = np.arange(60)


def weighed(seed: int = 1, **more: Any) -> Market:
    market = random_market(seed, **more)
    market.weigh(0)
    return market


def neutral(who: np.ndarray[Any, np.dtype[np.int64]], sellers: int = 5) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.full((len(who), sellers), WORDS.index("neutral"))


def buyer_of(request: Request) -> int:
    found = re.search(r"buyer-(\d+)", request.key)
    assert found
    return int(found[1]) - 1


def says(request: Request, impression: str = "good", seller: int = 2) -> dict[str, object]:
    return {"impression": impression} if request.key.endswith("impression") else {"seller": seller}


def test_impressions_are_cut_half_and_one_and_a_half_deviations_from_the_mean() -> None:
    u = np.array([[0.5 - 3.1, 0.5 - 1.1, 0.5, 0.5 + 1.1, 0.5 + 3.1]])
    assert [WORDS[one] for one in first_impressions(u, 0.5, 2.0)[0]] == list(WORDS)


def test_only_buyers_that_update_are_asked() -> None:
    asked: set[int] = set()
    lock = Lock()

    def say(request: Request) -> dict[str, object]:
        with lock:
            asked.add(buyer_of(request))
        return says(request)

    who = np.arange(0, 60, 2)
    buyers = ModelBuyers(line_to(say), who, neutral(who))
    choices = buyers.choose(1, weighed(), np.array([3, 4, 5, 8]))
    assert asked == {4, 8}
    assert choices[[1, 3]].tolist() == [1, 1]


def test_buyers_by_the_rule_choose_as_if_no_model_were_there() -> None:
    market, who = weighed(), np.array([4, 8])
    choices = ModelBuyers(line_to(says), who, neutral(who)).choose(1, market, EVERYBODY)
    others = np.setdiff1d(EVERYBODY, who)
    assert np.array_equal(choices[others], market.best_replies(EVERYBODY)[others])


def test_nobody_is_asked_in_a_step_in_which_nobody_updates() -> None:
    who = EVERYBODY
    market = weighed()
    before = market.shares.copy()
    nobody = np.zeros(0, np.int64)
    market.settle(nobody, ModelBuyers(line_to(lambda _: REFUSED), who, neutral(who)).choose(1, market, nobody))
    assert np.array_equal(market.shares, before)


def test_each_buyer_keeps_the_own_answer_also_beside_buyers_without_a_purchase() -> None:
    market = weighed()
    market.settle(np.array([1, 4, 6]), np.array([-1, -1, -1]))
    market.weigh(0)
    buyers = ModelBuyers(line_to(lambda one: says(one, seller=buyer_of(one) % 6)), EVERYBODY, neutral(EVERYBODY))
    choices = buyers.choose(1, market, EVERYBODY)
    assert choices.tolist() == [buyer % 6 - 1 for buyer in range(60)]


def test_who_buys_nothing_has_no_seller_to_rate() -> None:
    keys: list[str] = []

    def say(request: Request) -> dict[str, object]:
        keys.append(request.key)
        return says(request)

    market = weighed()
    market.settle(np.array([4]), np.array([-1]))
    ModelBuyers(line_to(say), EVERYBODY, neutral(EVERYBODY)).choose(9, market, np.array([4]))
    assert keys == ["step-9/buyer-5/choice"]


def test_the_impression_is_rewritten_before_the_choice_and_kept() -> None:
    seen: list[str] = []

    def say(request: Request) -> dict[str, object]:
        seen.append(request.messages[-1].content)
        return says(request, impression="terrible")

    market = weighed()
    market.settle(np.array([4]), np.array([2]))
    buyers = ModelBuyers(line_to(say), EVERYBODY, neutral(EVERYBODY))
    buyers.choose(1, market, np.array([4]))
    assert "seller 3: your impression is neutral" in seen[0]
    assert "seller 3: your impression is terrible" in seen[1]
    assert WORDS[buyers.words[4, 2]] == "terrible"
    assert (np.delete(buyers.words.ravel(), 4 * 5 + 2) == WORDS.index("neutral")).all()


@pytest.mark.parametrize("reply", ["hm", {"seller": 6}, {"seller": -1}, REFUSED])
def test_a_failure_leaves_the_buyer_where_it_was_and_is_kept(reply: Any) -> None:
    market = weighed()
    market.settle(np.array([4]), np.array([2]))
    line = line_to(lambda one: {"impression": "good"} if one.key.endswith("impression") else reply)
    choices = ModelBuyers(line, EVERYBODY, neutral(EVERYBODY)).choose(1, market, np.array([4]))
    assert choices.tolist() == [2]
    assert [key for key, _ in line.failures] == ["step-1/buyer-5/choice"]


def test_no_more_are_asked_at_a_time_than_was_said() -> None:
    under_way, most, lock = 0, 0, Lock()

    def say(request: Request) -> dict[str, object]:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.005)
        with lock:
            under_way -= 1
        return says(request)

    ModelBuyers(line_to(say, concurrency=3), EVERYBODY, neutral(EVERYBODY)).choose(1, weighed(), EVERYBODY)
    assert most == 3


def test_answers_do_not_depend_on_how_many_are_asked_at_a_time() -> None:
    chosen = []
    for concurrency in (1, 8):
        buyers = ModelBuyers(
            line_to(lambda one: says(one, seller=buyer_of(one) % 6), concurrency), EVERYBODY, neutral(EVERYBODY)
        )
        chosen.append(buyers.choose(1, weighed(), EVERYBODY).tolist())
    assert chosen[0] == chosen[1]


def test_when_the_model_is_gone_nothing_of_the_step_is_taken_over() -> None:
    market, words = weighed(), neutral(EVERYBODY)
    before = market.choices.copy()
    with pytest.raises(ModelLost, match="5 questions in a row"):
        ModelBuyers(line_to(lambda _: REFUSED, 1), EVERYBODY, words).choose(1, market, EVERYBODY)
    assert np.array_equal(market.choices, before)
    assert (words == WORDS.index("neutral")).all()


def test_a_buyer_is_shown_impressions_prices_and_popularity_and_nothing_of_the_model_behind_it() -> None:
    market = weighed(pull=Parameters(J=0.7321).pull)
    told = facts(market, np.array([0, 1, 2, 3, 4]), 2)
    for question in (impression_question(told), choice_question(told)):
        text = "\n".join(one.content for one in question)
        for seller, word in enumerate(WORDS):
            share, price = market.shares[seller], market.prices[seller]
            assert f"seller {seller + 1}: your impression is {word}; price {price:.4f}; {share:.1%} of all" in text
        assert not SECRET.search(text)
        assert "0.73" not in text
        assert f"{market.pull:.2f}" not in text


def told(*sellers: tuple[str, float, float], current: int = 0, asked: str = "choice") -> dict[str, Any]:
    return {"asked": asked, "current": current, "sellers": [(n, *one) for n, one in enumerate(sellers, 1)]}


def test_the_rule_likes_good_cheap_and_popular_sellers_and_leaves_bad_offers() -> None:
    plain, other = ("good", 1.0, 0.2), ("good", 1.0, 0.2)
    assert heuristic(told(plain, ("excellent", 1.0, 0.2)))["seller"] == 2
    assert heuristic(told(plain, ("good", 0.9, 0.2)))["seller"] == 2
    assert heuristic(told(plain, ("good", 1.0, 0.3)))["seller"] == 2
    assert heuristic(told(plain, other, current=2))["seller"] == 2
    assert heuristic(told(("bad", 3.0, 0.1), ("neutral", 4.0, 0.1)))["seller"] == 0


@pytest.mark.parametrize(("price", "word"), [(0.5, "good"), (1.0, "neutral"), (2.0, "bad")])
def test_the_rule_thinks_better_of_a_cheap_seller_and_worse_of_a_dear_one(price: float, word: str) -> None:
    others = [("neutral", 1.0, 0.1)] * 8
    asked = told(("neutral", price, 0.1), *others, current=1, asked="impression")
    assert heuristic(asked)["impression"] == word


def test_the_rule_answers_through_the_same_line() -> None:
    buyers = ModelBuyers(line_by(heuristic), EVERYBODY, neutral(EVERYBODY))
    choices = buyers.choose(1, weighed(), EVERYBODY)
    assert set(choices.tolist()) <= set(range(-1, 5))
