"""Bots press the experimenter's buttons by the REST key or by the admin's login."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from bots.adapters.errors import SetupError
from bots.adapters.otree_server import NotThere, OTreeServer

KEY, PASSWORD = "a-rest-key", "a-password"
LOGIN_PAGE = '<input type="hidden" name="csrftoken" value="7">'


@dataclass
class Site:
    """A server that takes the key or a login, and keeps what it was told to do. `status` answers those who may."""

    status: int = 200
    address: str = ""
    told: list[tuple[str, Any]] = field(default_factory=list)


@contextmanager
def served(site: Site) -> Iterator[Site]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site))
    site.address = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply(200, LOGIN_PAGE)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if self.path == "/login":
                return self._log_in(body)
            knows = self.headers.get("otree-rest-key") == KEY or "admin=yes" in self.headers.get("Cookie", "")
            if knows:
                site.told.append((self.path, json.loads(body)))
            return self._reply(site.status if knows else 403)

        def _log_in(self, body: str) -> None:
            good = f"password={PASSWORD}" in body and "csrftoken=7" in body
            self._reply(302 if good else 200, LOGIN_PAGE, {"Location": "/", "Set-Cookie": "admin=yes"} if good else {})

        def _reply(self, status: int, text: str = "{}", headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *arguments: object) -> None:
            """Quiet."""

    return Handler


@pytest.mark.parametrize("secret", [{"key": KEY}, {"password": PASSWORD}])
@pytest.mark.parametrize("do", ["pause", "resume", "end_and_pay"])
def test_a_session_is_operated_with_a_reason(secret: dict[str, str], do: str) -> None:
    with served(Site()) as site:
        OTreeServer(site.address, **secret).operate("abc12345", do, "the model is gone")
    assert site.told == [("/api/openpit/operate/abc12345", {"do": do, "reason": "the model is gone"})]


@pytest.mark.parametrize("secret", [{}, {"key": "wrong"}, {"password": "wrong"}])
def test_who_may_not_is_told_what_to_set_and_no_secret(secret: dict[str, str]) -> None:
    with served(Site()) as site, pytest.raises(SetupError) as told:
        OTreeServer(site.address, **secret).operate("abc12345", "pause", "gone")
    assert site.told == []
    assert "OTREE_REST_KEY" in str(told.value) or "OTREE_ADMIN_PASSWORD" in str(told.value)
    assert "wrong" not in str(told.value)


def test_a_server_that_has_no_such_buttons_is_told() -> None:
    with served(Site(status=404)) as site, pytest.raises(NotThere, match="operate/abc12345 does not exist"):
        OTreeServer(site.address, key=KEY).operate("abc12345", "pause", "gone")
