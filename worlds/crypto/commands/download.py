"""`download`: bars from an exchange, as files that `data.source: ccxt` reads."""

from __future__ import annotations

import argparse
from pathlib import Path

from worlds.crypto.arguments import add_desk, configured


def add(group: argparse.ArgumentParser, name: str) -> None:
    add_desk(group)
    group.add_argument("--out", type=Path, metavar="DIR", help="data.out_dir/bars by default, where the desk looks")
    group.add_argument("--exchange-url", default="", metavar="URL", help="ask this server in the exchange's place")


def run(options: argparse.Namespace) -> int:
    """Raises WorldError; the files of coins that were done until then are kept."""
    from worlds.crypto.data.download import client, download
    from worlds.crypto.data.source import downloads

    data = configured(options).data
    folder = options.out or downloads(data)
    exchange = client(data.exchange_id, options.exchange_url)
    for path, rows in download(exchange, data.symbols, data.max_days, folder):
        print(f"{path}: {rows} bars", flush=True)
    print(f"Use them with data.source: ccxt, or data.bybit_csv_dir: {folder}")
    return 0
