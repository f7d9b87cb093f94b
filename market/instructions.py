"""What a trader is told before the market opens, from the facts and the own role alone. Knows no page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from market.facts import MarketFacts, facts_of
from market.language import all_of, duration, either, say
from market.treatments import Role, Treatment
from market.words import average_money, money, percent


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
        if facts.states:
            parts.append(_states(facts))
        if facts.fundamental or facts.tell_holding_value:
            parts.append(_fundamental(facts))
    parts += [_trading(facts, role), _limits(facts, role)]
    if facts.forecasts.horizons:
        parts.append(_forecasts(facts))
    parts.append(_earnings(facts))
    if facts.others:
        parts.append(Section(_say(facts, "others.title"), (facts.others,)))
    return parts


def _market(facts: MarketFacts) -> Section:
    lasts = _say(facts, "market.open", number=facts.periods, length=_duration(facts, facts.period_seconds))
    result = _say(facts, "market.result", length=_duration(facts, facts.result_seconds))
    told = (
        _say(facts, f"market.{'induced' if facts.induced else 'asset'}", seats=facts.seats),
        f"{lasts} {result}",
        f"{_say(facts, 'market.currency', currency=facts.currency)} {_say(facts, 'market.figures')}".strip(),
    )
    return Section(_say(facts, "market.title"), told)


# Asset markets


def _endowment(facts: MarketFacts, role: Role) -> Section:
    shares = say(facts.language, "count.share", number=role.shares)
    told = [_say(facts, "endowment.own", cash=_cash(facts, role.cash), shares=shares)]
    if facts.unequal:
        told.append(_say(facts, "endowment.unequal"))
    return Section(_say(facts, "endowment.title"), (" ".join(told), _say(facts, "endowment.kept")))


def _payments(facts: MarketFacts) -> Section:
    pays = facts.pays_dividends or facts.interest_rate or facts.buyback
    order = _say(facts, "payments.order" if pays else "payments.none")
    return Section(_say(facts, "payments.title"), (order,), tuple(_payment_lines(facts)))


def _payment_lines(facts: MarketFacts) -> Iterator[str]:
    if facts.interest_rate:
        yield _say(facts, "payments.interest", rate=percent(facts.interest_rate))
    if facts.pays_dividends:
        yield _dividend(facts)
    if facts.buyback:
        yield _say(facts, "payments.buyback", amount=_cash(facts, facts.buyback))
    elif facts.pays_dividends:
        yield _say(facts, "payments.worthless")


def _dividend(facts: MarketFacts) -> str:
    if facts.states:
        return _say(facts, "payments.dividend_states")
    if len(facts.dividends) == 1:
        return _say(facts, "payments.dividend_fixed", amount=_cash(facts, facts.dividends[0]))
    amounts = either(facts.language, [_money(facts, amount) for amount in facts.dividends])
    if not facts.fundamental:
        return _say(facts, "payments.dividend", amounts=amounts, currency=facts.currency)
    mean = average_money(facts.tick, facts.mean_dividend)
    return _say(facts, "payments.dividend_mean", amounts=amounts, currency=facts.currency, mean=mean)


def _states(facts: MarketFacts) -> Section:
    """What the states are and, in general, who is told what; the own clue comes with the period."""
    all_weights = sum(state.weight for state in facts.states)
    lines = [
        _say(facts, "states.state", name=one.name, odds=one.weight, all=all_weights, amount=_cash(facts, one.dividend))
        for one in facts.states
    ]
    told = (_say(facts, "states.what", states=len(facts.states)), " ".join(_clues(facts)))
    return Section(_say(facts, "states.title"), told, tuple(lines))


def _clues(facts: MarketFacts) -> Iterator[str]:
    match facts.clues:
        case "not_this" if len(facts.states) > 2:
            yield _say(facts, "states.not_this")
        case "not_this":
            yield _say(facts, "states.all_told")
        case "state":
            yield _say(facts, "states.informed", number=facts.informed, seats=facts.seats)
        case _:
            yield _say(facts, "states.nobody")
            return
    yield _say(facts, "states.clue")


def _fundamental(facts: MarketFacts) -> Section:
    told = [_say(facts, "value.what", currency=facts.currency)] if facts.fundamental else []
    if facts.tell_holding_value:
        told.append(_say(facts, "value.shown"))
    if facts.states:
        told.append(_say(facts, "value.states"))
    if facts.interest_rate:
        told.append(_say(facts, "value.interest"))
    return Section(_say(facts, "value.title"), tuple(told), tuple(_by_period(facts)))


def _by_period(facts: MarketFacts) -> Iterator[str]:
    values = [average_money(facts.tick, value) for value in facts.fundamental]
    if len(values) > 1 and len(set(values)) == 1:
        yield _say(facts, "value.always", value=values[0])
        return
    for period, value in enumerate(values, start=1):
        yield _say(facts, "value.period", period=period, value=value)


# Induced values and costs


def _units(facts: MarketFacts, role: Role) -> Section:
    side, amounts = ("buy", role.values) if role.values else ("sell", role.costs)
    units = say(facts.language, "up_to.unit", number=len(amounts))
    private = [_say(facts, "units.private", side=side)]
    if len(amounts) > 1:
        private.append(_say(facts, "units.in_order"))
    lines = [
        _say(facts, "units.unit", side=side, place=place, amount=_money(facts, amount))
        for place, amount in enumerate(amounts, start=1)
    ]
    told = (_say(facts, f"units.{side}", units=units), " ".join(private))
    return Section(_say(facts, "units.title", side=side), told, tuple(lines))


# Rules of trade


def _trading(facts: MarketFacts, role: Role) -> Section:
    sides = ["buy"] * (not role.costs) + ["sell"] * (not role.values)
    kind = f"single_{_noun(facts)}" if facts.single_unit else _noun(facts)
    told = " ".join(_say(facts, f"trading.{kind}", side=side) for side in sides)
    lines = _call_lines(facts) if facts.institution == "call" else _trading_lines(facts)
    return Section(_say(facts, "trading.title"), (told,), tuple(lines))


def _call_lines(facts: MarketFacts) -> Iterator[str]:
    yield _say(facts, "call.sheet")
    yield _say(facts, "call.price", things=_say(facts, f"call.{_noun(facts)}"))
    yield _say(facts, "call.who", margin=_say(facts, f"call.{facts.rationing}"))
    if facts.reference_price:
        yield _say(facts, "call.reference", price=_money(facts, facts.reference_price), currency=facts.currency)


def _trading_lines(facts: MarketFacts) -> Iterator[str]:
    yield _say(facts, "trading.book")
    yield _say(facts, "trading.match")
    if not facts.single_unit:
        yield _say(facts, "trading.parts")
    yield _say(facts, "trading.at_once")
    yield _say(facts, "trading.take_back")
    if facts.clear_after_trade:
        yield _say(facts, "trading.clear")


def _limits(facts: MarketFacts, role: Role) -> Section:
    return Section(_say(facts, "limits.title"), (), (*_quote_rules(facts), *_promises(facts, role)))


def _quote_rules(facts: MarketFacts) -> Iterator[str]:
    low, high = _money(facts, facts.price_min), _money(facts, facts.price_max)
    yield _say(facts, "limits.prices", low=low, high=high, currency=facts.currency, tick=facts.tick)
    if facts.single_unit:
        yield _say(facts, f"limits.single_{_noun(facts)}")
    place = "call" if facts.institution == "call" else "limits"
    if facts.one_order_a_side:
        yield _say(facts, f"{place}.one_order" if facts.induced else f"{place}.one_a_side")
    else:
        yield _say(facts, f"{place}.open", number=facts.open_orders)
    if facts.improvement:
        yield _say(facts, "limits.improvement")
    yield _say(facts, "limits.pace", rate=f"{facts.orders_per_second:g}")


def _promises(facts: MarketFacts, role: Role) -> Iterator[str]:
    if facts.induced:
        if not facts.losses_allowed:
            yield _say(facts, "limits.loss", side="buy" if role.values else "sell")
        return
    yield _cash_rule(facts)
    yield _short_rule(facts)
    if facts.interest_rate and (facts.credit_limit != 0 or facts.short_limit):
        yield _say(facts, "limits.interest", rate=percent(facts.interest_rate))
    if facts.bankrupt != "continue":
        yield _say(facts, f"limits.bankrupt_{facts.bankrupt}", amount=_cash(facts, facts.credit_limit or 0))
    yield _say(facts, "call.crossed" if facts.institution == "call" else f"limits.{facts.self_trade}")


def _cash_rule(facts: MarketFacts) -> str:
    if facts.credit_limit is None:
        return _say(facts, "limits.cash_unlimited")
    if facts.credit_limit:
        return _say(facts, "limits.credit", amount=_cash(facts, facts.credit_limit))
    return _say(facts, "limits.cash")


def _short_rule(facts: MarketFacts) -> str:
    if not facts.short_limit:
        return _say(facts, "limits.shares")
    shares = say(facts.language, "count.share", number=facts.short_limit)
    return _say(facts, "limits.short", shares=shares)


def _forecasts(facts: MarketFacts) -> Section:
    asked, length = facts.forecasts, _duration(facts, facts.forecasts.seconds)
    horizons = [one for one in sorted(asked.horizons) if one < facts.periods]
    if horizons == [0]:
        told = [_say(facts, "forecasts.now", length=length)]
    else:
        periods = all_of(facts.language, [_horizon(facts, one) for one in horizons])
        told = [_say(facts, "forecasts.ahead", periods=periods, length=length)]
    told.append(_say(facts, "forecasts.mean" if facts.institution == "continuous" else "forecasts.stays"))
    if asked.reward:
        band, reward = _cash(facts, asked.band), _cash(facts, asked.reward)
        told.append(_say(facts, f"forecasts.{'band' if asked.band else 'exact'}", band=band, reward=reward))
        told.append(_say(facts, "forecasts.kept"))
    return Section(_say(facts, "forecasts.title"), tuple(told))


def _horizon(facts: MarketFacts, periods: int) -> str:
    return _say(facts, "forecasts.later", number=periods) if periods else _say(facts, "forecasts.this")


def _earnings(facts: MarketFacts) -> Section:
    kind = "induced" if facts.induced else "cash_buyback" if facts.buyback else "cash"
    return Section(_say(facts, "earnings.title"), (_say(facts, f"earnings.{kind}"),))


# Words


def _say(facts: MarketFacts, key: str, **what: object) -> str:
    return say(facts.language, f"instructions.{key}", **what)


def _duration(facts: MarketFacts, seconds: float) -> str:
    return duration(facts.language, seconds)


def _noun(facts: MarketFacts) -> str:
    return "unit" if facts.induced else "share"


def _money(facts: MarketFacts, ticks: int) -> str:
    return money(facts.tick, ticks)


def _cash(facts: MarketFacts, ticks: int) -> str:
    return f"{_money(facts, ticks)} {facts.currency}"
