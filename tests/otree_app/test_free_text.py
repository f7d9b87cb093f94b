"""Script and formulas typed into every field that takes free text, and every page and table that shows them opened."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
import requests
from selenium.webdriver.common.by import By

from analysis.report import write_report
from market.records import TABLES
from otree_app.cells import safe
from otree_app.hardening import harmless
from pit import Server
from tests.lab import Seat, new_session, operate
from tests.otree_app.subject import Subject
from tests.person import Person, person

HOSTILE = "=1+1\"'><script>window.pwned=1</script><img src=x onerror='window.pwned=1'>{{ 7*7 }}${7*7}"
DESIGN = """
base = "asset_cda"
name = "free_text"
title = {title}
periods = 1
period_seconds = 600
result_seconds = 0.5
[steps]
questionnaire = true
debrief = true
"""
ABOUT = {"age": "30", "gender": "own", "trading_experience": "none"}
TYPED = {"gender_own": HOSTILE, "field_of_study": HOSTILE, "comments": HOSTILE}
PAGES = (
    "/openpit/monitor/{code}",
    "/openpit/payments/{code}",
    "/AdminReport/{code}",
    "/SessionMonitor/{code}",
    "/SessionData/{code}",
    "/SessionPayments/{code}",
    "/SessionDescription/{code}",
    "/SessionStartLinks/{code}",
    "/sessions",
)


def check_is_text(page: Person, where: str) -> None:
    """Nothing of it was taken for a part of the page, and nothing of it ran."""
    assert page.driver.execute_script("return window.pwned") is None, where
    assert page.driver.find_elements(By.CSS_SELECTOR, "img[src=x]") == [], where


@pytest.fixture(scope="module")
def browser() -> Iterator[Person]:
    with person("free-text") as someone:
        yield someone


@pytest.fixture(scope="module")
def session(lab: Server, browser: Person, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Played to its end: one subject typed the text wherever that was possible, another one and the lab saw it."""
    file = tmp_path_factory.mktemp("free") / "design.toml"
    file.write_text(DESIGN.format(title=json.dumps(HOSTILE)), encoding="utf-8")
    code, codes = new_session(lab, "custom", 2, treatment_file=str(file))
    typist = Subject(lab, codes[0], label=HOSTILE)
    browser.driver.get(f"{lab.address}/InitializeParticipant/{codes[1]}")
    check_is_text(browser, "instructions")
    typist.go_on_to("Market")
    browser.click(".otree-btn-next")

    async def story() -> None:
        async with Seat(lab, codes[0]) as seat:
            await seat.phase("open")
            await seat.command(identity=HOSTILE[:20], do="place", side="buy", price=10, quantity=1)
            await asyncio.to_thread(words_of_the_lab, lab, code, browser)
            await seat.until(lambda one: one["type"] == "snapshot" and one["view"]["phase"] == "finished")

    asyncio.run(asyncio.wait_for(story(), 90))
    typist.go_on_to("Results")
    typist.go_on_to("Questionnaire")
    typist.send(**ABOUT, **TYPED)
    while typist.page != "Payment":
        typist.send()
    seat = {"kind": "model", "model": HOSTILE, "id": HOSTILE, "place": HOSTILE}
    lab.ask(f"/api/openpit/report/{code}", {"run": HOSTILE, "seats": {codes[1]: seat}, "ended": HOSTILE})
    return code


def words_of_the_lab(lab: Server, code: str, browser: Person) -> None:
    browser.wait_for_phase("open")
    operate(lab, code, "tell", text=HOSTILE)
    browser.wait_for(lambda: HOSTILE in browser.text("body"))
    operate(lab, code, "pause", reason=HOSTILE)
    browser.wait_for(lambda: browser.text("body").count(HOSTILE) > 1)
    check_is_text(browser, "market")
    operate(lab, code, "end_and_pay", reason=HOSTILE)
    browser.wait_for_page("Results")
    check_is_text(browser, "results")


@pytest.mark.parametrize("page", PAGES)
def test_what_people_type_is_text_on_every_page_of_the_lab(
    page: str, lab: Server, session: str, browser: Person
) -> None:
    browser.log_in(lab)
    browser.driver.get(lab.address + page.format(code=session))
    browser.wait_for(lambda: browser.driver.execute_script("return document.readyState === 'complete'"))
    if "monitor" in page:
        browser.wait_for(lambda: browser.text("#seat-rows td.label") == harmless(HOSTILE))
    assert "/login" not in browser.driver.current_url
    check_is_text(browser, page)


def tables(lab: Server, session: str) -> dict[str, str]:
    address = f"{lab.address}/openpit/export/{session}.zip"
    reply = requests.get(address, {"identities": "1"}, headers={"otree-rest-key": lab.key}, timeout=30)
    with ZipFile(io.BytesIO(reply.content)) as files:
        return {name.split("/")[-1]: files.read(name).decode() for name in files.namelist()}


def test_no_cell_of_any_table_is_a_formula(lab: Server, session: str) -> None:
    found = tables(lab, session)
    cells = [
        cell for name in found if name.endswith(".csv") for row in csv.reader(found[name].splitlines()) for cell in row
    ]
    assert sum(HOSTILE in cell for cell in cells) >= 4
    for cell in cells:
        assert safe(cell) == cell or is_number(cell), cell


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_the_report_shows_text_as_text(lab: Server, session: str, browser: Person, tmp_path: Path) -> None:
    found = tables(lab, session)
    for name in TABLES:
        (tmp_path / f"{name}.csv").write_text(found[f"{name}.csv"], encoding="utf-8")
    write_report(tmp_path)
    browser.driver.get((tmp_path / "report.html").as_uri())
    assert "<script>window.pwned" in browser.text("body")
    check_is_text(browser, "report")
