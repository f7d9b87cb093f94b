"""What a hostile page may send: messages of all types, sizes, depths and encodings, drawn from a seed. Pure."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

# As they stand in a message: JSON has no word for some, and Python's own numbers would lose what others are.
EDGES = (
    *("0", "-1", "-0", "0.5", "1.0", "1e308", "-1e308", "1e400", "NaN", "Infinity", "-Infinity", "true", "null"),
    *(str(2**power + change) for power in (31, 32, 53, 63, 64) for change in (-1, 0, 1)),
    *("9" * 400, "1" * 5000, '""', '"100"', '"\\u0000"', '"\\ud800"', "[]", "{}", "[[[[1]]]]", '{"price": 1}'),
)
UNKNOWN = (
    *("operate", "pause", "resume", "open", "close", "end", "end_and_pay", "tell", "presence", "take_over", "extend"),
    *("hand_back", "join", "__init__", "", "PLACE", "place ", "drop table", "\u202eplace"),
)
SMUGGLED = ("trader", "actor", "participant", "seat", "code", "kind", "admin", "treatment", "cash", "shares")
TEXT = "A\u0000\u00e4\u4e2d\U0001f4c8<script>'\";--\\{}[]\ud7ff\ufeff\u202e"
INVALID_UTF8 = (b"\xff", b"\xc3\x28", b'{"id":"x","do":"\xed\xa0\x80"}', b"\xf8\x88\x80\x80\x80")
LARGE = (8_191, 8_193, 30_000, 65_000)
TOO_LARGE = (65_537, 1_100_000)


@dataclass(frozen=True, slots=True)
class Message:
    """One frame: text, or bytes of a binary frame; `broken` bytes go out as a text frame that is no UTF-8.

    `ends`: the server is to close the connection.
    """

    text: str | None = None
    binary: bytes | None = None
    broken: bytes | None = None
    ends: bool = False


@dataclass
class Hostility:
    """Draws messages. `others` are names of others' seats; `sent` keeps what was sent, to be sent again."""

    rng: random.Random
    others: Sequence[str]
    ids: list[str] = field(default_factory=list)
    sent: list[Message] = field(default_factory=list)

    def messages(self, number: int) -> Iterator[Message]:
        """Valid commands among them, so that there is something to be replayed, and orders to be spoilt."""
        kinds: dict[Callable[[], Message], float] = {
            self.valid: 20,
            self.edge: 24,
            self.foreign: 10,
            self.unknown: 8,
            self.smuggling: 8,
            self.bad_id: 6,
            self.sheet: 6,
            self.forecast: 5,
            self.replayed: 12,
            self.text: 8,
            self.snapshot: 4,
            self.large: 2,
            self.binary: 1,
            self.rude: 0.3,
        }
        for _ in range(number):
            [kind] = self.rng.choices(list(kinds), list(kinds.values()))
            message = kind()
            self.sent.append(message)
            yield message

    def valid(self) -> Message:
        return self._message(self._place())

    def edge(self) -> Message:
        """A command of which one part is at an edge, or is left out."""
        command = self.rng.choice([self._place, self._cancel, self._replace])()
        name = self.rng.choice(list(command))
        if self.rng.random() < 0.1:
            del command[name]
            return self._message(command)
        text = self._message({**command, name: "EDGE"}).text or ""
        return Message(text.replace('"EDGE"', self.rng.choice(EDGES), 1))

    def foreign(self) -> Message:
        """Orders of all seats have small numbers: most of these are others'."""
        return self._message(self.rng.choice([self._cancel, self._replace])())

    def unknown(self) -> Message:
        return self._message({"do": self.rng.choice(UNKNOWN), "reason": "mine", "seconds": 1e9, "text": "<b>hello"})

    def smuggling(self) -> Message:
        """An own command that says it is somebody else's."""
        return self._message({**self._place(), self.rng.choice(SMUGGLED): self.rng.choice([*self.others, "market"])})

    def bad_id(self) -> Message:
        ids: list[object] = ["", "x" * 65, "x" * 5000, "\u00e4", "a\n", "\u0000", 7, None, [], {"a": 1}, True]
        return Message(json.dumps({**self._place(), "id": self.rng.choice(ids)}))

    def sheet(self) -> Message:
        line: list[Any] = [self.rng.choice(["buy", "sell", 3, None]), self.rng.choice([100, -1, 2**70]), 1]
        orders: list[Any] = [[line] * self.rng.choice([0, 1, 300]), [line[:2]], [[]], line, "all", {"0": line}, None]
        return self._message({"do": "sheet", "orders": self.rng.choice(orders)})

    def forecast(self) -> Message:
        prices: list[Any] = [[], [100], [100] * 900, [2**70], ["100"], [None], [[100]], "100", {"1": 100}, 1e300]
        return self._message({"do": "forecast", "prices": self.rng.choice(prices)})

    def replayed(self) -> Message:
        """What was sent before, out of order; or its id with another command."""
        if not self.sent:
            return self.valid()
        if self.rng.random() < 0.5 or not self.ids:
            return self.rng.choice(self.sent[-400:])
        return Message(json.dumps({**self._place(), "id": self.rng.choice(self.ids)}))

    def text(self) -> Message:
        """No command at all, or half of one."""
        whole = json.dumps({"id": "half", **self._place()})
        deep = self.rng.choice([10, 900, 4000])
        texts = (
            whole[: self.rng.randrange(len(whole))],
            whole + whole,
            "[" * deep + "]" * deep,
            '{"do":' * deep,
            "".join(self.rng.choices(TEXT, k=self.rng.randrange(60))),
            self.rng.choice(EDGES),
            f"[{whole}]",
        )
        return Message(self.rng.choice(texts))

    def snapshot(self) -> Message:
        return Message('{"do": "snapshot"}')

    def large(self) -> Message:
        return Message('{"id": "%s", "do": "place"}' % ("x" * self.rng.choice(LARGE)))

    def binary(self) -> Message:
        return Message(binary=self.rng.choice([json.dumps({"id": "b", **self._place()}).encode(), b"", b"\x00\xff"]))

    def rude(self) -> Message:
        """What ends a connection."""
        broken = [Message(broken=one, ends=True) for one in INVALID_UTF8]
        return self.rng.choice([Message("x" * self.rng.choice(TOO_LARGE), ends=True), *broken])

    # Commands

    def _place(self) -> dict[str, Any]:
        side, price = self.rng.choice(["buy", "sell"]), self.rng.choice([None, 1, 90, 99, 100, 101, 110, 500])
        lasting = self.rng.choice(["period", "ioc", "fok"])
        return {"do": "place", "side": side, "price": price, "quantity": 1, "time_in_force": lasting}

    def _cancel(self) -> dict[str, Any]:
        return {"do": "cancel", "order_id": self.rng.randint(1, 600)}

    def _replace(self) -> dict[str, Any]:
        return {"do": "replace", "order_id": self.rng.randint(1, 600), "price": 100, "quantity": 1}

    def _message(self, command: dict[str, Any]) -> Message:
        identity = f"hostile-{len(self.ids)}"
        self.ids.append(identity)
        return Message(json.dumps({"id": identity, **command}))
