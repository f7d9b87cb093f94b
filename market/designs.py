"""The shipped designs, each with its source, and how their roles are dealt to seats."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from itertools import chain, cycle, islice, zip_longest
from random import Random

from market.treatments import Role, Treatment, TreatmentError

GODE_SUNDER_UNITS: Mapping[int, tuple[tuple[int, ...], tuple[int, ...]]] = {
    1: ((103, 98, 93, 88, 83, 78), (35, 47, 59, 71, 83, 95)),
    2: ((117, 105, 93, 81, 69, 57), (49, 54, 59, 64, 69, 74)),
    3: ((133, 95, 90), (90, 95, 100)),
}


def asset_cda() -> Treatment:
    """The default: a short asset market with a declining fundamental value."""
    return Treatment(
        name="asset_cda",
        title="Asset market",
        periods=3,
        period_seconds=20,
        result_seconds=5,
        roles=(Role(name="rich in cash", cash=1050, shares=3), Role(name="rich in shares", cash=450, shares=7)),
        dividends=(20, 40, 60, 80),
        price_max=1000,
    )


def smith_1962() -> Treatment:
    steps = range(11)
    buyers = (Role(name="buyer", values=(325 - 25 * step,)) for step in steps)
    sellers = (Role(name="seller", costs=(75 + 25 * step,)) for step in steps)
    return Treatment(
        name="smith_1962",
        title="Competitive market",
        source="Smith (1962), Journal of Political Economy 70(2), test 1",
        tick="0.01",
        currency="dollars",
        periods=5,
        period_seconds=120,
        roles=(*buyers, *sellers),
        fixed_seats=True,
        scale=True,
        credit_limit=None,
        price_max=500,
        single_unit=True,
        tell_fundamental=False,
    )


def gode_sunder_1993(market: int = 1) -> Treatment:
    values, costs = GODE_SUNDER_UNITS[market]
    return Treatment(
        name="gode_sunder_1993" if market == 1 else f"gode_sunder_1993_m{market}",
        title="Double auction",
        source=f"Gode & Sunder (1993), Journal of Political Economy 101(1), market {market}, units read off its figure",
        periods=6,
        period_seconds=60,
        roles=(*(Role(name="buyer", values=values),) * 6, *(Role(name="seller", costs=costs),) * 6),
        fixed_seats=True,
        scale=True,
        credit_limit=None,
        price_max=200,
        single_unit=True,
        one_order_a_side=True,
        improvement=True,
        clear_after_trade=True,
        tell_fundamental=False,
    )


def ssw_1988() -> Treatment:
    return Treatment(
        name="ssw_1988",
        title="Asset market with a declining value",
        source="Smith, Suchanek & Williams (1988), Econometrica 56(5), design 2",
        currency="cents",
        periods=15,
        period_seconds=240,
        result_seconds=15,
        roles=tuple(
            Role(name=name, cash=cash, shares=shares)
            for name, cash, shares in (("rich in shares", 225, 3), ("in between", 585, 2), ("rich in cash", 945, 1))
        ),
        dividends=(0, 8, 28, 60),
        price_max=10_000,
    )


DESIGNS: Mapping[str, Callable[[], Treatment]] = {
    "asset_cda": asset_cda,
    "smith_1962": smith_1962,
    "gode_sunder_1993": gode_sunder_1993,
    "gode_sunder_1993_m2": lambda: gode_sunder_1993(2),
    "gode_sunder_1993_m3": lambda: gode_sunder_1993(3),
    "ssw_1988": ssw_1988,
}


def design(name: str) -> Treatment:
    """A shipped design by name. Raises TreatmentError for an unknown one."""
    if name not in DESIGNS:
        near = get_close_matches(name, DESIGNS, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise TreatmentError(f"Unknown treatment {name!r}. Known: {', '.join(DESIGNS)}.{hint}")
    return DESIGNS[name]()


def check_seats(treatment: Treatment, seats: int) -> None:
    """Raise TreatmentError where the treatment cannot be played by this number of seats."""
    roles = len(treatment.roles)
    if not treatment.fixed_seats:
        if seats < 2:
            raise TreatmentError(f"{treatment.name} needs at least 2 seats, not {seats}.")
        return
    if seats != roles and not (treatment.scale and seats and seats % roles == 0):
        more = f", or a multiple of {roles}" if treatment.scale else ""
        raise TreatmentError(f"{treatment.name} is played by {roles} seats{more}, not {seats}.")


def deal_roles(treatment: Treatment, kinds: Sequence[str], rng: Random) -> list[Role]:
    """A role for each seat, at random but balanced over kinds of seats (human, model, rule).

    `kinds` in seat order. Seats of one kind take consecutive roles of a mixed deck, so that no kind
    gets more of one role than the deck forces. Raises TreatmentError for a number of seats that does not fit.
    """
    check_seats(treatment, len(kinds))
    deck = cycle(_mixed(treatment.roles, rng))
    dealt: list[Role | None] = [None] * len(kinds)
    for kind in sorted(set(kinds)):
        seats = [seat for seat, one in enumerate(kinds) if one == kind]
        roles = list(islice(deck, len(seats)))
        rng.shuffle(roles)
        for seat, role in zip(seats, roles, strict=True):
            dealt[seat] = role
    return [role for role in dealt if role is not None]


def _mixed(roles: Sequence[Role], rng: Random) -> list[Role]:
    """The roles shuffled, with those of different names taking turns."""
    by_name: dict[str, list[Role]] = {}
    for role in roles:
        by_name.setdefault(role.name, []).append(role)
    groups = list(by_name.values())
    rng.shuffle(groups)
    for group in groups:
        rng.shuffle(group)
    return [role for role in chain.from_iterable(zip_longest(*groups)) if role is not None]


def draw_dividends(treatment: Treatment, rng: Random) -> list[int]:
    """One dividend a period in ticks, each equally likely; zeros where the treatment pays none."""
    return [rng.choice(treatment.dividends) if treatment.dividends else 0 for _ in range(treatment.periods)]
