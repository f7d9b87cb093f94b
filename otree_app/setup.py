"""Making a session's markets: treatment, who meets whom, roles and chance, all frozen before anyone trades."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

from otree.currency import RealWorldCurrency
from otree.session import SESSION_CONFIGS_DICT, CreateSessionInvalidArgs, SessionConfig

from bots.agents.trading_agents import TRADERS
from market.custom import treatment_from_toml
from market.designs import deal_roles, design
from market.information import draw_periods
from market.payment import cents
from market.treatments import Treatment, TreatmentError
from otree_app.completion import check_completion
from otree_app.consent_text import freeze
from otree_app.freeze import register
from otree_app.models import C, Group, MarketHead, Player, Subsession
from otree_app.rounds import keep_treatment, plan, session_treatment

# fields of a treatment that a session configuration may change; 0 leaves the treatment's own
CHANGEABLE = ("period_seconds", "result_seconds", "humans", "bots")


def creating_session(subsession: Subsession) -> None:
    """Match seats, deal roles and draw chance for a round. A configuration that cannot be played makes no session."""
    session = subsession.session
    try:
        if subsession.round_number == 1:
            _prepare(session)
        rounds = plan(session_treatment(session))
        if subsession.round_number <= len(rounds):
            _make_round(subsession, rounds[subsession.round_number - 1])
        if subsession.round_number == C.NUM_ROUNDS:
            register(session)
    except TreatmentError as error:
        raise CreateSessionInvalidArgs(str(error)) from error


def _prepare(session: Any) -> None:
    """Freeze what the whole session is about, and pay as its treatment says. Raises TreatmentError."""
    treatment = treatment_of(session.config)
    check_completion(session.config)
    check_rule_traders(treatment)
    keep_treatment(session, treatment)
    if treatment.steps.consent:
        freeze(session, treatment.language)
    session.config = SessionConfig({**session.config, **_pay(session.config, treatment)})


def _pay(config: dict[str, Any], treatment: Treatment) -> dict[str, object]:
    """oTree's names for what the treatment pays. Raises TreatmentError where the configuration says something else."""
    told = {
        "participation_fee": ("show_up_fee", RealWorldCurrency(Decimal(cents(treatment.pay.show_up_fee)) / 100)),
        "real_world_currency_per_point": ("rate", float(Fraction(treatment.pay.rate))),
    }
    usual = SESSION_CONFIGS_DICT[config["name"]]
    for name, (field, amount) in told.items():
        if config[name] not in (usual[name], amount):
            raise TreatmentError(f"{name}: {treatment.name} pays {amount}; change pay.{field} in a file of your own.")
    return {name: amount for name, (_, amount) in told.items()}


def treatment_of(config: dict[str, Any]) -> Treatment:
    """The design a session configuration names, with what it changes. Raises TreatmentError."""
    treatment = from_file(config["treatment_file"]) if config.get("treatment_file") else design(config["treatment"])
    changes = {name: config[name] for name in CHANGEABLE if config.get(name)}
    return treatment.with_changes(**changes)


def check_rule_traders(treatment: Treatment) -> None:
    """Whoever may have to play for somebody must exist before it is needed. Raises TreatmentError."""
    for field in ("dropout_trader", "out_of_reach_trader"):
        if (name := getattr(treatment.absence, field)) not in TRADERS:
            raise TreatmentError(f"absence.{field}: unknown trader {name!r}; known: {', '.join(TRADERS)}.")


def from_file(name: str) -> Treatment:
    """A treatment of the experimenter's own, as `python -m market check FILE` takes it. Raises TreatmentError."""
    try:
        return treatment_from_toml(Path(name).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise TreatmentError(f"treatment_file: {name} cannot be read on the server ({error}).") from error


def _make_round(subsession: Subsession, treatment: Treatment) -> None:
    base = subsession.session.config.get("seed") or subsession.session.code
    kinds = kinds_of(treatment, subsession.session.num_participants)
    turn = subsession.round_number if treatment.matching == "stranger" else 1
    if treatment.market_seats:
        subsession.set_group_matrix(matched(kinds, treatment.market_seats, Random(f"{base}-matching-{turn}")))
    for group in subsession.get_groups():
        # partners are on the same side, with the same start, in all of their markets: so their instructions stay true
        dealt = Random(f"{base}-roles-{turn}-{group.id_in_subsession}")
        named = Random(f"{base}-names-{turn}-{group.id_in_subsession}") if treatment.steps.guess_bots else None
        _make_market(group, treatment, kinds, _seed(base, group), dealt, named)


def kinds_of(treatment: Treatment, seats: int) -> list[str]:
    """By seat: people first, then the bots that are announced. Raises TreatmentError for too many of them."""
    bots = treatment.bots
    if treatment.humans + bots > seats:
        raise TreatmentError(f"{treatment.humans} people and {bots} bots are announced for {seats} seats.")
    return ["human"] * (seats - bots) + ["model"] * bots


def matched(kinds: Sequence[str], market_seats: int, rng: Random) -> list[list[int]]:
    """Seats, numbered from 1, by market: at random, each kind spread as evenly over the markets as it can be."""
    if len(kinds) % market_seats:
        raise TreatmentError(f"market_seats: {len(kinds)} seats cannot be split into markets of {market_seats}.")
    seats = list(range(1, len(kinds) + 1))
    rng.shuffle(seats)
    deck = sorted(seats, key=lambda seat: kinds[seat - 1])
    markets = len(kinds) // market_seats
    return [sorted(deck[first::markets]) for first in range(markets)]


def _seed(base: object, group: Group) -> int:
    """Given in the configuration, or made from the session's code: either way it is on record."""
    return Random(f"{base}-{group.round_number}-{group.id_in_subsession}").getrandbits(31)


def _make_market(
    group: Group, treatment: Treatment, kinds: Sequence[str], seed: int, dealt: Random, named: Random | None
) -> None:
    """Name the traders of a market, deal roles, and draw all that chance decides in it from its own seed.

    Traders are numbered by seat, or by `named` where people guess who is a bot: bots take the last seats.
    """
    players: list[Player] = group.get_players()
    numbers = list(range(1, len(players) + 1))
    if named:
        named.shuffle(numbers)
    for number, player in zip(numbers, players, strict=True):
        player.trader, player.kind = f"T{number}", kinds[player.participant.id_in_session - 1]
    roles = deal_roles(treatment, [player.kind for player in players], dealt)
    draws = draw_periods(treatment, {player.trader: player.kind for player in players}, Random(seed))
    MarketHead.create(
        group_id=group.id,
        document=treatment.canonical(),
        roles=json.dumps({player.trader: asdict(role) for player, role in zip(players, roles, strict=True)}),
        draws=json.dumps(draws),
        seed=seed,
    )
