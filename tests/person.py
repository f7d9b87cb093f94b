"""A person at a browser: reads the screen, clicks and types. Keeps screenshots as artifacts of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium.common.exceptions import TimeoutException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from bots.adapters.web_driver import BrowserOptions, find, start
from pit import Server

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

    def log_in(self, server: Server) -> None:
        """As the experimenter. By the form: a cookie put in by hand may be overwritten by what is still loading."""
        self.driver.get(f"{server.address}/login")
        self.fill("#id_username", "admin")
        self.fill("#id_password", server.password)
        self.click("#btn-login")
        self.wait_for(lambda: "/login" not in self.driver.current_url)

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
        try:
            return WebDriverWait(self.driver, seconds, poll_frequency=0.05).until(lambda _: what())
        except TimeoutException:
            self.see("waited-in-vain")
            raise

    def wait_for_phase(self, phase: str) -> None:
        """Until the market page shows it, which is a moment after it knows it."""
        shown = "return document.getElementById('op-market')?.dataset.phase"
        self.wait_for(lambda: self.driver.execute_script(shown) == phase)

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
