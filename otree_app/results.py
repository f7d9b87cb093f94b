"""What the last page tells a subject: holdings, earnings and the periods. Texts and amounts; the page lays them out."""

from __future__ import annotations

from typing import Any

from market.exchange import Exchange
from market.history import history

NOTHING = "none"


def result_of(exchange: Exchange, trader: str) -> dict[str, Any]:
    """`lines` of (label, amount), the `total`, a row for each period; amounts in the currency of the treatment."""
    treatment, account = exchange.treatment, exchange.accounts[trader]
    total = f"{treatment.money(account.earnings)} {treatment.currency}"
    pays = bool(treatment.dividends)
    return {"lines": _lines(exchange, trader), "total": total, "periods": _periods(exchange), "pays_dividends": pays}


def _lines(exchange: Exchange, trader: str) -> list[dict[str, str]]:
    treatment, account = exchange.treatment, exchange.accounts[trader]
    mine = [trade for trade in exchange.trades if trader in (trade.buyer, trade.seller)]
    bought = sum(trade.quantity for trade in mine if trade.buyer == trader)
    sold = sum(trade.quantity for trade in mine if trade.seller == trader)
    lines = [("Bought", f"{bought}"), ("Sold", f"{sold}")]
    if account.induced:
        lines.append(("Profit", treatment.money(account.profit)))
    else:
        lines += [("Shares at the end", f"{account.shares}"), ("Cash at the end", treatment.money(account.cash))]
    return [{"label": label, "amount": amount} for label, amount in lines]


def _periods(exchange: Exchange) -> list[dict[str, str]]:
    money, finer = exchange.treatment.money, exchange.treatment.mean_money
    return [
        {
            "period": str(one.period),
            "volume": str(one.volume),
            "mean_price": NOTHING if one.mean_price is None else finer(one.mean_price),
            "dividend": NOTHING if one.dividend is None else money(one.dividend),
        }
        for one in history(exchange)
    ]
