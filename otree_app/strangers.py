"""What anybody may send and oTree does not reckon with: refused in words, and no error of the server.

oTree takes these parts from its modules when the server starts, after apps were imported: what stands around every
request, what reads forms, the classes of its pages and sockets.
"""

from __future__ import annotations

import logging
import os
import re
from typing import Any
from urllib.parse import unquote_to_bytes

import otree.channels.consumers
import otree.middleware
import otree.views.abstract
import otree.views.cbv
from otree.common import AUTH_COOKIE_NAME, AUTH_COOKIE_VALUE
from otree.common2 import OTreeStaticFiles
from otree.constants import back_button
from otree.live import _get_live_page_entities, live_payload_function
from otree.models import Session
from otree.views.abstract import Page
from otree.views.admin import Logout
from otree.views.cbv import BaseRESTView, validate_rest_key
from otree.views.participant import AssignVisitorToRoom, MTurkStart
from starlette.datastructures import FormData, Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

from otree_app.rest import sent

logger = logging.getLogger(__name__)

METHODS = ("GET", "HEAD", "POST")
HOST = re.compile(r"([\w.-]{1,253}|\[[0-9a-fA-F:.]+\])(:\d{1,5})?", re.ASCII)
POLICY_VIOLATION = 1008


class Door(otree.middleware.CommitTransactionMiddleware):
    """Stands before everything else of oTree's, the lock that requests wait for included."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and "\0" in scope["path"]:
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        elif scope["type"] == "websocket" and not scope["path"].startswith("/openpit/"):
            await self._socket(scope, receive, send)
        elif scope["type"] == "http" and (refused := objection(scope)):
            await refused(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An error of oTree's own sockets that somebody without login causes ends the connection, and is one line."""
        closed = False

        async def watched(message: Message) -> None:
            nonlocal closed
            closed = closed or message["type"] == "websocket.close"
            await send(message)

        try:
            await super().__call__(scope, receive, watched)
        except Exception as error:
            # what happens to an admin is worth a trace
            if scope["session"].get(AUTH_COOKIE_NAME) == AUTH_COOKIE_VALUE:
                raise
            logger.warning("websocket %.200r refused: %.200r", scope["path"], error)
            if not closed:
                await send({"type": "websocket.close", "code": POLICY_VIOLATION})


def objection(scope: Scope) -> Response | None:
    """The answer to a request that no browser and no program of ours would make; None for one that may come in."""
    headers = Headers(scope=scope)
    if scope["method"] not in METHODS:
        # oTree's pages would take the name of a method for that of one of their own
        return _refusal(405, f"Expected one of the methods {', '.join(METHODS)}.")
    if scope["scheme"] not in ("http", "https"):
        return _refusal(400, "Expected X-Forwarded-Proto to be http or https.")
    if not HOST.fullmatch(headers.get("host", "localhost")):
        return _refusal(400, "Expected the name of a host.")
    # Postgres has no null bytes
    if "\0" in scope["path"] or b"\0" in unquote_to_bytes(scope["query_string"]):
        return _refusal(400, "Expected an address without null bytes.")
    if headers.get("content-type", "").lower().startswith("multipart/"):
        # nothing here takes files, and what reads such forms is old
        return _refusal(415, "Expected a form of the type application/x-www-form-urlencoded.")
    return None


def _refusal(status: int, why: str) -> Response:
    return JSONResponse({"error": why}, status_code=status)


class Legible(Request):
    """A request whose form can be stored."""

    async def form(self) -> FormData:
        form = await super().form()
        if any("\0" in text for item in form.multi_items() for text in item):
            raise HTTPException(400, "Expected a form without null bytes.")
        return form


async def answer_program(view: Any) -> None:
    """oTree's REST: the key first, then a JSON object or nothing; its own reads the body before anything else."""
    view.request = request = Request(view.scope, receive=view.receive)
    response = validate_rest_key(request) or await _answer(view, request)
    await response(view.scope, view.receive, view.send)


async def _answer(view: Any, request: Request) -> Response:
    try:
        view._payload = await _object(request) if await request.body() else {}
    except ValueError as error:
        return _refusal(400, str(error))
    response: Response = view.inner_dispatch(request)
    return response


async def _object(request: Request) -> dict[str, Any]:
    """The JSON object that was sent. Raises ValueError."""
    document = await sent(request)
    if not isinstance(document, dict):
        raise ValueError("Expected a JSON object.")
    return document


_take_form = Page.post
_enter_room = AssignVisitorToRoom.post
_start_hit = MTurkStart.get


def take_form(page: Any) -> Response:
    """A page that shows no button back takes none."""
    if page._form_data.get(back_button) and not page.allow_back_button:
        return _refusal(400, "Expected a form of this page, which has no way back.")
    response: Response = _take_form(page)
    return response


async def enter_room(page: Any, request: Request) -> Response:
    """A room's welcome page sends its form as JSON."""
    try:
        texts = (await _object(request)).values()
    except ValueError as error:
        return _refusal(400, str(error))
    if not all(isinstance(text, str) for text in texts):
        return _refusal(400, "Expected texts.")
    response: Response = await _enter_room(page, request)
    return response


def start_hit(page: Any, request: Request) -> Response:
    """Only where a session is for MTurk."""
    session = Session.objects_first(code=request.path_params["code"])
    if session is None or "mturk_hit_settings" not in session.config:
        return _refusal(404, "There is no such session for MTurk.")
    response: Response = _start_hit(page, request)
    return response


def log_out(_page: Any, request: Request) -> Response:
    """Also of somebody who is not logged in."""
    request.session.pop(AUTH_COOKIE_NAME, None)
    return RedirectResponse(request.url_for("Login"), status_code=302)


async def take_live(participant_code: str, page_name: str, payload: object) -> None:
    """A message to a page that takes some; oTree would call what others have in its place."""
    _, _, _, page, _ = _get_live_page_entities(participant_code)
    if page.live_method:
        await live_payload_function(participant_code, page_name, payload)


async def find_file(files: StaticFiles, path: str) -> tuple[str, os.stat_result | None]:
    """A static file; a name that no file can have is that of none, and so is one in a folder beside ours."""
    for folder in map(os.path.realpath, files.all_directories):
        found = os.path.realpath(os.path.join(folder, path))
        if os.path.commonpath([found, folder]) == folder and os.path.isfile(found):
            return found, os.stat(found)
    return "", None


OTreeStaticFiles.lookup_path = find_file
otree.channels.consumers.live_payload_function = take_live
otree.middleware.CommitTransactionMiddleware = Door
otree.views.cbv.Request = otree.views.abstract.Request = Legible
BaseRESTView.dispatch = answer_program
Page.post = take_form
AssignVisitorToRoom.post = enter_room
MTurkStart.get = start_hit
Logout.get = log_out
