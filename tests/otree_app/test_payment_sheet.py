"""Sentences about the lab's payment sheet: people only, to the cent, with receipts and a file of bonuses."""

from __future__ import annotations

import asyncio
import csv
import io
import re

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from otree.currency import Currency, RealWorldCurrency

from otree_app.payment import points
from pit import Server
from tests.lab import new_session
from tests.otree_app.subject import Subject, sit_through
from tests.otree_app.test_sessions import admin_cookie

DESIGN = """
base = "asset_cda"
name = "sheet"
periods = 1
period_seconds = 0.5
result_seconds = 0.3
[pay]
show_up_fee = "5"
[steps]
consent = true
"""


class Config(dict[str, object]):
    """As much of a session as oTree needs to exchange points."""

    @property
    def config(self) -> Config:
        return self


rates = st.sampled_from([0.01, 1 / 30, 0.03, 1.0, 0.005, 2.5, 1 / 7, 20.0])


@given(st.integers(0, 50_000), rates, st.sampled_from([0, 500, 750, 333]))
def test_otree_pays_what_is_due_to_the_cent(due: int, rate: float, fee: int) -> None:
    config = Config(real_world_currency_per_point=rate, participation_fee=RealWorldCurrency(fee / 100))
    beyond = Currency(points(due, config)).to_real_world_currency(config)
    assert round((beyond + config["participation_fee"]) * 100) == due


@pytest.fixture(scope="module")
def played(lab: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[str]]:
    """A session of five seats: two who finish, one of them been here before, one who declines, one absent, one bot."""
    file = tmp_path_factory.mktemp("sheet") / "sheet.toml"
    file.write_text(DESIGN, encoding="utf-8")
    _, [before, *_] = new_session(lab, "custom", 2, treatment_file=str(file))
    Subject(lab, before, label="panel-1")
    code, codes = new_session(lab, "custom", 5, treatment_file=str(file), bots=1)
    first, second = Subject(lab, codes[0], label="panel-1"), Subject(lab, codes[1], label="a&b=2")
    Subject(lab, codes[2]).go_on_to("Declined", consent="no")
    for one in (first, second):
        one.go_on_to("Instructions", consent="yes")
        one.go_on_to("Market")
    play(lab, codes)
    first.go_on_to("Results")
    first.go_on_to("Payment")
    return code, codes


def play(lab: Server, codes: list[str]) -> None:
    """The absent seat has a page for a moment, so that the market begins at once."""
    asyncio.run(sit_through(lab, [codes[0], codes[1], codes[3], codes[4]]))


@pytest.fixture(scope="module")
def admin(lab: Server) -> dict[str, str]:
    return {"Cookie": admin_cookie(lab)}


def sheet(lab: Server, code: str, admin: dict[str, str]) -> str:
    reply = requests.get(f"{lab.address}/openpit/payments/{code}", headers=admin, timeout=10)
    assert reply.status_code == 200
    assert reply.headers["cache-control"] == "no-store"
    return reply.text


def body(html: str) -> list[list[str]]:
    """The cells of the sheet's rows."""
    table = html.split("<tbody>")[1].split("</tbody>")[0]
    found = re.findall(r"(?s)<tr>(.*?)</tr>", table)
    return [[re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"(?s)<t[hd].*?</t[hd]>", row)] for row in found]


def test_nobody_sees_the_sheet_without_the_login(lab: Server, played: tuple[str, list[str]]) -> None:
    for path in ("", "/bonuses.csv"):
        reply = requests.get(f"{lab.address}/openpit/payments/{played[0]}{path}", allow_redirects=False, timeout=10)
        assert reply.status_code == 302
        assert reply.headers["location"].endswith("/login")


def test_people_alone_are_on_the_sheet_and_its_total_is_of_those_who_finished(
    lab: Server, played: tuple[str, list[str]], admin: dict[str, str]
) -> None:
    html = sheet(lab, played[0], admin)
    rows = body(html)
    assert [row[0] for row in rows] == ["P1", "P2"]
    [finished, _] = (row[3] for row in rows)
    footer = html.split("<tfoot>")[1].split("</tfoot>")[0]
    assert "1 person who finished" in footer
    assert f'<td class="amount">{finished}</td>' in footer
    assert "1 bots, 1 who declined, 1 who never came" in html
    assert html.count("<article>") == 2


def test_notes_name_earlier_sessions_and_who_has_not_finished(
    lab: Server, played: tuple[str, list[str]], admin: dict[str, str]
) -> None:
    first, second = body(sheet(lab, played[0], admin))
    assert re.fullmatch(r"took part before in session \w+", first[2])
    assert second[2] == "not finished: on page Market"


def test_labels_do_no_harm_on_the_sheet_or_in_the_file(
    lab: Server, played: tuple[str, list[str]], admin: dict[str, str]
) -> None:
    html = sheet(lab, played[0], admin)
    assert "a&b=2" not in html
    assert "a&amp;b=2" in html


def test_bonuses_are_what_is_paid_beyond_the_fee_to_who_finished(
    lab: Server, played: tuple[str, list[str]], admin: dict[str, str]
) -> None:
    [finished, _] = body(sheet(lab, played[0], admin))
    reply = requests.get(f"{lab.address}/openpit/payments/{played[0]}/bonuses.csv", headers=admin, timeout=10)
    assert "bonuses-" in reply.headers["content-disposition"]
    [[label, amount]] = csv.reader(io.StringIO(reply.text))
    assert label == "panel-1"
    assert float(amount) == pytest.approx(float(finished[3][1:]) - 5)


def test_otrees_own_payments_have_the_same_total(
    lab: Server, played: tuple[str, list[str]], admin: dict[str, str]
) -> None:
    rows = body(sheet(lab, played[0], admin))
    told = lab.ask(f"/api/get_session/{played[0]}", {})["participants"]
    total = sum(float(one["payoff_in_real_world_currency"]) + 5 for one in told)
    assert total == pytest.approx(sum(float(row[3][1:]) for row in rows))


def test_the_exported_lines_reproduce_every_payment(
    lab: Server, played: tuple[str, list[str]], admin: dict[str, str]
) -> None:
    address = f"{lab.address}/api/export_app_custom"
    wanted = {"app": "otree_app", "function_name": "custom_export_payments", "session_code": played[0]}
    reply = requests.get(address, params=wanted, headers={"otree-rest-key": lab.key}, timeout=20)
    lines = list(csv.DictReader(io.StringIO(reply.text.removeprefix("\ufeff"))))
    for row in body(sheet(lab, played[0], admin)):
        own = [line for line in lines if line["participant"] == row[0] and line["paid"] == "1"]
        points_earned = sum(int(line["ticks"]) for line in own if line["ticks"])
        [exchanged] = [int(line["cents"]) for line in own if line["part"] == "exchange"]
        assert exchanged == points_earned  # a point is a cent
        assert sum(int(line["cents"]) for line in own if line["cents"]) / 100 == float(row[3][1:])
