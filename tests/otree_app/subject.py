"""A subject without a browser: opens pages and sends forms over HTTP, as a browser would."""

from __future__ import annotations

import asyncio
import re
from contextlib import AsyncExitStack
from html import unescape
from html.parser import HTMLParser
from typing import Any

import requests

from pit import Server
from tests.lab import Seat


class _Inputs(HTMLParser):
    """The names of a page's fields."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = dict(attrs).get("name")
        if tag in ("input", "textarea", "select") and name and name not in self.names:
            self.names.append(name)


class Subject:
    """One participant. `page` is the name of the page that is shown, `text` what is read on it."""

    def __init__(self, server: Server, code: str, label: str = "") -> None:
        self.server, self.code = server, code
        self._browser = requests.Session()
        parameters = {"participant_label": label} if label else {}
        self._show(self._browser.get(f"{server.address}/InitializeParticipant/{code}", params=parameters))

    def _show(self, reply: requests.Response) -> None:
        assert reply.status_code == 200, (reply.status_code, reply.url)
        self.url, self.html = reply.url, reply.text
        self.page = reply.url.split("/")[-2]
        body = re.sub(r"(?s)<(script|style).*?</\1>|<[^>]+>", " ", self.html)
        self.text = " ".join(unescape(body).split())

    @property
    def fields(self) -> list[str]:
        parser = _Inputs()
        parser.feed(self.html)
        return parser.names

    def reload(self) -> None:
        self._show(self._browser.get(self.url))

    def send(self, **answers: Any) -> None:
        """Press the page's button."""
        self._show(self._browser.post(self.url, data=answers))

    def go_on_to(self, page: str, **answers: Any) -> None:
        self.send(**answers)
        assert self.page == page, (self.page, self.text[:600])


async def sit_through(server: Server, codes: list[str], round_number: int = 1) -> None:
    """Have all seats of a market there until it is over."""
    async with AsyncExitStack() as pages:
        seats = [await pages.enter_async_context(Seat(server, code, round_number)) for code in codes]
        over = [
            seat.until(lambda one: one["type"] == "snapshot" and one["view"]["phase"] == "finished") for seat in seats
        ]
        await asyncio.gather(*over)
