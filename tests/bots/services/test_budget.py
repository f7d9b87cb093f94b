"""A budget that is spent: bots hold, the session goes on, the summary says so."""

from __future__ import annotations

from bots.adapters.llm import Keys
from bots.agents.trader import Decision
from bots.services.casting import cast
from bots.services.cli import RunConfig
from bots.services.manifest import spent
from market.view import MarketView
from tests.bots.adapters.llm.wire_server import WireServer, says_json
from tests.bots.agents.models import HOLD
from tests.bots.agents.scenes import market, seen


def test_a_call_that_the_end_of_a_run_cuts_short_is_counted_with_all_that_it_may_cost() -> None:
    models = cast(RunConfig(model="gpt-4o"), Keys({"OPENAI_API_KEY": "x" * 20}), {}).open()
    models.budget.reserve(0.02)
    models.budget.reserve(0.03)
    models.budget.settle(0.03, 0.01)
    assert spent(models)["cost_usd"] == 0.03


def test_bots_hold_when_the_budget_is_spent() -> None:
    keys = Keys({"OPENAI_API_KEY": "sk-not-a-key-0123456789"})
    with WireServer(default=says_json(**HOLD)) as server:
        config = RunConfig(model="gpt-4o", base_url=server.base_url("openai"), budget_usd=0.03)
        found = cast(config, keys, {})
        models = found.open()
        trader = found.trader(1, models, seed=1)
        view: MarketView = seen(market())
        decisions: list[Decision] = [trader.decide(view) for _ in range(80)]
        asked = len(server.calls)
    outcomes = [one.outcome for one in decisions]
    assert 0 < asked == outcomes.count("valid") < 80
    assert not any(one.actions for one in decisions[asked:])
    assert decisions[-1].reason.startswith("over_budget")
    told = spent(models)
    assert 0.01 < told["cost_usd"] <= 0.03
    assert told["budget"]["exhausted"]
    assert told["budget"]["note"] == "The budget was exhausted: bots hold, the session goes on."
