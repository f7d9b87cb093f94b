"""What a run would ask and cost, told before it is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.adapters.llm import Keys, Scripted
from bots.services.casting import cast
from bots.services.cli import RunConfig
from bots.services.dry_run import dry_run
from bots.services.estimate import Played, calls_a_market, estimate, sample
from market.designs import DESIGNS, design
from pit import Server
from tests.bots.runs import ENVIRON
from tests.lab import new_session


def test_calls_follow_from_times_and_pace() -> None:
    short = design("asset_cda").with_changes(periods=3, period_seconds=60)
    # 60 s hold 24 turns of 1.25 x 1.2 s and a second for the model
    assert calls_a_market(short, pace=1.2) == 3 * 24
    assert calls_a_market(short, pace=1.2, reflection="market") == 3 * 24 + 1
    assert calls_a_market(short, pace=1.2, reflection="period") == 3 * 24 + 4


@pytest.mark.parametrize("name", DESIGNS)
def test_every_design_has_a_view_to_estimate_by(name: str) -> None:
    view = sample(design(name))
    assert view.period == design(name).periods // 2 + 1
    assert view.bids
    assert view.asks


def test_dollars_follow_from_tokens_and_prices() -> None:
    found = cast(RunConfig(model="gpt-4o", reflection="never"), Keys({"OPENAI_API_KEY": "x" * 20}), {})
    treatment = design("asset_cda")
    (one,) = estimate(found, found.open(), [1, 2], Played(treatment, 1, 1.5))
    assert one.calls == 2 * calls_a_market(treatment, 1.5)
    assert one.usage.prompt_tokens / one.calls == pytest.approx(1800, rel=0.4)
    assert one.cost_usd == pytest.approx((one.usage.prompt_tokens * 2.5 + one.usage.completion_tokens * 10) / 1e6)


def test_a_dry_run_reads_the_session_and_starts_nothing(
    lab: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session, _ = new_session(lab, "smith_1962", seats=22)
    config = RunConfig(
        url=f"{lab.address}/SessionStartLinks/{session}", model="scripted", num_bots=4, out=tmp_path / "data"
    )
    dry_run(config, ENVIRON, local={"scripted": Scripted([])})
    said = capsys.readouterr().out
    assert "bots: 4, treatment smith_1962" in said
    assert "No budget is set" in said
    assert not (tmp_path / "data").exists()
