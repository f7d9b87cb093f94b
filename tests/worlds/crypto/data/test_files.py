"""A file of bars is taken as it is, or refused with the row and what to do about it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.worlds.crypto.coins import REAL, needs_real_bars
from worlds.crypto.config import load_config
from worlds.crypto.data.bars import NEEDED, Bars, corrupted, truncated
from worlds.crypto.data.csv import TIME, file_of, read_file, read_folder
from worlds.crypto.data.source import first_line, load
from worlds.crypto.data.synthetic import synthetic
from worlds.crypto.settings import COINS, Config, DataSettings
from worlds.errors import WorldError


def page_of(bars: Bars, coin: int) -> pd.DataFrame:
    frame = pd.DataFrame({name: bars[name][:, coin] for name in NEEDED})
    frame.insert(0, TIME, [f"{str(time).replace('T', ' ')}+00:00" for time in bars.times])
    return frame


def folder_of(bars: Bars, folder: Path) -> Path:
    for at, coin in enumerate(bars.symbols):
        page_of(bars, at).to_csv(file_of(folder, coin), index=False)
    return folder


def desk(**data: object) -> Config:
    return replace(load_config(), data=DataSettings(**data))  # type: ignore[arg-type]


def fault_of(tmp_path: Path, change: object) -> str:
    frame = page_of(synthetic(2, 1), 0)
    assert callable(change)
    changed = change(frame)
    path = tmp_path / "Bybit_BTC.csv"
    (frame if changed is None else changed).to_csv(path, index=False)
    with pytest.raises(WorldError) as refused:
        read_file(path)
    return str(refused.value)


def setting(row: int, column: str, value: object) -> object:
    def change(frame: pd.DataFrame) -> None:
        values = list(frame[column])
        values[row - 2] = value
        frame[column] = values

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda frame: frame.drop(index=[5, 6]), "row 7: 2 bars are missing between"),
        (lambda frame: frame.iloc[[0, 1, 2, 2, 3]], "row 5: 2025-11-03T16:00:00 is there twice. Delete one"),
        (lambda frame: frame.iloc[[0, 2, 1, 3]], "row 4: 2025-11-03T12:00:00 comes after 2025-11-03T16:00:00. Sort"),
        (setting(4, "close", ""), "row 4: close is nan; expected a number. Get the bar again"),
        (setting(4, "open", "abc"), "row 4: open is nan"),
        (setting(6, "high", 1.0), "row 6: an impossible bar (high is below another price)"),
        (setting(6, "low", 1e6), "row 6: an impossible bar (low is above another price)"),
        (setting(3, "volume", -1.0), "row 3: an impossible bar (volume, turnover or open interest is below 0)"),
        (setting(3, "mark_close", 0.0), "row 3: an impossible bar (a price is not above 0)"),
        (setting(3, "funding_rate", 7.5), "row 3: an impossible bar (a funding rate above 10 %"),
        (setting(3, TIME, "yesterday"), "row 3: there is no time"),
        (setting(13, TIME, "2025-11-05 05:30:00+00:00"), "row 13: 2025-11-05T05:30:00 is no multiple of four hours"),
        (lambda frame: frame.drop(columns="oi_usd"), "the column 'oi_usd' is missing"),
        (lambda frame: frame.iloc[:0], "It has no rows"),
    ],
)
def test_each_fault_of_a_file_is_named_with_its_row(tmp_path: Path, change: object, said: str) -> None:
    assert said in fault_of(tmp_path, change)


def test_many_faults_are_counted(tmp_path: Path) -> None:
    assert "... and 7 more." in fault_of(tmp_path, lambda frame: frame.assign(close=0.0))


def test_coins_are_joined_on_the_times_that_all_have_and_nothing_is_filled_in(tmp_path: Path) -> None:
    folder = folder_of(synthetic(3, 1), tmp_path)
    page_of(synthetic(3, 1).rows(4), 2).to_csv(file_of(folder, "SOL"), index=False)
    joined = read_folder(folder, COINS)
    assert len(joined) == len(synthetic(3, 1)) - 4
    np.testing.assert_array_equal(joined.close, synthetic(3, 1).close[4:])


def test_auto_takes_the_files_where_all_are_there_and_says_so(tmp_path: Path) -> None:
    config = desk(bybit_csv_dir=str(tmp_path), max_days=30)
    assert load(config, 5).synthetic
    assert "drawn by chance, not a market" in first_line(load(config, 5))
    folder_of(synthetic(40, 1), tmp_path)
    bars = load(config)
    assert (bars.source, len(bars)) == ("csv", 30 * 6)
    assert str(tmp_path) in first_line(bars)


def test_csv_does_not_fall_back_to_chance(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match=r"Bybit_BTC.csv: it cannot be read .* `download` makes it"):
        load(desk(source="csv", bybit_csv_dir=str(tmp_path)))


def test_the_future_can_be_cut_off_or_turned_to_nonsense() -> None:
    bars = synthetic(3, 1)
    cut, wrong = truncated(bars, 10), corrupted(bars, 10, np.random.default_rng(1))
    for name in NEEDED:
        np.testing.assert_array_equal(cut[name], bars[name][:10])
        np.testing.assert_array_equal(wrong[name][:10], bars[name][:10])
        assert not np.isclose(wrong[name][10:], bars[name][10:], rtol=1e-6).any()


def test_bars_cannot_be_changed() -> None:
    bars = synthetic(3, 1)
    with pytest.raises(ValueError, match="read-only"):
        bars.close[0, 0] = 1.0


@needs_real_bars
def test_the_real_files_are_whole_and_their_open_interest_is_in_coins() -> None:
    bars = read_folder(REAL, COINS)
    assert len(bars) > 8_000
    np.testing.assert_allclose(bars["oi"] * bars["mark_close"], bars["oi_usd"])
    changed = np.diff(bars["funding_rate"], axis=0) != 0
    # carried on from one settlement to the next: it must be charged at settlements alone
    assert changed[bars.settles[1:]].mean() > 0.3
    assert changed[~bars.settles[1:]].mean() < 0.01
