"""What paper trading did, line by line on disk before and after each request: the truth after a crash."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from worlds.crypto.paper.tickets import ZERO, Refusal, Standing, Ticket
from worlds.errors import WorldError

FILE_NAME = "orders.jsonl"


class Journal:
    """An append-only file. A half line that a crash left at its end is cut off when it is opened again."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._lines = list(_whole_lines(self._path))

    @property
    def lines(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(self._lines)

    def intend(self, ticket: Ticket) -> None:
        self.write("intended", **asdict(ticket))

    def stand(self, symbol: str, outcome: Standing | Refusal) -> None:
        kind = "standing" if isinstance(outcome, Standing) else "refused"
        self.write(kind, symbol=symbol, **asdict(outcome))

    def write(self, kind: str, **facts: object) -> None:
        """On disk when this returns. Decimals are written as text."""
        line = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "kind": kind, **facts}
        text = json.dumps(line, default=str)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._lines.append(json.loads(text))

    def unsettled(self) -> dict[str, str]:
        """Links of orders whose end is not known, with their coins."""
        open_orders = {}
        for line in self._lines:
            if line["kind"] == "intended":
                open_orders[line["link"]] = line["symbol"]
            elif line["kind"] in ("refused", "lost") or line.get("state") in ("filled", "cancelled", "rejected"):
                open_orders.pop(line.get("link", ""), None)
        return open_orders

    def known(self, link: str) -> bool:
        """Whether an order of this name was meant to be sent and is not written off."""
        kinds = [line["kind"] for line in self._lines if line.get("link") == link]
        return bool(kinds) and kinds[-1] != "lost"

    def positions(self) -> dict[str, Decimal]:
        """Coins by symbol: what was there at the last reconciliation, and what was filled since."""
        held: dict[str, Decimal] = {}
        counted: dict[str, Decimal] = {}
        sides: dict[str, int] = {}
        for line in self._lines:
            if line["kind"] == "intended":
                sides[line["link"]] = 1 if line["side"] == "Buy" else -1
            elif line["kind"] == "standing":
                new = Decimal(line["filled"]) - counted.get(line["link"], ZERO)
                counted[line["link"]] = Decimal(line["filled"])
                held[line["symbol"]] = held.get(line["symbol"], ZERO) + new * sides[line["link"]]
            elif line["kind"] == "reconciled":
                held = {symbol: Decimal(coins) for symbol, coins in line["positions"].items()}
        return {symbol: coins for symbol, coins in held.items() if coins}


def _whole_lines(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        return
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if whole != data:
        with path.open("r+b") as file:
            file.truncate(len(whole))
    for number, line in enumerate(whole.decode("utf-8").splitlines(), 1):
        try:
            yield json.loads(line)
        except ValueError:
            raise WorldError(
                f"{path}, line {number}: it is not JSON. Paper trading does not go on from a changed journal: "
                "name a new folder by --out; open positions are taken over from the exchange."
            ) from None
