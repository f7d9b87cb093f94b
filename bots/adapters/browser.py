"""Browsers and the tabs of bots in them: isolated from each other, replaced when they die. Knows no pages."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from itertools import cycle
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Any

from selenium.common.exceptions import WebDriverException
from websocket import WebSocketException

from bots.adapters.errors import BrowserGone, PageLeft, SetupError
from bots.adapters.inbox import Inbox, Message
from bots.adapters.web_driver import BrowserOptions, Programs, Running, start

CHANNEL = "openpit"
OPENING_AT_ONCE = 4
# What the driver says of a page whose scripts are gone, though its tab is there.
LEFT = "Cannot find context with specified id"
PAGE_SCRIPT = Path(__file__).with_name("page.js")
# The name and the argument travel as data; this text never changes.
CALL = "(name, argument) => JSON.stringify(window.openpitBot[name](JSON.parse(argument)) ?? null)"


@contextmanager
def _gone() -> Iterator[None]:
    """Whatever the driver raises about a dead tab or browser becomes BrowserGone."""
    try:
        yield
    # AttributeError is what selenium raises when its connection is closed under a call.
    except (WebDriverException, WebSocketException, OSError, AttributeError) as error:
        raise BrowserGone(str(getattr(error, "msg", None) or error).strip().splitlines()[0]) from error


@contextmanager
def _left() -> Iterator[None]:
    """A page that went away under a call is not a dead tab."""
    try:
        yield
    except WebDriverException as error:
        if LEFT in (error.msg or ""):
            raise PageLeft("The page was left while it was asked.") from error
        raise


class Browser:
    """One browser, started for the first tab and again after it died. `hidden`: nobody looks at its windows."""

    def __init__(self, launch: Callable[[], Running], *, hidden: bool) -> None:
        self.hidden = hidden
        # Driver and machine are quicker with some at a time than with all at once.
        self.opening = BoundedSemaphore(OPENING_AT_ONCE)
        self._launch = launch
        self._lock = Lock()
        self._running: Running | None = None
        self._closed = False
        self._inboxes: dict[str, Inbox] = {}

    def running(self) -> Running:
        """Raises SetupError where it cannot be started, BrowserGone after `close`."""
        with self._lock:
            if self._closed:
                raise BrowserGone("The browsers of this run were closed.")
            if self._running is None:
                self._running = self._start()
            return self._running

    def _start(self) -> Running:
        running = self._launch()
        try:
            self._listen(running.driver)
        except BrowserGone:
            running.kill()
            raise
        return running

    def _listen(self, driver: Any) -> None:
        channel = {"type": "channel", "value": {"channel": CHANNEL}}
        with _gone():
            driver.script.add_event_handler("message", self._on_message)
            driver.browsing_context.add_event_handler("context_destroyed", self._on_destroyed)
            driver.script.add_preload_script(PAGE_SCRIPT.read_text("utf-8"), arguments=[channel])

    def listen(self, context: str, inbox: Inbox) -> None:
        self._inboxes[context] = inbox

    def forget(self, context: str) -> None:
        self._inboxes.pop(context, None)

    def _on_message(self, event: Any) -> None:
        inbox = self._inboxes.get(event.source["context"])
        if inbox and event.channel == CHANNEL:
            inbox.put(event.data["value"])

    def _on_destroyed(self, event: Any) -> None:
        if inbox := self._inboxes.pop(event.context, None):
            inbox.lost("The tab was closed.")

    def replace_if_dead(self, running: Running) -> None:
        """End a browser that no longer answers, once, so that the next tab starts another one."""
        with self._lock:
            if self._running is not running or self._answers(running):
                return
            running.kill()
            self._running = None
            inboxes = list(self._inboxes.values())
            self._inboxes.clear()
        for inbox in inboxes:
            inbox.lost("The browser died.")

    def _answers(self, running: Running) -> bool:
        try:
            with _gone():
                running.driver.browsing_context.get_tree(max_depth=0)
        except BrowserGone:
            return False
        return True

    def close(self) -> None:
        for inbox in list(self._inboxes.values()):
            inbox.lost("The browsers of this run were closed.")
        with self._lock:
            self._closed = True
            if self._running:
                self._running.close()
            self._running = None


class Tab:
    """One bot's tab, in a user context of its own: no cookie is shared. `deliver` gets what its pages send."""

    def __init__(self, browser: Browser, deliver: Callable[[Message], None]) -> None:
        self._browser = browser
        self._inbox = Inbox(deliver)
        self._running: Running | None = None
        self._user_context = ""
        self._context = ""

    def open(self, url: str) -> None:
        """Show a page in a new tab, in a new browser where the old one died. Raises BrowserGone; then try again."""
        self.close()
        self._inbox.begin()
        try:
            running = self._browser.running()
        except SetupError as error:
            raise BrowserGone(str(error)) from error
        try:
            self._create(running, url)
        except BrowserGone:
            self._browser.replace_if_dead(running)
            raise

    def _create(self, running: Running, url: str) -> None:
        driver: Any = running.driver
        with self._browser.opening, _gone():
            self._user_context = driver.browser.create_user_context()
            self._running = running
            self._context = driver.browsing_context.create(type="tab", user_context=self._user_context)
            self._browser.listen(self._context, self._inbox)
            if self._browser.hidden:
                self._set_window("minimized")
            driver.browsing_context.navigate(context=self._context, url=url, wait="none")

    def _set_window(self, state: str) -> None:
        """A page in a minimized window keeps time but paints nothing: that is most of what a bot's page costs."""
        driver = self._driver()
        window = driver.browsing_context.get_tree(root=self._context)[0].client_window
        driver.browser.set_client_window_state(client_window=window, state=state)

    def call(self, name: str, argument: object = None) -> Any:
        """Call a function of the page script. Raises PageLeft where it fails, BrowserGone where nobody answers."""
        arguments = [{"type": "string", "value": text} for text in (name, json.dumps(argument))]
        with _gone(), _left():
            result = self._driver().script.call_function(
                CALL, await_promise=False, target={"context": self._context}, arguments=arguments
            )
        if result["type"] == "exception":
            raise PageLeft(result["exceptionDetails"]["text"])
        return json.loads(result["result"]["value"])

    def ask(self, name: str, argument: dict[str, object], timeout: float) -> Message:
        """Call a function whose answer comes as a message. Raises TimeoutError where none does, and as `call`."""
        ticket, promise = self._inbox.ticket()
        self.call(name, {**argument, "ticket": ticket})
        return promise.result(timeout)

    def screenshot(self) -> bytes:
        """The page as PNG. Raises BrowserGone."""
        with _gone():
            if self._browser.hidden:
                self._set_window("normal")
            picture = self._driver().browsing_context.capture_screenshot(context=self._context)
            if self._browser.hidden:
                self._set_window("minimized")
        return base64.b64decode(picture)

    def close(self) -> None:
        self._browser.forget(self._context)
        if self._running:
            with suppress(BrowserGone), _gone():
                self._driver().browser.remove_user_context(user_context=self._user_context)
        self._running, self._context = None, ""

    def _driver(self) -> Any:
        if self._running is None:
            raise BrowserGone("There is no tab.")
        return self._running.driver


class Browsers:
    """The browsers of a run: one for all bots or one each, here, or on some grids that share them."""

    def __init__(self, options: BrowserOptions, programs: Programs, *, each: bool = False) -> None:
        places = options.places
        self._launches = cycle([partial(start, place, programs) for place in places])
        self._each = each
        self._hidden = not options.headed
        self._all = [self._browser() for _ in places]
        self._free = self._all[:]
        self._shared = cycle(self._all[:])

    def start(self) -> str:
        """Start the first one of each place: whether it comes up is known before anything else begins.

        Returns the name and version of the first. Raises SetupError.
        """
        with ThreadPoolExecutor(max_workers=8) as pool:
            first, *_ = pool.map(Browser.running, self._all)
        about = first.driver.capabilities
        return f"{about.get('browserName', 'browser')} {about.get('browserVersion', '')}".strip()

    def tab(self, deliver: Callable[[Message], None]) -> Tab:
        """A tab for one more bot, still closed."""
        if not self._each:
            return Tab(next(self._shared), deliver)
        if not self._free:
            self._all.append(self._browser())
            self._free.append(self._all[-1])
        return Tab(self._free.pop(), deliver)

    def _browser(self) -> Browser:
        return Browser(next(self._launches), hidden=self._hidden)

    def close(self) -> None:
        """End all of them and every process they started."""
        with ThreadPoolExecutor(max_workers=8) as pool:
            list(pool.map(Browser.close, self._all))
