"""Making a session's markets: treatment, roles of the seats and dividends, all frozen before anyone trades."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any

from otree.session import CreateSessionInvalidArgs

from market.custom import treatment_from_toml
from market.designs import check_seats, deal_roles, design, draw_dividends
from market.treatments import Treatment, TreatmentError
from otree_app.models import Group, MarketHead, Player, Subsession

# fields of a treatment that a session configuration may change; 0 leaves the treatment's own
CHANGEABLE = ("period_seconds", "result_seconds", "humans", "bots")


def creating_session(subsession: Subsession) -> None:
    """Deal roles and draw dividends for each group. A configuration that cannot be played makes no session."""
    config = subsession.session.config
    try:
        treatment = treatment_of(config)
        for group in subsession.get_groups():
            _make_market(group, treatment, _seed(config, group))
    except TreatmentError as error:
        raise CreateSessionInvalidArgs(str(error)) from error


def treatment_of(config: dict[str, Any]) -> Treatment:
    """The design a session configuration names, with what it changes. Raises TreatmentError."""
    treatment = from_file(config["treatment_file"]) if config.get("treatment_file") else design(config["treatment"])
    changes = {name: config[name] for name in CHANGEABLE if config.get(name)}
    return treatment.with_changes(**changes)


def from_file(name: str) -> Treatment:
    """A treatment of the experimenter's own, as `python -m market check FILE` takes it. Raises TreatmentError."""
    try:
        return treatment_from_toml(Path(name).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise TreatmentError(f"treatment_file: {name} cannot be read on the server ({error}).") from error


def _seed(config: dict[str, Any], group: Group) -> int:
    """Given in the configuration, or made from the session's code: either way it is on record."""
    base = config.get("seed") or f"{group.session.code}"
    return Random(f"{base}-{group.round_number}-{group.id_in_subsession}").getrandbits(31)


def _make_market(group: Group, treatment: Treatment, seed: int) -> None:
    players: list[Player] = group.get_players()
    check_seats(treatment, len(players))
    rng = Random(seed)
    kinds = _kinds(treatment, len(players))
    roles = deal_roles(treatment, kinds, rng)
    for number, (player, kind) in enumerate(zip(players, kinds, strict=True), start=1):
        player.trader, player.kind = f"T{number}", kind
    MarketHead.create(
        group_id=group.id,
        document=treatment.canonical(),
        roles=json.dumps({player.trader: asdict(role) for player, role in zip(players, roles, strict=True)}),
        dividends=json.dumps(draw_dividends(treatment, rng)),
        seed=seed,
    )


def _kinds(treatment: Treatment, seats: int) -> list[str]:
    """People first, then the bots that the configuration announces."""
    bots = treatment.bots
    if treatment.humans + bots > seats:
        raise TreatmentError(f"{treatment.humans} people and {bots} bots are announced for {seats} seats.")
    return ["human"] * (seats - bots) + ["model"] * bots
