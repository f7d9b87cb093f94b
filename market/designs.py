"""The shipped designs, each with its source, and how their roles are dealt to seats."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from itertools import chain, cycle, islice, zip_longest
from random import Random

from market.parts import Forecasts, Information, Pay, State, Steps
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
        pay=Pay(rate="1"),
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


def plott_sunder_1988() -> Treatment:
    """A short form: five markets of one period, so that cash and shares start anew with each draw of the state."""
    states = (("X", 7, 50), ("Y", 9, 240), ("Z", 4, 490))
    return Treatment(
        name="plott_sunder_1988",
        title="Market with private clues",
        source=(
            "After Plott & Sunder (1988), Econometrica 56(5), series C (all shares pay alike, clues say one state that "
            "it is not); states, odds and dividends from memory of its market 7, endowments and number of periods ours"
        ),
        currency="francs",
        periods=1,
        period_seconds=180,
        result_seconds=10,
        markets=5,
        practice_periods=1,
        roles=(Role(name="trader", cash=2000, shares=4),),
        price_max=1000,
        tell_fundamental=False,
        information=Information(
            states=tuple(State(name=name, weight=weight, dividend=dividend) for name, weight, dividend in states),
            clues="not_this",
        ),
    )


def flat_value(name: str = "flat_value", *, practice: int = 3, periods: int = 30, rate: str = "0.02") -> Treatment:
    """One value of 14 throughout: (14 + a mean dividend of .70) / 1.05. Under `_cda` names a continuous market."""
    continuous = "_cda" in name
    return Treatment(
        name=name,
        title="Asset market with a constant value",
        source="After Henning et al. (2025); forecasts' reward, limits of prices and sheets, and pay are ours",
        institution="continuous" if continuous else "call",
        reference_price=0 if continuous else 1400,
        tick="0.01",
        practice_periods=practice,
        periods=periods,
        period_seconds=20,
        result_seconds=10,
        roles=(Role(name="trader", cash=10_000, shares=4),),
        dividends=(40, 100),
        interest="1/20",
        buyback=1400,
        price_max=100_000,
        tell_fundamental=False,
        forecasts=Forecasts(horizons=(0, 2, 5, 10), seconds=30, band=250, reward=250),
        steps=EVERY_STEP,
        pay=Pay(rate=rate, show_up_fee="5", reflection="0.50", tasks="random"),
    )


EVERY_STEP = Steps(
    consent=True,
    quiz=True,
    risk_task=True,
    reflection_test=True,
    questionnaire=True,
    guess_bots=True,
    debrief=True,
)

DESIGNS: Mapping[str, Callable[[], Treatment]] = {
    "asset_cda": asset_cda,
    "smith_1962": smith_1962,
    "gode_sunder_1993": gode_sunder_1993,
    "gode_sunder_1993_m2": lambda: gode_sunder_1993(2),
    "gode_sunder_1993_m3": lambda: gode_sunder_1993(3),
    "ssw_1988": ssw_1988,
    "plott_sunder_1988": plott_sunder_1988,
    "flat_value": flat_value,
    "flat_value_short": lambda: flat_value("flat_value_short", practice=1, periods=4, rate="0.05"),
    "flat_value_cda": lambda: flat_value("flat_value_cda"),
    "flat_value_cda_short": lambda: flat_value("flat_value_cda_short", practice=1, periods=4, rate="0.05"),
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
    if seats < (needed := _seats_told(treatment)):
        raise TreatmentError(f"{treatment.name} needs at least {needed} seats for its clues, not {seats}.")
    if not treatment.fixed_seats:
        if seats < 2:
            raise TreatmentError(f"{treatment.name} needs at least 2 seats, not {seats}.")
        return
    if seats != roles and not (treatment.scale and seats and seats % roles == 0):
        more = f", or a multiple of {roles}" if treatment.scale else ""
        raise TreatmentError(f"{treatment.name} is played by {roles} seats{more}, not {seats}.")


def _seats_told(treatment: Treatment) -> int:
    """Traders it takes to tell all clues: those who are told the state, or one for each state that it is not."""
    told = treatment.information
    return len(told.states) - 1 if told.clues == "not_this" else told.informed


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
