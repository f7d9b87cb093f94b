"""A session with everything in it, from consent to debrief: practice, call market, forecasts, quiz, tasks, payment."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
import requests

from bots.adapters.llm import Request, Scripted
from bots.adapters.otree_server import OTreeServer
from bots.agents.stand_in import StandIn
from bots.explain import main as explain
from bots.services.cli import RunConfig
from bots.services.runner import run
from market.records import DECISION_OUTCOMES
from pit import Server
from tests.bots.runs import ENVIRON, document, lines, rows
from tests.lab import KEY, new_session

SEATS = {1: "heuristic", 2: "zero_intelligence", 3: "fundamental", 4: "written"}
PERIODS = [1, 2, 3]
TREATMENT = """
base = "flat_value_short"
name = "quick"
periods = 3
period_seconds = 5
result_seconds = 2
decision_seconds = 4

[forecasts]
seconds = 6

[steps]
quiz_attempts = 2
"""


class Written:
    """A model that answers pages neutrally, but would rather not take part; and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self._rule = StandIn(lambda seat: Random(seat))

    def __call__(self, request: Request) -> Any:
        self.asked.append(request)
        return self._rule(request.facts)


@pytest.fixture(scope="module", params=["en", "de"])
def played(
    request: pytest.FixtureRequest, lab: Server, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path, Written]:
    """(session, run folder, the model) of a session played by bots alone."""
    out = tmp_path_factory.mktemp("whole")
    file, by_seat, model = out / "quick.toml", out / "seats.toml", Written()
    file.write_text(f'language = "{request.param}"\n{TREATMENT}')
    by_seat.write_text("\n".join(f"{seat} = {json.dumps(name)}" for seat, name in SEATS.items()))
    session, _ = new_session(lab, "custom", seats=len(SEATS), treatment_file=str(file))
    config = RunConfig(
        url=f"{lab.address}/SessionStartLinks/{session}",
        model="mixed",
        models_by_seat=by_seat,
        seed=3,
        pace=0.5,
        out=out,
        timeout_minutes=3,
    )
    result = run(config, ENVIRON, local={"written": Scripted(model)})
    assert result.ended == "finished"
    return session, result.folder, model


def test_every_seat_forecasts_and_has_a_sheet_in_every_period(played: tuple[str, Path, Written]) -> None:
    _, folder, _ = played
    sent = Counter(
        (line["seat"], line["asked"], action[0])
        for line in lines(folder)
        for action, receipt in zip(line["actions"], line["receipts"], strict=True)
        if receipt["status"] == "accepted"
    )
    rounds = 1 + len(PERIODS)  # practice
    for seat in SEATS:
        assert sent.pop((seat, "forecast", "forecast")) == rounds
        assert sent.pop((seat, "trade", "sheet")) == rounds
    assert not sent


def test_each_decision_is_due_once_and_counted(played: tuple[str, Path, Written]) -> None:
    _, folder, _ = played
    decisions, turns = document(folder, "summary.json")["decisions"], lines(folder)
    assert {line["outcome"] for line in turns} == {"valid"}
    assert decisions["due"] == len(turns) == sum(decisions[outcome] for outcome in DECISION_OUTCOMES)
    assert Counter(line["asked"] for line in turns) == {"forecast": 16, "trade": 16}


def test_shares_trade_at_one_price_a_period(played: tuple[str, Path, Written]) -> None:
    _, folder, _ = played
    trades = rows(folder, "trades")
    assert {row["market"] for row in trades} == {"1-1", "2-1"}
    prices = {(row["market"], row["period"], row["price"]) for row in trades}
    assert len(prices) == len({(market, period) for market, period, _ in prices})


def test_a_trade_is_explained_by_the_sheets_behind_it(
    played: tuple[str, Path, Written], capsys: pytest.CaptureFixture[str]
) -> None:
    _, folder, _ = played
    for trade in rows(folder, "trades"):
        assert explain([str(folder), trade["trade_id"], "--market", trade["market"]]) == 0
    said = capsys.readouterr().out
    assert said.count("Decided in turn") == 2 * len(rows(folder, "trades"))


def test_every_bot_consents_answers_everything_and_ends_where_its_payment_stands_though_bots_get_none(
    lab: Server, played: tuple[str, Path, Written]
) -> None:
    session, _, _ = played
    answers = table(lab, session, "answers")
    assert [row["value"] for row in answers if row["name"] == "consent"] == ["yes"] * len(SEATS)
    named = Counter(row["name"] for row in answers)
    assert {count for name, count in named.items() if name.startswith("risk_")} == {len(SEATS)}
    for participant in {row["participant"] for row in answers}:
        page = requests.get(f"{lab.address}/InitializeParticipant/{participant}", timeout=10)
        assert "/otree_app/Payment/" in page.url
        (total,) = re.findall(r'<p class="op-total">(.*?)</p>', page.text)
        assert re.search(r"\b0[.,]00\b", total)
    assert table(lab, session, "payments") == []


def table(lab: Server, session: str, name: str) -> list[dict[str, str]]:
    text = OTreeServer(lab.address, key=KEY).table(session, name)
    return list(csv.DictReader(io.StringIO(text)))


def test_the_model_answers_the_pages_around_the_market_but_not_whether_it_takes_part(
    played: tuple[str, Path, Written],
) -> None:
    _, _, model = played
    forms = [request.facts["neutral"] for request in model.asked if request.facts["asked"] == "form"]
    assert not any("consent" in fields for fields in forms)
    assert len(forms) >= 5
