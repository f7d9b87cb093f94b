"""A subject of a session: goes through every page by keyboard and mouse, as people do. Knows what each page asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from market.quiz import Quiz
from market.tasks import PUZZLES, ROW_NAMES
from market.treatments import Treatment
from pit import Server
from tests.person import Person, person

TABS = 120
# what is chosen where there is no right answer
CHOICES = {name: "A" if row < 6 else "B" for row, name in enumerate(ROW_NAMES, start=1)}
SOLVED = {f"reflection_{name}": answer for name, answer in PUZZLES.items()}
ABOUT_ME = {"age": "27", "gender": "diverse", "trading_experience": "little", "comments": "It was fine."}
GUESS = {"guess_number": "0", "guess_bots": "none", "guess_sure": "2"}


class Participant(Person):
    """One subject in one browser."""

    @property
    def page(self) -> str:
        """The name of the page that is shown."""
        return str(urlsplit(self.driver.current_url).path.split("/")[-2])

    def take_seat(self, server: Server, code: str) -> None:
        self.driver.get(f"{server.address}/InitializeParticipant/{code}")

    def tab_to(self, selector: str) -> None:
        """The Tab key until the focus is on what is meant."""
        for _ in range(TABS):
            if self.driver.execute_script("return document.activeElement.matches(arguments[0])", selector):
                return
            self.press(Keys.TAB)
        raise AssertionError(f"{selector} cannot be reached by keyboard on {self.driver.current_url}")

    def answer(self, name: str, value: str) -> None:
        """One question, by keyboard."""
        kind = self.driver.find_element(By.NAME, name).get_attribute("type")
        if kind == "radio":
            self.tab_to(f"[name={name}]")
            self.choose(name, value)
        elif kind == "checkbox":
            self.tab_to(f"[name={name}][value='{value}']")
            self.press(Keys.SPACE)
        else:
            self.tab_to(f"[name={name}]")
            self.fill(f"[name={name}]", value)

    def choose(self, name: str, value: str) -> None:
        """One of a group of radio buttons that has the focus."""
        self.press(Keys.SPACE)
        chosen = f"return document.querySelector('[name={name}]:checked').value"
        for _ in range(TABS):
            if self.driver.execute_script(chosen) == value:
                return
            self.press(Keys.ARROW_DOWN)
        raise AssertionError(f"{name} has no choice {value}")

    def asked(self) -> list[str]:
        """The names of the questions that are open, in their order."""
        fields = self.driver.find_elements(By.CSS_SELECTOR, ".op-field input, .op-field textarea")
        return list(dict.fromkeys(str(field.get_attribute("name")) for field in fields))

    def send(self, answers: Mapping[str, str]) -> None:
        """Answer all of these that are asked and press the button by keyboard."""
        for name in self.asked():
            if name in answers:
                self.answer(name, answers[name])
        self.tab_to(".otree-btn-next")
        self.leave(lambda: self.press(Keys.ENTER))

    def go_on(self) -> None:
        """Click the page's button."""
        self.leave(lambda: self.click(".otree-btn-next"))

    def leave(self, press: Callable[[], None]) -> None:
        """Do what sends the page off and wait until another document, be it the same page again, has loaded."""
        self.driver.execute_script("window.stillHere = true")
        press()
        there = "return !window.stillHere && document.readyState === 'complete'"
        self.wait_for(lambda: self.driver.execute_script(there))

    def pass_page(self, quiz: Mapping[str, str]) -> None:
        """Do what the page asks for and go on; the market is not passed but played."""
        answers: Mapping[str, Mapping[str, str]] = {
            "Consent": {"consent": "yes"},
            "Quiz": quiz,
            "GuessBots": GUESS,
            "RiskTask": CHOICES,
            "Reflection": SOLVED,
            "Questionnaire": ABOUT_ME,
        }
        if self.page in answers:
            self.send(answers[self.page])
        else:
            self.go_on()

    def take_part(
        self,
        play: Callable[[], None],
        look: Callable[[str], None] = lambda page: None,
        quiz: Mapping[str, str] | None = None,
        until: str = "Payment",
    ) -> None:
        """From page to page up to `until`: `play()` each market, `look(page)` at each page once before it is passed."""
        while self.page != until:
            if self.page == "Market":
                play()
                self.wait_for(lambda: self.page != "Market")
            else:
                look(self.page)
                self.pass_page(quiz or {})
        look(until)

    # On the market page

    def phase(self) -> str:
        return str(self.driver.execute_script("return openpit.view ? openpit.view.phase : ''"))

    def view(self, name: str) -> Any:
        """A part of the document that the market page draws."""
        return self.driver.execute_script("return openpit.view[arguments[0]]", name)

    def forecast(self, price: str) -> None:
        """The same forecast for each period that is asked for, by keyboard."""
        self.wait_for_phase("forecast")
        for number, field in enumerate(self.driver.find_elements(By.CSS_SELECTOR, "#op-forecast-fields input")):
            if number == 0:
                field.click()
            self.press(price, Keys.TAB)
        self.tab_to("#op-forecast-send")
        self.press(Keys.ENTER)

    def write_sheet(self, bid: str, offer: str) -> None:
        """A bid and an offer of one share each, by keyboard."""
        self.wait_for_phase("open")
        self.driver.execute_script("document.activeElement.blur()")
        self.press("b", bid, "s", offer, Keys.ENTER)
        self.wait_for(lambda: len(self.view("orders")) == 2)

    def place(self, side: str, price: str) -> None:
        """An order for one unit in a continuous market, by keyboard."""
        before = self.view("seq")
        self.driver.execute_script("document.activeElement.blur()")
        self.press(side[0])
        self.fill("#op-price", price)
        self.press(Keys.ENTER)
        self.wait_for(lambda: self.view("seq") > before)


def right_answers(treatment: Treatment) -> dict[str, str]:
    """To the quiz of a treatment in which all seats are alike."""
    return {one.name: one.answer for one in Quiz(treatment, treatment.roles[0]).questions()}


@contextmanager
def participant(name: str) -> Iterator[Participant]:
    with person(name) as someone:
        yield Participant(someone.driver, name)
