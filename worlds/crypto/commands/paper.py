"""`paper`: the desk on Bybit's test network, or on an exchange of this machine, bar by bar as they close."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from worlds.crypto.arguments import add_desk, add_model, add_out, configured, seconds, whole
from worlds.errors import WorldError

if TYPE_CHECKING:
    from worlds.crypto.admin.events import Bus, Event
    from worlds.crypto.news.newsroom import Newsroom
    from worlds.crypto.paper.client import Bybit
    from worlds.crypto.paper.strategy import Pipeline
    from worlds.crypto.settings import Config

HISTORY = 600  # bars that analysts and researchers look back on


def add(group: argparse.ArgumentParser, _: str) -> None:
    add_desk(group)
    add_out(group)
    add_model(group)
    group.add_argument("--exchange-url", default="", metavar="URL", help="an exchange on this machine, for trying")
    group.add_argument("--bars", type=whole(1), metavar="N", help="stop after N bars (without end)")
    group.add_argument("--history", type=whole(100), default=HISTORY, metavar="N", help=f"bars back ({HISTORY})")
    group.add_argument("--poll", type=seconds, default=20.0, metavar="SECONDS", help="between looks for a new bar (20)")


def run(options: argparse.Namespace) -> int:
    """Trade until the bars or the user's patience end. Raises WorldError."""
    from worlds.crypto.paper.client import PLAY_KEYS, Keys, Unreachable, connect

    config = _configured(options)
    keys = Keys.from_environment(PLAY_KEYS if options.exchange_url else None)
    client = connect(keys, options.exchange_url)
    folder = options.out or Path(config.data.out_dir) / "paper"
    symbols = config.paper_trading.symbols
    print(f"Bars: {options.exchange_url or 'the test network of Bybit'} ({', '.join(symbols)}). Nothing here is money.")
    print(f"Run folder: {folder}")
    try:
        with _Session(options, config, client, folder) as session:
            return session.run()
    except Unreachable as silent:
        # later on a silent exchange is waited for
        raise WorldError(f"The exchange does not answer ({silent}). Is its address right, and is it running?") from None


def _configured(options: argparse.Namespace) -> Config:
    config = configured(options)
    coins = config.data.symbols if options.symbols else config.paper_trading.symbols
    settings = replace(config.paper_trading, symbols=coins)
    return replace(config, paper_trading=settings)


class _Session:
    """One process of a run; the folder may hold what an earlier one left."""

    def __init__(self, options: argparse.Namespace, config: Config, client: Bybit, folder: Path) -> None:
        from worlds.folders import prepare

        self._options, self._config, self._client = options, config, client
        self._folder = prepare(folder)
        self._line = _line(options, self._folder)
        self._room: Newsroom | None = None
        self._at = client.now()  # the time of the market, which may be silent later

    def __enter__(self) -> _Session:
        return self

    def __exit__(self, *_: object) -> None:
        if self._line:
            self._line.close()

    def run(self) -> int:
        from worlds.crypto.admin.events import Bus, Event

        bus = Bus()
        before = self._before()
        self._staff(bus, before)
        bus.subscribe(_say)
        bus.subscribe(self._hear)
        trading = self._trading(bus, before)
        symbols = self._config.paper_trading.symbols
        bus.publish(Event("started", self._at, {"source": self._source(), "symbols": list(symbols)}))
        trading.take_up()
        try:
            traded = self._follow(trading, bus)
        except KeyboardInterrupt:
            bus.publish(Event("ended", self._at, {"why": "stopped by its user; positions keep their stops"}))
            raise
        bus.publish(Event("ended", self._at, {"why": f"{traded} bars were traded"}))
        return 0

    def _hear(self, event: Event) -> None:
        self._at = event.at

    def _before(self) -> list[Event]:
        from worlds.crypto.admin.events import FILE_NAME, recorded

        return list(recorded(self._folder)) if (self._folder / FILE_NAME).exists() else []

    def _staff(self, bus: Bus, before: list[Event]) -> None:
        from worlds.crypto.admin.alerts import Watch
        from worlds.crypto.admin.office import Office
        from worlds.crypto.admin.settings import limits_of, notices_of

        settings = self._config.admin
        Office(bus, self._folder, Watch(limits_of(settings)), notices_of(settings, self._folder), before=before)

    def _trading(self, bus: Bus, before: list[Event]) -> Any:
        from worlds.crypto.paper.curve import Curve
        from worlds.crypto.paper.journal import Journal
        from worlds.crypto.paper.orders import Orders
        from worlds.crypto.paper.trading import Trading

        orders = Orders(self._client, Journal(self._folder), time.sleep)
        closed = [str(event.facts["id"]) for event in before if event.kind == "closed"]
        return Trading(
            str(self._folder.resolve()),
            self._client,
            orders,
            self._strategy(),
            Curve.of(before),
            bus,
            self._config.paper_trading,
            closed,
        )

    def _strategy(self) -> Pipeline:
        from worlds.crypto.learning.floor import seats_of
        from worlds.crypto.paper.strategy import Pipeline
        from worlds.crypto.roles.model_trader import Log

        inventories = {role: one.inventory for role, one in self._config.agents.items()}
        return Pipeline(
            seats_of(self._config),
            inventories,
            self._config.data.add_cross_features,
            self._line,
            self._news,
            Log(self._folder),
        )

    def _news(self) -> Newsroom | None:
        from worlds.crypto.news.newsroom import newsroom

        self._room = newsroom(self._config, self._client.now(), self._line, self._room)
        return self._room

    def _follow(self, trading: Any, bus: Bus) -> int:
        from worlds.crypto.admin.events import Event
        from worlds.crypto.paper.feed import newest
        from worlds.crypto.paper.trading import follow

        symbols = self._config.paper_trading.symbols
        return follow(
            trading,
            lambda: newest(self._client, symbols, self._options.history),
            self._options.bars,
            lambda: time.sleep(self._options.poll),
            lambda what: bus.publish(Event("trouble", self._at, {"what": what})),
        )

    def _source(self) -> str:
        return self._options.exchange_url or "the test network of Bybit"


def _line(options: argparse.Namespace, folder: Path) -> Any:
    """To the model that trades; None for the trader's rule."""
    from worlds.crypto.models import open_line

    return open_line(options, folder) if options.model else None


def _say(event: Event) -> None:
    """A line on the terminal for what a person wants to see go by."""
    facts = event.facts
    if event.kind == "equity":
        held = "  ".join(f"{symbol} {value:+,.0f}" for symbol, value in facts["exposures"].items() if value)
        held = held or "no positions"
        print(f"{event.at:%Y-%m-%d %H:%M} UTC  equity {facts['equity']:,.2f}  {held}", flush=True)
    elif event.kind == "order":
        what = facts.get("refused") or f"{facts['state']}, {facts['filled']} at {facts['mean_price']}"
        print(f"  {facts['side']} {facts['quantity']} {facts['symbol']}: {what} ({facts['why']})", flush=True)
    elif event.kind == "closed":
        print(f"  {facts['symbol']} closed with {facts['pnl']:+,.2f}", flush=True)
    elif event.kind == "trouble":
        print(f"  {facts['what']}", flush=True)
