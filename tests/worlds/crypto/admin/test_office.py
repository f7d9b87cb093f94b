"""Events reach who wants them, alerts reach people, and reports say how it went."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from worlds.crypto.admin.alerts import Limits, Watch
from worlds.crypto.admin.digest import digest, text_of
from worlds.crypto.admin.events import FILE_NAME, Bus, Event, Recorder, recorded
from worlds.crypto.admin.notices import Notice, console, file, slack, webhook
from worlds.crypto.admin.office import Office
from worlds.crypto.admin.status import newest, status
from worlds.errors import WorldError

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
BAR = timedelta(hours=4)


def equity(number: int, value: float) -> Event:
    return Event("equity", START + number * BAR, {"equity": value, "exposures": {"BTC": 500.0, "ETH": 0.0}})


def closed(number: int, pnl: float, symbol: str = "BTC") -> Event:
    return Event("closed", START + number * BAR, {"symbol": symbol, "pnl": pnl})


@contextmanager
def receiver(status_code: int = 200) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A place that takes what is posted to it, as Slack's webhooks do."""
    heard: list[dict[str, str]] = []

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status_code)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Ear)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/services/T0/secret", heard
    finally:
        server.shutdown()
        server.server_close()


def office(folder: Path, *notices: Notice) -> Bus:
    bus = Bus()
    Office(bus, folder, Watch(Limits()), notices)
    return bus


def test_an_event_that_answers_another_comes_after_it_for_everybody() -> None:
    bus, heard = Bus(), []
    bus.subscribe(lambda event: bus.publish(Event("report", event.at)), "equity")
    bus.subscribe(lambda event: heard.append(event.kind))
    bus.publish(equity(0, 1.0))
    assert heard == ["equity", "report"]


def test_a_subscriber_hears_only_the_kinds_it_named() -> None:
    bus, heard = Bus(), []
    bus.subscribe(lambda event: heard.append(event.kind), "closed")
    bus.publish(equity(0, 1.0))
    bus.publish(closed(0, 1.0))
    assert heard == ["closed"]


def test_events_on_disk_are_the_events_that_happened(tmp_path: Path) -> None:
    bus = Bus()
    bus.subscribe(Recorder(tmp_path))
    happened = [equity(0, 10.5), closed(1, -2.0)]
    for event in happened:
        bus.publish(event)
    with (tmp_path / FILE_NAME).open("a") as page:
        page.write('{"at": "2026-')  # a crash in the middle of a line
    assert list(recorded(tmp_path)) == happened


def test_an_alert_is_told_on_every_way_and_is_an_event_itself(tmp_path: Path) -> None:
    said: list[str] = []
    with receiver() as (address, heard):
        bus = office(tmp_path, console(said.append), file(tmp_path), slack(address))
        bus.publish(equity(0, 10_000))
        bus.publish(equity(1, 8_000))
    assert [line.split("  ")[2].split(":")[0] for line in said] == ["drawdown", "daily_loss"]
    assert [json.loads(line)["rule"] for line in (tmp_path / "alerts.jsonl").read_text().splitlines()] == [
        "drawdown",
        "daily_loss",
    ]
    assert heard[0]["text"].startswith("*CRITICAL* drawdown: Equity is 20.0% under its highest value")
    assert [event.kind for event in recorded(tmp_path)] == ["equity", "equity", "alert", "alert"]


def test_a_text_with_marks_of_slack_is_shown_as_it_is(tmp_path: Path) -> None:
    with receiver() as (address, heard):
        bus = office(tmp_path, slack(address))
        for number in range(3):
            bus.publish(Event("breach", START + number * BAR, {"symbol": "BTC", "check": "<!channel> & co"}))
    assert "&lt;!channel&gt; &amp; co" in heard[0]["text"]


@pytest.mark.parametrize(("code", "said"), [(500, "status 500"), (None, "could not be reached")])
def test_a_channel_that_fails_is_recorded_without_its_address_and_stops_nothing(
    tmp_path: Path, code: int | None, said: str
) -> None:
    with receiver(code or 200) as (address, _):
        unreachable = "http://127.0.0.1:9/services/T0/secret"
        bus = office(tmp_path, slack(address if code else unreachable))
        bus.publish(equity(0, 10_000))
        bus.publish(equity(1, 8_800))
    troubles = [str(event.facts["what"]) for event in recorded(tmp_path) if event.kind == "trouble"]
    assert len(troubles) == 2
    assert said in troubles[0]
    assert "secret" not in (tmp_path / FILE_NAME).read_text()


def test_the_address_of_a_channel_comes_from_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK", "https://hooks.slack.com/services/x")
    assert webhook("$HOOK") == "https://hooks.slack.com/services/x"
    assert webhook("") == ""
    with pytest.raises(WorldError, match="not set to an address"):
        webhook("$ANOTHER_HOOK")


def test_a_digest_counts_what_happened_in_its_time_and_starts_with_the_equity_before_it() -> None:
    events = [equity(0, 1_000), closed(1, 5), equity(6, 1_100), closed(7, -10), closed(8, 30, "ETH"), equity(9, 990)]
    told = digest(events, START + 6 * BAR, START + 12 * BAR)
    assert (told.first, told.last, told.closed, told.wins) == (1_100, 990, 2, 1)
    assert told.pnl == {"BTC": -10, "ETH": 30}
    assert told.drawdown == pytest.approx(0.1)
    assert "1,100.00 -> 990.00 USDT (-10.00%)" in text_of(told)


def test_a_digest_of_an_empty_time_says_so() -> None:
    assert "No bar was traded" in text_of(digest([], START, START + BAR))


def test_a_report_is_written_every_day_and_on_mondays_one_of_the_week(tmp_path: Path) -> None:
    bus = office(tmp_path)
    for number in range(8 * 6 + 1):
        bus.publish(equity(number, 10_000 + number))
    names = sorted(path.name for path in (tmp_path / "reports").iterdir())
    assert names == [*(f"daily-2026-03-{day:02}.txt" for day in range(3, 11)), "weekly-2026-03-09.txt"]
    assert "10,000.00 -> 10,042.00" in (tmp_path / "reports" / "weekly-2026-03-09.txt").read_text()


def test_a_report_that_was_due_while_the_desk_was_down_is_written_when_it_is_up_again(tmp_path: Path) -> None:
    bus = Bus()
    Office(bus, tmp_path, Watch(Limits()), [], before=[equity(1, 10_000)])
    bus.publish(equity(7, 10_100))
    assert [path.name for path in (tmp_path / "reports").iterdir()] == ["daily-2026-03-03.txt"]


def test_the_status_tells_state_equity_positions_and_fresh_alerts(tmp_path: Path) -> None:
    bus = office(tmp_path)
    bus.publish(Event("started", START, {"source": "synthetic bars", "symbols": ["BTC", "ETH"], "capital": 10_000}))
    bus.publish(equity(0, 10_000))
    bus.publish(equity(1, 8_800))
    told = status(tmp_path)
    assert "not ended" in told
    assert "8,800.00 USDT at 2026-03-02 04:00 UTC" in told
    assert "BTC +500 USDT" in told
    assert "Alerts      2" in told
    bus.publish(Event("ended", START + BAR, {"why": "all bars played"}))
    assert "ended: all bars played" in status(tmp_path)


def test_the_newest_run_of_a_folder_is_found_and_an_empty_one_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="no run of the desk is there"):
        newest(tmp_path)
    for name in ("run-1", "run-2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / FILE_NAME).write_text("")
    assert newest(tmp_path).name in ("run-1", "run-2")
    assert newest(tmp_path / "run-1").name == "run-1"
