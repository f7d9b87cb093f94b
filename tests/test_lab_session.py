"""What happens on a day in the lab, seen on the screens: on a phone, by who declines, drops out and comes back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from market.custom import treatment_from_toml
from pit import Server
from tests.accessibility import violations
from tests.cable import cable
from tests.lab import new_session, operate
from tests.participant import Participant, participant, right_answers
from tests.rule_seats import company

ON_A_PHONE = """
base = "flat_value_cda_short"
name = "on_a_phone"
periods = 2
period_seconds = 300
result_seconds = 2

[forecasts]
seconds = 120
"""
WITH_A_RULE = """
base = "asset_cda"
name = "with_a_rule"
period_seconds = 300
result_seconds = 2
ready_seconds = 600

[steps]
consent = true
debrief = true

[absence]
dropout = "takeover"
dropout_seconds = 1
"""


def treatment_file(folder: Path, text: str) -> str:
    file = folder / "treatment.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)


class Phone:
    """What a session on a phone showed."""

    def __init__(self, server: Server, subject: Participant) -> None:
        self.server, self.subject = server, subject
        self.grave: dict[str, list[str]] = {}
        self.wide: list[str] = []

    def look(self, name: str) -> None:
        """Once at each page: a picture, what keeps people out, and whether it is wider than the screen."""
        if name in self.grave:
            return
        self.subject.see(name)
        self.grave[name] = violations(self.subject.driver)
        if self.subject.driver.execute_script("return document.documentElement.scrollWidth > innerWidth"):
            self.wide.append(name)

    def live(self, file: str) -> None:
        session, codes = new_session(self.server, "custom", 3, treatment_file=file, bots=2)
        self.session = session
        self.subject.take_seat(self.server, codes[0])
        quiz = right_answers(treatment_from_toml(ON_A_PHONE))
        with company(self.server, session, codes[1:], rounds=2):
            self.subject.take_part(self.play, self.look, quiz=quiz)

    def play(self) -> None:
        self.subject.wait_for_phase("forecast")
        for period in range(1, self.subject.view("facts")["periods"] + 1):
            self.subject.forecast("14.00")
            self.subject.wait_for_phase("open")
            self.subject.wait_for(lambda: self.subject.view("trades"))
            self.subject.place("buy", "0.01")
            self.look("trading")
            if period == 2:
                self.watch()
            operate(self.server, self.session, "close_period")

    def watch(self) -> None:
        """The monitor and the sheet of payments, in another tab of the same browser, on a large screen."""
        driver, market = self.subject.driver, self.subject.driver.current_window_handle
        driver.switch_to.new_window("tab")
        self.subject.log_in(self.server)
        for name, path in (("Monitor", "monitor"), ("PaymentSheet", "payments")):
            driver.get(f"{self.server.address}/openpit/{path}/{self.session}")
            if name == "Monitor":
                self.subject.wait_for(lambda: self.subject.count("#seat-rows tr") == 3)
            self.look(name)
        driver.close()
        driver.switch_to.window(market)


@pytest.fixture(scope="module")
def phone(lab: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    with participant("phone") as subject:
        subject.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True},
        )
        found = Phone(lab, subject)
        found.live(treatment_file(tmp_path_factory.mktemp("phone"), ON_A_PHONE))
        yield found


def test_a_session_can_be_played_on_a_phone_to_its_payment(phone: Phone) -> None:
    assert phone.subject.text(".op-total").startswith("$")
    assert {"trading", "Quiz", "RiskTask", "Payment", "Monitor", "PaymentSheet"} <= phone.grave.keys()


def test_no_page_is_wider_than_a_phone(phone: Phone) -> None:
    assert phone.wide == []


def test_nothing_keeps_people_out_in_a_continuous_market_or_on_the_experimenters_pages(phone: Phone) -> None:
    assert {name: found for name, found in phone.grave.items() if found} == {}


def test_the_check_finds_what_keeps_people_out(phone: Phone) -> None:
    phone.subject.driver.get("data:text/html,<html lang=en><title>x</title><main><h1>x</h1><input></main>")
    assert [line.split()[0] for line in violations(phone.subject.driver)] == ["label"]


@pytest.fixture
def day(lab: Server, tmp_path: Path) -> Iterator[Any]:
    """(a browser, the server, the session, its participants, what is ended with the day)."""
    session, codes = new_session(lab, "custom", 4, treatment_file=treatment_file(tmp_path, WITH_A_RULE), bots=2)
    with ExitStack() as stack:
        yield stack.enter_context(participant("day")), lab, session, codes, stack


def test_a_day_in_the_lab(day: Any) -> None:
    """Somebody declines; who stays loses the line, is stood in for, comes back; the experimenter has the last word."""
    subject, server, session, codes, stack = day
    decline(subject, server, codes[1])
    line = stack.enter_context(cable(server.port))
    subject.driver.get(f"http://127.0.0.1:{line.port}/InitializeParticipant/{codes[0]}")
    subject.take_part(lambda: None, until="Market")
    stack.enter_context(company(server, session, codes[2:]))
    subject.wait_for_phase("open")  # nobody waits for who declined
    lose_the_line(subject, server, session, line)
    close_the_tab(subject, server, session)
    be_operated(subject, server, session)
    debriefed_and_paid(subject)


def decline(subject: Participant, server: Server, code: str) -> None:
    subject.take_seat(server, code)
    subject.send({"consent": "no"})
    assert subject.page == "Declined"
    assert subject.count(".otree-btn-next") == 0
    subject.see("declined")
    assert violations(subject.driver) == []


def taken_over(server: Server, session: str) -> bool:
    seats = server.ask(f"/openpit/monitor/{session}/state")["seats"]
    return bool(seats[0]["taken_over"])


def lose_the_line(subject: Participant, server: Server, session: str, line: Any) -> None:
    """The page says so at once and heals by itself; meanwhile a rule trader has the seat, which the person is told."""
    line.cut()
    subject.wait_for(lambda: subject.driver.find_element("id", "op-lost").is_displayed())
    assert not subject.driver.find_element("id", "op-send").is_enabled()
    subject.wait_for(lambda: taken_over(server, session))
    subject.see("no-line")
    line.mend()
    subject.wait_for(lambda: not subject.driver.find_element("id", "op-lost").is_displayed())
    subject.wait_for(lambda: "A rule trader played your seat" in subject.text("#op-notices"))
    assert not taken_over(server, session)
    subject.see("handed-back")
    subject.click("#op-notices .close")
    assert subject.count("#op-notices .op-notice") == 0
    subject.place("buy", "1")


def close_the_tab(subject: Participant, server: Server, session: str) -> None:
    """The same where the whole page is gone and opened anew by its link."""
    address, market = subject.driver.current_url, subject.driver.current_window_handle
    subject.driver.switch_to.new_window("tab")
    elsewhere = subject.driver.current_window_handle
    subject.driver.switch_to.window(market)
    subject.driver.close()
    subject.driver.switch_to.window(elsewhere)
    subject.wait_for(lambda: taken_over(server, session))
    subject.driver.get(address)
    subject.wait_for_phase("open")
    subject.wait_for(lambda: "A rule trader played your seat" in subject.text("#op-notices"))
    assert not taken_over(server, session)


def be_operated(subject: Participant, server: Server, session: str) -> None:
    """Pause with its reason, more time, a message, and the end: each is on the screen at once."""
    operate(server, session, "pause", reason="A fire drill.")
    subject.wait_for(lambda: "A fire drill." in subject.text("#op-note"))
    assert not subject.driver.find_element("id", "op-send").is_enabled()
    operate(server, session, "resume")
    subject.wait_for_phase("open")
    left = subject.driver.execute_script("return openpit.remaining()")
    operate(server, session, "extend", seconds=100)
    subject.wait_for(lambda: subject.driver.execute_script("return openpit.remaining()") > left + 90)
    operate(server, session, "tell", text="Ten minutes to go.")
    subject.wait_for(lambda: "Ten minutes to go." in subject.text("#op-notices"))
    subject.see("message")
    operate(server, session, "end_and_pay", reason="The building closes.")
    subject.wait_for_page("Results")


def debriefed_and_paid(subject: Participant) -> None:
    """Also of the rule trader that sat on one's seat."""
    subject.take_part(lambda: None, until="Debrief")
    subject.see("debrief")
    assert "Trader 3 and Trader 4 were computer programs." in subject.text("body")
    assert "the seats of Trader 1 and Trader 2 were played by a computer program." in subject.text("body")
    subject.take_part(lambda: None)
    assert subject.text(".op-total").startswith("$")
