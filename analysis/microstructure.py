"""What trading cost and how prices moved with it, against the mid of the quotes. Reads no files.

Tables are those of one market: `trades` (seq, period, seconds, price, quantity, aggressor), `quotes` (seq, period,
seconds, bid, ask). A quote holds from its event to the next of its period; the mid needs both sides.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

SPREADS = ("effective_spread", "realised_spread", "price_impact")


def trade_costs(trades: pd.DataFrame, quotes: pd.DataFrame, tau: float) -> pd.DataFrame:
    """The spreads of each trade in money (Huang & Stoll 1996, Journal of Financial Economics 41(3)), one row a trade.

    With q = 1 where the buyer came second and -1 where the seller did, p the price, m the mid before the trade and m'
    the mid `tau` seconds later: effective 2q(p - m) = realised 2q(p - m') + impact 2q(m' - m). NaN where a mid is
    missing, the period ended before, or nobody came second (call markets).
    """
    before = _mid_before(trades, quotes)
    after = _mid_later(trades, quotes, tau)
    sign = trades["aggressor"].map({"buy": 1.0, "sell": -1.0}).astype(float)
    price = trades["price"].astype(float)
    effective, realised = 2 * sign * (price - before), 2 * sign * (price - after)
    costs = (effective, realised, 2 * sign * (after - before))
    return pd.DataFrame(dict(zip(SPREADS, costs, strict=True)), index=trades.index)


def mean_costs(trades: pd.DataFrame, quotes: pd.DataFrame, tau: float) -> dict[str, float]:
    """Volume-weighted means of `trade_costs` over the trades that have all three, so that they still add up."""
    costs = trade_costs(trades, quotes, tau).dropna()
    if costs.empty:
        return dict.fromkeys(SPREADS, float("nan"))
    weights = trades.loc[costs.index, "quantity"].astype(float)
    return {name: float(np.average(costs[name], weights=weights)) for name in SPREADS}


def implementation_shortfall(orders: pd.DataFrame, trades: pd.DataFrame, quotes: pd.DataFrame) -> pd.DataFrame:
    """By order, what it cost to carry out (Perold 1988, Journal of Portfolio Management 14(3)), in money.

    The decision price is the mid before the order came. Columns trader, `quantity` wanted, `filled`, `executed` (what
    fills cost beyond the decision price) and `missed` (what the unfilled rest would have gained by the last mid of the
    period); the shortfall is their sum. Orders that met no mid are left out.
    """
    placed = orders[orders["command"] == "place"].copy()
    placed["decided"] = _mid_before(placed, quotes)
    placed["sign"] = placed["side"].map({"buy": 1.0, "sell": -1.0}).astype(float)
    placed = placed.merge(_fills(trades), on="order_id", how="left").merge(_last_mids(quotes), on="period", how="left")
    placed = placed.dropna(subset=["decided"]).fillna({"filled": 0, "paid": 0.0})
    filled, rest = placed["filled"].astype(float), placed["quantity"].astype(float) - placed["filled"].astype(float)
    placed["executed"] = placed["sign"] * (placed["paid"] - filled * placed["decided"])
    placed["missed"] = placed["sign"] * rest * (placed["last_mid"] - placed["decided"])
    return placed[["trader", "quantity", "filled", "executed", "missed"]].reset_index(drop=True)


def shortfall_by_trader(shortfall: pd.DataFrame) -> pd.Series[float]:
    """Shortfall a share wanted, by trader: the sum of both parts over the quantities of all orders."""
    sums = shortfall.groupby("trader")[["executed", "missed", "quantity"]].sum()
    return (sums["executed"] + sums["missed"]) / sums["quantity"].astype(float)


def _fills(trades: pd.DataFrame) -> pd.DataFrame:
    """What each order bought or sold in all, and for how much."""
    sides = [trades.assign(order_id=trades[side]) for side in ("bid_id", "ask_id")]
    both = pd.concat(sides).assign(paid=lambda one: one["price"].astype(float) * one["quantity"].astype(float))
    return both.groupby("order_id").agg(filled=("quantity", "sum"), paid=("paid", "sum")).reset_index()


def _mids(quotes: pd.DataFrame) -> pd.DataFrame:
    mid = (quotes["bid"].astype(float) + quotes["ask"].astype(float)) / 2
    return quotes[["seq", "period", "seconds"]].assign(mid=mid)


def _last_mids(quotes: pd.DataFrame) -> pd.DataFrame:
    """The last mid of each period while orders stood: the close empties the book."""
    quoted = _mids(quotes).dropna(subset=["mid"])
    return quoted.groupby("period")["mid"].last().rename("last_mid").reset_index()


def _mid_before(rows: pd.DataFrame, quotes: pd.DataFrame) -> pd.Series[float]:
    """The mid that stood when the event of each row came, NaN where there was none."""
    return _looked_up(rows, _mids(quotes), "seq", exact=False)


def _mid_later(trades: pd.DataFrame, quotes: pd.DataFrame, tau: float) -> pd.Series[float]:
    """The mid `tau` seconds after each trade; NaN where the last quote of the period came earlier."""
    later = trades.assign(seconds=trades["seconds"].astype(float) + tau)
    ends = quotes.groupby("period")["seconds"].max()
    found = _looked_up(later, _mids(quotes), "seconds", exact=True)
    return found.where(later["seconds"] <= later["period"].map(ends).astype(float))


def _looked_up(rows: pd.DataFrame, mids: pd.DataFrame, by: str, *, exact: bool) -> pd.Series[float]:
    """The last mid of the same period at or (not `exact`) before each row's `by`; in the order of `rows`."""
    left = rows[["period", by]].astype({by: float}).reset_index(names="row").sort_values(by, kind="stable")
    right = mids.sort_values([by, "seq"] if by != "seq" else by, kind="stable").astype({by: float})
    found = pd.merge_asof(left, right[["period", by, "mid"]], on=by, by="period", allow_exact_matches=exact)
    return found.set_index("row")["mid"].reindex(rows.index)
