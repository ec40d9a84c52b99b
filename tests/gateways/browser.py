"""A real browser that looks at the page of a venue: Debian's Chromium, driven by clicks."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from waiting import until

from mockexchange import MockExchange

if TYPE_CHECKING:           # a tenth of a second, in every worker
    from selenium import webdriver
    from selenium.webdriver.remote.webelement import WebElement

FLAGS: tuple[str, ...] = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-dev-shm-usage", "--force-device-scale-factor=1", "--hide-scrollbars",
)
NEEDED: bool = bool(os.environ.get("NEEDS_BROWSER"))        # CI sets it: there a missing browser is a failure
DESKTOP: tuple[int, int] = (1440, 900)
PHONE: tuple[int, int] = (360, 740)


@contextmanager
def chromium() -> Iterator["Browser"]:
    """A browser; the test is skipped where there is none."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (program and driver):
        if NEEDED:
            raise RuntimeError("chromium or chromedriver is not installed")
        pytest.skip("chromium and chromedriver are not installed (Debian: apt-get install chromium chromium-driver)")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options: webdriver.ChromeOptions = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started: webdriver.Chrome = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield Browser(started)
    finally:
        started.quit()


class Browser:
    """One window."""

    def __init__(self, driver: "webdriver.Chrome") -> None:
        self.driver: webdriver.Chrome = driver

    def open(self, venue: MockExchange, path: str = "/", size: tuple[int, int] = DESKTOP, languages: str = "en-US,en") -> None:
        """The page of a venue, as a new visitor opens it, until it shows what there is."""
        self.visit(venue, path, size, languages)
        self.wait_shown()

    def visit(self, venue: MockExchange, path: str = "/", size: tuple[int, int] = DESKTOP, languages: str = "en-US,en") -> None:
        width, height = size
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
        agent: str = self.run("return navigator.userAgent")
        self.driver.execute_cdp_cmd("Emulation.setUserAgentOverride", {"userAgent": agent, "acceptLanguage": languages})
        self.driver.get(venue.rest + path)

    def wait_shown(self) -> None:
        """Until the page is connected, and has been told all once."""
        until(lambda: self.run("return Boolean(window.mockPage?.accounts?.balances && Object.keys(mockPage.accounts.balances).length)"), what="the page")

    def run(self, script: str) -> Any:
        return self.driver.execute_script(script)

    def find(self, selector: str) -> "WebElement":
        """The element, once it is there and shown."""
        found: WebElement = until(
            lambda: next((each for each in self.driver.find_elements("css selector", selector) if each.is_displayed()), None), what=selector
        )
        return found

    def click(self, selector: str) -> None:
        """As a finger does: what is covered by something else cannot be clicked."""
        found: WebElement = self.find(selector)
        self.run_on(found, "arguments[0].scrollIntoView({block: 'center'})")
        found.click()

    def run_on(self, element: "WebElement", script: str) -> Any:
        return self.driver.execute_script(script, element)

    def type(self, selector: str, text: str) -> None:
        found: WebElement = self.find(selector)
        found.clear()
        found.send_keys(text)

    def choose(self, selector: str, value: str) -> None:
        from selenium.webdriver.support.ui import Select

        Select(self.find(selector)).select_by_value(value)

    def text(self, selector: str = "body") -> str:
        return str(self.run(f"return document.querySelector({selector!r})?.innerText ?? ''"))

    def wait_text(self, selector: str, words: str) -> str:
        """Until an element has these words; its text."""
        until(lambda: words in self.text(selector), what=f"{words!r} in {selector}, where there is: {self.text(selector)[:300]!r}")
        return self.text(selector)

    def complaints(self) -> list[str]:
        """Errors that the page has logged since the last call; failed requests of a venue that is away or refuses are not the page's."""
        return [
            each["message"] for each in self.driver.get_log("browser")
            if each["level"] == "SEVERE" and each["source"] != "network" and "WebSocket connection" not in each["message"]
        ]

    def wait(self, condition: Callable[[], Any], what: str) -> Any:
        return until(condition, what=what)
