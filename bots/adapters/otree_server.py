"""The HTTP side of an oTree server: log in, sessions, seats, exports. Knows neither browsers nor files."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from contextlib import closing
from typing import Any, NoReturn
from urllib.parse import urlencode, urljoin, urlsplit

import requests
import websocket

from bots.adapters.errors import SetupError

KEY_VARIABLE = "OTREE_REST_KEY"
PASSWORD_VARIABLE = "OTREE_ADMIN_PASSWORD"
KEY_HEADER = "otree-rest-key"
SECONDS = 10.0
# A long session's tables take the server a while.
EXPORT_SECONDS = 120.0
PARTICIPANT = re.compile(r"/InitializeParticipant/(\w+)")
SESSION = re.compile(r"/SessionStartLinks/(\w+)")
ROOM_SESSION = re.compile(r"Session <code>(\w+)</code>")
CSRF = re.compile(r'name="csrftoken" value="(\d+)"')
REMEDY = (
    f"Set {KEY_VARIABLE} to the server's REST key, or {PASSWORD_VARIABLE} to its admin password, "
    "in the environment or in bots/config/.env."
)


class AccessDenied(SetupError):
    """The server wants a REST key or a login that it did not get."""


class NotThere(SetupError):
    """The server does not know what was asked for."""


class Refused(SetupError):
    """The server understood what was asked for and does not do it, with a reason."""


class OTreeServer:
    """One server. `key` and `password` are sent to it and to nobody else; they appear in no message."""

    def __init__(self, base: str, *, key: str = "", password: str = "", user: str = "admin") -> None:
        self.base = base.rstrip("/")
        self._key, self._password, self._user = key, password, user
        self._http = requests.Session()
        self._logged_in = False

    @classmethod
    def of(cls, url: str, environ: Mapping[str, str]) -> OTreeServer:
        """The server that a link leads to, with the secrets of the environment."""
        parts = urlsplit(url)
        base = f"{parts.scheme}://{parts.netloc}"
        return cls(base, key=environ.get(KEY_VARIABLE, ""), password=environ.get(PASSWORD_VARIABLE, ""))

    def twin(self) -> OTreeServer:
        """The same server over a connection of its own, for another thread."""
        return OTreeServer(self.base, key=self._key, password=self._password, user=self._user)

    def link(self, participant: str) -> str:
        return f"{self.base}/InitializeParticipant/{participant}"

    # Sessions and their participants

    def create_session(self, config: str, participants: int, fields: Mapping[str, object]) -> str:
        """Create a session of a configuration with some of its fields changed. Returns its code."""
        body = {
            "session_config_name": config,
            "num_participants": participants,
            "modified_session_config_fields": dict(fields),
        }
        return str(self._ask("POST", "/api/sessions", body)["code"])

    def participants(self, session: str) -> list[str]:
        """Participant codes in seat order."""
        try:
            found = self._ask("POST", f"/api/get_session/{session}", {})["participants"]
        except AccessDenied:
            return list(dict.fromkeys(PARTICIPANT.findall(self._admin_page(f"/SessionStartLinks/{session}"))))
        return [one["code"] for one in sorted(found, key=lambda one: int(one["id_in_session"]))]

    def session_of_link(self, path: str) -> str:
        """The session that a session-wide link or a room leads to; "" for none."""
        try:
            rooms, sessions = (self._ask("GET", f"/api/{name}") for name in ("rooms", "sessions"))
        except AccessDenied:
            return self._session_on_pages(path)
        codes = {urlsplit(one["session_wide_url"]).path: str(one["code"]) for one in sessions}
        codes |= {urlsplit(room["url"]).path: str(room["session_code"] or "") for room in rooms}
        return codes.get(path, "")

    def _session_on_pages(self, path: str) -> str:
        if path.startswith("/room/"):
            found = ROOM_SESSION.search(self._admin_page(f"/room_with_session/{path.removeprefix('/room/')}"))
            return found[1] if found else ""
        return next((one for one in self._sessions() if path in self._admin_page(f"/SessionStartLinks/{one}")), "")

    def session_of_participant(self, participant: str) -> str:
        """The session of a participant; "" for none."""
        return next((one for one in self._sessions() if participant in self.participants(one)), "")

    def _sessions(self) -> list[str]:
        """Codes of the sessions, the latest first."""
        try:
            return [str(one["code"]) for one in reversed(self._ask("GET", "/api/sessions"))]
        except AccessDenied:
            return [str(code) for code in SESSION.findall(self._admin_page("/sessions"))]

    def _admin_page(self, path: str) -> str:
        """A page of the admin; logs in where the server asks for it."""
        reply = self._send("GET", path)
        if urlsplit(reply.url).path == "/login":
            self._log_in()
            reply = self._send("GET", path)
        return self._check(reply).text

    def follow(self, link: str) -> str:
        """Take the seat that a link of any kind leads to, as a subject would. Returns the participant; "" for none."""
        parts = urlsplit(link)
        if parts.path.startswith("/room/"):
            link += ("&" if parts.query else "?") + urlencode({"welcome_page_ok": "1"})
        while not (found := PARTICIPANT.search(link)):
            # A visitor of its own each time: by a cookie the server would give the same seat again.
            reply = self._checked(requests.get, link, allow_redirects=False, timeout=SECONDS)
            if not reply.is_redirect:
                return ""
            link = urljoin(link, reply.headers["location"])
        return found[1]

    # What the lab adds

    def mark_seats(self, session: str, seats: Mapping[str, Mapping[str, str]]) -> None:
        """Have the data say who plays: {participant: {"kind": ..., "model": ...}}."""
        self._api("POST", f"/api/openpit/seats/{session}", {"seats": seats})

    def report(self, session: str, report: Mapping[str, object]) -> None:
        """Tell who the bots are, how their decisions went and what they cost: for the monitor and the data."""
        self._api("POST", f"/api/openpit/report/{session}", report)

    def operate(self, session: str, do: str, reason: str) -> None:
        """Do what the experimenter's buttons do: pause, resume or end_and_pay. `reason` goes on record."""
        self._api("POST", f"/api/openpit/operate/{session}", {"do": do, "reason": reason})

    def state(self, session: str) -> dict[str, Any]:
        """Where everybody is and how far the markets are."""
        found: dict[str, Any] = self._ask("GET", f"/api/openpit/session/{session}")
        return found

    def table(self, session: str, name: str) -> str:
        """One of the session's tables as CSV: by the REST key or, with the password, as the export page does."""
        asked = {"app": "otree_app", "function_name": f"custom_export_{name}", "session_code": session}
        try:
            path = f"/api/export_app_custom?{urlencode(asked)}"
            return self._api("GET", path, timeout=EXPORT_SECONDS).content.decode("utf-8")
        except AccessDenied:
            self._log_in()
        return _only(session, self._export_page(asked["function_name"]))

    def _export_page(self, function: str) -> str:
        """The export page's own websocket; it sends the rows of every session."""
        cookie = "; ".join(f"{one.name}={one.value}" for one in self._http.cookies)
        scheme, rest = self.base.split("://", 1)
        address = f"{'wss' if scheme == 'https' else 'ws'}://{rest}/export"
        asked = {"app_name": "otree_app", "is_custom": True, "function_name": function}
        try:
            with closing(websocket.create_connection(address, cookie=cookie, timeout=EXPORT_SECONDS)) as socket:
                socket.send(json.dumps(asked))
                return str(json.loads(socket.recv())["data"])
        except (websocket.WebSocketException, OSError, KeyError) as error:
            raise SetupError(f"{self.base} could not export {function} ({type(error).__name__}).") from None

    # Requests

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        return _document(self._api(method, path, body))

    def _api(self, method: str, path: str, body: object = None, *, timeout: float = SECONDS) -> requests.Response:
        headers = {KEY_HEADER: self._key} if self._key else {}
        reply = self._send(method, path, json=body, headers=headers, timeout=timeout)
        if reply.status_code == 403 and self._password and not self._logged_in and path.startswith("/api/openpit/"):
            self._log_in()
            return self._api(method, path, body, timeout=timeout)
        return self._check(reply)

    def _log_in(self) -> None:
        if not self._password:
            raise AccessDenied(f"{self.base} asks for a login. {REMEDY}")
        token = CSRF.search(self._send("GET", "/login").text)
        form = {"csrftoken": token[1] if token else "", "username": self._user, "password": self._password}
        if not self._send("POST", "/login", data=form, allow_redirects=False).is_redirect:
            raise SetupError(f"{self.base} did not take the admin password. Check {PASSWORD_VARIABLE}.")
        self._logged_in = True

    def _send(self, method: str, path: str, **options: Any) -> requests.Response:
        return self._checked(self._http.request, method, self.base + path, **{"timeout": SECONDS, **options})

    def _checked(self, request: Any, *arguments: Any, **options: Any) -> requests.Response:
        try:
            reply: requests.Response = request(*arguments, **options)
        except requests.RequestException as error:
            raise SetupError(
                f"No server answers at {self.base} ({type(error).__name__}). Expected a running oTree server: "
                "start it, or check the address."
            ) from None
        return reply

    def _check(self, reply: requests.Response) -> requests.Response:
        address = self.base + urlsplit(reply.url).path
        if reply.status_code in (401, 403):
            self._refuse(address)
        if reply.status_code == 404:
            raise NotThere(f"{address} does not exist. Check the code in the address, and the server.")
        if reply.status_code == 409:
            raise Refused(f"{address} refused: {_document(reply)['error']}")
        if not reply.ok:
            raise SetupError(f"{address} failed with status {reply.status_code}. See the server's log.")
        return reply

    def _refuse(self, address: str) -> NoReturn:
        """A wrong key is a mistake to be told, unless the password may do instead."""
        if self._key and not self._password:
            raise SetupError(f"{address} did not take the REST key. Check {KEY_VARIABLE}, here and at the server.")
        raise AccessDenied(f"{address} wants a REST key or a login. {REMEDY}")


def _document(reply: requests.Response) -> Any:
    """The JSON of a reply. Raises SetupError where something else came, such as the page of a proxy."""
    try:
        return reply.json()
    except requests.JSONDecodeError:
        kind = reply.headers.get("content-type", "nothing")
        raise SetupError(
            f"{reply.url.partition('?')[0]} answered with {kind} where JSON was expected. Is there a proxy or another "
            "server at this address?"
        ) from None


def _only(session: str, text: str) -> str:
    """The rows of one session."""
    rows = list(csv.DictReader(io.StringIO(text)))
    kept = io.StringIO()
    writer = csv.DictWriter(kept, next(csv.reader(io.StringIO(text))), lineterminator="\n")
    writer.writeheader()
    writer.writerows(row for row in rows if row["session"] == session)
    return kept.getvalue()
