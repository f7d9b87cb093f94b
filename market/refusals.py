"""Why an action was refused: one code and one sentence for each reason."""

from __future__ import annotations

from collections.abc import Mapping

REFUSALS: Mapping[str, str] = {
    "bad_side": "Not placed: the side must be buy or sell, not {side}.",
    "bad_price": "Not placed: a price is a whole number of ticks above zero, not {price}.",
    "bad_quantity": "Not placed: a quantity is a whole number of shares above zero, not {quantity}.",
    "bad_order_type": "Not placed: an order lasts for the period, is immediate-or-cancel or fill-or-kill, not {kind}.",
    "bad_message": "Not understood: {problem}.",
    "price_limits": "Not placed: prices go from {low} to {high} here, not {price}.",
    "single_unit": "Not placed: orders are for one unit here, not {quantity}.",
    "no_cash": "Not placed: {quantity} would cost {needed}, and {free} of your cash is free.",
    "no_shares": "Not placed: you offer {quantity}, and {free} can be sold.",
    "no_units_to_buy": "Not placed: you ask for {quantity}, and {free} units can still be bought this period.",
    "no_units_to_sell": "Not placed: you offer {quantity}, and {free} units can still be sold this period.",
    "wrong_role": "Not placed: you are a {role} in this market.",
    "at_a_loss": "Not placed: at {price} you would make a loss; the limit of your unit is {limit}.",
    "no_improvement": "Not placed: a new {name} must be better than {best}, the best one now.",
    "one_order_a_side": "Not placed: you have an order on this side already; change it or cancel it first.",
    "too_many_orders": "Not placed: you have {open} orders in the book, and that is the most there may be.",
    "self_trade": "Not placed: it would trade with your own order at {price}.",
    "nothing_to_trade_with": "Not placed: nobody offers to trade at once.",
    "not_filled_whole": "Not placed: {quantity} shares cannot be traded at once, only {available}.",
    "unknown_order": "Not done: there is no open order {order_id} of yours.",
    "unknown_trader": "Not done: there is no trader {trader} in this market.",
    "waiting": "Not placed: the market is not open yet.",
    "closed": "Not placed: the period has ended.",
    "paused": "Not placed: the market is paused.",
    "finished": "Not placed: the market is over.",
    "too_fast": "Not placed: at most {limit} orders a second, please.",
    "too_large": "Not read: a message has at most {limit} bytes.",
    "not_saved": "Not placed: the server could not save it. Please try again.",
}


def refusal_text(code: str, facts: Mapping[str, object]) -> str:
    """The sentence of a code, filled with its facts. Raises KeyError for an unknown code: a bug."""
    return REFUSALS[code].format(**facts)
