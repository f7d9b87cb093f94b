"""A market in the numbers that the monitor shows. Pure functions of the exchange; none goes through its whole log."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

from market.accounts import Account
from market.equilibrium import equilibrium
from market.events import Phase
from market.exchange import Exchange
from market.history import history
from market.treatments import Treatment

SHOWN_PRINTS = 1500


def market_figures(exchange: Exchange) -> dict[str, Any]:
    """The state of a market, its path of prices and what it is compared with; money in ticks."""
    treatment = exchange.treatment
    return {
        "title": treatment.title,
        "tick": treatment.tick,
        "currency": treatment.currency,
        "institution": treatment.institution,
        "induced": treatment.induced,
        "phase": exchange.phase.value,
        "period": exchange.period,
        "periods": treatment.periods,
        "period_seconds": treatment.period_seconds,
        "ended": treatment.pay.ended,
        "values": reference_prices(exchange),
        "prints": [[one.period, one.seconds, one.price, one.quantity] for one in exchange.prints[-SHOWN_PRINTS:]],
        **_this_period(exchange),
        **_path(exchange),
    }


def _this_period(exchange: Exchange) -> dict[str, Any]:
    bid, ask = (None, None) if exchange.hides_book else exchange.book.quote()
    tally = exchange.tallies[-1] if exchange.tallies else None
    return {
        "bid": bid,
        "ask": ask,
        "spread": None if bid is None or ask is None else ask - bid,
        "last_price": exchange.trades[-1].price if exchange.trades else None,
        "volume": tally.volume if tally else 0,
        "trades": tally.trades if tally else 0,
    }


def _path(exchange: Exchange) -> dict[str, Any]:
    """By period volume and mean price, and the mispricing of all of them."""
    lines = history(exchange)
    return {
        "history": [[one.period, one.volume, one.mean_price] for one in lines],
        "volume_in_all": sum(one.volume for one in lines),
        "rad": None if exchange.treatment.induced else _mispricing(exchange),
    }


def _mispricing(exchange: Exchange) -> float | None:
    """Relative absolute deviation of the mean prices so far (Stöckl, Huber & Kirchler 2010); None without a price."""
    values = reference_prices(exchange)
    pairs = [(one.mean_price, values[one.period - 1]) for one in history(exchange) if one.mean_price is not None]
    level = sum(value for _, value in pairs)
    return sum(abs(price - value) for price, value in pairs) / level if level else None


def reference_prices(exchange: Exchange) -> list[float]:
    """By period what prices are held against, in ticks: the fundamental value; induced markets: the equilibrium."""
    treatment = exchange.treatment
    if treatment.induced:
        theory = equilibrium(exchange.roles.values())
        return [(theory.low + theory.high) / 2] * treatment.periods
    return [float(value) for value in _fundamentals(treatment)]


# asked for each second, and fractions take a while
@lru_cache(maxsize=64)
def _fundamentals(treatment: Treatment) -> tuple[Fraction, ...]:
    found = (treatment.fundamental(period) for period in range(1, treatment.periods + 1))
    return tuple(value for value in found if value is not None)


def seat_figures(exchange: Exchange, account: Account) -> dict[str, Any]:
    """What a seat owns, and its `worth`: cash and shares at their fundamental value, induced: its profit; in ticks."""
    return {"cash": account.cash, "shares": account.shares, "worth": float(worth(exchange, account))}


def worth(exchange: Exchange, account: Account) -> Fraction | int:
    """In ticks; a share is worth its fundamental value: between periods that of the next, after the last nothing."""
    if account.induced:
        return account.profit
    if exchange.phase is Phase.FINISHED:
        return account.cash
    trading = exchange.phase in (Phase.OPEN, Phase.PAUSED)
    coming = exchange.period if trading else exchange.period + 1
    return account.cash + account.shares * _fundamentals(exchange.treatment)[coming - 1]
