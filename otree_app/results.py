"""What a subject is told of a market that is over: holdings, earnings and the periods. The page lays it out."""

from __future__ import annotations

from typing import Any

from market.exchange import Exchange
from market.history import history
from market.language import say


def result_of(exchange: Exchange, trader: str, language: str) -> dict[str, Any]:
    """`lines` of (label, amount), the `total`, a row for each period; amounts in the currency of the treatment."""
    treatment, account = exchange.treatment, exchange.accounts[trader]
    return {
        "lines": _lines(exchange, trader, language),
        "total": f"{treatment.money(account.earnings)} {treatment.currency}",
        "periods": _periods(exchange, say(language, "results.none")),
        "pays_dividends": bool(treatment.dividends or treatment.information.states),
    }


def _lines(exchange: Exchange, trader: str, language: str) -> list[dict[str, str]]:
    treatment, account = exchange.treatment, exchange.accounts[trader]
    lines = [("bought", f"{exchange.ledger.bought[trader]}"), ("sold", f"{exchange.ledger.sold[trader]}")]
    if account.induced:
        lines.append(("profit", treatment.money(account.profit)))
    else:
        lines += [("shares", f"{account.shares}"), ("cash", treatment.money(account.cash))]
    if treatment.forecasts.reward:
        earned = exchange.forecasts.earnings(trader, exchange.period_prices())
        lines.append(("forecasts", treatment.money(earned)))
    return [{"label": say(language, f"results.{label}"), "amount": amount} for label, amount in lines]


def _periods(exchange: Exchange, none: str) -> list[dict[str, str]]:
    """One price a period is a whole number of ticks; a mean of several has a digit more."""
    money, finer = exchange.treatment.money, exchange.treatment.mean_money
    price = money if exchange.treatment.institution == "call" else finer
    return [
        {
            "period": str(one.period),
            "volume": str(one.volume),
            "mean_price": none if one.mean_price is None else price(one.mean_price),
            "dividend": none if one.dividend is None else money(one.dividend),
        }
        for one in history(exchange)
    ]
