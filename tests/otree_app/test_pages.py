"""Sentences about the pages around the market, told by subjects over HTTP on a real server."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from market.tasks import PUZZLES, ROW_NAMES
from pit import Server
from tests.lab import new_session
from tests.otree_app.subject import Subject, sit_through

STEPS = ("consent", "quiz", "risk_task", "reflection_test", "questionnaire", "guess_bots", "debrief")
CHOICES = {name: "A" if row < 6 else "B" for row, name in enumerate(ROW_NAMES, start=1)}
SOLVED = {f"reflection_{name}": answer for name, answer in PUZZLES.items()}
QUICK = "\nperiods = 1\nperiod_seconds = 0.5\nresult_seconds = 0.3\nbase = 'asset_cda'\nname = 'told'\n"


@pytest.fixture
def design(tmp_path: Path) -> Any:
    """Writes a treatment file: `design(steps, more)` with the steps that are on."""

    def write(*steps: str, more: str = "", top: str = "") -> str:
        file = tmp_path / f"design-{abs(hash((steps, more, top)))}.toml"
        on = "\n".join(f"{step} = true" for step in steps)
        file.write_text(f"{QUICK}{top}\n[steps]\n{on}\n{more}", encoding="utf-8")
        return str(file)

    return write


@pytest.fixture
def rows(lab: Server) -> Iterator[Any]:
    """Reads the server's database: `rows(query, *values)`."""
    database = sqlite3.connect(lab.folder / "db.sqlite3")
    yield lambda query, *values: database.execute(query, values).fetchall()
    database.close()


def session(lab: Server, file: str, seats: int = 2, **config: Any) -> tuple[str, list[str]]:
    return new_session(lab, "custom", seats, treatment_file=file, **config)


def refused(lab: Server, file: str, **config: Any) -> str:
    with pytest.raises(HTTPError) as refusal:
        session(lab, file, **config)
    return refusal.value.read().decode()


# Consent


def test_nobody_goes_on_without_an_answer_and_what_was_consented_to_is_recorded(
    lab: Server, design: Any, rows: Any, tmp_path: Path
) -> None:
    own = tmp_path / "ours.txt"
    own.write_text("Version: L-7\n\nWe ask you <b>kindly</b>.", encoding="utf-8")
    _, codes = session(lab, design("consent"), consent_file=str(own))
    ann = Subject(lab, codes[0])
    assert ann.page == "Consent"
    assert "We ask you <b>kindly</b>." in ann.text
    ann.go_on_to("Consent")
    assert "Please answer this question." in ann.text
    ann.go_on_to("Consent", consent="maybe")
    ann.go_on_to("Instructions", consent="yes")
    query = "select consent, consent_version, consent_sha256, consent_utc from otree_app_player p "
    query += "join otree_participant o on o.id = p.participant_id where code = ? and p.round_number = 1"
    [(answer, version, digest, utc)] = rows(query, codes[0])
    assert (answer, version, digest) == ("yes", "L-7", sha256(own.read_bytes()).hexdigest())
    assert utc.startswith("20")


def test_who_declines_stays_out_is_paid_nothing_and_holds_nobody_up(lab: Server, design: Any) -> None:
    code, codes = session(lab, design("consent", more="[pay]\nshow_up_fee = '5'"), 3)
    bob = Subject(lab, codes[0])
    bob.go_on_to("Declined", consent="no")
    bob.send()
    assert bob.page == "Declined"
    bob.reload()
    assert bob.page == "Declined"
    # the market waits 15 minutes for who is expected, and not at all for who has declined
    asyncio.run(asyncio.wait_for(sit_through(lab, codes[1:]), 15))
    paid = payoffs(lab, code)
    assert paid[codes[0]] == -5.0  # with the fee that oTree adds to everybody: nothing


def payoffs(lab: Server, code: str) -> dict[str, float]:
    """What oTree itself pays beside the fee, by participant."""
    told = lab.ask(f"/api/get_session/{code}", {})["participants"]
    return {one["code"]: float(one["payoff_in_real_world_currency"]) for one in told}


# Quiz


def test_the_first_answers_are_kept_and_who_used_up_the_tries_is_told_and_goes_on(
    lab: Server, design: Any, rows: Any
) -> None:
    _, codes = session(lab, design("quiz", more="quiz_attempts = 2"))
    ann = Subject(lab, codes[0])
    ann.go_on_to("Quiz")
    right = {"quiz_dividend": "180", "quiz_price": "best", "quiz_earned": "0", "quiz_end": "0"}
    ann.go_on_to("Quiz", **right, quiz_promise="one")
    assert "Please write a number" in ann.text
    assert 'value="one"' in ann.html
    assert "That is right. Every share pays the same dividend" in ann.text
    assert "quiz_dividend" not in ann.fields
    ann.reload()
    assert "quiz_dividend" not in ann.fields
    ann.go_on_to("Quiz", quiz_promise="1", quiz_earned="2")
    assert "The answer is" in ann.text
    assert ann.fields == ["quiz_promise"]
    ann.go_on_to("Quiz", quiz_promise="3")
    assert "Please read the answers" in ann.text
    assert ann.fields == []
    ann.go_on_to("Market")
    query = "select quiz_first, quiz_tries from otree_app_player p join otree_participant o on o.id = p.participant_id "
    [(first, tries)] = rows(query + "where code = ? and p.round_number = 1", codes[0])
    assert json.loads(first)["quiz_promise"] == "1"
    assert json.loads(first)["quiz_earned"] == "0"
    assert json.loads(tries) == {"quiz_earned": 2, "quiz_promise": 2}


# Practice and several markets


def test_practice_says_that_it_does_not_pay_and_what_comes_after_starts_anew(lab: Server, design: Any) -> None:
    code, codes = session(lab, design(top="practice_periods = 1"))
    ann = Subject(lab, codes[0])
    ann.go_on_to("BeforeMarket")
    assert "It does not pay" in ann.text
    ann.go_on_to("Market")
    asyncio.run(sit_through(lab, codes))
    ann.go_on_to("Results")
    assert "You would have earned" in ann.text
    assert set(payoffs(lab, code).values()) == {0.0}
    ann.go_on_to("BeforeMarket")
    assert "Everybody starts anew" in ann.text
    ann.go_on_to("Market")
    asyncio.run(sit_through(lab, codes, 2))
    ann.go_on_to("Results")
    ann.go_on_to("Payment")
    assert payoffs(lab, code)[codes[0]] > 0


def test_partners_start_every_market_with_what_their_instructions_say(lab: Server, design: Any, rows: Any) -> None:
    code, _ = session(lab, design(top="practice_periods = 1\nmarkets = 3"), 4)
    query = "select h.roles from otree_app_markethead h join otree_app_group g on g.id = h.group_id "
    dealt = rows(query + "join otree_session s on s.id = g.session_id where s.code = ?", code)
    assert len(dealt) == 4
    assert len(set(dealt)) == 1


# A whole session


def test_a_subject_goes_from_consent_to_payment_and_all_accounts_agree(lab: Server, design: Any, rows: Any) -> None:
    pay = "[pay]\nrate = '1/30'\nshow_up_fee = '7.50'\nreflection = '0.25'\nlottery = '2'"
    url = "https://app.prolific.com/submissions/complete?cc=C1&who={label}"
    code, codes = session(lab, design(*STEPS, more=pay), bots=1, completion_url=url)
    ann = Subject(lab, codes[0], label="a b&c")
    ann.go_on_to("Instructions", consent="yes")
    assert "30 points of your earnings are exchanged for $1.00" in ann.text
    ann.go_on_to("Quiz")
    answers = {"quiz_dividend": "180", "quiz_price": "best", "quiz_end": "0"}
    ann.send(**answers, quiz_promise="0", quiz_earned="0")
    while ann.page == "Quiz":
        ann.send(**dict.fromkeys(ann.fields, "0"))
    asyncio.run(sit_through(lab, codes))
    ann.go_on_to("Results")
    ann.go_on_to("GuessBots")
    other = ann.html.split('name="guess_bots" id="guess_bots-')[1].split('"')[0]
    ann.go_on_to("GuessBots", guess_number="1", guess_bots=[other, "none"], guess_sure="1")
    assert "not both" in ann.text
    ann.go_on_to("RiskTask", guess_number="1", guess_bots=[other], guess_sure="1")
    assert "1 in 10 for $4.00, 9 in 10 for $3.20" in ann.text
    ann.go_on_to("RiskTask", **{**CHOICES, "risk_4": ""})
    ann.go_on_to("Reflection", **CHOICES)
    ann.go_on_to("Reflection", **{**SOLVED, "reflection_queue": "many"})
    assert 'value="many"' in ann.html
    ann.go_on_to("Questionnaire", **{**SOLVED, "reflection_queue": "30"})
    ann.go_on_to("Questionnaire", age="7")
    assert "from 16 to 120" in ann.text
    ann.go_on_to("Debrief", gender="own", gender_own="<i>x</i>", comments="")
    assert f"Trader {other[1:]} was a computer program." in ann.text
    ann.go_on_to("Payment")
    assert 'href="https://app.prolific.com/submissions/complete?cc=C1&amp;who=a%20b%26c"' in ann.html
    check_payment(lab, code, codes, ann, rows, other)


def check_payment(lab: Server, code: str, codes: list[str], ann: Subject, rows: Any, other: str) -> None:
    """The page, oTree's payments and the database say the same; the bot is paid nothing."""
    query = "select earned, risk_played, guess_bots, gender_own from otree_app_player p "
    query += "join otree_participant o on o.id = p.participant_id where code = ? and p.round_number = 1"
    [(earned, played, guessed, gender)] = rows(query, codes[0])
    exchanged = round(earned * 100 / 30)
    total = exchanged + 7_50 + json.loads(played)[3] + 3 * 25
    assert f"You are paid ${total / 100:.2f}" in ann.text
    assert (guessed, gender) == (other, "<i>x</i>")
    assert payoffs(lab, code) == {codes[0]: pytest.approx(total / 100 - 7.50), codes[1]: -7.50}


def test_a_market_that_was_cancelled_pays_the_fee_and_the_wait(lab: Server, design: Any) -> None:
    more = "[pay]\nshow_up_fee = '3'\n[absence]\nlate = 'cancel'\nwaiting_pay = '60'"
    code, codes = session(lab, design("risk_task", more=more, top="ready_seconds = 1"))
    ann = Subject(lab, codes[0])
    ann.go_on_to("Market")
    asyncio.run(sit_through(lab, codes[:1]))
    ann.go_on_to("Cancelled")
    ann.go_on_to("Payment")
    assert "For waiting $1." in ann.text
    assert "Exchanged" not in ann.text
    assert 1.0 <= payoffs(lab, code)[codes[0]] < 2.0


# Language and settings


def test_a_german_session_is_german_on_every_page(lab: Server, design: Any) -> None:
    _, codes = session(lab, design("consent", "quiz", top="language = 'de'"))
    ann = Subject(lab, codes[0])
    assert "Möchten Sie teilnehmen?" in ann.text
    ann.go_on_to("Consent")
    assert "Bitte beantworten Sie diese Frage." in ann.text
    assert "Etwas fehlt oder stimmt noch nicht." in ann.text
    ann.go_on_to("Instructions", consent="yes")
    assert "Wie Sie bezahlt werden" in ann.text
    ann.go_on_to("Quiz")
    assert "Einige Fragen" in ann.text


def test_a_session_is_not_made_where_its_consent_or_completion_cannot_work(lab: Server, design: Any) -> None:
    assert "consent_file: " in refused(lab, design("consent"), consent_file="/nowhere/text.txt")
    assert "completion_url: expected an address" in refused(lab, design(), completion_url="javascript:alert(1)")


def test_pages_that_are_off_do_not_show(lab: Server, design: Any) -> None:
    _, codes = session(lab, design())
    ann = Subject(lab, codes[0])
    assert ann.page == "Instructions"
    ann.go_on_to("Market")
    asyncio.run(sit_through(lab, codes))
    ann.go_on_to("Results")
    ann.go_on_to("Payment")
