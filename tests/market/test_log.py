"""Sentences about the event log, its encoding and its hashes; `test_properties` folds it at random."""

from __future__ import annotations

import json

import pytest

from market.encoding import decode_command, encode_command
from market.events import AskForecasts, ClosePeriod, Command, LogLine, OpenPeriod, Pause, Resume, Told
from market.exchange import Exchange, LogMismatch, fold
from market.orders import CancelOrder, Hold, ReplaceOrder
from market.treatments import Role
from tests.market.builders import BUY, FOK, buy, opened, play, sell, treatment
from tests.market.commands import TREATMENTS, played

COMMANDS: list[Command] = [
    buy(50, 2),
    sell(None, 3),
    buy(7, 1, FOK),
    CancelOrder(4),
    ReplaceOrder(4, 50, 2),
    OpenPeriod(),
    OpenPeriod(reason="two are enough"),
    OpenPeriod("X", (Told("T1", "state", "X"),), "two are enough"),
    AskForecasts("two are enough"),
    ClosePeriod(40),
    Pause("a fire alarm"),
    Resume(),
]


@pytest.mark.parametrize("command", COMMANDS, ids=str)
def test_a_command_survives_json(command: Command) -> None:
    assert decode_command(json.loads(json.dumps(encode_command(command)))) == command


def test_holding_has_a_name_too() -> None:
    assert encode_command(Hold()) == ["hold"]


@pytest.mark.parametrize(
    "document", [[], ["jump"], ["place"], ["close", "40"], ["open", 1], ["cancel", "4"], "open", None, {"do": "open"}]
)
def test_what_is_no_command_is_named(document: object) -> None:
    with pytest.raises(ValueError, match="Unknown command"):
        decode_command(document)


def test_a_line_says_what_was_done_and_what_came_of_it() -> None:
    market = opened()
    play(market, ("T1", sell(50, 2)), ("T2", buy(50)))
    line = market.log()[-1]
    assert (line.seq, line.period, line.seconds, line.actor) == (3, 1, 2.0, "T2")
    assert line.command == '["place","buy",50,1,"period"]'
    assert line.outcomes == '[["trade",1,1,2.0,"T2","T1",50,1,"buy",2,1,null,null]]'


def test_equal_histories_have_equal_hashes() -> None:
    assert played(TREATMENTS["asset"], seed=5).chain_hash() == played(TREATMENTS["asset"], seed=5).chain_hash()
    assert played(TREATMENTS["asset"], seed=5).chain_hash() != played(TREATMENTS["asset"], seed=6).chain_hash()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Exchange(treatment(), {}), Exchange(treatment(improvement=True), {})),
        (
            Exchange(treatment(), {"T1": Role(name="rich", cash=100)}),
            Exchange(treatment(), {"T1": Role(name="rich", cash=101)}),
        ),
    ],
)
def test_other_rules_or_other_endowments_are_another_history(one: Exchange, other: Exchange) -> None:
    assert one.chain_hash() != other.chain_hash()


def test_a_history_knows_its_treatment_by_what_is_no_default() -> None:
    """So that a field added later, at its default, leaves old logs valid."""
    assert '"improvement"' not in treatment().essence()
    assert '"improvement":true' in treatment(improvement=True).essence()


def test_equal_markets_with_different_histories_have_equal_states() -> None:
    one, other = opened(), opened()
    play(one, ("T1", sell(50)), ("T2", buy(50)))
    play(other, ("T1", sell(50)), ("T2", buy(60)))
    assert one.state_hash() == other.state_hash()
    assert one.chain_hash() != other.chain_hash()


def test_the_log_grows_at_its_end_only() -> None:
    market = opened()
    before = market.log()
    play(market, ("T1", buy(50)))
    assert market.log()[: len(before)] == before
    assert [line.seq for line in market.log(since=1)] == [2]


def test_the_fold_of_nothing_is_a_market_that_waits() -> None:
    assert fold(treatment(), {}, []).chain_hash() == Exchange(treatment(), {}).chain_hash()


def test_a_market_goes_on_from_its_fold() -> None:
    market = opened()
    play(market, ("T1", buy(50, 2)))
    again = fold(market.treatment, market.roles, market.log())
    play(market, ("T2", sell(50)))
    play(again, ("T2", sell(50)))
    assert again.chain_hash() == market.chain_hash()


@pytest.mark.parametrize(
    "change",
    [
        {"command": '["place","buy",51,1,"period"]'},
        {"command": '["place","left",50,1,"period"]'},
        {"command": '["open"]'},
        {"command": "not JSON"},
        {"actor": "T2"},
        {"actor": "nobody"},
        {"seconds": 2.5},
        {"seconds": float("nan")},
        {"seq": 7},
        {"seq": 0},
        {"period": 2},
        {"outcomes": "[]"},
        {"hash": "0123456789abcdef"},
    ],
    ids=str,
)
def test_a_changed_line_is_named(change: dict[str, object]) -> None:
    market = opened()
    play(market, ("T1", buy(50)), ("T3", buy(40)))
    log = market.log()
    log[1] = LogLine(**{**log[1]._asdict(), **change})
    with pytest.raises(LogMismatch, match=f"Event {log[1].seq} "):
        fold(market.treatment, market.roles, log)


def test_a_log_under_other_rules_is_noticed_at_its_first_line() -> None:
    market = opened()
    with pytest.raises(LogMismatch, match="Event 1 came out differently"):
        fold(treatment(short_limit=1), market.roles, market.log())


def test_whole_seconds_are_the_same_time_as_a_float() -> None:
    market = opened()
    market.submit("T1", buy(50), 3)
    assert market.log()[-1].seconds == 3.0
    assert isinstance(market.log()[-1].seconds, float)
    assert market.events[-1].command == buy(50)
    assert market.book.side(BUY).best() == 50
