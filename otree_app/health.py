"""Whether the server is well: for whoever watches it, without a login, and without a word about people."""

from __future__ import annotations

import time
from pathlib import Path

from otree.channels.routing import websocket_routes
from otree.database import dbq
from otree.models import Session
from sqlalchemy.exc import SQLAlchemyError
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from otree_app.hosts import HOSTS

_STARTED = time.monotonic()
STATUS = Path("/proc/self/status")


class Health(HTTPEndpoint):
    """GET: 200 and {"ok": true, "database_ms", "markets", "pages", "memory_mb", "up_seconds"}; 503 without a database.

    Markets and pages are those in memory. `memory_mb`: what the process holds, null where the system does not say.
    """

    async def get(self, request: Request) -> Response:
        began = time.perf_counter()
        try:
            dbq(Session.id).first()
        except SQLAlchemyError:
            return JSONResponse({"ok": False, "error": "The database does not answer."}, status_code=503)
        milliseconds = round(1000 * (time.perf_counter() - began), 1)
        markets, pages = HOSTS.live()
        up = round(time.monotonic() - _STARTED)
        figures = {"database_ms": milliseconds, "markets": markets, "pages": pages, "memory_mb": memory_mb()}
        return JSONResponse({"ok": True, **figures, "up_seconds": up}, headers={"cache-control": "no-store"})


def memory_mb() -> int | None:
    """What this process holds in memory, by Linux."""
    if not STATUS.exists():
        return None
    [held] = [line.split()[1] for line in STATUS.read_text().splitlines() if line.startswith("VmRSS:")]
    return round(int(held) / 1024)


websocket_routes.append(Route("/openpit/health", Health, methods=["GET"]))
