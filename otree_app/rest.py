"""What programs may ask of a session, with the REST key or the admin's login: mark bots' seats, see its state."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
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

from otree_app.archive import markets_of
from otree_app.disclosure import NotAnnounced, check_announced
from otree_app.freeze import register
from otree_app.hosts import HOSTS
from otree_app.models import Group, MarketEvent, MarketHead, Player

KINDS = ("human", "model", "rule")
LONGEST_NAME = 200


class Guarded(HTTPEndpoint):
    """Lets in who shows the REST key or has logged in as admin; everybody on a server without an auth level."""

    async def dispatch(self) -> None:
        request = Request(self.scope, receive=self.receive)
        logged_in = request.session.get(AUTH_COOKIE_NAME) == AUTH_COOKIE_VALUE
        refused = None if logged_in else validate_rest_key(request)
        response = self.refusal(refused) if refused else await self._answer_safely(request)
        await response(self.scope, self.receive, self.send)

    def refusal(self, response: Response) -> Response:
        """What somebody gets who may not come in: what oTree says to programs, unless an endpoint knows better."""
        return response

    async def _answer_safely(self, request: Request) -> Response:
        # forms and scripts of other sites cannot send this type with the admin's cookie: browsers ask the server first
        if request.method == "POST" and request.headers.get("content-type", "").split(";")[0] != "application/json":
            return JSONResponse({"error": "Expected a body of the type application/json."}, status_code=415)
        return await self.answer(request, request.path_params["code"])

    async def answer(self, request: Request, code: str) -> Response:
        session = Session.objects_first(code=code)
        if session is None:
            return JSONResponse({"error": f"There is no session {code}."}, status_code=404)
        return await self.answer_for(request, session)

    async def answer_for(self, request: Request, session: Any) -> Response:
        raise NotImplementedError


async def sent(request: Request) -> Any:
    """The JSON that a request has sent. Raises ValueError for what is none, or could neither be stored nor shown."""
    try:
        document = json.loads(await request.body())
        json.dumps(document, ensure_ascii=False).encode()  # half a character, as JSON can write it, fails here
    except RecursionError:
        raise ValueError("Expected JSON that is less deep.") from None
    return document


class SessionState(Guarded):
    """GET: who is where, and how far each market is."""

    async def answer_for(self, request: Request, session: Any) -> Response:
        query = Player.objects_filter(session=session).order_by("id")
        players: list[Player] = query.options(joinedload(Player.participant)).all()
        markets = markets_of(session)
        seats = defaultdict(list)
        for player in players:
            seats[player.group_id].append(player)
        present = {(head.group_id, trader) for _, head in markets for trader in HOSTS.present(head.id)}
        named = [(player, (player.group_id, player.field_maybe_none("trader"))) for player in players]
        here = {player.participant_id for player, seat in named if seat in present}
        return JSONResponse(
            {
                "code": session.code,
                "treatment": session.config["treatment"],
                "finished": all(group.finished for group, _ in markets),
                "participants": [_participant(player, here) for player in players if player.round_number == 1],
                "markets": [_market(group, head, seats[group.id]) for group, head in markets],
            }
        )


def _participant(player: Player, here: set[int]) -> dict[str, Any]:
    """One participant; `present`: a page of a market is open, `trader`: what it is called in the first market."""
    participant = player.participant
    return {
        "code": participant.code,
        "trader": player.trader,
        "kind": player.kind,
        "model": player.model,
        "page": participant._current_page_name or "",
        "present": player.participant_id in here,
    }


def _market(group: Group, head: MarketHead, players: Sequence[Player]) -> dict[str, Any]:
    """How far a market is; `seats`: the trader that each participant is in it, `document`: its canonical treatment."""
    host = HOSTS.peek(head.id)
    if host:
        exchange = host.exchange
        state = {"phase": exchange.phase.value, "period": exchange.period, "events": host.on_disk}
    else:
        last = dbq(MarketEvent).filter_by(head_id=head.id).order_by(MarketEvent.seq.desc()).first()
        phase = "finished" if group.finished else "waiting"
        state = {"phase": phase, "period": last.period if last else 0, "events": last.seq if last else 0}
    seats = {player.participant.code: player.trader for player in players}
    name = f"{group.round_number}-{group.id_in_subsession}"
    return {"market": name, "seats": seats, "cancelled": group.cancelled, "document": head.document, **state}


class Seats(Guarded):
    """POST {"seats": {participant: {"kind": …, "model": …}}}: marks seats as played by bots, in the data."""

    async def answer_for(self, request: Request, session: Any) -> Response:
        try:
            wanted = _wanted(await sent(request))
        except ValueError as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        players = [player for player in Player.objects_filter(session=session) if player.participant.code in wanted]
        unknown = wanted.keys() - {player.participant.code for player in players}
        if unknown:
            return JSONResponse({"error": f"Not of this session: {', '.join(sorted(unknown))}."}, status_code=400)
        try:
            check_announced(session, players, {code: kind for code, (kind, _) in wanted.items()})
        except NotAnnounced as error:
            return JSONResponse({"error": str(error)}, status_code=409)
        for player in players:
            player.kind, player.model = wanted[player.participant.code]
        register(session)
        HOSTS.kinds_changed(session)
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
