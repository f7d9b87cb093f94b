"""Nobody is asked too often, and nothing costs more than was allowed."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import sleep

import pytest

from bots.adapters.llm import Failure, Keys, Models, Outcome, Reply, Request, Scripted, Timing
from bots.adapters.llm.asking import Model, Shared
from bots.adapters.llm.budget import Budget
from bots.adapters.llm.catalogue import ModelSpec, ProviderSpec
from bots.adapters.llm.limits import Bucket, Limits, Rates
from bots.adapters.llm.messages import RawAnswer, Usage
from bots.adapters.llm.tokens import Prices, most_it_may_use
from tests.bots.adapters.llm.asks import GOOD, KEYS, WHOLE, catalogue, question


def priced(script: Scripted, *, budget: Budget, prices: Prices | None = None, rates: Rates | None = None) -> Model:
    """A scripted model that costs money and has limits."""
    provider = ProviderSpec(name="costly", api="openai", rates=rates or Rates())
    spec = ModelSpec(name="costly", id="costly-1", provider=provider, prices=prices)
    return Model(spec, script, Limits(provider.rates, time.monotonic()), Shared(Keys({}), budget))


def dollars(model: Model) -> float:
    """The most one of the tests' questions may cost."""
    assert model.spec.prices is not None
    return model.spec.prices.of(most_it_may_use(question()))


def test_a_bucket_lets_ten_seconds_worth_pass_at_once_and_then_its_rate() -> None:
    bucket = Bucket(60, now=0.0)
    for _ in range(10):
        assert bucket.wait_for(1, now=0.0) == 0.0
        bucket.take(1)
    waits = []
    for _ in range(3):
        waits.append(bucket.wait_for(1, now=0.0))
        bucket.take(1)
    assert waits == pytest.approx([1.0, 2.0, 3.0])
    assert bucket.wait_for(1, now=4.0) == 0.0


def test_a_call_larger_than_the_bucket_passes_when_the_bucket_is_full() -> None:
    bucket = Bucket(600, now=0.0)
    assert bucket.wait_for(5000, now=0.0) == 0.0
    bucket.take(5000)
    assert bucket.wait_for(1, now=0.0) == pytest.approx((5000 - 100 + 1) / 10)


def test_what_was_reserved_and_not_used_is_given_back() -> None:
    limits = Limits(Rates(tokens_per_minute=600), now=0.0)
    assert limits.reserve(100, 0.0, 60) == 0.0
    assert limits.reserve(100, 0.0, 60) == pytest.approx(10.0)
    limits.correct(-150)
    assert limits.reserve(50, 0.0, 60) == 0.0


def test_calls_that_use_little_make_room_for_the_next() -> None:
    model = priced(Scripted(lambda request: GOOD), budget=Budget(), rates=Rates(tokens_per_minute=6000))
    outcomes = [model.ask(question(key=f"turn-{turn}", within=1)) for turn in range(4)]
    assert all(isinstance(outcome, Reply) for outcome in outcomes)


def test_a_reservation_beyond_ones_patience_is_not_made() -> None:
    limits = Limits(Rates(requests_per_minute=6), now=0.0)
    assert limits.reserve(1, 0.0, 60) == 0.0
    assert limits.reserve(1, 0.0, patience=5) is None
    assert limits.reserve(1, 0.0, patience=60) == pytest.approx(10.0)


def test_our_own_limit_ends_a_call_that_it_would_delay_beyond_the_deadline() -> None:
    model = priced(Scripted(lambda request: GOOD), budget=Budget(), rates=Rates(requests_per_minute=1))
    assert isinstance(model.ask(question()), Reply)
    failure = model.ask(question(within=1))
    assert isinstance(failure, Failure)
    assert failure.kind == "rate_limited"
    assert "models.toml" in failure.message


def test_no_more_calls_at_a_time_than_the_cap() -> None:
    inside, most, gate = [0], [0], Event()

    def script(request: Request) -> dict[str, object]:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        gate.wait(0.05)
        inside[0] -= 1
        return GOOD

    model = priced(Scripted(script), budget=Budget(), rates=Rates(concurrency=3))
    with ThreadPoolExecutor(12) as threads:
        outcomes = list(threads.map(lambda seat: model.ask(question(key=f"seat-{seat}")), range(12)))
    assert all(isinstance(outcome, Reply) for outcome in outcomes)
    assert most[0] <= 3


def test_a_full_house_ends_a_call_at_its_deadline() -> None:
    model = priced(Scripted(lambda request: GOOD, delay_s=1.0), budget=Budget(), rates=Rates(concurrency=1))
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(model.ask, question(key="first"))
        second = threads.submit(model.ask, question(key="second", within=0.3))
        failures = [outcome for outcome in (first.result(), second.result()) if isinstance(outcome, Failure)]
    assert [failure.kind for failure in failures] in (["rate_limited"], ["timeout"])


def test_asking_stops_before_the_budget_is_passed() -> None:
    used = Usage(2000, 1000)
    answer = RawAnswer(text='{"action": "hold", "price": null, "reason": "wait"}', usage=used)
    prices = Prices(1.0, 10.0)
    model = priced(Scripted(lambda request: answer), budget=Budget(0.1), prices=prices)
    outcomes = [model.ask(question(key=f"turn-{turn}")) for turn in range(20)]
    replies = [outcome for outcome in outcomes if isinstance(outcome, Reply)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, Failure)]
    assert len(replies) == int((0.1 - dollars(model)) // prices.of(used)) + 1 == 8
    assert {failure.kind for failure in refused} == {"over_budget"}
    assert all(failure.lasting for failure in refused)
    assert sum(reply.cost_usd or 0 for reply in replies) == pytest.approx(0.096)


def side_by_side(budget: Budget, used: Usage) -> tuple[list[Outcome], int, float]:
    """What comes of 16 questions at a time, how many were under way at once, and the most that one may cost."""
    inside, most = [0], [0]

    def script(request: Request) -> RawAnswer:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        sleep(0.2)
        inside[0] -= 1
        return RawAnswer(text=WHOLE, usage=used)

    model = priced(Scripted(script), budget=budget, prices=Prices(1.0, 10.0))
    with ThreadPoolExecutor(16) as threads:
        outcomes = list(threads.map(lambda seat: model.ask(question(key=f"seat-{seat}")), range(16)))
    return outcomes, most[0], dollars(model)


def test_calls_side_by_side_cannot_pass_the_budget_together() -> None:
    budget = Budget(0.03)
    outcomes, at_once, worst = side_by_side(budget, Usage(0, 450))
    assert at_once <= 0.03 // worst < 16
    replies = [outcome for outcome in outcomes if isinstance(outcome, Reply)]
    assert 0.03 - worst < budget.spent_usd <= 0.03
    assert budget.spent_usd == pytest.approx(len(replies) * 0.0045)
    assert {outcome.kind for outcome in outcomes if isinstance(outcome, Failure)} == {"over_budget"}


def test_calls_that_cost_little_make_room_in_the_budget_for_those_that_wait() -> None:
    budget = Budget(0.03)
    outcomes, at_once, worst = side_by_side(budget, Usage(10, 10))
    assert at_once <= 0.03 // worst < 16
    assert all(isinstance(outcome, Reply) for outcome in outcomes)


def test_a_call_that_finds_no_room_in_time_is_not_told_that_the_budget_is_spent() -> None:
    budget = Budget(0.03)
    assert budget.reserve(0.029)
    failure = priced(Scripted([GOOD]), budget=budget, prices=Prices(1.0, 10.0)).ask(question(within=0.1))
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.lasting) == ("rate_limited", False)
    assert "under way" in failure.message


def test_a_bug_in_a_provider_keeps_no_dollars_reserved() -> None:
    def script(request: Request) -> RawAnswer:
        raise ZeroDivisionError

    budget = Budget(0.03)
    model = priced(Scripted(script), budget=budget, prices=Prices(1.0, 10.0))
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            model.ask(question())
    assert budget.spent_usd == pytest.approx(2 * dollars(model))
    assert budget.reserve(0.03 - budget.spent_usd)


def test_a_call_without_an_answer_may_have_been_billed() -> None:
    budget = Budget(1.0)
    model = priced(Scripted(lambda request: GOOD, delay_s=5), budget=budget, prices=Prices(1.0, 10.0))
    failure = model.ask(question(within=0.1))
    assert isinstance(failure, Failure)
    assert budget.spent_usd == pytest.approx(dollars(model))


def test_a_call_that_was_turned_away_costs_nothing() -> None:
    budget = Budget(1.0)
    script = Scripted([Failure(kind="bad_key", message="no")])
    priced(script, budget=budget, prices=Prices(1.0, 10.0)).ask(question())
    assert budget.spent_usd == 0.0


def test_a_budget_needs_prices() -> None:
    models = Models(catalogue=catalogue(), keys=KEYS, budget_usd=5)
    for failure in (models.check("openai/some-new-model"), models.ask("openai/some-new-model", question())):
        assert isinstance(failure, Failure)
        assert failure.kind == "no_price"
        assert "input_usd" in failure.message


def test_without_a_budget_an_unknown_price_is_an_unknown_cost() -> None:
    reply = priced(Scripted(lambda request: GOOD), budget=Budget()).ask(question())
    assert isinstance(reply, Reply)
    assert reply.cost_usd is None


def test_a_free_model_runs_under_any_budget() -> None:
    models = Models(catalogue=catalogue(), keys=Keys({}), local={"scripted": Scripted(lambda r: GOOD)}, budget_usd=0)
    assert models.check("scripted") is None
    assert isinstance(models.ask("scripted", question()), Reply)


def test_totals_add_up_by_model() -> None:
    script = Scripted([GOOD, "rubbish", GOOD])
    models = Models(catalogue=catalogue(), keys=Keys({}), local={"scripted": script}, timing=Timing())
    for turn in range(3):
        models.ask("scripted", question(key=f"turn-{turn}"))
    totals = models.totals()["scripted"]
    assert (totals.calls, totals.replies, totals.failures) == (3, 2, {"bad_json": 1})
    assert totals.usage.prompt_tokens > 0
    assert totals.returned == ("scripted",)
