"""What a trader is told before the market opens, from the facts and the own role alone. Knows no page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from market.facts import MarketFacts, facts_of
from market.treatments import Role, Treatment
from market.words import average_money, count, duration, either, money, percent, up_to

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
    return instructions(facts_of(treatment, seats, tuple(bots)), role)


def instructions(facts: MarketFacts, role: Role) -> list[Section]:
    """The same text from what a view has: whoever sees a market reads what people read."""
    parts = [_market(facts)]
    if facts.induced:
        parts.append(_units(facts, role))
    else:
        parts += [_endowment(facts, role), _payments(facts)]
        if facts.fundamental:
            parts.append(_fundamental(facts))
    parts += [_trading(facts, role), _limits(facts, role), _earnings(facts)]
    if facts.others:
        parts.append(Section("Who the others are", (facts.others,)))
    return parts


def _market(facts: MarketFacts) -> Section:
    thing = "units of a good" if facts.induced else "shares"
    length = f"{count(facts.periods, 'period')} of {duration(facts.period_seconds)}"
    each = "" if facts.periods == 1 else " each"
    pause = f" After a period its result is shown for {duration(facts.result_seconds)}."
    return Section(
        "The market",
        (
            f"You are one of {facts.seats} traders in a market for {thing}. You trade with each other without names.",
            f"The market is open for {length}{each}.{pause}",
            f"All amounts are in {facts.currency}.",
        ),
    )


# Asset markets


def _endowment(facts: MarketFacts, role: Role) -> Section:
    others = " Other traders may start with other amounts." if facts.unequal else ""
    return Section(
        "What you start with",
        (
            f"You start with {_cash(facts, role.cash)} in cash and {count(role.shares, 'share')}.{others}",
            "Your cash and your shares go with you from each period to the next.",
        ),
    )


def _payments(facts: MarketFacts) -> Section:
    return Section("What a share pays", (_order_of_payments(facts),), tuple(_payment_lines(facts)))


def _order_of_payments(facts: MarketFacts) -> str:
    if not (facts.dividends or facts.interest_rate or facts.buyback):
        return "Shares pay nothing and cash earns nothing: only what you buy and sell changes what you have."
    return "When a period has ended and before the next one opens, payments are made in this order:"


def _payment_lines(facts: MarketFacts) -> Iterator[str]:
    if facts.interest_rate:
        yield f"The cash you hold earns interest of {percent(facts.interest_rate)}."
    if facts.dividends:
        yield _dividend(facts)
    if facts.buyback:
        yield (f"After the last period only, every share is bought from you for {_cash(facts, facts.buyback)}.")
    elif facts.dividends:
        yield "After the last period's dividend shares are worth nothing."


def _dividend(facts: MarketFacts) -> str:
    amounts = [_money(facts, amount) for amount in facts.dividends]
    if len(amounts) == 1:
        return f"Every share pays a dividend of {_cash(facts, facts.dividends[0])} to whoever holds it."
    mean = f", so {average_money(facts.tick, facts.mean_dividend)} on average" if facts.fundamental else ""
    return (
        f"Every share pays a dividend to whoever holds it: {either(amounts)} {facts.currency}, each equally likely"
        f"{mean}. All shares pay the same; each period's draw is new and depends on nothing that traders do."
    )


def _fundamental(facts: MarketFacts) -> Section:
    told = [
        f"Buy a share in a period and keep it to the end: what it pays from then on comes, on average, to the amounts "
        f"below, in {facts.currency}. The prices at which shares trade are up to the traders."
    ]
    if facts.interest_rate:
        told.append("Later payments count for less here, because cash that you have earlier earns interest.")
    return Section("What a share pays on average", tuple(told), tuple(_by_period(facts)))


def _by_period(facts: MarketFacts) -> Iterator[str]:
    values = [average_money(facts.tick, value) for value in facts.fundamental]
    if len(values) > 1 and len(set(values)) == 1:
        yield f"In every period: {values[0]}"
        return
    for period, value in enumerate(values, start=1):
        yield f"Period {period}: {value}"


# Induced values and costs


def _units(facts: MarketFacts, role: Role) -> Section:
    buyer = bool(role.values)
    amounts = role.values if buyer else role.costs
    verb, noun = ("buy", "value") if buyer else ("sell", "cost")
    gain = "its value less the price you pay" if buyer else "the price you get less its cost"
    order = " You use your units in this order." if len(amounts) > 1 else ""
    return Section(
        f"You are a {'buyer' if buyer else 'seller'}",
        (
            f"In each period you may {verb} {up_to(len(amounts), 'unit')}. A unit that you {verb} gains you {gain}. "
            "A unit that you do not trade brings nothing and costs nothing.",
            f"Only you know your {noun}s; those of other traders may differ. They are the same in every period.{order}",
        ),
        tuple(f"Unit {number}: {noun} {_money(facts, amount)}" for number, amount in enumerate(amounts, start=1)),
    )


# Rules of trade


def _trading(facts: MarketFacts, role: Role) -> Section:
    how_many = "" if facts.single_unit else f"how many {_noun(facts)}s and "
    each = f"for a {_noun(facts)}"
    bid = f"To buy, you place a bid: {how_many}the most you would pay {each}."
    offer = f"To sell, you place an offer: {how_many}the least you would take {each}."
    told = [bid] * (not role.costs) + [offer] * (not role.values)
    return Section("How trading works", (" ".join(told),), tuple(_trading_lines(facts)))


def _trading_lines(facts: MarketFacts) -> Iterator[str]:
    yield "Bids and offers stand in an order book that everybody sees, without names."
    yield (
        "A bid that meets an offer, or an offer that meets a bid, trades at once, at the price of the one that was in "
        "the book first. The best price trades first; among equal prices, the earliest."
    )
    if not facts.single_unit:
        yield "An order may trade in parts. What is left of it stays in the book."
    yield "You can also trade at once at the best price in the book."
    yield "You can take back an order as long as it stands in the book. When a period ends, all orders are removed."
    if facts.clear_after_trade:
        yield "After each trade all orders are removed, and everybody may place new ones."


def _limits(facts: MarketFacts, role: Role) -> Section:
    return Section("What an order may be", (), (*_quote_rules(facts), *_promises(facts, role)))


def _quote_rules(facts: MarketFacts) -> Iterator[str]:
    low, high = _money(facts, facts.price_min), _money(facts, facts.price_max)
    yield f"Prices go from {low} to {high} {facts.currency} in steps of {facts.tick}."
    if facts.single_unit:
        yield f"Every order is for one {_noun(facts)}."
    if facts.one_order_a_side:
        yield (
            "You may have one order in the book at a time."
            if facts.induced
            else ("You may have one bid and one offer in the book at a time.")
        )
    else:
        yield f"You may have up to {facts.open_orders} orders in the book at a time."
    if facts.improvement:
        yield "A new bid must be higher than the best bid in the book, a new offer lower than the best offer."
    yield f"You may send up to {facts.orders_per_second:g} orders a second."


def _promises(facts: MarketFacts, role: Role) -> Iterator[str]:
    if facts.induced:
        if not facts.losses_allowed:
            noun = "value" if role.values else "cost"
            yield f"An order at which you would lose, measured by the {noun} of your unit, is refused."
        return
    yield _cash_rule(facts)
    yield _short_rule(facts)
    yield SELF_TRADE[facts.self_trade]


def _cash_rule(facts: MarketFacts) -> str:
    if facts.credit_limit is None:
        return "Cash does not limit what you may bid; yours may fall below zero."
    if facts.credit_limit:
        return f"Your bids may cost up to {_cash(facts, facts.credit_limit)} more than the cash you have."
    return "Your bids together may not cost more than the cash you have."


def _short_rule(facts: MarketFacts) -> str:
    if not facts.short_limit:
        return "Your offers together may not be for more shares than you have."
    return (
        f"You may sell up to {count(facts.short_limit, 'share')} more than you have. For each share that you are "
        "short when payments are made, you pay what a share pays."
    )


def _earnings(facts: MarketFacts) -> Section:
    if facts.induced:
        told = "You earn the gains of all your trades in all periods; losses count against them."
        return Section("What you earn", (told,))
    shares = ", the payment for your shares included" if facts.buyback else ""
    return Section("What you earn", (f"You earn the cash you hold after the last period's payments{shares}.",))


# Words


def _noun(facts: MarketFacts) -> str:
    return "unit" if facts.induced else "share"


def _money(facts: MarketFacts, ticks: int) -> str:
    return money(facts.tick, ticks)


def _cash(facts: MarketFacts, ticks: int) -> str:
    return f"{_money(facts, ticks)} {facts.currency}"
