"""A paid session from consent to payment: a person in a browser beside rule traders, in the short call design.

Each page is looked at for what keeps people out and loaded again; in the end the exports must give the payment.
"""

from __future__ import annotations

import csv
import io
import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from zipfile import ZipFile

import pytest
import requests
from selenium.common.exceptions import TimeoutException

from market.custom import treatment_from_toml
from market.quiz import Quiz
from market.tasks import LOTTERIES, PUZZLES
from market.treatments import Treatment
from pit import Server
from tests.accessibility import violations
from tests.lab import new_session, operate
from tests.participant import Participant, participant, right_answers
from tests.rule_seats import company

TREATMENT = """
base = "flat_value_short"
name = "whole"
periods = 3
period_seconds = 300
result_seconds = 3

[forecasts]
seconds = 120
"""
BEFORE = ("Consent", "Instructions", "Quiz", "Quiz, wrong", "Quiz, told", "BeforeMarket")
AFTER = ("Results", "GuessBots", "RiskTask", "Reflection", "Questionnaire", "Debrief", "Payment")
PHASES = ("waiting", "forecast", "open", "paused", "closed", "finished")
# loaded again, the first asks the browser to send the form again, and a market that waits or has ended goes on
FLEETING = ("Quiz, wrong", "Quiz, told", "waiting", "finished")
WRONG = "0.5"
# longer than a rule trader thinks
ALL_DECIDE_SECONDS = 1.0
Table = list[dict[str, str]]


@dataclass
class Story:
    """What was seen on the way, by page or phase of the market, and what the session left."""

    server: Server
    session: str
    bots: list[str]
    subject: Participant
    treatment: Treatment
    grave: dict[str, list[str]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    told: str = ""
    paid: str = ""

    def live(self, stack: ExitStack) -> None:
        """The whole session; the others come when the person waits for them."""
        self.stack = stack
        right = right_answers(self.treatment)
        self.subject.take_part(self.play, self.look, quiz=right, until="Quiz")
        self.fail_a_question(right)
        self.subject.take_part(self.play, self.look)
        self.paid = self.subject.text(".op-total")

    def look(self, name: str) -> None:
        """Once at each page: a picture, what is wrong with it, and whether it is the same when it is loaded again."""
        if name in self.grave:
            return
        self.subject.see(name.replace(", ", "-"))
        self.grave[name] = violations(self.subject.driver)
        self.texts[name] = self.subject.text("body")
        if name not in FLEETING:
            self.load_again(name)

    def load_again(self, name: str) -> None:
        before = self.shown()
        self.subject.leave(self.subject.driver.refresh)
        try:
            self.subject.wait_for(lambda: self.shown() == before, 10)
        except TimeoutException:
            self.changed.append(f"{name}: {before} became {self.shown()}")

    def shown(self) -> object:
        """What is to be the same after a page was loaded again."""
        if self.subject.page != "Market":
            return self.subject.page, self.subject.text("body")
        parts = "(({phase, period, orders, forecasts, holdings}) => [phase, period, orders, forecasts, holdings])"
        return self.subject.driver.execute_script(f"return {parts}(openpit.view || {{}})")

    def fail_a_question(self, right: Mapping[str, str]) -> None:
        """One answer wrong as often as one may; then its answer is told, and the way is open."""
        for _ in range(self.treatment.steps.quiz_attempts):
            self.subject.send({**right, "quiz_interest": WRONG})
            self.look("Quiz, wrong")
        self.look("Quiz, told")
        self.told = self.subject.text(".op-field.is-told")
        self.subject.go_on()

    # The markets

    def play(self) -> None:
        """A market, its periods ended by the experimenter once the person is ready."""
        if "waiting" not in self.grave:
            self.subject.wait_for_phase("waiting")
            self.look("waiting")
            self.stack.enter_context(company(self.server, self.session, self.bots, rounds=2))
        self.subject.wait_for_phase("forecast")
        periods = self.subject.driver.execute_script("return openpit.view.facts.periods")
        for period in range(1, periods + 1):
            self.play_period(last=period == periods)
        self.end()

    def play_period(self, last: bool) -> None:
        self.subject.wait_for_phase("forecast")
        self.look("forecast")
        self.subject.forecast("14")
        self.subject.write_sheet("15", "16")
        self.look("open")
        self.pause()
        if last and "finished" not in self.grave:
            self.stay_on_the_page()
        time.sleep(ALL_DECIDE_SECONDS)
        operate(self.server, self.session, "close_period")
        if not last:
            self.subject.wait_for_phase("closed")
            operate(self.server, self.session, "extend", seconds=1 if "closed" in self.grave else 8)
            self.look("closed")

    def pause(self) -> None:
        if "paused" in self.grave:
            return
        operate(self.server, self.session, "pause", reason="A fire drill.")
        self.subject.wait_for_phase("paused")
        self.look("paused")
        operate(self.server, self.session, "resume")
        self.subject.wait_for_phase("open")

    def stay_on_the_page(self) -> None:
        """A market that has ended leaves by itself; not before it was looked at."""
        self.subject.driver.execute_script("document.getElementById('form').requestSubmit = () => {}")

    def end(self) -> None:
        self.subject.wait_for_phase("finished")
        if "finished" not in self.grave:
            self.look("finished")
            self.subject.leave(lambda: self.subject.click("#op-next"))

    @cached_property
    def tables(self) -> dict[str, Table]:
        """All exports of the session."""
        address = f"{self.server.address}/openpit/export/{self.session}.zip"
        reply = requests.get(address, headers={"otree-rest-key": self.server.key}, timeout=30)
        with ZipFile(io.BytesIO(reply.content)) as files:
            texts = {Path(name).stem: files.read(name).decode() for name in files.namelist() if name.endswith(".csv")}
        return {name: list(csv.DictReader(io.StringIO(text))) for name, text in texts.items()}

    def rows(self, table: str, **wanted: object) -> Table:
        """The rows of a table in which each of these columns has this value."""
        return [row for row in self.tables[table] if all(row[name] == str(value) for name, value in wanted.items())]


@pytest.fixture(scope="module")
def story(lab: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    file = tmp_path_factory.mktemp("whole") / "whole.toml"
    file.write_text(TREATMENT, encoding="utf-8")
    session, codes = new_session(lab, "custom", 4, treatment_file=str(file), bots=3)
    with ExitStack() as stack:
        subject = stack.enter_context(participant("whole"))
        subject.take_seat(lab, codes[0])
        found = Story(lab, session, codes[1:], subject, treatment_from_toml(TREATMENT))
        found.live(stack)
        yield found


@pytest.mark.parametrize("name", [*BEFORE, *PHASES, *AFTER])
def test_nothing_on_a_page_keeps_people_out(story: Story, name: str) -> None:
    assert story.grave[name] == []


def test_every_page_is_the_same_when_it_is_loaded_again(story: Story) -> None:
    assert story.changed == []


def test_who_has_used_up_the_tries_of_a_question_is_told_the_answer_and_goes_on(story: Story) -> None:
    (question,) = [one for one in Quiz(story.treatment, story.treatment.roles[0]).questions() if "interest" in one.name]
    assert question.answer in story.told
    assert question.explanation in story.told
    (first,) = story.rows("answers", name="quiz_first")
    assert json.loads(first["value"])["quiz_interest"] == WRONG


def test_the_debrief_names_the_bots_by_number(story: Story) -> None:
    bots = sorted(row["trader"] for row in story.rows("participants", market="2-1", kind="rule"))
    assert [f"T{number}" for number in re.findall(r"Trader (\d)", story.texts["Debrief"])] == bots


# The arithmetic of pay, from the exports alone


def test_cash_in_the_end_is_what_trades_and_payments_made_of_it(story: Story) -> None:
    (seat,) = story.rows("participants", market="2-1", participant="P1")
    assert market_cash(story, seat) == int(seat["final_cash"]) == int(seat["earnings"])


def market_cash(story: Story, seat: dict[str, str]) -> int:
    """Cash of a seat at the end of the market that pays, from its start on."""
    who = {"market": "2-1", "trader": seat["trader"]}
    sold = story.rows("trades", market="2-1", seller=seat["trader"])
    bought = story.rows("trades", market="2-1", buyer=seat["trader"])
    traded = sum(worth(one) for one in sold) - sum(worth(one) for one in bought)
    paid = sum(int(row[name]) for row in story.rows("accounts", **who) for name in ("interest", "dividend", "buyback"))
    return int(seat["endowed_cash"]) + traded + paid


def worth(trade: dict[str, str]) -> int:
    return int(trade["price"]) * int(trade["quantity"])


def test_the_tables_give_the_payment_to_the_cent(story: Story) -> None:
    (seat,) = story.rows("participants", market="2-1", participant="P1")
    tasks = {"forecasts": Fraction(0), "risk": lottery(story), "reflection": puzzles(story)}
    (drawn,) = [name for name in tasks if story.rows("payments", part=name, paid=1)]
    ticks = market_cash(story, seat) + (forecasts(story) if drawn == "forecasts" else 0)
    exchanged = ticks * Fraction(story.treatment.tick) * Fraction(story.treatment.pay.rate)
    fee = Fraction(story.treatment.pay.show_up_fee)
    due = max(fee, Fraction(round(exchanged * 100), 100) + fee + tasks[drawn])
    assert story.paid == dollars(due * 100)


def dollars(cents: int | Fraction) -> str:
    assert cents == int(cents)
    return f"${int(cents) // 100}.{int(cents) % 100:02d}"


def forecasts(story: Story) -> int:
    """Ticks for the forecasts of the market that pays."""
    asked = story.treatment.forecasts
    own = story.rows("forecasts", market="2-1", participant="P1")
    assert own
    return sum(asked.reward for one in own if abs(int(one["price"]) - price(story, int(one["target"]))) <= asked.band)


def price(story: Story, period: int) -> int:
    """At which a period cleared; without a trade the last one before, at first the one that was given."""
    seen = [int(one["price"]) for one in story.rows("trades", market="2-1") if int(one["period"]) <= period]
    return seen[-1] if seen else story.treatment.reference_price


def lottery(story: Story) -> Fraction:
    """Money for the lottery that was chosen in the row that was drawn."""
    (line,) = story.rows("payments", part="risk")
    (chosen,) = story.rows("answers", name=f"risk_{line['row']}")
    high, low = LOTTERIES[chosen["value"]]
    return Fraction(high if int(line["number"]) <= int(line["row"]) else low, 100)


def puzzles(story: Story) -> Fraction:
    """Money for the puzzles that were solved."""
    given = {row["name"]: row["value"] for row in story.tables["answers"] if row["participant"] == "P1"}
    solved = sum(given[f"reflection_{name}"] == answer for name, answer in PUZZLES.items())
    return solved * Fraction(story.treatment.pay.reflection)


def test_the_lines_of_the_payment_and_otrees_own_payments_say_the_same(story: Story) -> None:
    lines = story.rows("payments", paid=1)
    assert {line["participant"] for line in lines} == {"P1"}, "bots are paid nothing"
    total = sum(int(line["cents"]) for line in lines if line["cents"])
    assert story.paid == dollars(total)
    listed = story.server.ask(f"/api/get_session/{story.session}", {})
    fee = Fraction(story.treatment.pay.show_up_fee)
    assert round((listed["participants"][0]["payoff_in_real_world_currency"] + fee) * 100) == total
