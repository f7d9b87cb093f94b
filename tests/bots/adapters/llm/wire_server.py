"""A local server that speaks the wire formats of OpenAI, Anthropic, Mistral and Google, and fails as it is told to.

`python -m tests.bots.adapters.llm.wire_server` runs it by hand: it prints its base URL for each vendor and answers
every question with the simplest object that the question's schema allows.
"""

from __future__ import annotations

import json
import socket
import struct
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Barrier, Event, Lock, Thread
from typing import Any

from tests.bots.adapters.llm import wire_formats as wire
from tests.bots.adapters.llm.wire_formats import Json, Said

GATHERING_S = 10.0
PREFIXES = {"openai": "/openai/v1", "anthropic": "/anthropic", "mistral": "/mistral", "google": "/google"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What happens to one question: first the wait, then the fault if there is one, else `said` in the vendor's form.

    `fault` is one of reset, cut (the body ends early), drip (a byte at a time, for ever), junk (not JSON), or empty.
    """

    said: Said | None = None
    wait_s: float = 0.0
    fault: str = ""
    status: int = 200
    message: str = "the vendor's words"
    headers: dict[str, str] = field(default_factory=dict)
    body: Json | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One question as it arrived."""

    vendor: str
    path: str
    key: str
    body: Json
    at: float


def says(text: str | None, **more: Any) -> Step:
    return Step(said=Said(text=text, **more))


def says_json(**data: Any) -> Step:
    return says(json.dumps(data))


def fails(status: int, *, retry_after: str = "", message: str = "the vendor's words") -> Step:
    return Step(status=status, message=message, headers={"Retry-After": retry_after} if retry_after else {})


def hangs(seconds: float) -> Step:
    return Step(wait_s=seconds)


RESET = Step(fault="reset")
CUT = Step(fault="cut")
DRIP = Step(fault="drip")
JUNK = Step(fault="junk")


class WireServer:
    """Use as a context manager. `play` queues steps for the questions to come; after them `default` answers, or else
    the simplest object of the question's schema. `key`: the only key it takes, any when empty; `models`: the ids it
    knows, any when empty; `gathering`: how many questions have to be there before any is answered."""

    def __init__(
        self,
        *,
        key: str = "",
        models: tuple[str, ...] = (),
        default: Step | None = None,
        gathering: int = 1,
        port: int = 0,
    ) -> None:
        self.key = key
        self.models = models
        self.default = default
        self.calls: list[Call] = []
        self.connections = 0
        self.gate = Barrier(gathering, timeout=GATHERING_S)
        self.over = Event()
        self.lock = Lock()
        self._steps: deque[Step] = deque()
        self._http = _Listener(("127.0.0.1", port), _Handler, bind_and_activate=True)
        self._http.wire = self

    def __enter__(self) -> WireServer:
        Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._http.shutdown()
        self._http.server_close()

    def base_url(self, vendor: str) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}{PREFIXES[vendor]}"

    def play(self, *steps: Step) -> None:
        self._steps.extend(steps)

    def next_step(self, call: Call) -> Step:
        with self.lock:
            self.calls.append(call)
            if self._steps:
                return self._steps.popleft()
        return self.default or says(json.dumps(wire.example(wire.schema_in(call.vendor, call.body))))


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    wire: WireServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent."""

    def setup(self) -> None:
        super().setup()
        with self.server.wire.lock:
            self.server.wire.connections += 1

    def do_GET(self) -> None:
        vendor, server = self._vendor(), self.server.wire
        if server.key and self._key() != server.key:
            self._answer(*wire.bad_key(vendor, self._key()))
        else:
            self._answer(200, wire.model_list(vendor, list(server.models)))

    def do_POST(self) -> None:
        server = self.server.wire
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        call = Call(self._vendor(), self.path, self._key(), body, time.monotonic())
        server.gate.wait()
        try:
            self._question(call)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the asker has given up

    def _question(self, call: Call) -> None:
        server = self.server.wire
        asked = str(call.body.get("model") or call.path.split("models/")[-1].split(":")[0])
        if server.key and call.key != server.key:
            self._answer(*wire.bad_key(call.vendor, call.key))
        elif server.models and asked.removeprefix("models/") not in server.models:
            message = f"The model `{asked}` does not exist"
            self._answer(404, wire.error(call.vendor, 404, message))
        else:
            self._perform(server.next_step(call), call.vendor)

    def _perform(self, step: Step, vendor: str) -> None:
        self.server.wire.over.wait(step.wait_s)
        said = step.said or Said(text='{"late": true}')
        body = (
            step.body
            if step.body is not None
            else (wire.reply(vendor, said) if step.status == 200 else wire.error(vendor, step.status, step.message))
        )
        if step.fault:
            {"reset": self._reset, "cut": self._cut, "drip": self._drip, "junk": self._junk}[step.fault](body)
        else:
            self._answer(step.status, body, step.headers)

    def _answer(self, status: int, body: Json, headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(body).encode(), headers or {})

    def _send(self, status: int, data: bytes, headers: dict[str, str], promised: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data) if promised is None else promised))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _reset(self, body: Json) -> None:
        # closing with a linger of zero seconds sends RST in the place of FIN
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def _cut(self, body: Json) -> None:
        data = json.dumps(body).encode()
        self._send(200, data[: len(data) // 2], {}, promised=len(data))
        self.close_connection = True

    def _drip(self, body: Json) -> None:
        self._send(200, b"", {}, promised=1_000_000)
        while not self.server.wire.over.wait(0.02):
            self.wfile.write(b" ")

    def _junk(self, body: Json) -> None:
        self._send(200, b"<html>Bad gateway</html>", {})

    def _vendor(self) -> str:
        return self.path.split("/")[1]

    def _key(self) -> str:
        bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
        return self.headers.get("x-goog-api-key") or self.headers.get("x-api-key") or bearer


def main() -> None:
    """Serve until interrupted."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    with WireServer(port=port) as server:
        for vendor in wire.VENDORS:
            print(f"{vendor:10} --base-url {server.base_url(vendor)}", flush=True)
        server.over.wait()


if __name__ == "__main__":
    main()
