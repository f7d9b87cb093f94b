"""A real server with a session, and seats that speak the page's protocol without a browser."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.legacy.client import connect

from market.custom import treatment_to_toml
from market.designs import design
from market.view import MarketView
from pit import Server

KEY = "rest-key-of-the-tests"
ANSWER_SECONDS = 10


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_lab(folder: Path, database: str = "") -> Iterator[Server]:
    """oTree's production server in `folder`, as `pit.py demo` starts it; `database`: the URL of one besides SQLite."""
    server = Server(folder, free_port(), KEY)
    if database:
        server.environment["DATABASE_URL"] = database
    with server:
        yield server


def new_session(
    server: Server, treatment: str = "asset_cda", seats: int = 3, **changes: object
) -> tuple[str, list[str]]:
    """(session code, participant codes)."""
    body = {"session_config_name": treatment, "num_participants": seats, "modified_session_config_fields": changes}
    code = server.ask("/api/sessions", body)["code"]
    return code, [seat["code"] for seat in server.ask(f"/api/get_session/{code}", {})["participants"]]


def own_treatment(server: Server, name: str = "asset_cda", /, **changes: Any) -> dict[str, Any]:
    """What a session's configuration says to be played by a shipped design with changes: a file on the server."""
    treatment = design(name).with_changes(name="own", **changes)
    path = server.folder / f"treatment-{next(_files)}.toml"
    path.write_text(treatment_to_toml(treatment), encoding="utf-8")
    return {"treatment": "custom", "treatment_file": str(path)}


def operate(server: Server, session: str, do: str, **details: object) -> dict[str, Any]:
    """Press one of the experimenter's buttons, without the monitor."""
    return dict(server.ask(f"/api/openpit/operate/{session}", {"do": do, **details}))


_files = count(1)


class Seat:
    """One seat at a market: sends commands, keeps what it is told."""

    def __init__(self, server: Server, participant: str, round_number: int = 1) -> None:
        self.address = f"ws://127.0.0.1:{server.port}/openpit/market/{participant}/{round_number}"
        self.name = participant
        self.session = ""
        self.messages: list[dict[str, Any]] = []
        self.lost = False
        self._numbers = count(1)
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> Seat:
        self.socket = await connect(self.address)
        self._listener = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listener.cancel()
        await self.socket.close()

    async def _listen(self) -> None:
        with suppress(ConnectionClosed):
            async for text in self.socket:
                self.messages.append(json.loads(text))
                await self._notify()
        self.lost = True
        await self._notify()

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def until(self, wanted: Any) -> dict[str, Any]:
        """The first message, of those that came or will come, of which `wanted(message)` is true.

        Raises ConnectionError when the server is gone before it comes.
        """

        def found() -> dict[str, Any] | None:
            return next((message for message in self.messages if wanted(message)), None)

        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(lambda: found() or self.lost), ANSWER_SECONDS)
        message = found()
        if message is None:
            raise ConnectionError("the server closed the line")
        return message

    async def send(self, text: str | bytes) -> None:
        await self.socket.send(text)

    async def command(self, identity: str | None = None, **command: Any) -> dict[str, Any]:
        """Send a command and wait for its receipt."""
        identity = identity or f"{self.name}-{next(self._numbers)}"
        await self.send(json.dumps({"id": identity, **command}))
        return dict((await self.until(lambda one: one["type"] == "ack" and one["id"] == identity))["receipt"])

    async def place(self, side: str, price: object, quantity: object = 1, **more: Any) -> dict[str, Any]:
        return await self.command(do="place", side=side, price=price, quantity=quantity, **more)

    async def phase(self, phase: str, period: int = 1) -> dict[str, Any]:
        """Wait for the snapshot of a phase."""
        return await self.until(
            lambda one: one["type"] == "snapshot" and (one["view"]["phase"], one["view"]["period"]) == (phase, period)
        )

    async def view(self) -> MarketView:
        """A fresh snapshot."""
        already = {id(message) for message in self.messages}  # a later one may say just the same
        await self.send(json.dumps({"do": "snapshot"}))
        newer = await self.until(lambda one: one["type"] == "snapshot" and id(one) not in already)
        return MarketView.from_json(json.dumps(newer["view"]))
