"""Finds a Chrome or Chromium with its driver, starts it with BiDi and ends its processes. Knows no pages.

`python -m bots.adapters.web_driver` says what it finds.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

import requests
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.selenium_manager import SeleniumManager
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.command import Command
from selenium.webdriver.remote.webdriver import WebDriver
from urllib3.exceptions import HTTPError

from bots.adapters.errors import SetupError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
DRIVERS = ("chromedriver",)
LOOKUP_SECONDS = 5
CLOSE_SECONDS = 5
# With the runner's process id: what it leaves behind when it is killed can be told from what others run.
PROFILE = "openpit-browser"
REMOVALS = 10
# Selenium waits for BiDi replies by polling; its default of 100 ms is what a bot would wait for everything.
BIDI_INTERVAL = 0.001
BIDI_TIMEOUT = 10.0
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-breakpad",
    # Every bot's page must keep time, though at most one of them is in front.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--window-size=1280,900",
)
NO_BROWSER = (
    "No Chrome or Chromium with its driver was found; missing: {missing}. Expected both on the PATH. "
    "Debian and Ubuntu: apt-get install chromium chromium-driver. Elsewhere: install Google Chrome, or give paths: "
    "--browser PATH --driver PATH. Selenium Manager and webdriver-manager were asked too: {tried}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserOptions:
    """Which browser, and how: empty paths are searched for.

    `grid` is the URL of a Selenium Grid or of a driver, or some with commas between them.
    """

    browser: str = ""
    driver: str = ""
    grid: str = ""
    headed: bool = False

    @property
    def places(self) -> list[BrowserOptions]:
        """The same with one grid each; without a grid there is one place, here."""
        return [replace(self, grid=one) for one in self.grid.split(",")]


@dataclass(frozen=True, slots=True)
class Programs:
    """Paths of a browser and of the driver that goes with it; both empty on a grid."""

    browser: str = ""
    driver: str = ""


# Finding them


def find(options: BrowserOptions) -> Programs:
    """The programs to start. Raises SetupError where there are none."""
    if options.grid:
        return Programs()
    browser = _given(options.browser, "--browser") or _on_path(BROWSERS)
    driver = _given(options.driver, "--driver") or _on_path(DRIVERS)
    tried = []
    for search in (_selenium_manager, _webdriver_manager):
        if browser and driver:
            break
        found, problem = search(browser)
        browser, driver = browser or found.browser, driver or found.driver
        tried.append(problem)
    if not (browser and driver):
        missing = " and ".join(name for name, path in (("the browser", browser), ("the driver", driver)) if not path)
        raise SetupError(NO_BROWSER.format(missing=missing, tried="; ".join(filter(None, tried)) or "nothing found."))
    return Programs(browser, driver)


def _given(path: str, option: str) -> str:
    if path and not (os.path.isfile(path) and os.access(path, os.X_OK)):
        raise SetupError(f"{option} {path}: expected a program that can be run. Check the path, or leave {option} out.")
    return path


def _on_path(names: tuple[str, ...]) -> str:
    return next((path for path in map(shutil.which, names) if path), "")


def _selenium_manager(browser: str) -> tuple[Programs, str]:
    """What Selenium Manager has or downloads; offline it may report success with an empty path, so look."""
    arguments = ["--browser", "chrome", "--timeout", str(LOOKUP_SECONDS), "--avoid-stats"]
    try:
        found = SeleniumManager().binary_paths(arguments + (["--browser-path", browser] if browser else []))
    except WebDriverException as error:
        return Programs(), f"Selenium Manager: {_first_line(error).rpartition('; ')[2]}"
    paths = (str(found.get(key) or "") for key in ("browser_path", "driver_path"))
    return Programs(*(path if os.path.isfile(path) else "" for path in paths)), ""


def _webdriver_manager(browser: str) -> tuple[Programs, str]:
    """The driver that webdriver-manager downloads for a browser; it finds no browsers."""
    from webdriver_manager.chrome import ChromeDriverManager
    from webdriver_manager.core.download_manager import WDMDownloadManager
    from webdriver_manager.core.http import WDMHttpClient

    class HastyClient(WDMHttpClient):
        """Its own client has no timeout and can hang for good."""

        def get(self, url: str, params: object = None, **options: Any) -> requests.Response:
            return super().get(url, timeout=LOOKUP_SECONDS, **options)

    try:
        downloads = WDMDownloadManager(HastyClient())  # type: ignore[no-untyped-call]
        path = ChromeDriverManager(download_manager=downloads).install()
    except (OSError, ValueError, requests.RequestException) as error:
        return Programs(), f"webdriver-manager: {_first_line(error)}"
    return Programs("", path if os.path.isfile(path) else ""), ""


# Starting and ending


@dataclass(slots=True, eq=False)
class Running:
    """A browser that runs. `process` is its driver, which leads a process group of its own; None on a grid."""

    driver: WebDriver
    process: subprocess.Popen[Any] | None = None
    profile: Path | None = None

    def close(self) -> None:
        """End it in order, within seconds; what is left of it then is killed."""
        self._ask_to_quit().join(CLOSE_SECONDS)
        self._kill_here()

    def kill(self) -> None:
        """End every process of it at once, by id; a grid is asked to, which may take it a while."""
        if not self.profile:
            self._ask_to_quit()
        self._kill_here()

    def _ask_to_quit(self) -> Thread:
        polite = Thread(target=self._quit, daemon=True)
        polite.start()
        return polite

    def _kill_here(self) -> None:
        if self.process:
            _kill_group(self.process, int(self.driver.caps.get("goog:processID", 0)))
            self.process = None
        if self.profile:
            _remove(self.profile)

    def _quit(self) -> None:
        with suppress(WebDriverException, HTTPError, OSError):
            # Not `driver.quit`: it closes its end of the BiDi connection first, and then may wait ten seconds for it.
            self.driver.execute(Command.QUIT)


def start(options: BrowserOptions, programs: Programs) -> Running:
    """Start one browser. Raises SetupError where it does not come up."""
    try:
        return _start_on_grid(options) if options.grid else _start_here(options, programs)
    except (WebDriverException, HTTPError, OSError) as error:
        where = f"the grid at {options.grid}" if options.grid else f"{programs.browser} with {programs.driver}"
        raise SetupError(
            f"The browser did not start ({where}): {_first_line(error)}. Expected a Chrome or Chromium and a driver of "
            "the same version. Try other paths with --browser and --driver, or no --headed where there is no screen."
        ) from error


def _start_here(options: BrowserOptions, programs: Programs) -> Running:
    profile = Path(tempfile.mkdtemp(prefix=f"{PROFILE}-{os.getpid()}-"))
    chrome = _chrome_options(options, f"--user-data-dir={profile}")
    chrome.binary_location = programs.browser
    service = Service(programs.driver, popen_kw=dict(_own_group()))
    try:
        driver = webdriver.Chrome(options=chrome, service=service)
    except (WebDriverException, HTTPError, OSError):
        shutil.rmtree(profile, ignore_errors=True)
        raise
    executor: Any = driver.command_executor
    executor.client_config.websocket_interval = BIDI_INTERVAL
    executor.client_config.websocket_timeout = BIDI_TIMEOUT
    return Running(driver, service.process, profile)


def _start_on_grid(options: BrowserOptions) -> Running:
    config = ClientConfig(
        remote_server_addr=options.grid, websocket_interval=BIDI_INTERVAL, websocket_timeout=BIDI_TIMEOUT, timeout=60
    )
    return Running(webdriver.Remote(options.grid, options=_chrome_options(options), client_config=config))


def _chrome_options(options: BrowserOptions, *more: str) -> webdriver.ChromeOptions:
    chrome = webdriver.ChromeOptions()
    for flag in (*FLAGS, *more):
        chrome.add_argument(flag)
    if not options.headed:
        chrome.add_argument("--headless=new")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        chrome.add_argument("--no-sandbox")
    chrome.set_capability("webSocketUrl", True)
    return chrome


def _own_group() -> Iterator[tuple[str, Any]]:
    """A Ctrl-C in the terminal must reach the run, which closes its browsers, and not the browsers themselves."""
    if sys.platform == "win32":
        yield "creation_flags", subprocess.CREATE_NEW_PROCESS_GROUP
    else:
        yield "start_new_session", True


def _kill_group(driver: subprocess.Popen[Any], browser: int) -> None:
    if sys.platform == "win32":
        for pid in (driver.pid, browser):
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(pid)], capture_output=True, check=False)
    else:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(driver.pid, signal.SIGKILL)
    # a process that waits for its disk ends when that answers
    with suppress(subprocess.TimeoutExpired):
        driver.wait(CLOSE_SECONDS)


def _remove(folder: Path) -> None:
    """A process that was just killed may still write a last file into it."""
    for _ in range(REMOVALS):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        sleep(0.1)


def _first_line(error: Exception) -> str:
    text = str(getattr(error, "msg", None) or error).strip()
    return text.splitlines()[0].split("; For documentation")[0].rstrip(".") if text else type(error).__name__


def main() -> int:
    """Whether there is a browser for bots on this machine, and which."""
    try:
        programs = find(BrowserOptions())
    except SetupError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"Browser: {programs.browser}\nDriver: {programs.driver}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
