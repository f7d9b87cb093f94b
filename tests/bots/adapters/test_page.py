"""Pages that nobody taught the bots: they read the fields, answer them validly and go on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from queue import SimpleQueue

import pytest

from bots.adapters.browser import Browser, Tab
from bots.adapters.inbox import Message
from bots.adapters.page import Arrived, Page, PageEvent, command_of
from market.orders import CancelOrder, PlaceOrder, ReplaceOrder, Side
from tests.bots.pages import Site, served

EVERY_FIELD = """
<p data-field="age"><label for="a">Age</label><input id="a" type="number" name="age" min="18" max="99" required></p>
<p><input type="text" inputmode="decimal" name="share" min="0" max="1" step="0.1" required></p>
<p><input type="text" name="word" maxlength="4" required></p>
<p><textarea name="opinion" required></textarea></p>
<p><input type="radio" name="scale" value="1" required><input type="radio" name="scale" value="2">
   <input type="radio" name="scale" value="3"></p>
<p><select name="country" required><option value="">---</option><option value="FR">F</option></select></p>
<p><input type="checkbox" name="agree" value="y" required></p>
<p><input type="range" name="mood" min="0" max="10"></p>
<input type="hidden" name="token" value="kept"><input type="text" name="fixed" value="as is" readonly>
"""
QUIZ = """
<p data-field="q1"><input type="radio" name="q1" value="a"><input type="radio" name="q1" value="b">
<input type="radio" name="q1" value="c"></p><p data-field="q2"><input type="number" name="q2" min="1" max="4"></p>
"""


class Visit:
    """One participant at a site."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self.heard: SimpleQueue[PageEvent] = SimpleQueue()
        self.browser = browser
        self.page = Page(self._open, f"{site.address}/survey", self.heard.put)

    def _open(self, deliver: Callable[[Message], None]) -> Tab:
        self.tab = Tab(self.browser, deliver)
        return self.tab

    def arrived(self) -> Arrived:
        """The next page that comes up."""
        while True:
            event = self.heard.get(timeout=10)
            if isinstance(event, Arrived):
                return event


def test_every_kind_of_field_is_answered_and_the_page_passed(browser: Browser) -> None:
    with served(Site(EVERY_FIELD)) as site:
        visit = Visit(browser, site)
        visit.page.join()
        survey = visit.arrived()
        assert (survey.kind, survey.title, survey.status) == ("form", "Survey", 200)
        assert visit.page.pass_on(survey) == ""
        assert visit.arrived().kind == "still"
    assert site.answers == [
        {
            "age": "58",
            "share": "0.5",
            "word": "No c",
            "opinion": "No comment.",
            "scale": "2",
            "country": "FR",
            "agree": "y",
            "mood": "5",
            "token": "kept",
            "fixed": "as is",
        }
    ]


def test_only_answers_that_were_refused_are_changed(browser: Browser) -> None:
    def check(form: Mapping[str, str]) -> dict[str, str]:
        right = {"q1": "c", "q2": "2"}
        return {name: "wrong" for name, answer in right.items() if form.get(name) != answer}

    with served(Site(QUIZ, check)) as site:
        visit = Visit(browser, site)
        visit.page.join()
        while (page := visit.arrived()).kind == "form":
            visit.page.pass_on(page)
    assert [form["q1"] for form in site.answers] == ["b", "c"]
    assert [form["q2"] for form in site.answers] == ["2", "2"]


def test_what_stands_in_the_way_of_passing_is_told(browser: Browser) -> None:
    with served(Site('<input name="x" pattern="[0-9]{20}" required>')) as site:
        visit = Visit(browser, site)
        visit.page.join()
        assert visit.page.pass_on(visit.arrived()).startswith("x: ")
    assert site.answers == []


def test_a_page_can_be_photographed_though_nobody_sees_it(browser: Browser) -> None:
    with served(Site("")) as site:
        visit = Visit(browser, site)
        visit.page.join()
        visit.arrived()
        assert visit.page.screenshot().startswith(b"\x89PNG")


def test_participants_share_no_cookies(browser: Browser) -> None:
    with served(Site("")) as site:
        for _ in range(2):
            visit = Visit(browser, site)
            visit.page.join()
            visit.arrived()
    assert site.cookies == ["", ""]


MARKET = """<script>
window.openpit = { view: { seq: 1, phase: "open", period: 1, trader: "T1" }, host: {}, secondsNow: () => 1 };
function tells(phase, note, ...messages) {
  Object.assign(openpit.view, { phase, seq: openpit.view.seq + 1 });
  openpit.host = { note, messages };
  document.dispatchEvent(new Event("openpit:changed"));
}
tells("open", "", [1, "first"]);
tells("paused", "a drill", [1, "first"]);
tells("paused", "a drill", [1, "first"]);
tells("open", "", [1, "first"], [2, "go on"]);
tells("paused", "a drill", [1, "first"], [2, "go on"]);
tells("open", "", [1, "first"], [2, "go on"], [3, "last"]);
tells("open", "", [1, "first"], [2, "go on"], [3, "last"], [4, "really"]);
</script>"""


def test_a_view_says_what_the_page_showed_of_the_experimenters_words_pauses_that_are_over_too(browser: Browser) -> None:
    with served(Site(MARKET)) as site:
        visit = Visit(browser, site)
        visit.page.join()
        visit.arrived()
        view = json.loads(visit.tab.call("newer", {"after": 0}))
    assert view["said"] == ["a drill", "go on", "a drill", "last", "really"]


@pytest.mark.parametrize(
    ("action", "command"),
    [
        (
            PlaceOrder(Side.BUY, 101, 2),
            {"do": "place", "side": "buy", "price": 101, "quantity": 2, "time_in_force": "period"},
        ),
        (CancelOrder(7), {"do": "cancel", "order_id": 7}),
        (ReplaceOrder(7, 99, 1), {"do": "replace", "order_id": 7, "price": 99, "quantity": 1}),
    ],
)
def test_actions_become_the_commands_of_the_page(action: CancelOrder, command: dict[str, object]) -> None:
    assert command_of(action) == command
