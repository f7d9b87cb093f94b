"""A session of a treatment without a server: the same roles, dividends and states that the lab would draw from the same
seed, the same traders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from bots.agents.trader import Trader
from market.designs import check_seats, deal_roles
from market.events import AskForecasts
from market.exchange import Exchange
from market.forecasts import targets
from market.information import Draw, draw_periods
from market.tables import MarketRecord, Seat
from market.treatments import Treatment, TreatmentError
from simulation.desk import Desk
from simulation.schedules import Schedule

# The clock of a simulated session starts here: its tables say when, though it took no time.
DAY = "2026-01-01"


@dataclass(frozen=True, slots=True)
class Player:
    """One seat of a session: participant code, what plays it and its trader, which stays for all markets."""

    participant: str
    kind: str
    model: str
    trader: Trader


@dataclass(frozen=True, slots=True)
class Played:
    """A market that is over: its name in the tables ("1-1"), its desk, who sat where, its seed."""

    market: str
    desk: Desk
    seats: tuple[Seat, ...]
    seed: int

    def record(self, session: str) -> MarketRecord:
        """As the lab would hand it to `market.tables`."""
        exchange = self.desk.exchange
        stamps = [stamp(exchange.treatment, event.period, event.seconds) for event in exchange.events]
        return MarketRecord(session, self.market, self.seed, exchange, self.seats, stamps)


def stamp(treatment: Treatment, period: int, seconds: float) -> str:
    """The moment of a simulated market as the tables have it."""
    total = (period - 1) * (treatment.period_seconds + treatment.result_seconds) + seconds
    hours, rest = divmod(max(0.0, total), 3600)
    return f"{DAY}T{int(hours) % 24:02d}:{int(rest // 60):02d}:{rest % 60:06.3f}+00:00"


def play_market(desk: Desk, draws: Sequence[Draw], schedule: Schedule, rng: Random) -> None:
    """All periods of one market, from before the first to after the last."""
    exchange = desk.exchange
    length = exchange.treatment.period_seconds
    for draw in draws:
        if targets(exchange.treatment, exchange.period + 1):
            exchange.operate(AskForecasts())
            for seat in desk.traders:
                desk.turn(seat, 0.0)
        exchange.operate(draw.opening)
        schedule.run(desk, length, rng)
        exchange.operate(draw.closing, length)
        desk.look_back(length)


def play_session(
    treatment: Treatment, players: Sequence[Player], seed: int, schedule: Schedule, *, practice: bool = False
) -> Iterator[Played]:
    """Every market of a session, one after another. Practice is left out unless asked for: nobody here needs it.

    Raises TreatmentError for a number of players that does not fit.
    """
    for number, treated in enumerate(rounds(treatment, practice), 1):
        for group, members in enumerate(_groups(treatment, players, seed, number), 1):
            drawn = Random(f"{seed}-{number}-{group}").getrandbits(31)
            yield _play(f"{number}-{group}", treated, members, drawn, schedule)


def rounds(treatment: Treatment, practice: bool) -> tuple[Treatment, ...]:
    """The treatment of each round in order."""
    periods = treatment.practice_periods
    first = (treatment.with_changes(periods=periods, practice_periods=0, markets=1),) if practice and periods else ()
    return (*first, *(treatment,) * treatment.markets)


def _groups(treatment: Treatment, players: Sequence[Player], seed: int, number: int) -> list[list[Player]]:
    """Who meets whom in a round: those who sit next to each other, or strangers drawn anew."""
    size = treatment.market_seats or len(players)
    if len(players) % size:
        raise TreatmentError(f"market_seats: {len(players)} players do not make markets of {size}.")
    seated = list(players)
    if treatment.matching == "stranger":
        Random(f"{seed}-matching-{number}").shuffle(seated)
    return [seated[first : first + size] for first in range(0, len(seated), size)]


def _play(market: str, treatment: Treatment, players: Sequence[Player], seed: int, schedule: Schedule) -> Played:
    check_seats(treatment, len(players))
    rng = Random(seed)
    seats = {f"T{number}": player for number, player in enumerate(players, 1)}
    kinds = {trader: player.kind for trader, player in seats.items()}
    roles = deal_roles(treatment, list(kinds.values()), rng)
    draws = draw_periods(treatment, kinds, rng)
    traders = {trader: player.trader for trader, player in seats.items()}
    desk = Desk(Exchange(treatment, dict(zip(seats, roles, strict=True))), traders)
    play_market(desk, draws, schedule, rng)
    return Played(market, desk, _seats(seats), seed)


def _seats(players: Mapping[str, Player]) -> tuple[Seat, ...]:
    return tuple(Seat(one.participant, trader, one.kind, one.model) for trader, one in players.items())
