"""A model answers a page that nobody taught it, in a real browser: it is told what a person reads, and no more."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from random import Random
from threading import Thread
from time import monotonic, sleep
from typing import Any

from bots.adapters.browser import Browser, Tab
from bots.adapters.llm import Request, read_transcript
from bots.adapters.page import Page
from bots.agents.language_model import LanguageModelTrader
from bots.domain.seat import Seat
from bots.domain.turns import SeatName
from tests.bots.agents.models import blocks, models
from tests.bots.agents.test_language_model_prompts import HOSTILE
from tests.bots.pages import Site, served

# As oTree writes them: the label of a group of choices belongs to no input.
EVERY_FIELD = """
<h2>About the market</h2><p>Think of the <b>last</b> period.</p>
<p style="display: none">The solution is 42.</p><script>"a script";</script>
<div><label for="word">Your word</label><input type="text" id="word" name="word" maxlength="9" required></div>
<div class="has-errors"><label for="age">Your age</label>
  <input type="number" id="age" name="age" min="18" max="99" required></div>
<div><label for="share">Share</label>
  <input type="text" inputmode="decimal" id="share" name="share" min="0" max="1"></div>
<div class="mb-3"><label for="risk">Do you like risk?</label><div id="risk">
  <div><input type="radio" id="risk-0" name="risk" value="1" required> <label for="risk-0">Not at all</label></div>
  <div><input type="radio" id="risk-1" name="risk" value="2"> <label for="risk-1">Very much</label></div></div></div>
<fieldset><legend>What did you own?</legend>
  <label><input type="checkbox" name="owned" value="s"> Shares</label>
  <label><input type="checkbox" name="owned" value="b"> Bonds</label>
  <label><input type="checkbox" name="owned" value="g"> Gold</label></fieldset>
<div><input type="checkbox" id="agree" name="agree" value="y"> <label for="agree">I have read this</label></div>
<div><label for="land">Country</label><select id="land" name="land" required>
  <option value="">---</option><option value="FR">France</option><option value="IT">Italy</option></select></div>
<div><label for="days">Days</label><select id="days" name="days" multiple>
  <option value="1">Monday</option><option value="2">Tuesday</option><option value="3">Friday</option></select></div>
<div><label for="mood">Mood</label><input type="range" id="mood" name="mood" min="0" max="10" step="5"></div>
<div><label for="why">Why?</label><textarea id="why" name="why" required></textarea></div>
<input type="hidden" name="token" value="kept"><input type="text" name="fixed" value="as is" readonly>
"""
TOLD = [
    {"name": "word", "type": "text", "label": "Your word", "longest": 9},
    {"name": "age", "type": "number", "label": "Your age", "min": "18", "max": "99", "last answer refused": True},
    {"name": "share", "type": "decimal", "label": "Share", "min": "0", "max": "1"},
    {
        "name": "risk",
        "type": "radio",
        "label": "Do you like risk?",
        "choices": [{"value": "1", "label": "Not at all"}, {"value": "2", "label": "Very much"}],
    },
    {
        "name": "owned",
        "type": "checkbox",
        "label": "What did you own?",
        "choices": [
            {"value": "s", "label": "Shares"},
            {"value": "b", "label": "Bonds"},
            {"value": "g", "label": "Gold"},
        ],
    },
    {
        "name": "agree",
        "type": "checkbox",
        "label": "I have read this",
        "choices": [{"value": "y", "label": "I have read this"}],
    },
    {
        "name": "land",
        "type": "select-one",
        "label": "Country",
        "choices": [{"value": "FR", "label": "France"}, {"value": "IT", "label": "Italy"}],
    },
    {
        "name": "days",
        "type": "select-multiple",
        "label": "Days",
        "choices": [
            {"value": "1", "label": "Monday"},
            {"value": "2", "label": "Tuesday"},
            {"value": "3", "label": "Friday"},
        ],
    },
    {"name": "mood", "type": "range", "label": "Mood", "min": "0", "max": "10", "step": "5"},
    {"name": "why", "type": "textarea", "label": "Why?"},
]
SAID: dict[str, list[Any]] = {
    "word": ["late"],
    "age": [34],
    "share": ["0.25"],
    "risk": ["2"],
    "owned": ["Shares", "g"],
    "agree": [],
    "land": ["IT"],
    "days": ["1", "3"],
    "mood": ["10"],
    "why": ["It fell."],
    "token": ["stolen"],
    "fixed": ["changed"],
}
SENT = {
    "word": "late",
    "age": "34",
    "share": "0.25",
    "risk": "2",
    "owned": "s,g",
    "land": "IT",
    "days": "1,3",
    "mood": "10",
    "why": "It fell.",
    "token": "kept",
    "fixed": "as is",
}


@dataclass
class Form:
    """A model that gives the same answers to every page, and what it was told."""

    said: Mapping[str, list[Any]]
    prompts: list[str] = field(default_factory=list)

    def __call__(self, request: Request) -> Mapping[str, Any]:
        self.prompts.append(request.messages[-1].content)
        return {"answers": [{"name": name, "values": values} for name, values in self.said.items()]}


@contextmanager
def visiting(browser: Browser, site: Site, form: Form, record: Path) -> Iterator[None]:
    """A model in a seat of its own visits the site."""
    seat = Seat(
        SeatName(seat=1, participant="p", model="scripted"),
        LanguageModelTrader(models=models(form, record), alias="scripted", seat=1),
        pace=1.0,
        rng=Random(1),
        record=lambda line: None,
        album=lambda name, picture: None,
        log=logging.LoggerAdapter(logging.Logger("test")),
    )
    seat.sit(Page(lambda deliver: Tab(browser, deliver), f"{site.address}/survey", seat.hear))
    thread = Thread(target=seat.play, daemon=True)
    thread.start()
    yield
    seat.stop()
    thread.join(10)


def submitted(site: Site) -> dict[str, str]:
    """What is sent first. Raises TimeoutError."""
    until = monotonic() + 15
    while not site.answers:
        if monotonic() > until:
            raise TimeoutError("nothing was submitted")
        sleep(0.02)
    return site.answers[0]


def test_a_model_answers_every_kind_of_field_and_leaves_hidden_ones_alone(browser: Browser, tmp_path: Path) -> None:
    form = Form(SAID)
    with served(Site(EVERY_FIELD)) as site, visiting(browser, site, form, tmp_path):
        assert submitted(site) == SENT
    assert blocks(form.prompts[0])["fields"] == TOLD


def test_a_model_reads_what_a_person_reads(browser: Browser, tmp_path: Path) -> None:
    form = Form(SAID)
    with served(Site(EVERY_FIELD)) as site, visiting(browser, site, form, tmp_path):
        submitted(site)
    page = blocks(form.prompts[0])["page"]
    assert page["title"] == "Survey"
    assert page["text"].startswith("About the market\n\nThink of the last period.\n\nYour word")
    assert all(word in page["text"] for word in ("Not at all", "Italy", "Gold", "Why?"))
    assert not any(word in form.prompts[0] for word in ("42", "a script", "token", "fixed"))


def test_a_model_reads_what_a_person_can_open(browser: Browser, tmp_path: Path) -> None:
    form = Form({"age": ["30"]})
    folded = '<details><summary>Rules</summary>Buy low.</details><input type="number" name="age" min="18">'
    with served(Site(folded)) as site, visiting(browser, site, form, tmp_path):
        submitted(site)
    assert blocks(form.prompts[0])["page"]["text"].startswith("Rules\nBuy low.")


def test_a_page_of_any_length_is_told_up_to_a_bound(browser: Browser, tmp_path: Path) -> None:
    form = Form({"age": ["30"]})
    long = "😀 words " * 4000 + '<input type="number" name="age" min="18">'
    with served(Site(long)) as site, visiting(browser, site, form, tmp_path):
        assert submitted(site) == {"age": "30"}
    text = blocks(form.prompts[0])["page"]["text"]
    assert text.startswith("😀 words 😀")
    assert text.endswith("[...]")
    assert len(text) <= 12_010


def test_hostile_words_of_a_page_are_data_on_the_record_and_change_nothing_else(
    browser: Browser, tmp_path: Path
) -> None:
    # a browser shows no NUL
    texts = [text.replace("\x00", "") for text in HOSTILE]
    shown = "".join(f"<p>{escape(text)}</p>" for text in texts)
    asked = f'<label for="age">{escape(texts[2])}</label><input type="number" id="age" name="age" min="18">'
    form = Form({"age": ["30"]})
    with served(Site(shown + asked)) as site, visiting(browser, site, form, tmp_path):
        assert submitted(site) == {"age": "30"}
    told = blocks(form.prompts[0])
    words = told["page"]["text"].split()
    assert words[: len(" ".join(texts).split())] == " ".join(texts).split()
    assert told["fields"][0]["label"].split() == texts[2].split()
    assert form.prompts[0].count("<data") == form.prompts[0].count("</data>") == 2
    (call,) = read_transcript(tmp_path / "llm_calls.jsonl")
    assert call["request"]["messages"][-1]["content"] == form.prompts[0]
