"""What the experimenter sees of a running session, who may see it, and what nobody can do to it from outside."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from otree_app.hardening import harmless
from pit import Server
from tests.lab import Seat, new_session, running_lab
from tests.person import Person, person

HOSTILE = "<img src=x onerror='window.pwned=1'>=1+1"
KEYED = "otree-rest-key"


def admin(server: Server) -> requests.Session:
    """A browser that is logged in."""
    browser = requests.Session()
    token = browser.get(f"{server.address}/login").text.split('name="csrftoken" value="')[1].split('"')[0]
    form = {"csrftoken": token, "username": "admin", "password": server.environment["OTREE_ADMIN_PASSWORD"]}
    browser.post(f"{server.address}/login", form)
    return browser


def arrive(server: Server, participant: str, label: str = "") -> None:
    """Open the start link, as a subject does who comes with a label."""
    link = f"{server.address}/InitializeParticipant/{participant}"
    requests.get(link, params={"participant_label": label} if label else {}, timeout=20).raise_for_status()


def state(server: Server, session: str) -> dict[str, Any]:
    found: dict[str, Any] = server.ask(f"/openpit/monitor/{session}/state")
    return found


def table(server: Server, name: str, session: str) -> list[dict[str, str]]:
    """A custom export as the REST interface gives it."""
    asked = {"app": "otree_app", "function_name": f"custom_export_{name}", "session_code": session}
    reply = requests.get(f"{server.address}/api/export_app_custom", asked, headers={KEYED: server.key}, timeout=20)
    reply.raise_for_status()
    return list(csv.DictReader(io.StringIO(reply.content.decode())))


ROUTES = [
    ("GET", "/openpit/monitor/{code}"),
    ("GET", "/openpit/monitor/{code}/state"),
    ("GET", "/openpit/export/{code}.zip"),
    ("POST", "/api/openpit/report/{code}"),
    ("POST", "/api/openpit/erase/{code}"),
    ("POST", "/api/openpit/seats/{code}"),
    ("POST", "/api/openpit/operate/{code}"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_nobody_comes_in_without_key_or_login(lab: Server, method: str, path: str) -> None:
    code, _ = new_session(lab)
    address = lab.address + path.format(code=code)
    stranger = requests.request(method, address, json={}, allow_redirects=False, timeout=20)
    assert (stranger.status_code, stranger.headers.get("location")) in [(403, None), (302, "/login")]
    wrong = requests.request(method, address, json={}, headers={KEYED: "wrong"}, allow_redirects=False, timeout=20)
    assert wrong.status_code in (302, 403)
    assert admin(lab).request(method, address, json={}, timeout=20).status_code in (200, 400, 404)


@pytest.mark.parametrize("path", [path for method, path in ROUTES if method == "POST"])
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_form_on_another_site_can_do_nothing_with_the_admins_cookie(lab: Server, path: str, kind: str) -> None:
    code, _ = new_session(lab)
    address = lab.address + path.format(code=code)
    reply = admin(lab).post(address, data='{"do": "end_and_pay"}', headers={"content-type": kind}, timeout=20)
    assert reply.status_code == 415


def test_what_the_monitor_shows_is_what_the_exports_say(lab: Server) -> None:
    code, seats = new_session(lab, seats=3, period_seconds=60.0)

    async def story() -> None:
        async with Seat(lab, seats[0]) as ann, Seat(lab, seats[1]) as bob, Seat(lab, seats[2]):
            await ann.phase("open")
            await ann.place("buy", 100, 2)
            await bob.place("sell", 90)
            await bob.place("sell", 120, 2)
            shown = await asyncio.to_thread(state, lab, code)
            check(shown)

    def check(shown: dict[str, Any]) -> None:
        figures = shown["figures"]
        trades, quotes = table(lab, "trades", code), table(lab, "quotes", code)
        people = {row["trader"]: row for row in table(lab, "participants", code)}
        assert figures["last_price"] == int(trades[-1]["price"]) == 100
        assert (figures["bid"], figures["ask"]) == (int(quotes[-1]["bid"]), int(quotes[-1]["ask"])) == (100, 120)
        assert figures["volume"] == sum(int(row["quantity"]) for row in trades) == 1
        assert figures["values"][0] == float(trades[0]["fundamental"])
        assert figures["rad"] == pytest.approx(abs(100 - figures["values"][0]) / figures["values"][0])
        for seat in shown["seats"]:
            row = people[seat["trader"]]
            assert (seat["cash"], seat["shares"]) == (int(row["final_cash"]), int(row["final_shares"]))
        assert [seat["action"] and seat["action"]["text"] for seat in shown["seats"]] == [
            "bid 100 \u00d7 2",
            "ask 120 \u00d7 2",
            None,
        ]
        assert shown["freeze"]["sha256"] == table(lab, "markets", code)[0]["freeze_sha256"]

    asyncio.run(asyncio.wait_for(story(), 40))


@contextmanager
def monitor_of(server: Server, session: str, name: str) -> Iterator[Person]:
    """The page in a real browser, logged in."""
    with person(name) as experimenter:
        experimenter.log_in(server)
        experimenter.driver.get(f"{server.address}/openpit/monitor/{session}")
        experimenter.wait_for(lambda: experimenter.count("#seat-rows tr") > 0)
        yield experimenter


def test_a_label_is_text_whatever_is_in_it(lab: Server) -> None:
    code, seats = new_session(lab, seats=2, period_seconds=60.0)
    arrive(lab, seats[0], HOSTILE)
    with monitor_of(lab, code, "monitor-hostile") as experimenter:
        experimenter.wait_for(lambda: experimenter.text("#seat-rows td.label") == harmless(HOSTILE))
        options = [one.text for one in experimenter.driver.find_elements(By.CSS_SELECTOR, "#erase-who option")]
        assert options[0] == f"T1 ({harmless(HOSTILE)})"
        time.sleep(0.5)
        assert experimenter.driver.execute_script("return window.pwned") is None
        assert experimenter.count("#seat-rows img") == 0


def test_the_page_follows_the_market_and_says_when_the_server_is_gone(tmp_path: Path) -> None:
    async def trade(server: Server, seats: list[str]) -> None:
        async with Seat(server, seats[0]) as ann, Seat(server, seats[1]) as bob:
            await ann.phase("open")
            await ann.place("buy", 100, 2)
            await bob.place("sell", 100)
            await asyncio.to_thread(watch)

    def watch() -> None:
        experimenter.wait_for(lambda: experimenter.text("#last-price") == "100")
        assert experimenter.text("#phase-text") == "trading"
        assert "Period 1 of 3" in experimenter.text("#period")
        assert experimenter.text("#volume") == "1"
        assert "bought" not in experimenter.text("#seat-rows tr:first-child")
        experimenter.see("1-trading")

    with running_lab(tmp_path) as server:
        code, seats = new_session(server, seats=2, period_seconds=60.0)
        with monitor_of(server, code, "monitor") as experimenter:
            asyncio.run(asyncio.wait_for(trade(server, seats), 60))
            server.stop()
            experimenter.wait_for(lambda: "The server does not answer." in experimenter.text("#lost"))
            experimenter.see("2-server-gone")


def test_without_a_report_the_monitor_says_that_it_does_not_know(lab: Server) -> None:
    code, _ = new_session(lab, seats=3, bots=2)
    with monitor_of(lab, code, "monitor-unknown") as experimenter:
        experimenter.wait_for(
            lambda: experimenter.text("#bots-unknown").startswith("Not known: no runner has reported")
        )
        assert experimenter.driver.find_element(By.ID, "bots-known").is_displayed() is False


def answer(experimenter: Person, button: str, text: str = "") -> None:
    """Press a button, type what it asks for, confirm by the keyboard."""
    experimenter.click(button)
    experimenter.wait_for(lambda: experimenter.driver.find_element(By.ID, "dialog").is_displayed())
    if text:
        experimenter.fill("#dialog-input", text)
        experimenter.press(Keys.ENTER)
    else:
        experimenter.click("#dialog-yes")


def logged(server: Server, session: str) -> list[list[Any]]:
    """The host's commands in the log, arrivals left out."""
    rows = [json.loads(row["command"]) for row in table(server, "events", session) if row["actor"] == "market"]
    return [row for row in rows if row[0] != "presence"]


def test_the_buttons_do_what_they_say_and_each_press_is_in_the_log(lab: Server) -> None:
    code, seats = new_session(lab, seats=2, period_seconds=300.0)

    def operate() -> None:
        with monitor_of(lab, code, "monitor-buttons") as experimenter:
            experimenter.wait_for(lambda: experimenter.text("#phase-text") == "trading")
            answer(experimenter, "#do-pause", "A fire drill.")
            experimenter.wait_for(lambda: experimenter.text("#phase-text") == "paused")
            experimenter.wait_for(lambda: experimenter.text("#note") == "A fire drill.")
            experimenter.see("1-paused")
            experimenter.click("#do-pause")
            experimenter.wait_for(lambda: experimenter.text("#phase-text") == "trading")
            answer(experimenter, "#do-extend", "45")
            experimenter.wait_for(lambda: "45 seconds more" in experimenter.text("#log"))
            answer(experimenter, "#do-tell", "<b>Ten minutes</b>")
            experimenter.wait_for(lambda: "To all: <b>Ten minutes</b>" in experimenter.text("#log"))
            answer(experimenter, "#do-close")
            experimenter.wait_for(lambda: "Period 1 closed" in experimenter.text("#log"))
            experimenter.click("#do-end")
            assert "each share pays its fundamental value now" in experimenter.text("#dialog-text")
            experimenter.see("2-end-and-pay")
            experimenter.press(Keys.ESCAPE)
            experimenter.wait_for(lambda: not experimenter.driver.find_element(By.ID, "dialog").is_displayed())
            answer(experimenter, "#do-end", "The power fails.")
            experimenter.wait_for(lambda: experimenter.text("#phase-text") == "finished")

    async def story() -> None:
        async with Seat(lab, seats[0]) as ann, Seat(lab, seats[1]):
            await ann.phase("open")
            await asyncio.to_thread(operate)

    asyncio.run(asyncio.wait_for(story(), 90))
    done = logged(lab, code)
    assert [one[0] for one in done[:6]] == ["open", "pause", "resume", "extend", "tell", "close"]
    assert done[1] == ["pause", "A fire drill."]
    assert done[3][1] == 45
    assert done[-1] == ["end", "The power fails."]


def test_somebody_is_erased_by_a_button_that_asks_first(lab: Server) -> None:
    code, seats = new_session(lab, seats=2)
    arrive(lab, seats[0], "Ann")
    with monitor_of(lab, code, "monitor-erase") as experimenter:
        experimenter.wait_for(lambda: experimenter.text("#seat-rows td.label") == "Ann")
        answer(experimenter, "#do-erase")
        experimenter.wait_for(lambda: experimenter.text("#seat-rows td.label") == "erased")
    assert [row["participant"] for row in table(lab, "identities", code)] == ["P2"]


def test_otrees_page_of_a_session_leads_to_the_monitor_and_the_tables(lab: Server) -> None:
    code, _ = new_session(lab)
    page = admin(lab).get(f"{lab.address}/AdminReport/{code}", timeout=20).text
    for address in (f"/openpit/monitor/{code}", f"/openpit/export/{code}.zip", f"/openpit/payments/{code}"):
        assert f'href="{address}"' in page
        assert admin(lab).get(f"{lab.address}{address}", timeout=20).status_code == 200
