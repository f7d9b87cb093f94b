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


def test_bots_hold_when_the_budget_is_spent() -> None:
    keys = Keys({"OPENAI_API_KEY": "sk-not-a-key-0123456789"})
    with WireServer(default=says_json(**HOLD)) as server:
        config = RunConfig(model="gpt-4o", base_url=server.base_url("openai"), budget_usd=0.03)
        found = cast(config, keys, {})
        models = found.open(spent_usd=0.005)
        trader = found.trader(1, models, seed=1)
        view: MarketView = seen(market())
        decisions: list[Decision] = [trader.decide(view) for _ in range(80)]
        asked = len(server.calls)
    outcomes = [one.outcome for one in decisions]
    assert 0 < asked == outcomes.count("valid") < 80
    assert not any(one.actions for one in decisions[asked:])
    assert decisions[-1].reason.startswith("over_budget")
    told = spent(models, config.budget_usd, before_usd=0.005)
    assert 0.005 < told["cost_usd"] <= 0.03
    assert told["budget"]["exhausted"]
    assert told["budget"]["note"] == "The budget was exhausted: bots hold, the session goes on."
