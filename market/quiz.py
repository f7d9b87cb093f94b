"""Questions on the instructions, made from the treatment, with the right answers and why. Knows no page."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from market.language import say
from market.ledger import round_half_even
from market.questions import Choice, Question
from market.treatments import Role, Treatment
from market.words import percent

HELD = 3


class Quiz:
    """The questions for one role of a treatment. Examples are amounts of the role's own, never of others."""

    def __init__(self, treatment: Treatment, role: Role) -> None:
        self.treatment, self.role = treatment, role
        self.call = treatment.institution == "call"
        self.selling = bool(role.costs)

    def questions(self) -> list[Question]:
        """In the order in which a market is lived."""
        own = self._induced if self.treatment.induced else self._asset
        return [*own(), *self._around()]

    # Asset markets

    def _asset(self) -> Iterator[Question]:
        base = _round(max(self.role.cash // 10, 10))
        yield from self._dividend()
        yield from self._interest(20 * base)
        yield from self._price(base, base + max(1, base // 10))
        yield from self._promise(base)
        if self.treatment.periods > 1:
            yield self._choice("carry", [("same", "carry_same"), ("new", "carry_new")], "same")
        yield from self._end(8 * base)

    def _dividend(self) -> Iterator[Question]:
        states = self.treatment.information.states
        paid = [state.dividend for state in states] or list(self.treatment.dividends)
        if paid:
            amount = sorted(paid)[len(paid) // 2]
            yield self._number("dividend", HELD * amount, amount=self._cash(amount))

    def _interest(self, cash: int) -> Iterator[Question]:
        rate = self.treatment.interest_rate
        if rate:
            earned = round_half_even(cash * rate)
            yield self._number("interest", earned, cash=self._cash(cash), rate=percent(rate))

    def _promise(self, price: int) -> Iterator[Question]:
        """Not where cash never binds, nor where a second bid is refused anyway."""
        rules = self.treatment
        if rules.credit_limit is None or rules.one_order_a_side:
            return
        cash, shares = 10 * price, 1 if rules.single_unit else 2
        words = "promise_one" if rules.single_unit else "promise"
        left = cash + rules.credit_limit - shares * price
        yield self._number("promise", left, words, cash=self._cash(cash), price=self._cash(price))

    def _end(self, cash: int) -> Iterator[Question]:
        buyback = self.treatment.buyback
        if not buyback:
            yield self._number("end", 0, "worth")
            yield self._number("earned", cash, cash=self._cash(cash))
            return
        yield self._number("end", buyback, "buyback")
        facts = {"cash": self._cash(cash), "buyback": self._cash(buyback)}
        yield self._number("earned", cash + HELD * buyback, "earned_buyback", **facts)

    # Induced values and costs

    def _induced(self) -> Iterator[Question]:
        own = (self.role.costs or self.role.values)[0]
        gain = max(1, own // 5)
        price = own + gain if self.selling else own - gain
        suffix, noun = ("_sell", "cost") if self.selling else ("", "value")
        yield self._number("gain", gain, f"gain{suffix}", own=self._cash(own), price=self._cash(price))
        yield self._number("idle", 0)
        step = max(1, own // 20)
        yield from self._price(price, price - step if self.selling else price + step)
        if self.treatment.periods > 1:
            choices = [("same", "again_same"), ("new", "again_new")]
            yield self._choice("again", choices, "same", f"again_{noun}", own=self._cash(own))
            yield from self._sum(gain)

    def _sum(self, gain: int) -> Iterator[Question]:
        if self.treatment.pay.periods == "all":
            second = max(1, gain // 2)
            yield self._number("sum", gain + second, first=self._cash(gain), second=self._cash(second))

    # Both

    def _price(self, best: int, limit: int) -> Iterator[Question]:
        """At what price one trades; in a call market also that nobody trades beyond a limit."""
        side = "_sell" if self.selling else ""
        words = f"price_call{side}" if self.call else f"price{side}"
        facts = {"best": self._cash(best), "limit": self._cash(limit)}
        none = self._say("nothing" if self.call else "not_at_all")
        choices = (Choice("best", facts["best"]), Choice("limit", facts["limit"]), Choice("none", none))
        why = self._say("price_call_why" if self.call else "price_why", answer=facts["best"])
        yield Question(
            name="quiz_price", text=self._say(words, **facts), choices=choices, answer="best", explanation=why
        )
        if self.call:
            beyond = self._cash(2 * best - limit if best * 2 > limit else best + 1)
            yield self._yes_no("missed", f"missed{side}", best=facts["best"], limit=beyond)

    def _around(self) -> Iterator[Question]:
        rules = self.treatment
        if rules.forecasts.horizons and rules.forecasts.reward:
            yield self._forecast()
        if rules.practice_periods:
            yield self._yes_no("practice", "practice")
        if rules.markets > 1 and rules.pay.markets == "random":
            text, why = self._say("paid", number=rules.markets), self._say("paid_why")
            yield Question(name="quiz_paid", text=text, kind="number", answer="1", explanation=why)

    def _forecast(self) -> Question:
        asked = self.treatment.forecasts
        price = 10 * (asked.band or 10)
        off = price + asked.band
        facts = {"forecast": self._cash(off), "price": self._cash(price), "band": self._cash(asked.band)}
        return self._number("forecast", asked.reward, **facts)

    # Words

    def _number(self, name: str, ticks: int, words: str = "", **facts: str) -> Question:
        words, money = words or name, self.treatment.money(ticks)
        why = self._say(f"{words}_why", answer=self._cash(ticks), **facts)
        return Question(
            name=f"quiz_{name}",
            text=self._say(words, **facts),
            kind="number",
            unit=self.treatment.currency,
            answer=money.replace(",", ""),
            explanation=why,
        )

    def _yes_no(self, name: str, words: str, **facts: str) -> Question:
        return self._choice(name, [("yes", "yes"), ("no", "no")], "no", words, why=f"{name}_why", **facts)

    def _choice(
        self, name: str, choices: list[tuple[str, str]], answer: str, words: str = "", why: str = "", **facts: str
    ) -> Question:
        words = words or name
        labels = tuple(Choice(value, self._say(key, **facts)) for value, key in choices)
        why = self._say(why or f"{words}_why")
        return Question(
            name=f"quiz_{name}", text=self._say(words, **facts), choices=labels, answer=answer, explanation=why
        )

    def _say(self, key: str, **facts: object) -> str:
        return say(self.treatment.language, f"quiz.{key}", **facts)

    def _cash(self, ticks: int | Fraction) -> str:
        return f"{self.treatment.money(ticks)} {self.treatment.currency}"


def _round(ticks: int) -> int:
    """To one digit, as examples have it: 105 is 100."""
    unit: int = 10 ** (len(str(ticks)) - 1)
    return ticks // unit * unit
