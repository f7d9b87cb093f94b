"""A person at a browser: reads the screen, clicks and types. Keeps screenshots as artifacts of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from bots.adapters.web_driver import BrowserOptions, find, start

ARTIFACTS = Path(__file__).resolve().parent / "artifacts"
PATIENCE = 60


class Person:
    """One subject; `name` is what their screenshots are called by."""

    def __init__(self, driver: Any, name: str) -> None:
        self.driver, self.name = driver, name

    def see(self, name: str) -> None:
        """Keep a picture of what is on the screen."""
        ARTIFACTS.mkdir(exist_ok=True)
        self.driver.save_screenshot(str(ARTIFACTS / f"{self.name}-{name}.png"))

    def text(self, selector: str) -> str:
        return str(self.driver.find_element(By.CSS_SELECTOR, selector).text)

    def count(self, selector: str) -> int:
        return len(self.driver.find_elements(By.CSS_SELECTOR, selector))

    def click(self, selector: str) -> None:
        self.driver.find_element(By.CSS_SELECTOR, selector).click()

    def fill(self, selector: str, text: str) -> None:
        field = self.driver.find_element(By.CSS_SELECTOR, selector)
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(text)

    def press(self, *keys: str) -> None:
        """Keys to whatever has the focus."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def wait_for(self, what: Any, seconds: float = PATIENCE) -> Any:
        return WebDriverWait(self.driver, seconds, poll_frequency=0.05).until(lambda _: what())

    def wait_for_phase(self, phase: str) -> None:
        now = "return window.openpit && openpit.view && openpit.view.phase"
        self.wait_for(lambda: self.driver.execute_script(now) == phase)

    def wait_for_page(self, name: str) -> None:
        self.wait_for(lambda: f"/{name}/" in self.driver.current_url)

    def holdings(self) -> dict[str, Any]:
        return dict(self.driver.execute_script("return openpit.view.holdings"))


@contextmanager
def person(name: str) -> Iterator[Person]:
    options = BrowserOptions()
    running = start(options, find(options))
    try:
        yield Person(running.driver, name)
    finally:
        running.close()
