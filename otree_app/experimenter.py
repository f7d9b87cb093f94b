"""The experimenter's addresses: monitor, archive of tables, erasure; and the runner's report. Key or login for each."""

from __future__ import annotations

import asyncio
from typing import Any

from otree.channels.routing import websocket_routes
from otree.models import Participant
from otree.templating import render
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from otree_app.bundle import archive, read
from otree_app.disclosure import NotAnnounced
from otree_app.erasing import erase
from otree_app.freeze import register
from otree_app.hosts import HOSTS
from otree_app.operate import unlocked
from otree_app.reports import keep, report_from
from otree_app.rest import Guarded, sent
from otree_app.watch import watch

REPORT_BYTES = 1_000_000
PRIVATE = {"cache-control": "no-store"}


class Monitor(Guarded):
    """GET: the page of a running session. Who is not logged in is sent to oTree's login."""

    def refusal(self, response: Response) -> Response:
        return RedirectResponse("/login", status_code=302)

    async def answer_for(self, request: Request, session: Any) -> Response:
        page: Response = render("otree_app/Monitor.html", {"session": session})
        page.headers.update(PRIVATE)
        return page


class MonitorState(Guarded):
    """GET: what the page shows, as JSON; ?market=1-2 asks for one market."""

    async def answer_for(self, request: Request, session: Any) -> Response:
        return JSONResponse(watch(session, request.query_params.get("market", "")), headers=PRIVATE)


class RunnersReport(Guarded):
    """POST: a runner's seats, counts and cost, see `otree_app.reports`."""

    async def answer_for(self, request: Request, session: Any) -> Response:
        body = await request.body()
        if len(body) > REPORT_BYTES:
            return JSONResponse({"error": f"A report has at most {REPORT_BYTES} bytes."}, status_code=413)
        try:
            report = report_from(await sent(request))
            changed = keep(session, report)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        except NotAnnounced as error:
            return JSONResponse({"error": str(error)}, status_code=409)
        if changed:
            register(session)
            HOSTS.kinds_changed(session)
        return JSONResponse({"seats": len(report.seats)})


class Archive(Guarded):
    """GET: all tables of a session as one zip file; ?identities=1 with the table that undoes the pseudonyms."""

    async def answer_for(self, request: Request, session: Any) -> Response:
        reading = read(session, identities=request.query_params.get("identities") == "1")
        # another thread does the logs again, so that pages and live markets go on meanwhile
        async with unlocked():
            data = await asyncio.get_running_loop().run_in_executor(None, archive, reading)
        name = f'attachment; filename="openpit-{session.code}.zip"'
        return Response(data, media_type="application/zip", headers={**PRIVATE, "content-disposition": name})


class Erase(Guarded):
    """POST {"participant": code}: removes who a participant is, and what they wrote; the market's log stays."""

    async def answer_for(self, request: Request, session: Any) -> Response:
        try:
            body = await sent(request)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        code = body.get("participant") if isinstance(body, dict) else None
        participant = Participant.objects_first(session=session, code=str(code))
        if participant is None:
            return JSONResponse({"error": f"There is no participant {code} in this session."}, status_code=404)
        return JSONResponse({"removed": erase(session, participant)})


websocket_routes += [
    Route("/openpit/monitor/{code}", Monitor, methods=["GET"]),
    Route("/openpit/monitor/{code}/state", MonitorState, methods=["GET"]),
    Route("/openpit/export/{code}.zip", Archive, methods=["GET"]),
    Route("/api/openpit/report/{code}", RunnersReport, methods=["POST"]),
    Route("/api/openpit/erase/{code}", Erase, methods=["POST"]),
]
