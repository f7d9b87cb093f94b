"""The shipped designs, made short, played to their payment by a person in a browser beside rule traders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from market.custom import treatment_from_toml
from pit import Server
from tests.lab import new_session, operate
from tests.otree_app.test_monitor import table
from tests.participant import Participant, participant
from tests.rule_seats import company

# no clock ends a period here: the experimenter does
QUICK = "period_seconds = 300\nresult_seconds = 0.5\nready_seconds = 60\n"
SMALL = "roles = [{name = 'buyer', values = [103, 78]}, {name = 'seller', costs = [35, 47]}]"


class Short(NamedTuple):
    """A design, what makes it short, and the number of seats."""

    base: str
    changes: str
    seats: int


DESIGNS = (
    Short("asset_cda", "periods = 2", 4),
    Short("ssw_1988", "periods = 2", 3),
    Short("smith_1962", "periods = 1", 22),
    Short("gode_sunder_1993", f"periods = 2\n{SMALL}", 4),
    Short("plott_sunder_1988", "markets = 2", 3),
)


@dataclass
class Market:
    """A person in markets whose periods end once their order is in; `clues` are what was told on the screen."""

    server: Server
    session: str
    subject: Participant
    periods: int = 0
    clues: list[str] = field(default_factory=list)

    def play(self) -> None:
        for period in range(1, self.fact("periods") + 1):
            self.wait_for_period(period)
            self.order()
            self.subject.see("open")
            self.clues += [self.subject.text("#op-clue-text")] * bool(self.subject.text("#op-clue-text"))
            self.periods += 1
            operate(self.server, self.session, "close_period")

    def wait_for_period(self, period: int) -> None:
        self.subject.wait_for(lambda: self.subject.phase() and self.subject.view("period") == period)
        self.subject.wait_for_phase("open")

    def fact(self, name: str) -> int:
        self.subject.wait_for(lambda: self.subject.phase())
        return int(self.subject.view("facts")[name])

    def order(self) -> None:
        """One that is taken at any time: of units at any price, of shares at the lowest bid there is."""
        sells = bool(self.subject.holdings()["costs_left"])
        highest = bool(self.subject.holdings()["values_left"])
        ticks = self.fact("price_max" if highest else "price_min")
        self.subject.place("sell" if sells else "buy", str(ticks * Decimal(self.subject.view("facts")["tick"])))
        assert self.subject.text("#op-alert") == ""


@pytest.fixture(scope="module")
def subject() -> Iterator[Participant]:
    with participant("design") as someone:
        yield someone


@pytest.mark.parametrize("short", DESIGNS, ids=lambda short: short.base)
def test_a_person_plays_to_the_payment(lab: Server, subject: Participant, tmp_path: Path, short: Short) -> None:
    text = f"base = '{short.base}'\nname = 'short'\n{QUICK}{short.changes}\n"
    (tmp_path / "short.toml").write_text(text, encoding="utf-8")
    config = {"treatment_file": str(tmp_path / "short.toml"), "bots": short.seats - 1}
    session, codes = new_session(lab, "custom", short.seats, **config)
    treatment = treatment_from_toml(text)
    rounds = treatment.markets + bool(treatment.practice_periods)
    subject.name = f"design-{short.base}"
    subject.take_seat(lab, codes[0])
    market = Market(lab, session, subject)
    with company(lab, session, codes[1:], rounds=rounds):
        subject.take_part(market.play)
    assert subject.text(".op-total").startswith("$")
    assert market.periods == rounds * treatment.periods
    assert len([row for row in table(lab, "orders", session) if row["participant"] == "P1"]) >= market.periods
    assert len(market.clues) == (market.periods if treatment.information.clues != "none" else 0)
