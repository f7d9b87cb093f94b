"""What the lab's buttons do to markets: start, pause, resume, more time, end the period, a message, end and pay."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from otree.channels.routing import websocket_routes
from otree.database import db
from otree.middleware import lock2
from pydantic import Field, TypeAdapter, ValidationError, with_config
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from market.events import EndMarket, Event, Extend, Operation, Pause, Phase, Resume, Tell
from market.exchange import OperationError
from market.fields import STRICT
from otree_app.archive import markets_of
from otree_app.host import MarketHost
from otree_app.hosts import HOSTS
from otree_app.rest import Guarded, sent
from otree_app.store import MarketGone, StoreError

Text = Annotated[str, Field(max_length=500)]
STARTED = "Started by the experimenter"


@with_config(STRICT)
@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One press of a button. `market` such as "1-2", without it all that run; to end and pay, all that have not ended.

    `reason` goes into the log with it, `text` is told to all, `seconds` are given to the phase that runs.
    """

    do: Literal["pause", "resume", "extend", "close_period", "tell", "start", "end_and_pay"]
    reason: Text = ""
    text: Text = ""
    seconds: Annotated[float, Field(gt=0, le=86_400)] | None = None
    market: str | None = None


_ADAPTER: TypeAdapter[Wanted] = TypeAdapter(Wanted)


def wanted_from(body: object) -> Wanted:
    """Raises ValueError that says what was expected."""
    try:
        wanted = _ADAPTER.validate_python(body)
    except ValidationError as error:
        problems = (f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}" for one in error.errors())
        raise ValueError("; ".join(problems)) from None
    if wanted.do == "extend" and wanted.seconds is None:
        raise ValueError("seconds: say by how much to extend.")
    if wanted.do == "tell" and not wanted.text.strip():
        raise ValueError("text: say what to tell.")
    return wanted


def maker(wanted: Wanted, host: MarketHost) -> Callable[[], Operation]:
    """What makes the operation when its turn has come."""
    made: dict[str, Callable[[], Operation]] = {
        "pause": lambda: Pause(wanted.reason),
        "resume": lambda: Resume(wanted.reason),
        "extend": lambda: Extend(wanted.seconds or 0.0, wanted.reason),
        "close_period": lambda: host.schedule.closing(wanted.reason),
        "tell": lambda: Tell(wanted.text.strip()),
        "start": lambda: host.schedule.starting(wanted.reason or STARTED),
        "end_and_pay": lambda: EndMarket(wanted.reason),
    }
    return made[wanted.do]


class Operate(Guarded):
    """POST {"do": ..., "reason", "text", "seconds", "market"}: done in each market, recorded in its log.

    Answers {"done": [markets], "refused": {market: why}}; 409 with an "error" where it was done nowhere.
    """

    async def answer_for(self, request: Request, session: Any) -> Response:
        try:
            wanted = wanted_from(await sent(request))
            markets = _markets(session, wanted)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        async with unlocked():
            answers = {name: await _operate(head_id, wanted) for name, head_id in markets.items()}
        return _answer(answers)


def _markets(session: Any, wanted: Wanted) -> dict[str, int]:
    """Numbers of the markets that are meant, by their names. Raises ValueError for an unknown name."""
    found = {f"{group.round_number}-{group.id_in_subsession}": (group, head.id) for group, head in markets_of(session)}
    if wanted.market is not None:
        if wanted.market not in found:
            raise ValueError(f"market: there is no {wanted.market!r}; known: {', '.join(found)}.")
        return {wanted.market: found[wanted.market][1]}
    running = {name: head_id for name, (group, head_id) in found.items() if not group.finished}
    if wanted.do == "end_and_pay":
        return running
    return {name: head_id for name, head_id in running.items() if HOSTS.present(head_id)}


@asynccontextmanager
async def unlocked() -> AsyncIterator[None]:
    """oTree answers one request at a time; a market that is to do something may have to note its results first."""
    db.commit()
    lock2.release()
    try:
        yield
    finally:
        await lock2.acquire()


async def _operate(head_id: int, wanted: Wanted) -> Event | str:
    """The event, or why there is none."""
    try:
        host = await HOSTS.get(head_id)
        return await _done(host, wanted)
    except (OperationError, StoreError, MarketGone) as error:
        return str(error)


async def _done(host: MarketHost, wanted: Wanted) -> Event:
    """Raises OperationError, StoreError."""
    try:
        return await host.wish(maker(wanted, host))
    except OperationError:
        # a market that was cancelled takes the later ones of its traders with it: they are ended as was wanted
        if wanted.do != "end_and_pay" or host.exchange.phase is not Phase.FINISHED:
            raise
        return host.exchange.events[-1]


def _answer(answers: dict[str, Event | str]) -> Response:
    refused = {name: answer for name, answer in answers.items() if isinstance(answer, str)}
    done = [name for name in answers if name not in refused]
    if done:
        return JSONResponse({"done": done, "refused": refused})
    words = "; ".join(f"{name}: {why}" for name, why in refused.items()) or "No market is running."
    return JSONResponse({"error": words, "done": [], "refused": refused}, status_code=409)


websocket_routes.append(Route("/api/openpit/operate/{code}", Operate, methods=["POST"]))
