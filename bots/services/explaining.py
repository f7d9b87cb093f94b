"""From a trade to its orders, their decisions, and the prompts and replies behind those. Reads a run folder only."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from bots.adapters.errors import SetupError
from bots.adapters.llm import read_transcript
from bots.adapters.llm.transcript import FILE_NAME

Row = dict[str, str]
PLACED = ("accepted", "traded")


def explained(folder: Path, trade_id: str, market: str = "") -> str:
    """The whole story of a trade as text. Raises SetupError where it cannot be told."""
    if not (folder / "manifest.json").is_file():
        raise SetupError(f"{folder} is no run folder. Expected such as bot-data/debug-runs/run-1, with manifest.json.")
    trade = _trade(folder, trade_id, market)
    calls = _calls(folder)
    what = f"{trade['quantity']} at {trade['price']} ticks, {trade['buyer']} bought from {trade['seller']}"
    parts = [f"Trade {trade_id} in market {trade['market']}, period {trade['period']}: {what}"]
    for side in ("bid", "ask"):
        parts += _side(folder, trade, side, calls)
    return "\n".join(parts)


def _trade(folder: Path, trade_id: str, market: str) -> Row:
    trades = _rows(folder, "trades")
    found = [row for row in trades if row["trade_id"] == trade_id and market in ("", row["market"])]
    where = f" of market {market}" if market else ""
    if not found:
        raise SetupError(f"{folder}{where} has no trade {trade_id!r}. Expected a trade_id of its trades.csv.")
    if len(found) > 1:
        named = ", ".join(row["market"] for row in found)
        raise SetupError(f"{folder} has a trade {trade_id} in the markets {named}. Choose one with --market.")
    return found[0]


def _rows(folder: Path, table: str) -> list[Row]:
    file = folder / f"{table}.csv"
    if not file.is_file():
        raise SetupError(
            f"{file} is missing. Download the session's tables into the run folder first; see its run.log."
        )
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _calls(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Attempts by key, in their order; none where no model was asked."""
    found: dict[str, list[dict[str, Any]]] = {}
    if (folder / FILE_NAME).is_file():
        for line in read_transcript(folder / FILE_NAME):
            found.setdefault(line["key"], []).append(line)
    return found


def _side(folder: Path, trade: Row, side: str, calls: Mapping[str, list[dict[str, Any]]]) -> Iterator[str]:
    order_id = trade[f"{side}_id"]
    order = _order(folder, trade, order_id)
    who = f"{order['trader']} ({order['kind']} {order['model']})".replace(" )", ")")
    yield f"\n== {side} {order_id} of {who}: {order['side']} {order['quantity']} at {order['price'] or 'any price'}"
    if order["kind"] == "human":
        yield "A person's order: there is no prompt."
        return
    decision = _decision(folder, order, order_id)
    if decision is None:
        yield "No line of decisions.jsonl has this order: another run's bot placed it."
        return
    yield f"Decided in turn {decision['turn']} of seat {decision['seat']}, {decision['utc']}: {decision['outcome']}"
    yield f"Reason: {decision['reason']}"
    # the first version of these lines has none
    if substitute := decision.get("substitute"):
        yield f"The model was out of reach: {substitute} decided in its place."
    elif not decision["calls"]:
        yield "Decided by rule: no model was asked."
    for key in decision["calls"]:
        yield from _told(key, calls.get(key, []))


def _order(folder: Path, trade: Row, order_id: str) -> Row:
    """The last time that the order was placed or changed before it traded."""
    found = [
        row
        for row in _rows(folder, "orders")
        if (row["market"], row["order_id"]) == (trade["market"], order_id)
        and row["command"] != "cancel"
        and int(row["seq"]) <= int(trade["seq"])
    ]
    if not found:
        raise SetupError(f"orders.csv of {folder} has no order {order_id} of market {trade['market']}.")
    return found[-1]


def _decision(folder: Path, order: Row, order_id: str) -> dict[str, Any] | None:
    """The turn that placed the order. Order ids begin anew in each market: the nearest in time is meant."""
    text = (folder / "decisions.jsonl").read_text("utf-8") if (folder / "decisions.jsonl").is_file() else ""
    turns = [json.loads(line) for line in text.splitlines()]
    own = [turn for turn in turns if turn["participant"] == order["participant"] and _placed(turn, order, order_id)]
    placed = datetime.fromisoformat(order["utc"])
    return min(own, key=lambda turn: abs(datetime.fromisoformat(turn["utc"]) - placed), default=None)


def _placed(turn: Mapping[str, Any], order: Row, order_id: str) -> bool:
    pairs = zip(turn["actions"], turn["receipts"], strict=False)
    return str(turn["period"]) == order["period"] and any(
        action[0] == order["command"] and receipt["status"] in PLACED and _names(action, receipt, order, order_id)
        for action, receipt in pairs
    )


def _names(action: Sequence[Any], receipt: Mapping[str, Any], order: Row, order_id: str) -> bool:
    """Whether this action is the order's; the receipt of a sheet has no numbers of orders."""
    if action[0] == "sheet":
        return [order["side"], int(order["price"]), int(order["quantity"])] in action[1]
    return str(receipt["order_id"]) == order_id


def _told(key: str, attempts: list[dict[str, Any]]) -> Iterator[str]:
    if not attempts:
        yield f"\n-- call {key}: not in {FILE_NAME}"
    for line in attempts:
        model = f"{line['model']} ({line['returned_model']})"
        yield f"\n-- call {key}, attempt {line['attempt']}: {model}, {line['outcome']}"
        for message in line["request"]["messages"]:
            yield f"\n[{message['role']}]\n{message['content']}"
        yield f"\n[reply]\n{line['raw'] or line['error']}"
