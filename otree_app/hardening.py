"""What oTree leaves open: cookies for HTTPS alone, headers that keep pages to themselves, labels and JSON as text.

oTree builds its own stack and asks nobody; it takes its parts from modules when the server starts, after apps were
imported. Two are replaced there: what writes cookies, and what writes a page's variables into its script.
"""

from __future__ import annotations

from typing import Any

import otree.middleware
import otree.views.abstract
from itsdangerous import BadSignature, BadTimeSignature, TimestampSigner  # type: ignore[import-untyped]
from otree.common2 import json_dumps
from otree.models import Participant
from sqlalchemy import event
from starlette.datastructures import MutableHeaders
from starlette.middleware.sessions import SessionMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# oTree's own pages have scripts in them, and its admin shows pages of participants in frames of its own.
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "content-security-policy": "frame-ancestors 'self'; object-src 'none'; base-uri 'self'; form-action 'self'",
}
# Looks alike, and is none.
BRACKETS = str.maketrans("<>", "\u2039\u203a")
HTTPS_FOR = "max-age=31536000"


class Signer(TimestampSigner):
    """Calls a cookie that nobody signed what the middleware expects; to some it would answer with an error."""

    def unsign(self, *args: Any, **options: Any) -> Any:
        try:
            return super().unsign(*args, **options)
        except BadSignature as error:
            raise BadTimeSignature(str(error)) from None


class Hardened(SessionMiddleware):
    """oTree's cookies, marked as secure where the page came by HTTPS; a proxy says so by X-Forwarded-Proto."""

    def __init__(self, app: ASGIApp, secret_key: str) -> None:
        super().__init__(app, secret_key)
        self.signer = Signer(secret_key)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def harden(message: Message) -> None:
            if message["type"] == "http.response.start":
                _harden(MutableHeaders(scope=message), scope["scheme"] == "https")
            await send(message)

        await super().__call__(scope, receive, harden if scope["type"] == "http" else send)


def _harden(headers: MutableHeaders, https: bool) -> None:
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if not https:
        return
    headers.setdefault("strict-transport-security", HTTPS_FOR)
    cookies = headers.getlist("set-cookie")
    if cookies:
        del headers["set-cookie"]
        for cookie in cookies:
            headers.append("set-cookie", cookie if "secure" in cookie.lower().split("; ") else f"{cookie}; secure")


def json_for_script(document: object) -> str:
    """JSON that ends no script, whatever is in it: oTree writes a page's variables between its tags as they are."""
    return str(json_dumps(document)).replace("<", "\\u003c")


def harmless(label: str | None) -> str | None:
    """A label with no tag in it: whoever opens a link chooses it, and pages of oTree's admin take it as HTML."""
    return label.translate(BRACKETS) if isinstance(label, str) else label


def _label_set(_participant: object, label: str | None, _before: object, _initiator: object) -> str | None:
    return harmless(label)


event.listen(Participant.label, "set", _label_set, retval=True)
otree.middleware.SessionMiddleware = Hardened
otree.views.abstract.json_dumps = json_for_script
