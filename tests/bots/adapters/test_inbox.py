"""Messages of a page reach the bot in the order in which the page sent them, however they arrive."""

from __future__ import annotations

import json
from itertools import permutations
from typing import Any

import pytest

from bots.adapters.errors import BrowserGone, PageLeft
from bots.adapters.inbox import Inbox


def message(count: int, document: float = 1.0, kind: str = "alive", **more: Any) -> str:
    return json.dumps({"kind": kind, "document": document, "count": count, **more})


def counts(inbox_of: list[dict[str, Any]]) -> list[tuple[float, int]]:
    return [(one["document"], one["count"]) for one in inbox_of if "count" in one]


@pytest.mark.parametrize("order", list(permutations([1, 2, 3])))
def test_order_is_put_right(order: tuple[int, ...]) -> None:
    heard: list[dict[str, Any]] = []
    inbox = Inbox(heard.append)
    for count in order:
        inbox.put(message(count))
    assert counts(heard) == [(1.0, 1), (1.0, 2), (1.0, 3)]


def test_a_new_page_ends_the_old_one() -> None:
    heard: list[dict[str, Any]] = []
    inbox = Inbox(heard.append)
    for text in (message(1), message(3), message(1, 2.0), message(2), message(2, 2.0)):
        inbox.put(text)
    assert counts(heard) == [(1.0, 1), (2.0, 1), (2.0, 2)]


def test_a_receipt_goes_to_who_waits_for_it() -> None:
    heard: list[dict[str, Any]] = []
    inbox = Inbox(heard.append)
    inbox.put(message(1))
    first, of_first = inbox.ticket()
    second, of_second = inbox.ticket()
    inbox.put(message(2, kind="receipt", ticket=second, receipt="b"))
    inbox.put(message(3, kind="receipt", ticket=first, receipt="a"))
    assert (of_first.result(0)["receipt"], of_second.result(0)["receipt"]) == ("a", "b")
    assert counts(heard) == [(1.0, 1)]


def test_nobody_waits_for_a_page_that_was_left_or_a_tab_that_is_gone() -> None:
    inbox = Inbox(lambda message: None)
    inbox.put(message(1))
    _, of_old_page = inbox.ticket()
    inbox.put(message(1, 2.0))
    with pytest.raises(PageLeft):
        of_old_page.result(0)
    _, of_lost_tab = inbox.ticket()
    inbox.lost("closed")
    with pytest.raises(BrowserGone):
        of_lost_tab.result(0)


def test_the_pages_of_a_new_tab_may_have_an_earlier_clock() -> None:
    heard: list[dict[str, Any]] = []
    inbox = Inbox(heard.append)
    inbox.put(message(1, 100.0))
    inbox.begin()
    inbox.put(message(1, 50.0))
    assert counts(heard) == [(100.0, 1), (50.0, 1)]
