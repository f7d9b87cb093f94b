"""One browser for the tests of pages and tabs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bots.adapters.browser import Browser
from bots.adapters.web_driver import BrowserOptions, find, start


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    options = BrowserOptions()
    shared = Browser(lambda: start(options, find(options)), hidden=True)
    yield shared
    shared.close()
