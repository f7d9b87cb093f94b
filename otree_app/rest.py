"""What programs may ask of a session, with the REST key or the admin's login: mark bots' seats, see its state."""

from __future__ import annotations

from typing import Any

from otree.channels.routing import websocket_routes
from otree.common import AUTH_COOKIE_NAME, AUTH_COOKIE_VALUE
from otree.database import dbq
from otree.models import Session
from otree.views.cbv import validate_rest_key
from sqlalchemy.orm import joinedload
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from otree_app.archive import head_of
from otree_app.live import HOSTS
from otree_app.models import Group, MarketEvent, Player

KINDS = ("human", "model", "rule")
LONGEST_NAME = 200


class Guarded(HTTPEndpoint):
    """Lets in who shows the REST key or has logged in as admin; everybody on a server without an auth level."""

    async def dispatch(self) -> None:
        request = Request(self.scope, receive=self.receive)
        logged_in = request.session.get(AUTH_COOKIE_NAME) == AUTH_COOKIE_VALUE
        refused = None if logged_in else validate_rest_key(request)
        response = refused or await self.answer(request, request.path_params["code"])
        await response(self.scope, self.receive, self.send)

    async def answer(self, request: Request, code: str) -> Response:
        session = Session.objects_first(code=code)
        if session is None:
            return JSONResponse({"error": f"There is no session {code}."}, status_code=404)
        return await self.answer_for(request, session)

    async def answer_for(self, request: Request, session: Any) -> Response:
        raise NotImplementedError


class SessionState(Guarded):
    """GET: who is where, and how far each market is."""

    async def answer_for(self, request: Request, session: Any) -> Response:
        query = Player.objects_filter(session=session).order_by("id")
        players: list[Player] = query.options(joinedload(Player.participant)).all()
        groups: list[Group] = Group.objects_filter(session=session).order_by("id").all()
        return JSONResponse(
            {
                "code": session.code,
                "treatment": session.config["treatment"],
                "finished": all(group.finished for group in groups),
                "participants": [_participant(player) for player in players if player.round_number == 1],
                "markets": [_market(group) for group in groups],
            }
        )


def _participant(player: Player) -> dict[str, Any]:
    participant = player.participant
    return {
        "code": participant.code,
        "trader": player.trader,
        "kind": player.kind,
        "model": player.model,
        "page": participant._current_page_name or "",
    }


def _market(group: Group) -> dict[str, Any]:
    head = head_of(group)
    host = HOSTS.peek(head.id)
    if host:
        exchange = host.exchange
        state = {"phase": exchange.phase.value, "period": exchange.period, "events": host.on_disk}
    else:
        last = dbq(MarketEvent).filter_by(head_id=head.id).order_by(MarketEvent.seq.desc()).first()
        phase = "finished" if group.finished else "waiting"
        state = {"phase": phase, "period": last.period if last else 0, "events": last.seq if last else 0}
    return {"market": f"{group.round_number}-{group.id_in_subsession}", **state}


class Seats(Guarded):
    """POST {"seats": {participant: {"kind": …, "model": …}}}: marks seats as played by bots, in the data."""

    async def answer_for(self, request: Request, session: Any) -> Response:
        try:
            wanted = _wanted(await request.json())
        except ValueError as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        players = [player for player in Player.objects_filter(session=session) if player.participant.code in wanted]
        unknown = wanted.keys() - {player.participant.code for player in players}
        if unknown:
            return JSONResponse({"error": f"Not of this session: {', '.join(sorted(unknown))}."}, status_code=400)
        for player in players:
            player.kind, player.model = wanted[player.participant.code]
        return JSONResponse({"marked": len(wanted)})


def _wanted(body: object) -> dict[str, tuple[str, str]]:
    """{participant: (kind, model)}. Raises ValueError that says what was expected."""
    seats = body.get("seats") if isinstance(body, dict) else None
    if not isinstance(seats, dict):
        raise ValueError('Expected {"seats": {participant code: {"kind": ..., "model": ...}}}.')
    wanted = {}
    for code, seat in seats.items():
        kind, model = (seat.get("kind"), seat.get("model", "")) if isinstance(seat, dict) else (None, "")
        if kind not in KINDS or not isinstance(model, str) or len(model) > LONGEST_NAME:
            raise ValueError(
                f"Seat {code}: expected a kind of {', '.join(KINDS)} and the name of a model, got {seat!r}."
            )
        wanted[code] = (kind, model)
    return wanted


websocket_routes += [
    Route("/api/openpit/session/{code}", SessionState, methods=["GET"]),
    Route("/api/openpit/seats/{code}", Seats, methods=["POST"]),
]
