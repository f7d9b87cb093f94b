"""An exchange on this machine that speaks Bybit's v5 REST: public market data, and signed orders for one account.

Source of the signature: https://bybit-exchange.github.io/docs/v5/guide#authentication
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from worlds.crypto.paper.local_answers import PRIVATE, PUBLIC, Query
from worlds.crypto.paper.local_market import LocalMarket, Rejected

LONGEST_BODY = 64 * 1024


class LocalExchange:
    """Serves a `LocalMarket` at `url` until it is closed. One key and secret are known to it."""

    def __init__(self, market: LocalMarket, key: str, secret: str, port: int = 0, seconds_a_bar: float = 0.0) -> None:
        self.market, self.lock = market, Lock()
        self._key, self._secret = key, secret
        self._over = Event()
        self._server = _Listener(("127.0.0.1", port), _Handler)
        self._server.exchange = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._threads = [Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)]
        if seconds_a_bar:
            self._threads.append(Thread(target=self._tick, args=(seconds_a_bar,), daemon=True))

    def __enter__(self) -> LocalExchange:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def _tick(self, seconds: float) -> None:
        while not self._over.wait(seconds):
            self.advance()

    def advance(self) -> bool:
        """One bar on. False at the end of the bars."""
        with self.lock:
            return self.market.advance()

    def wait(self) -> None:
        """Until it is closed or interrupted."""
        self._over.wait()

    def answer(self, method: str, path: str, query: Query, signed: str, headers: Mapping[str, str]) -> dict[str, Any]:
        """Bybit's envelope around the answer to one request. `signed`: the text that its signature covers."""
        try:
            result = self._result((method, path), query, signed, headers)
        except Rejected as refused:
            return {"retCode": refused.code, "retMsg": str(refused), "result": {}, "retExtInfo": {}, "time": _ms()}
        return {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": _ms()}

    def _result(
        self, request: tuple[str, str], query: Query, signed: str, headers: Mapping[str, str]
    ) -> dict[str, Any]:
        if request in PRIVATE:
            self._check_signature(signed, headers)
        answer = PUBLIC.get(request) or PRIVATE.get(request)
        if answer is None:
            raise Rejected(10001, f"{' '.join(request)} is not served here")
        with self.lock:
            return answer(self.market, query)

    def _check_signature(self, signed: str, headers: Mapping[str, str]) -> None:
        stamp, window = headers.get("X-BAPI-TIMESTAMP", ""), headers.get("X-BAPI-RECV-WINDOW", "5000")
        if headers.get("X-BAPI-API-KEY") != self._key:
            raise Rejected(10003, "API key is invalid.")
        if not (stamp.isdigit() and window.isdigit()) or abs(_ms() - int(stamp)) > int(window):
            raise Rejected(10002, "invalid request, please check your server timestamp or recv_window param.")
        text = f"{stamp}{self._key}{window}{signed}"
        right = hmac.new(self._secret.encode(), text.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(right, headers.get("X-BAPI-SIGN", "")):
            raise Rejected(10004, "error sign! please check your signature generation algorithm.")


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    exchange: LocalExchange


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Listener

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self._send(self._answer("GET", parts.path, dict(parse_qsl(parts.query)), parts.query))

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        if length > LONGEST_BODY:
            self.send_error(413)
            return
        body = self.rfile.read(length).decode("utf-8", "replace")
        try:
            query = json.loads(body or "{}")
        except ValueError:
            query = None
        if not isinstance(query, dict):
            self.send_error(400)
            return
        self._send(self._answer("POST", urlsplit(self.path).path, query, body))

    def _answer(self, method: str, path: str, query: Query, signed: str) -> dict[str, Any]:
        headers = {name.upper(): value for name, value in self.headers.items()}
        return self.server.exchange.answer(method, path, query, signed, headers)

    def _send(self, document: Mapping[str, Any]) -> None:
        page = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        """Silent: headers carry keys."""


def _ms() -> int:
    return int(time.time() * 1000)
