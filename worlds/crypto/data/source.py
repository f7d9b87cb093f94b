"""Where a desk's bars come from, as its configuration says."""

from __future__ import annotations

from pathlib import Path

from worlds.crypto.data.bars import BARS_A_DAY, Bars
from worlds.crypto.data.csv import file_of, read_files
from worlds.crypto.data.synthetic import synthetic
from worlds.crypto.settings import Config, DataSettings

BARS_FOLDER = "bars"


def load(config: Config, seed: int = 42) -> Bars:
    """The last `max_days` of the configured coins. `seed` is for synthetic ones. Raises WorldError."""
    data = config.data
    files = files_of(data)
    missing = [path for path in files.values() if not path.is_file()]
    if data.source == "synthetic" or (data.source == "auto" and missing):
        return synthetic(data.max_days, seed).of(data.symbols)
    source = "ccxt" if data.source == "ccxt" else "csv"
    bars = read_files(files, source, str(next(iter(files.values())).parent))
    return bars.rows(max(0, len(bars) - data.max_days * BARS_A_DAY))


def files_of(data: DataSettings) -> dict[str, Path]:
    """The file of each coin: downloads, a single file, or the folder."""
    if data.source == "ccxt":
        return {coin: file_of(downloads(data), coin) for coin in data.symbols}
    if not data.multi_asset and data.offline_prices_csv:
        return {data.symbols[0]: Path(data.offline_prices_csv)}
    return {coin: file_of(Path(data.bybit_csv_dir), coin) for coin in data.symbols}


def downloads(data: DataSettings) -> Path:
    """Where the command `download` puts its files."""
    return Path(data.out_dir) / BARS_FOLDER


def first_line(bars: Bars) -> str:
    """What every output begins with, so that nobody takes one source for another."""
    real = "" if bars.synthetic else "real, "
    first, last = (str(time)[:10] for time in bars.times[[0, -1]])
    return f"Bars: {real}{bars.origin} ({len(bars)} bars of 4 hours, {first} to {last}, {', '.join(bars.symbols)})."
