"""What a run would ask and cost, told before it is started."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bots.adapters.errors import SetupError
from bots.adapters.llm import Keys, Scripted
from bots.services.casting import cast
from bots.services.cli import RunConfig
from bots.services.dry_run import dry_run, treatments_of
from bots.services.estimate import Played, calls_a_market, estimate, sample
from bots.services.links import Seating
from market.designs import DESIGNS, design
from market.treatments import Treatment
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
    # the orders of a call are sealed until it clears
    sealed = design(name).institution == "call"
    assert (bool(view.bids), bool(view.asks)) == (not sealed, not sealed)


def test_dollars_follow_from_tokens_and_prices() -> None:
    found = cast(RunConfig(model="gpt-4o", reflection="never"), Keys({"OPENAI_API_KEY": "x" * 20}), {})
    treatment = design("asset_cda")
    (one,) = estimate(found, found.open(), [1, 2], Played((treatment,), 1.5))
    assert one.calls == 2 * calls_a_market(treatment, 1.5)
    assert one.usage.prompt_tokens / one.calls == pytest.approx(1800, rel=0.4)
    assert one.cost_usd == pytest.approx((one.usage.prompt_tokens * 2.5 + one.usage.completion_tokens * 10) / 1e6)


def test_each_market_counts_with_its_own_length_and_prompt() -> None:
    found = cast(RunConfig(model="scripted", reflection="never"), Keys({}), {"scripted": Scripted([])})
    usual, brief = design("asset_cda"), design("asset_cda").with_changes(periods=1, period_seconds=6)
    ((one,), (other,), (both,)) = (
        estimate(found, found.open(), [1], Played(treatments, 1.5))
        for treatments in ((usual,), (brief,), (usual, brief))
    )
    assert both.calls == one.calls + other.calls
    assert both.usage.prompt_tokens == one.usage.prompt_tokens + other.usage.prompt_tokens


def told(document: Any, name: str = "asset_cda", markets: int = 1) -> tuple[tuple[Treatment, ...], str]:
    """What a dry run makes of a server's answer whose markets have this document, None for a server without it."""
    one = {} if document is None else {"document": document}
    state = {"treatment": name, "markets": [{"market": f"{number}-1", **one} for number in range(1, markets + 1)]}
    server = SimpleNamespace(state=lambda session: state)
    return treatments_of(Seating(server, "abc", (), 1))  # type: ignore[arg-type]


@pytest.mark.parametrize("as_text", [True, False])
def test_the_treatment_is_the_one_that_the_session_has(as_text: bool) -> None:
    changed = design("asset_cda").with_changes(name="mine", periods=2, period_seconds=6)
    document = changed.canonical() if as_text else json.loads(changed.canonical())
    treatments, note = told(document, name="mine", markets=2)
    assert treatments == (changed, changed)
    assert note == "treatment mine (2 periods of 6 s) as the session has it, markets: 2"


@pytest.mark.parametrize("document", [None, {"name": "asset_cda", "of_tomorrow": 1}])
def test_without_a_document_the_name_has_to_do_and_the_note_says_so(document: Any) -> None:
    treatments, note = told(document, markets=2)
    assert treatments == (design("asset_cda"),) * 2
    assert note.startswith("treatment asset_cda as it ships, markets: 2")
    treatments, note = told(document, name="mine")
    assert treatments == (design("asset_cda"),)
    assert "'mine' is not among those that ship" in note


def test_without_a_session_or_an_answer_the_usual_treatment_has_to_do_and_the_note_says_why() -> None:
    def refuse(session: str) -> Any:
        raise SetupError("it failed with status 500. See the server's log.")

    mute = Seating(SimpleNamespace(state=refuse), "abc", (), 1)  # type: ignore[arg-type]
    for seats, why in ((None, "no session was found"), (mute, "status 500. See the server's log")):
        treatments, note = treatments_of(seats)
        assert treatments == (design("asset_cda"),)
        assert note.startswith("as in asset_cda: ")
        assert note.endswith(why)


def test_a_dry_run_reads_the_session_and_starts_nothing(
    lab: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session, _ = new_session(lab, "smith_1962", seats=22, period_seconds=45)
    config = RunConfig(
        url=f"{lab.address}/SessionStartLinks/{session}", model="scripted", num_bots=4, out=tmp_path / "data"
    )
    dry_run(config, ENVIRON, local={"scripted": Scripted([])})
    said = capsys.readouterr().out
    assert "bots: 4, treatment smith_1962 (5 periods of 45 s) as the session has it, markets: 1" in said
    assert "No budget is set" in said
    assert not (tmp_path / "data").exists()
