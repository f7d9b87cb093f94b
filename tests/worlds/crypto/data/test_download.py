"""Bars from an exchange over HTTP by ccxt: what it says is what the files say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from worlds.crypto.__main__ import main
from worlds.crypto.data.bars import Bars
from worlds.crypto.data.csv import read_folder
from worlds.crypto.data.download import client
from worlds.crypto.data.synthetic import synthetic
from worlds.crypto.paper.local_exchange import LocalExchange
from worlds.crypto.paper.local_market import LocalMarket
from worlds.errors import WorldError


def asked_for(bars: Bars, newest: int, folder: Path, *said: str) -> int:
    with LocalExchange(LocalMarket(bars, newest), "key", "secret") as exchange:
        return main(["download", "--exchange-url", exchange.url, "--out", str(folder), *said])


def test_the_closed_bars_of_the_exchange_are_in_the_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # more than a page of them
    bars, newest = synthetic(60, 2), 60 * 6 - 5
    assert asked_for(bars, newest, tmp_path, "--symbols", "BTC", "DOGE", "--days", "40") == 0
    assert "Bybit_DOGE.csv: 240 bars" in capsys.readouterr().out
    written, wanted = read_folder(tmp_path, ("BTC", "DOGE")), bars.of(("BTC", "DOGE")).rows(newest - 239, newest + 1)
    np.testing.assert_array_equal(written.times, wanted.times)
    for name in ("open", "high", "low", "close", "volume", "mark_close", "oi_usd", "funding_rate"):
        np.testing.assert_allclose(written[name], wanted[name], rtol=1e-12)
    # ccxt passes no turnover on
    np.testing.assert_allclose(written["turnover"], wanted["turnover"], rtol=0.05)


def test_a_coin_that_is_not_traded_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked_for(synthetic(40, 2).of(("ETH",)), 200, tmp_path, "--symbols", "BTC", "--days", "30") == 2
    assert "BTC/USDT:USDT is not traded on bybit" in capsys.readouterr().err


def test_an_exchange_that_is_away_or_unknown_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    away = ["download", "--exchange-url", "http://127.0.0.1:9", "--out", str(tmp_path), "--symbols", "BTC"]
    assert main(away) == 2
    assert "bybit does not answer" in capsys.readouterr().err
    with pytest.raises(WorldError, match="ccxt knows no 'bybitt'; the nearest is 'bybit'"):
        client("bybitt")
