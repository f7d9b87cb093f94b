"""`exchange`: an exchange on this machine that speaks Bybit's v5, played from bars, to try paper trading on."""

from __future__ import annotations

import argparse
from decimal import Decimal

from worlds.crypto.arguments import add_desk, configured, seconds, whole
from worlds.errors import WorldError


def add(group: argparse.ArgumentParser, _: str) -> None:
    add_desk(group)
    group.add_argument("--port", type=whole(1, 65535), default=8070, help="on 127.0.0.1 (8070)")
    group.add_argument("--seconds-a-bar", type=seconds, default=5.0, metavar="S", help="how fast its clock runs (5)")
    group.add_argument("--depth-usd", type=whole(1), metavar="USD", help="what one order can fill at a bar (all of it)")
    group.add_argument("--start-bar", type=whole(1), metavar="N", help="bars that are history at the start (half)")


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted. Raises WorldError."""
    from worlds.crypto.data.source import first_line, load
    from worlds.crypto.paper.client import PLAY_KEYS, Keys
    from worlds.crypto.paper.local_exchange import LocalExchange
    from worlds.crypto.paper.local_market import LocalMarket

    bars = load(configured(options), options.seed)
    first = options.start_bar or len(bars) // 2
    if first >= len(bars):
        raise WorldError(f"--start-bar {first}: there are {len(bars)} bars; expected less than that.")
    print(first_line(bars))
    depth = Decimal(options.depth_usd) if options.depth_usd else None
    market = LocalMarket(bars, first, depth)
    try:
        # those that `paper` will use on this machine
        keys = Keys.from_environment(PLAY_KEYS)
        serving = LocalExchange(market, keys.key, keys.secret, options.port, options.seconds_a_bar)
    except OSError as error:
        raise WorldError(f"--port {options.port}: {error.strerror}. Name another one.") from None
    with serving:
        print(_told(serving.url, bars.symbols), flush=True)
        serving.wait()
    return 0


def _told(url: str, symbols: tuple[str, ...]) -> str:
    return (
        f"An exchange of play money at {url}. In another terminal:\n"
        f"  python -m worlds.crypto paper --symbols {' '.join(symbols)} --exchange-url {url} --poll 1"
    )
