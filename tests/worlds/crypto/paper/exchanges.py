"""Small markets and exchanges for the tests of paper trading."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import requests

from worlds.crypto.data.bars import NEEDED, Bars
from worlds.crypto.paper.client import Bybit, Keys, connect
from worlds.crypto.paper.journal import Journal
from worlds.crypto.paper.local_exchange import LocalExchange
from worlds.crypto.paper.local_market import LocalMarket
from worlds.crypto.paper.orders import Orders, Patience

KEYS = Keys("pit-key", "pit-secret")
QUICK = Patience(attempts=3, pause=0.0, looks=3)


def flat_bars(price: float = 100.0, count: int = 10, symbols: tuple[str, ...] = ("SOL", "ETH")) -> Bars:
    """Bars in which every price is `price`."""
    times = np.datetime64("2026-01-01T00:00:00", "s") + np.arange(count) * np.timedelta64(4 * 3600, "s")
    shape = (count, len(symbols))
    columns = {name: np.full(shape, price) for name in NEEDED}
    return Bars(symbols=symbols, times=times, columns=columns, source="synthetic", origin="every price the same")


@contextmanager
def exchange(depth_usd: int | None = None, **bars: float) -> Iterator[LocalExchange]:
    depth = None if depth_usd is None else Decimal(depth_usd)
    market = LocalMarket(flat_bars(**bars), 4, depth)  # type: ignore[arg-type]
    with LocalExchange(market, KEYS.key, KEYS.secret) as running:
        yield running


def client_of(running: LocalExchange, keys: Keys = KEYS) -> Bybit:
    return connect(keys, running.url, seconds=2)


def orders_at(running: LocalExchange, folder: Path) -> Orders:
    return Orders(client_of(running), Journal(folder), sleep=lambda _: None, patience=QUICK)


@contextmanager
def broken_line(running: LocalExchange, *, lose_answer_to: str) -> Iterator[str]:
    """The address of a line to the exchange that delivers everything, and loses the first answer to one path."""
    left = [lose_answer_to]

    class Line(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._pass_on("GET", b"")

        def do_POST(self) -> None:
            self._pass_on("POST", self.rfile.read(int(self.headers["Content-Length"])))

        def _pass_on(self, method: str, body: bytes) -> None:
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            answer = requests.request(method, running.url + self.path, data=body, headers=headers, timeout=5)
            if left and self.path.startswith(left[0]):
                left.clear()
                self.connection.close()
                return
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Line)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
