"""Sentences about what subjects read: every language says all of it, about the same facts."""

from __future__ import annotations

import re
from typing import get_args, get_type_hints

import pytest

from market.designs import DESIGNS, design
from market.instructions import sections
from market.language import LANGUAGES, TEXTS, all_of, duration, either, say
from market.orders import Receipt
from market.treatments import Treatment
from tests.market.test_instructions import told

GERMAN = "de"
DEALT = [(name, role) for name in DESIGNS for role in range(len(design(name).roles))]


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"{(\w*)}", text))


def test_a_treatment_may_have_any_language_that_is_there_and_no_other() -> None:
    assert get_args(get_type_hints(Treatment)["language"]) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything(language: str) -> None:
    assert set(TEXTS[language]) == set(TEXTS["en"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_about_the_same_facts_in_every_language(language: str) -> None:
    differing = [key for key, text in TEXTS["en"].items() if placeholders(text) != placeholders(TEXTS[language][key])]
    assert differing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_has_one_form_has_the_other(language: str) -> None:
    keys = set(TEXTS[language])
    for form, other in (("one", "other"), ("other", "one"), ("buy", "sell"), ("sell", "buy")):
        pairs = {f"{key.rpartition('.')[0]}.{other}" for key in keys if key.endswith(f".{form}")}
        assert pairs <= keys


def test_one_is_not_many() -> None:
    assert say("en", "count.share", number=1) == "1 share"
    assert say("en", "count.share", number=0) == "0 shares"
    assert say("de", "count.share", number=2) == "2 Aktien"


def test_a_sentence_goes_by_the_side_of_an_order() -> None:
    assert say("en", "instructions.units.title", side="buy") == "You are a buyer"
    assert say("de", "instructions.units.title", side="sell") == "Sie sind Verkäufer"


def test_lists_and_times_are_put_in_words() -> None:
    assert either("en", ["20", "40", "80"]) == "20, 40 or 80"
    assert all_of("de", ["20", "40"]) == "20 und 40"
    assert all_of("en", ["20"]) == "20"
    assert duration("en", 90) == "1 minute and 30 seconds"
    assert duration("de", 2.5) == "2.5 Sekunden"


def test_an_unknown_sentence_and_a_missing_fact_are_bugs() -> None:
    with pytest.raises(KeyError):
        say("en", "no.such.sentence")
    with pytest.raises(KeyError):
        say("en", "others.trader")


def test_a_refusal_is_english_to_programs_and_the_treatments_language_to_people() -> None:
    receipt = Receipt.refused("paused")
    assert receipt.reason == "Not placed: the market is paused."
    assert receipt.reason_in("de") == "Nicht angenommen: Der Markt ist unterbrochen."


@pytest.mark.parametrize(("name", "role"), DEALT)
def test_every_design_is_told_in_german(name: str, role: int) -> None:
    treatment = design(name).with_changes(language=GERMAN)
    words = told(treatment, role)
    assert "Sie" in words
    assert not re.search(r"\b(the|you|your|share|period|price)\b", words.replace(treatment.currency, ""))


@pytest.mark.parametrize("name", DESIGNS)
def test_all_languages_tell_the_same_sections(name: str) -> None:
    english = design(name)
    german = english.with_changes(language=GERMAN)
    role = english.roles[0]
    shapes = [
        [(len(part.paragraphs), len(part.bullets)) for part in sections(one, role, seats=6)]
        for one in (english, german)
    ]
    assert shapes[0] == shapes[1]
