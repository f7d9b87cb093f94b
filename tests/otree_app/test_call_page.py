"""A person in a call market, on a real page: forecasts, the order sheet with its checks, and what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from selenium.webdriver.common.keys import Keys

from pit import Server
from tests.lab import Seat, new_session
from tests.person import Person, person

TREATMENT = """
name = "small_call"
base = "asset_cda"
language = "{language}"
institution = "call"
periods = 2
period_seconds = 12
result_seconds = 4
reference_price = 140
roles = [{{ name = "trader", cash = 500, shares = 4 }}]

[forecasts]
horizons = [0, 1]
seconds = 40
band = 10
reward = 5
"""


@contextmanager
def market(lab: Server, folder: Path, language: str, name: str) -> Iterator[tuple[Person, Server, str]]:
    """(a person on the first seat's market page, the server, the other seat)."""
    file = folder / "treatment.toml"
    file.write_text(TREATMENT.format(language=language))
    _, seats = new_session(lab, "custom", 2, treatment_file=str(file))
    with person(name) as subject:
        subject.driver.get(f"http://127.0.0.1:{lab.port}/InitializeParticipant/{seats[0]}")
        subject.wait_for_page("Instructions")
        subject.click(".otree-btn-next")
        subject.wait_for_page("Market")
        yield subject, lab, seats[1]


async def other_trader(server: Server, seat: str) -> None:
    """Forecasts 120 throughout and buys a share at up to 150 in the first period."""
    async with Seat(server, seat) as trader:
        await trader.phase("forecast", 0)
        assert (await trader.command(do="forecast", prices=[120, 120]))["status"] == "accepted"
        await asyncio.wait_for(trader.phase("open", 1), 60)
        assert (await trader.command(do="sheet", orders=[["buy", 150, 1]]))["status"] == "accepted"
        await asyncio.sleep(12)
        await asyncio.wait_for(trader.phase("closed", 1), 60)


def forecast(subject: Person) -> None:
    subject.wait_for_phase("forecast")
    assert subject.count("#op-forecast-fields input") == 2
    subject.press("140", Keys.TAB, "lots", Keys.ENTER)
    assert "lots is no price" in subject.text("#op-forecast-note-2")
    subject.fill("#op-forecast-2", "90")
    subject.see("forecast")
    subject.press(Keys.ENTER)


def write_sheet(subject: Person) -> None:
    """An offer of one's own above a bid of one's own is refused on the page; below it is sent."""
    subject.wait_for_phase("open")
    subject.press("b", "200", "s", "130", Keys.ENTER)
    assert subject.text("#op-sheet-sell .note") == "Not above your bid of 200."
    assert subject.driver.execute_script("return openpit.view.orders.length") == 0
    subject.see("sheet-refused")
    subject.fill("#op-sheet-buy input", "100")
    subject.press(Keys.ENTER)
    subject.wait_for(lambda: subject.driver.execute_script("return openpit.view.orders.length") == 2)
    assert "In force since" in subject.text("#op-sheet-state")
    subject.see("sheet-in-force")
    subject.fill("#op-sheet-buy input", "101")
    assert "Changed" in subject.text("#op-sheet-state")
    assert "100" in subject.text("#op-orders")


def test_a_person_forecasts_writes_a_sheet_and_sees_what_was_traded(lab: Server, tmp_path: Path) -> None:
    with market(lab, tmp_path, "en", "call") as (subject, server, other), ThreadPoolExecutor(1) as pool:
        playing = pool.submit(asyncio.run, other_trader(server, other))
        forecast(subject)
        write_sheet(subject)
        subject.wait_for_phase("closed")
        subject.wait_for(lambda: "Period 1 is over" in subject.text("#op-stage-title"))
        subject.see("closed")
        assert "You sold" in subject.text("#op-stage-body")
        assert subject.holdings()["shares"] == 3
        assert subject.text("#op-past-rows").split()[:3] == ["1", "140", "1"]
        subject.wait_for_phase("forecast")
        subject.wait_for(lambda: subject.count("#op-forecast-rows tr") == 2)
        assert subject.text("#op-forecast-rows tr").split() == ["1", "1", "140", "140", "5"]
        playing.result()


def test_a_sheet_that_is_in_force_is_there_again_after_a_reload(lab: Server, tmp_path: Path) -> None:
    with market(lab, tmp_path, "de", "call-de") as (subject, server, other), ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, other_trader(server, other))
        subject.wait_for_phase("forecast")
        subject.driver.execute_script("openpit.act({do: 'forecast', prices: [140, 90]})")
        subject.wait_for_phase("open")
        subject.driver.execute_script("openpit.act({do: 'sheet', orders: [['sell', 155, 2]]})")
        subject.wait_for(lambda: "Es gilt" in subject.text("#op-sheet-state"))
        subject.driver.refresh()
        subject.wait_for_phase("open")
        subject.wait_for(lambda: subject.count("#op-sheet-sell li") == 1)
        fields = subject.driver.execute_script(
            "return [...document.querySelectorAll('#op-sheet-sell input')].map((field) => field.value)"
        )
        assert fields == ["155", "2"]
        assert subject.driver.execute_script("return document.documentElement.lang") == "de"
