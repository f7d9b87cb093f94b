"""A browser is found where it is, or its absence told with what to install."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.adapters import web_driver
from bots.adapters.errors import SetupError
from bots.adapters.web_driver import BrowserOptions, Programs, find, start


def program(folder: Path, name: str) -> str:
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither of the two finders has anything, as without a network."""
    monkeypatch.setattr(web_driver, "_selenium_manager", lambda browser: (Programs(), "Selenium Manager: offline"))
    monkeypatch.setattr(web_driver, "_webdriver_manager", lambda browser: (Programs(), "webdriver-manager: offline"))


def test_given_programs_win_over_those_on_the_path(tmp_path: Path) -> None:
    browser, driver = program(tmp_path, "my-browser"), program(tmp_path, "my-driver")
    assert find(BrowserOptions(browser=browser, driver=driver)) == Programs(browser, driver)


def test_programs_on_the_path_need_no_download(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nothing_else: None
) -> None:
    browser, driver = program(tmp_path, "chromium"), program(tmp_path, "chromedriver")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find(BrowserOptions()) == Programs(browser, driver)


@pytest.mark.parametrize("option", ["browser", "driver"])
def test_a_given_path_that_is_no_program_is_told(tmp_path: Path, option: str) -> None:
    (tmp_path / "notes.txt").write_text("")
    for path in (tmp_path / "none", tmp_path / "notes.txt", tmp_path):
        with pytest.raises(SetupError, match=f"--{option} {path}: expected a program that can be run"):
            find(BrowserOptions(**{option: str(path)}))  # type: ignore[arg-type]


def test_a_machine_without_a_browser_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nothing_else: None
) -> None:
    program(tmp_path, "chromedriver")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupError, match=r"missing: the browser\. .*apt-get install chromium .*--browser PATH"):
        find(BrowserOptions())


def test_what_a_finder_brings_is_looked_at_before_it_is_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Offline, Selenium Manager has been seen to report success with an empty path."""
    report = {"browser_path": "", "driver_path": "/none"}
    monkeypatch.setattr("bots.adapters.web_driver.SeleniumManager.binary_paths", lambda self, arguments: report)
    assert web_driver._selenium_manager("") == (Programs(), "")


def test_a_browser_that_does_not_come_up_is_told(tmp_path: Path) -> None:
    found = find(BrowserOptions())
    with pytest.raises(SetupError, match="The browser did not start"):
        start(BrowserOptions(), Programs(program(tmp_path, "no-browser"), found.driver))


def test_a_grid_needs_no_programs_here() -> None:
    assert find(BrowserOptions(grid="http://localhost:4444")) == Programs()
