"""The payment sheet of a session for the lab: people only, receipts to print, the file of bonuses for a panel."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from otree.channels.routing import websocket_routes
from otree.database import dbq
from otree.models import Participant, Session
from otree.templating import render
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from market.payment import Payment, cents, money
from otree_app.cells import as_csv, safe
from otree_app.models import Player
from otree_app.payment import came, cash, is_due, lottery_of, note_payment
from otree_app.payment_words import table
from otree_app.rest import Guarded
from otree_app.rounds import rounds_played, session_treatment
from otree_app.stamps import stamp

PRIVATE = {"cache-control": "no-store"}
LAST_PAGE = "Payment"


@dataclass(frozen=True)
class Person:
    """One person of a session: `last` is their seat in the round that ends it; `before` the codes of earlier ones."""

    last: Player
    paid: Payment
    before: Sequence[str]

    @property
    def label(self) -> str:
        return str(self.last.participant.label or "")

    @property
    def finished(self) -> bool:
        """Whether the person was told the payment; who leaves before that is paid by the experimenter's own hand."""
        return bool(self.last.participant._current_page_name == LAST_PAGE)

    @property
    def notes(self) -> list[str]:
        notes = [] if self.finished else [f"not finished: on page {self.last.participant._current_page_name}"]
        return [*notes, *(f"took part before in session {code}" for code in self.before)]

    def row(self) -> dict[str, Any]:
        """What the sheet shows: texts, the lines of the payment, and notes."""
        participant = self.last.participant
        return {
            "seat": f"P{participant.id_in_session}",
            "label": self.label,
            "code": participant.code,
            "amount": cash(self.paid.cents),
            "parts": table(self.last, self.paid),
            "notes": "; ".join(self.notes),
        }


def people(session: Any) -> list[Person]:
    """Who is paid, in order of seats. Brings oTree's own payments up to date, those of bots and absent ones too."""
    final = rounds_played(session_treatment(session))
    seats: list[Player] = Player.objects_filter(session=session, round_number=final).order_by("id").all()
    paid = {player: note_payment(player) for player in seats}
    due = [player for player in seats if is_due(player)]
    earlier = sessions_before(session, [player.participant.label for player in due if player.participant.label])
    return [Person(player, paid[player], earlier.get(player.participant.label, [])) for player in due]


def sessions_before(session: Any, labels: Sequence[str]) -> Mapping[str, list[str]]:
    """By label, the codes of other sessions in which somebody with it has been."""
    found = defaultdict(list)
    rows = (
        dbq(Participant)
        .join(Session, Session.id == Participant.session_id)
        .filter(Participant.label.in_(labels), Participant.visited, Session.id != session.id)
        .order_by(Session.id)
        .with_entities(Participant.label, Session.code)
    )
    for label, code in rows:
        found[label].append(code)
    return found


def unpaid(session: Any) -> dict[str, int]:
    """How many seats are not on the sheet, and why."""
    seats: list[Player] = Player.objects_filter(session=session, round_number=1).all()
    humans = [player for player in seats if player.kind == "human"]
    declined = sum(player.consent == "no" for player in humans)
    absent = sum(player.consent != "no" and not came(player) for player in humans)
    return {"bots": len(seats) - len(humans), "declined": declined, "absent": absent}


def bonus_lines(session: Any) -> Iterator[list[object]]:
    """What a panel pays beyond the fee that it pays itself: (label, amount), without a header, as Prolific takes it.

    Who has not finished is left out: what a panel has paid cannot be taken back.
    """
    fee = cents(session_treatment(session).pay.show_up_fee)
    for person in people(session):
        bonus = person.paid.cents - fee
        if person.finished and person.label and bonus:
            yield [safe(person.label), money(bonus).replace(",", "")]


def payment_rows(session: Any) -> Iterator[dict[str, object]]:
    """The table `payments`: each line of each payment, so that every amount can be worked out again."""
    for person in people(session):
        for number, line in enumerate(person.paid.lines, start=1):
            yield {
                "session": session.code,
                "participant": f"P{person.last.participant.id_in_session}",
                "line": number,
                **line._asdict(),
                "paid": int(line.paid),
                **_drawn(person.last, line.part),
            }


def _drawn(last: Player, part: str) -> dict[str, int | None]:
    """What chance decided of a line."""
    played = lottery_of(last) if part == "risk" else None
    return {"row": played and played.row, "number": played and played.number}


class Sheet(Guarded):
    """GET: the sheet. Who is not logged in is sent to oTree's login."""

    def refusal(self, response: Response) -> Response:
        return RedirectResponse("/login", status_code=302)

    async def answer_for(self, request: Request, session: Any) -> Response:
        found = people(session)
        finished = [person for person in found if person.finished]
        context = {
            "session": session,
            "treatment": session_treatment(session).title,
            "day": stamp(time.time())[:10],
            "people": [person.row() for person in found],
            "count": len(finished),
            "total": cash(sum(person.paid.cents for person in finished)),
            "unpaid": unpaid(session),
        }
        page: Response = render("otree_app/PaymentSheet.html", context)
        page.headers.update(PRIVATE)
        return page


class Bonuses(Sheet):
    """GET: the bonuses as CSV."""

    async def answer_for(self, request: Request, session: Any) -> Response:
        name = f'attachment; filename="bonuses-{session.code}.csv"'
        headers = {**PRIVATE, "content-disposition": name}
        return Response(as_csv(bonus_lines(session)), media_type="text/csv", headers=headers)


websocket_routes += [
    Route("/openpit/payments/{code}", Sheet, methods=["GET"]),
    Route("/openpit/payments/{code}/bonuses.csv", Bonuses, methods=["GET"]),
]
