"""What the monitor shows of a session, as one document: from the live markets of this process, not from their logs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy.orm import joinedload

from market.events import Phase
from market.exchange import Exchange
from otree_app.archive import markets_of
from otree_app.erasing import erasures
from otree_app.figures import market_figures, seat_figures
from otree_app.freeze import freeze_of, registrations
from otree_app.happenings import Diary, action_in_words, diary_of, lines
from otree_app.hosts import HOSTS
from otree_app.keeping import Erasure, Registration
from otree_app.models import Group, MarketHead, Player
from otree_app.reports import COUNTS, latest_seats, reports_of
from otree_app.rounds import session_treatment
from otree_app.snapshot import made, materials

IDLE_SECONDS = 60
READING_SECONDS = 240
SILENT_SECONDS = 15


class Watched(NamedTuple):
    """One market as it stands: its exchange, what is on disk of it and when that happened; `remaining` by its clock."""

    head_id: int
    exchange: Exchange
    on_disk: int
    stamps: Sequence[float]
    present: frozenset[str]
    remaining: float | None
    note: str = ""


def watch(session: Any, wanted: str = "") -> dict[str, Any]:
    """The document of the monitor. `wanted` names a market such as "1-2"; without it, the first that is not over."""
    groups = markets_of(session)
    group, head = _chosen(groups, wanted)
    now, watched = time.time(), _watched(group, head)
    known, gone, reports = registrations(session), erasures(session), reports_of(session)
    practice = session_treatment(session).practice_periods > 0
    document: dict[str, Any] = {
        "session": session.code,
        "utc": now,
        "markets": [_listed(one, its_head, practice) for one, its_head in groups],
        "market": _name(group),
        "runners": _runners(reports, now),
    }
    if watched is None:
        return {**document, "figures": None, "seats": [], "log": [], "freeze": None}
    diary = diary_of(head.id, watched.exchange, watched.on_disk)
    return {
        **document,
        "figures": {**market_figures(watched.exchange), "remaining": watched.remaining, "note": watched.note},
        "seats": _seats(group, watched, diary, latest_seats(reports), gone, now),
        "freeze": _freeze(known, _name(group), watched.on_disk),
        "log": _log(known, gone, lines(diary, watched.stamps)),
    }


def _name(group: Group) -> str:
    return f"{group.round_number}-{group.id_in_subsession}"


def _chosen(groups: Sequence[tuple[Group, MarketHead]], wanted: str) -> tuple[Group, MarketHead]:
    by_name = {_name(group): (group, head) for group, head in groups}
    running = (pair for pair in groups if not pair[0].finished)
    return by_name.get(wanted) or next(running, groups[-1])


def _listed(group: Group, head: MarketHead, practice: bool) -> dict[str, Any]:
    """One line of the selector; `practice`: the session's first market does not pay."""
    host = HOSTS.peek(head.id)
    over = "finished" if group.finished else "waiting"
    phase = host.exchange.phase.value if host else over
    return {"market": _name(group), "phase": phase, "practice": practice and group.round_number == 1}


def _watched(group: Group, head: MarketHead) -> Watched | None:
    """The live market, or the one on disk; None where its log cannot be done again."""
    host = HOSTS.peek(head.id)
    if host and not host.stopped:
        present, state = frozenset(host.connections.present()), host.state()
        return Watched(head.id, host.exchange, host.on_disk, host.stamps, present, state.remaining, state.note)
    [material] = materials([group])
    exchange = made(material).exchange
    if exchange is None:
        return None
    stamps = [one.utc for one in material.stored]
    return Watched(head.id, exchange, len(stamps), stamps, frozenset(), None)


# Seats


def _seats(
    group: Group, watched: Watched, diary: Diary, told: dict[str, dict[str, Any]], gone: Sequence[Erasure], now: float
) -> list[dict[str, Any]]:
    query = Player.objects_filter(group=group).options(joinedload(Player.participant))
    erased = {one.participant for one in gone}
    return [
        {
            **_who(player, player.participant.code in erased),
            **seat_figures(watched.exchange, watched.exchange.accounts[player.trader]),
            **whereabouts(player, watched, diary, now),
            "bot": _counts(told.get(player.participant.code)),
        }
        for player in query.order_by(Player.id_in_group)
    ]


def _who(player: Player, erased: bool) -> dict[str, Any]:
    participant = player.participant
    return {
        "participant": participant.code,
        "number": participant.id_in_session,
        "label": "" if erased else participant.label or "",
        "erased": erased,
        "trader": player.trader,
        "kind": player.kind,
        "model": player.model,
    }


def _counts(seat: dict[str, Any] | None) -> dict[str, Any] | None:
    return {name: seat[name] for name in (*COUNTS, "cost_usd", "place")} if seat else None


def whereabouts(player: Player, watched: Watched, diary: Diary, now: float) -> dict[str, Any]:
    """Where a seat is: page, `state`, seconds `since` it began, whether that is a `warning`, and its last action."""
    state, began = _state(player, watched, diary, now)
    since = max(0.0, now - began) if began else None
    slow = state == "reading" and player.kind == "human" and (since or 0) > READING_SECONDS
    return {
        "page": player.participant._current_page_name or "",
        "state": state,
        "since": since,
        "warning": slow or state in ("away", "idle"),
        "taken_over": diary.taken.get(player.trader, ""),
        "action": _action(player.trader, watched, diary, now),
    }


def _state(player: Player, watched: Watched, diary: Diary, now: float) -> tuple[str, float | None]:
    """(state, when it began in seconds since 1970)."""
    participant, trader = player.participant, player.trader
    page_began = participant._last_page_timestamp
    if trader in watched.present:
        return _at_the_market(player.kind, trader, watched, diary, now)
    if not participant.visited:
        return "not here yet", None
    if participant._current_page_name == "Market" and watched.exchange.phase is not Phase.FINISHED:
        there, index = diary.present.get(trader, (True, None))
        return "away", page_began if there or index is None else watched.stamps[index]
    return "reading", page_began


def _at_the_market(kind: str, trader: str, watched: Watched, diary: Diary, now: float) -> tuple[str, float | None]:
    """A person who does nothing while others trade is idle; a pause counts for nobody."""
    if watched.exchange.phase is not Phase.OPEN or diary.woken is None:
        return "there", None
    acted = max(watched.stamps[diary.acted.get(trader, 0)], watched.stamps[diary.woken])
    idle = kind == "human" and now - acted > IDLE_SECONDS
    return ("idle", acted) if idle else ("trading", None)


def _action(trader: str, watched: Watched, diary: Diary, now: float) -> dict[str, Any] | None:
    if trader not in diary.acted:
        return None
    index = diary.acted[trader]
    event = watched.exchange.events[index]
    text = action_in_words(event, watched.exchange.treatment)
    return {"text": text, "period": event.period, "ago": max(0.0, now - watched.stamps[index])}


# The session


def _runners(reports: list[tuple[float, dict[str, Any]]], now: float) -> list[dict[str, Any]]:
    return [
        {
            **{name: report[name] for name in ("run", "cost_usd", "budget_usd", "ended")},
            "ago": now - utc,
            "silent": not report["ended"] and now - utc > SILENT_SECONDS,
        }
        for utc, report in reports
    ]


def _freeze(known: Sequence[Registration], market: str, events: int) -> dict[str, Any]:
    freeze = freeze_of(known, market, events)
    return {"sha256": freeze.sha256, "changes": freeze.changes, "registered": len(known)}


def _log(
    known: Sequence[Registration], gone: Sequence[Erasure], happened: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """What was done to the market and to the session, the newest first."""
    frozen = [
        {"utc": one.utc, "text": f"Configuration {number} registered: {one.sha256[:12]}"}
        for number, one in enumerate(known, start=1)
    ]
    erased = [{"utc": one.utc, "text": "A participant was erased on request"} for one in gone]
    return sorted([*erased, *reversed(happened), *frozen], key=lambda line: -float(line["utc"]))
