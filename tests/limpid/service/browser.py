"""A browser without a window, driven over WebDriver (w3.org/TR/webdriver2), whose messages are JSON over HTTP."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

DRIVER, CHROMIUM = shutil.which("chromedriver"), shutil.which("chromium")
needs_browser = pytest.mark.skipif(DRIVER is None or CHROMIUM is None, reason="needs chromium and chromium-driver")

ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
"""No window; the rest is what a container lacks."""

START_SECONDS = 60


class Browser:
    """One window."""

    def __init__(self, port: int) -> None:
        self._base = f"http://127.0.0.1:{port}"
        options = {"args": ARGUMENTS, "binary": CHROMIUM}
        wished = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}}
        self._base += f"/session/{self._send('/session', wished)['sessionId']}"

    def show(self, url: str, token: str | None = None) -> None:
        """Loads a page; with a token as a person types it when the browser asks."""
        self._send("/url", {"url": url if token is None else url.replace("://", f"://person:{token}@")})

    def run(self, script: str) -> Any:
        """What a script of the page returns."""
        return self._send("/execute/sync", {"script": script, "args": []})

    def picture(self) -> bytes:
        """What is seen, as a PNG."""
        return base64.b64decode(self._send("/screenshot", None))

    def wait(self, script: str) -> None:
        """Waits until a script of the page returns something true."""
        deadline = time.monotonic() + START_SECONDS
        while not self.run(script):
            assert time.monotonic() < deadline, self.run("return document.documentElement.outerHTML")
            time.sleep(0.1)

    def _send(self, path: str, content: object) -> Any:
        body = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(self._base + path, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=240) as answer:
            return json.load(answer)["value"]

    def close(self) -> None:
        """Ends it."""
        urllib.request.urlopen(urllib.request.Request(self._base, method="DELETE"), timeout=60).close()


@contextmanager
def browsing() -> Iterator[Browser]:
    """A browser that is gone when the block ends."""
    assert DRIVER is not None
    with subprocess.Popen([DRIVER, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as driver:
        try:
            assert driver.stdout is not None
            line = next(text for text in driver.stdout if "started successfully on port" in text)
            browser = Browser(int(line.split("port ")[1].strip(" .\n")))
            try:
                yield browser
            finally:
                browser.close()
        finally:
            driver.terminate()
