"""The page's connection, with a WebSocket that does what the test says: it comes back, and knows when it must not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from bots.adapters.web_driver import BrowserOptions, find, start
from tests.otree_app.test_page_scripts import SCRIPTS

FAKE = """
window.sockets = [];
window.WebSocket = class {
  static OPEN = 1;
  constructor() { this.readyState = 1; window.sockets.push(this); }
  send() {}
  close() {}
};
"""
CONNECT = "window.changes = 0; window.line = new openpit.Connection('/nowhere', () => {}, () => (window.changes += 1));"
RETRY_SECONDS = 1.0


@pytest.fixture
def page() -> Iterator[Any]:
    options = BrowserOptions()
    browser = start(options, find(options))
    try:
        browser.driver.get("about:blank")
        browser.driver.execute_script(FAKE + (SCRIPTS / "socket.js").read_text("utf-8") + CONNECT)
        yield browser.driver
    finally:
        browser.close()


def close(page: Any, code: int) -> int:
    """The server closes the line; how many lines were opened until a while later."""
    page.execute_script("window.sockets.at(-1).onclose({ code: arguments[0] });", code)
    time.sleep(RETRY_SECONDS)
    return int(page.execute_script("return window.sockets.length"))


def test_a_page_comes_back_when_its_line_breaks_and_gives_up_when_there_is_no_such_seat(page: Any) -> None:
    assert close(page, 1006) == 2
    assert page.execute_script("return window.line.gone") is False
    assert close(page, 4404) == 2
    assert page.execute_script("return [window.line.gone, window.changes]") == [True, 1]
    page.execute_script("window.dispatchEvent(new Event('online'));")
    assert page.execute_script("return window.sockets.length") == 2
