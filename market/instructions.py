"""What a trader is told before the market opens, from the treatment and the own role alone. Knows no page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from market.treatments import Role, Treatment

SELF_TRADE = {
    "cancel_resting": "Your orders never trade with each other: a new one that would removes the older one.",
    "cancel_incoming": "Your orders never trade with each other: a new one ends where it meets an older one.",
    "allow": "Your own orders may trade with each other.",
}


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the instructions: a heading, whole sentences, and a list that belongs to them."""

    heading: str
    paragraphs: tuple[str, ...]
    bullets: tuple[str, ...] = ()


def sections(treatment: Treatment, role: Role, *, seats: int, bots: Sequence[str] = ()) -> list[Section]:
    """The instructions of one trader. `seats` counts all traders; `bots` has the ids ("T2") of computers among them.

    Says nothing of other roles, and of the fundamental value and of bots only what the treatment tells.
    """
    parts = [_market(treatment, seats)]
    if treatment.induced:
        parts.append(_units(treatment, role))
    else:
        parts += [_endowment(treatment, role), _payments(treatment)]
        if treatment.tell_fundamental:
            parts.append(_fundamental(treatment))
    parts += [_trading(treatment, role), _limits(treatment, role), _earnings(treatment)]
    if told := _bots(treatment, seats, bots):
        parts.append(Section("Who the others are", (told,)))
    return parts


def _market(treatment: Treatment, seats: int) -> Section:
    thing = "units of a good" if treatment.induced else "shares"
    length = f"{_count(treatment.periods, 'period')} of {_duration(treatment.period_seconds)}"
    each = "" if treatment.periods == 1 else " each"
    pause = f" After a period its result is shown for {_duration(treatment.result_seconds)}."
    return Section(
        "The market",
        (
            f"You are one of {seats} traders in a market for {thing}. You trade with each other without names.",
            f"The market is open for {length}{each}.{pause}",
            f"All amounts are in {treatment.currency}.",
        ),
    )


# Asset markets


def _endowment(treatment: Treatment, role: Role) -> Section:
    others = " Other traders may start with other amounts." if _differ(treatment) else ""
    return Section(
        "What you start with",
        (
            f"You start with {_cash(treatment, role.cash)} in cash and {_count(role.shares, 'share')}.{others}",
            "Your cash and your shares go with you from each period to the next.",
        ),
    )


def _differ(treatment: Treatment) -> bool:
    return len({(role.cash, role.shares) for role in treatment.roles}) > 1


def _payments(treatment: Treatment) -> Section:
    return Section("What a share pays", (_order_of_payments(treatment),), tuple(_payment_lines(treatment)))


def _order_of_payments(treatment: Treatment) -> str:
    if not (treatment.dividends or treatment.interest_rate or treatment.buyback):
        return "Shares pay nothing and cash earns nothing: only what you buy and sell changes what you have."
    return "When a period has ended and before the next one opens, payments are made in this order:"


def _payment_lines(treatment: Treatment) -> Iterator[str]:
    if treatment.interest_rate:
        yield f"The cash you hold earns interest of {_percent(treatment.interest_rate)}."
    if treatment.dividends:
        yield _dividend(treatment)
    if treatment.buyback:
        yield (f"After the last period only, every share is bought from you for {_cash(treatment, treatment.buyback)}.")
    elif treatment.dividends:
        yield "After the last period's dividend shares are worth nothing."


def _dividend(treatment: Treatment) -> str:
    amounts = [treatment.money(amount) for amount in treatment.dividends]
    if len(amounts) == 1:
        return f"Every share pays a dividend of {_cash(treatment, treatment.dividends[0])} to whoever holds it."
    mean = f", so {_amount(treatment, treatment.mean_dividend)} on average" if treatment.tell_fundamental else ""
    return (
        f"Every share pays a dividend to whoever holds it: {_either(amounts)} {treatment.currency}, each equally likely"
        f"{mean}. All shares pay the same; each period's draw is new and depends on nothing that traders do."
    )


def _fundamental(treatment: Treatment) -> Section:
    values = [treatment.fundamental(period) or Fraction(0) for period in range(1, treatment.periods + 1)]
    told = [
        f"Buy a share in a period and keep it to the end: what it pays from then on comes, on average, to the amounts "
        f"below, in {treatment.currency}. The prices at which shares trade are up to the traders."
    ]
    if treatment.interest_rate:
        told.append("Later payments count for less here, because cash that you have earlier earns interest.")
    return Section("What a share pays on average", tuple(told), tuple(_by_period(treatment, values)))


def _by_period(treatment: Treatment, values: Sequence[Fraction]) -> Iterator[str]:
    if len(values) > 1 and len(set(values)) == 1:
        yield f"In every period: {_amount(treatment, values[0])}"
        return
    for period, value in enumerate(values, start=1):
        yield f"Period {period}: {_amount(treatment, value)}"


# Induced values and costs


def _units(treatment: Treatment, role: Role) -> Section:
    buyer = bool(role.values)
    amounts = role.values if buyer else role.costs
    verb, noun = ("buy", "value") if buyer else ("sell", "cost")
    gain = "its value less the price you pay" if buyer else "the price you get less its cost"
    order = " You use your units in this order." if len(amounts) > 1 else ""
    return Section(
        f"You are a {'buyer' if buyer else 'seller'}",
        (
            f"In each period you may {verb} {_up_to(len(amounts), 'unit')}. A unit that you {verb} gains you {gain}. "
            "A unit that you do not trade brings nothing and costs nothing.",
            f"Only you know your {noun}s; those of other traders may differ. They are the same in every period.{order}",
        ),
        tuple(f"Unit {number}: {noun} {treatment.money(amount)}" for number, amount in enumerate(amounts, start=1)),
    )


# Rules of trade


def _trading(treatment: Treatment, role: Role) -> Section:
    how_many = "" if treatment.single_unit else f"how many {_noun(treatment)}s and "
    each = f"for a {_noun(treatment)}"
    bid = f"To buy, you place a bid: {how_many}the most you would pay {each}."
    offer = f"To sell, you place an offer: {how_many}the least you would take {each}."
    told = [bid] * (not role.costs) + [offer] * (not role.values)
    return Section("How trading works", (" ".join(told),), tuple(_trading_lines(treatment)))


def _trading_lines(treatment: Treatment) -> Iterator[str]:
    yield "Bids and offers stand in an order book that everybody sees, without names."
    yield (
        "A bid that meets an offer, or an offer that meets a bid, trades at once, at the price of the one that was in "
        "the book first. The best price trades first; among equal prices, the earliest."
    )
    if not treatment.single_unit:
        yield "An order may trade in parts. What is left of it stays in the book."
    yield "You can also trade at once at the best price in the book."
    yield "You can take back an order as long as it stands in the book. When a period ends, all orders are removed."
    if treatment.clear_after_trade:
        yield "After each trade all orders are removed, and everybody may place new ones."


def _limits(treatment: Treatment, role: Role) -> Section:
    return Section("What an order may be", (), (*_quote_rules(treatment), *_promises(treatment, role)))


def _quote_rules(treatment: Treatment) -> Iterator[str]:
    low, high = treatment.money(treatment.price_min), treatment.money(treatment.price_max)
    yield f"Prices go from {low} to {high} {treatment.currency} in steps of {treatment.tick}."
    if treatment.single_unit:
        yield f"Every order is for one {_noun(treatment)}."
    if treatment.one_order_a_side:
        yield (
            "You may have one order in the book at a time."
            if treatment.induced
            else ("You may have one bid and one offer in the book at a time.")
        )
    else:
        yield f"You may have up to {treatment.open_orders} orders in the book at a time."
    if treatment.improvement:
        yield "A new bid must be higher than the best bid in the book, a new offer lower than the best offer."
    yield f"You may send up to {treatment.orders_per_second:g} orders a second."


def _promises(treatment: Treatment, role: Role) -> Iterator[str]:
    if treatment.induced:
        if not treatment.losses_allowed:
            noun = "value" if role.values else "cost"
            yield f"An order at which you would lose, measured by the {noun} of your unit, is refused."
        return
    yield _cash_rule(treatment)
    yield _short_rule(treatment)
    yield SELF_TRADE[treatment.self_trade]


def _cash_rule(treatment: Treatment) -> str:
    if treatment.credit_limit is None:
        return "Cash does not limit what you may bid; yours may fall below zero."
    if treatment.credit_limit:
        return f"Your bids may cost up to {_cash(treatment, treatment.credit_limit)} more than the cash you have."
    return "Your bids together may not cost more than the cash you have."


def _short_rule(treatment: Treatment) -> str:
    if not treatment.short_limit:
        return "Your offers together may not be for more shares than you have."
    return (
        f"You may sell up to {_count(treatment.short_limit, 'share')} more than you have. For each share that you are "
        "short when payments are made, you pay what a share pays."
    )


def _earnings(treatment: Treatment) -> Section:
    if treatment.induced:
        told = "You earn the gains of all your trades in all periods; losses count against them."
        return Section("What you earn", (told,))
    shares = ", the payment for your shares included" if treatment.buyback else ""
    return Section("What you earn", (f"You earn the cash you hold after the last period's payments{shares}.",))


def _bots(treatment: Treatment, seats: int, bots: Sequence[str]) -> str:
    """What the treatment tells about computers among the traders; empty where it tells nothing."""
    number = len(bots) or treatment.bots
    match treatment.bot_disclosure:
        case "nothing":
            return ""
        case "possible":
            return "Some of the traders may be computer programs."
        case "which" if bots:
            names = _and([f"Trader {one.removeprefix('T')}" for one in bots])
            return f"{names} {_computers(number)}. All others are people."
    return f"{number} of the {seats} traders {_computers(number)}." if number else "All traders are people."


def _computers(number: int) -> str:
    return "is a computer program" if number == 1 else "are computer programs"


# Words


def _noun(treatment: Treatment) -> str:
    return "unit" if treatment.induced else "share"


def _cash(treatment: Treatment, ticks: int) -> str:
    return f"{treatment.money(ticks)} {treatment.currency}"


def _amount(treatment: Treatment, ticks: Fraction) -> str:
    """An average, which may lie between two ticks."""
    if ticks.denominator == 1:
        return treatment.money(int(ticks))
    places = len(treatment.tick.partition(".")[2]) + 2
    return f"{float(ticks * Fraction(treatment.tick)):,.{places}f}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _up_to(number: int, noun: str) -> str:
    return f"one {noun}" if number == 1 else f"up to {_count(number, noun)}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    parts = [_count(int(minutes), "minute")] if minutes else []
    if rest:
        parts.append(f"{rest:g} second{'' if rest == 1 else 's'}")
    return _and(parts)


def _percent(rate: Fraction) -> str:
    return f"{float(rate * 100):.6g}%"


def _either(words: Sequence[str]) -> str:
    return _joined(words, "or")


def _and(words: Sequence[str]) -> str:
    return _joined(words, "and")


def _joined(words: Sequence[str], last: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"
