"""Paper trading as a user runs it, on the exchange of this machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.worlds.crypto.paper.exchanges import KEYS
from worlds.crypto.__main__ import main
from worlds.crypto.admin.events import recorded
from worlds.crypto.data.synthetic import synthetic
from worlds.crypto.paper.client import connect
from worlds.crypto.paper.feed import newest
from worlds.crypto.paper.local_exchange import LocalExchange
from worlds.crypto.paper.local_market import LocalMarket

BARS = synthetic(60, 3).of(("BTC", "ETH"))
FIRST = 300


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> LocalExchange:
    monkeypatch.setenv("BYBIT_TESTNET_KEY", KEYS.key)
    monkeypatch.setenv("BYBIT_TESTNET_SECRET", KEYS.secret)
    # its clock runs by itself, a bar every tenth of a second
    return LocalExchange(LocalMarket(BARS, FIRST), KEYS.key, KEYS.secret, seconds_a_bar=0.1)


def paper(url: str, folder: Path, *more: str) -> int:
    given = ["--symbols", "BTC", "ETH", "--history", "150", "--poll", "0.05", "--exchange-url", url]
    return main(["paper", *given, "--out", str(folder), *more])


def test_bars_of_the_exchange_are_those_that_it_plays_and_closed_ones_alone(running: LocalExchange) -> None:
    still = LocalExchange(LocalMarket(BARS, FIRST), KEYS.key, KEYS.secret)
    with still:
        read = newest(connect(KEYS, still.url), ("BTC", "ETH"), 250)
    own = BARS.rows(FIRST - 249, FIRST + 1)
    assert (read.times == own.times).all()
    for name in ("open", "high", "low", "close", "oi_usd", "funding_rate"):
        assert read[name] == pytest.approx(own[name]), name


def test_a_run_trades_tells_and_goes_on_where_it_stopped(
    running: LocalExchange, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running:
        assert paper(running.url, tmp_path / "run", "--bars", "2", "--model", "heuristic") == 0
        assert paper(running.url, tmp_path / "run", "--bars", "1", "--model", "heuristic") == 0
    told = capsys.readouterr().out
    assert "Nothing here is money" in told
    events = [event.kind for event in recorded(tmp_path / "run")]
    assert events.count("equity") == 3
    assert events.count("started") == 2
    thoughts = [json.loads(line) for line in (tmp_path / "run" / "thoughts.jsonl").read_text().splitlines()]
    assert [one["by"] for one in thoughts] == ["model"] * 3
    links = [json.loads(line) for line in (tmp_path / "run" / "orders.jsonl").read_text().splitlines()]
    intended = [line["link"] for line in links if line["kind"] == "intended"]
    assert len(intended) == len(set(intended))
    written = "".join(path.read_text() for path in (tmp_path / "run").rglob("*") if path.suffix in (".jsonl", ".txt"))
    assert KEYS.secret not in written + told
    assert main(["report", "--run", str(tmp_path / "run")]) == 0
    assert "Paper trading" in (tmp_path / "run" / "report.html").read_text()


def test_another_host_is_refused_before_anything_is_asked(tmp_path: Path, running: LocalExchange) -> None:
    assert paper("https://api.bybit.com", tmp_path / "run") == 2
    assert not (tmp_path / "run").exists()


def test_an_exchange_that_is_not_there_is_told_without_a_traceback(
    running: LocalExchange, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running:
        pass  # it was there
    assert paper(running.url, tmp_path / "run") == 2
    assert "The exchange does not answer" in capsys.readouterr().err
