"""Browsers and tabs die; others take their place, and no process is left behind."""

from __future__ import annotations

import os
import signal
from queue import SimpleQueue
from time import sleep
from typing import Any

import pytest

from bots.adapters.browser import Browser, Browsers, Tab
from bots.adapters.errors import BrowserGone, PageLeft
from bots.adapters.web_driver import BrowserOptions, find
from tests.bots.pages import Site, served
from tests.bots.processes import all_gone, in_group


class Listener:
    """A tab and what it hears."""

    def __init__(self, browser: Browser | Browsers) -> None:
        self.heard: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self.tab = browser.tab(self.heard.put) if isinstance(browser, Browsers) else Tab(browser, self.heard.put)

    def hears(self, kind: str) -> dict[str, Any]:
        while (message := self.heard.get(timeout=10))["kind"] != kind:
            pass
        return message


def test_a_closed_tab_is_noticed_at_once(browser: Browser) -> None:
    with served(Site("")) as site:
        one = Listener(browser)
        one.tab.open(f"{site.address}/survey")
        one.hears("page")
        driver: Any = browser.running().driver
        pages = driver.browsing_context.get_tree()
        driver.browsing_context.close(context=next(page.context for page in pages if page.url.startswith(site.address)))
        one.hears("lost")
        with pytest.raises(BrowserGone):
            one.tab.call("press")
        one.tab.open(f"{site.address}/survey")
        assert one.hears("page")["page"] == "form"


def test_a_function_that_the_page_lacks_is_no_reason_to_give_the_tab_up(browser: Browser) -> None:
    with served(Site("")) as site:
        one = Listener(browser)
        one.tab.open(f"{site.address}/survey")
        one.hears("page")
        with pytest.raises(PageLeft):
            one.tab.call("arm", {"least": "{}"}) or one.tab.call("nonsense")


def test_what_a_model_writes_never_becomes_script(browser: Browser) -> None:
    """Text goes in as data, even where it would close a string and call something."""
    evil = "');window.hacked=1;//\\u2028</script><script>window.hacked=1</script>`${window.hacked=1}"
    with served(Site('<input name="word">')) as site:
        one = Listener(browser)
        one.tab.open(f"{site.address}/survey")
        one.hears("page")
        one.tab.call("fill", {"word": [evil]})
        one.tab.call("press")
        one.hears("page")
    assert site.answers[0]["word"] == evil


@pytest.mark.skipif(os.name == "nt", reason="reads /proc")
def test_a_killed_browser_is_started_again_and_closing_leaves_no_process() -> None:
    options = BrowserOptions()
    browsers = Browsers(options, find(options))
    with served(Site("")) as site:
        one, other = Listener(browsers), Listener(browsers)
        for each in (one, other):
            each.tab.open(f"{site.address}/survey")
            each.hears("page")
        process = browsers._all[0].running().process
        assert process
        first = process.pid
        os.killpg(first, signal.SIGKILL)
        sleep(0.5)
        with pytest.raises(BrowserGone):
            one.tab.open(f"{site.address}/survey")
        other.hears("lost")
        for each in (one, other):
            each.tab.open(f"{site.address}/survey")
            assert each.hears("page")["page"] == "form"
        process = browsers._all[0].running().process
        assert process
        second = process.pid
        assert second != first
        left = in_group(first) | in_group(second)
        assert left
        browsers.close()
    assert all_gone(left)
    with pytest.raises(BrowserGone):
        one.tab.open(site.address)
