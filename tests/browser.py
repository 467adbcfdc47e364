"""Headless Chromium, driven through its DevTools protocol: a page on a screen of any size, and what went wrong."""

import base64
import itertools
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import websocket

NAMES = ("chromium", "chromium-browser", "google-chrome")
INSTALL = "sudo apt-get install chromium"
TIMEOUT_S = 60


def executable() -> str | None:
    """Where a Chromium is, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """A Chromium with one tab; a context manager that ends it and removes what it wrote."""

    def __enter__(self) -> "Browser":
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
        options += ["--remote-debugging-port=0", f"--user-data-dir={self._profile.name}", "--hide-scrollbars"]
        command = [executable(), *options, "about:blank"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self._socket = websocket.create_connection(self._address(), timeout=TIMEOUT_S, suppress_origin=True)
        except BaseException:
            self.__exit__()
            raise
        self._numbers = itertools.count(1)
        self.requests: list[str] = []
        self.complaints: list[str] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._send(f"{domain}.enable")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(TIMEOUT_S)
        self._profile.cleanup()

    def _address(self) -> str:
        note = Path(self._profile.name) / "DevToolsActivePort"
        end = time.monotonic() + TIMEOUT_S
        while not (note.exists() and note.read_text().count("\n")):
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"Chromium did not start (exit status {self._process.poll()})")
            time.sleep(0.05)
        port = note.read_text().split()[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=TIMEOUT_S) as answer:
            return next(tab for tab in json.load(answer) if tab["type"] == "page")["webSocketDebuggerUrl"]

    def _receive(self) -> dict:
        message = json.loads(self._socket.recv())
        event, given = message.get("method", ""), message.get("params", {})
        if event == "Page.loadEventFired":
            self._loaded = True
        elif event == "Network.requestWillBeSent":
            self.requests.append(given["request"]["url"][:200])
        elif event == "Log.entryAdded":
            self.complaints.append(given["entry"]["text"])
        elif event in ("Runtime.exceptionThrown", "Runtime.consoleAPICalled"):
            self.complaints.append(json.dumps(given)[:500])
        return message

    def _send(self, method: str, **parameters: object) -> dict:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while (message := self._receive()).get("id") != number:
            pass
        if "error" in message:
            raise RuntimeError(f"{method}: {message['error']}")
        return message["result"]

    def open(self, page: Path | str, width: int, height: int, phone: bool = False) -> None:
        """Load a page, a file or an address, laid out for a screen of so many CSS pixels.

        A phone has two dots to the pixel and no mouse.
        """
        self.requests.clear()
        self.complaints.clear()
        self._loaded = False
        screen = {"width": width, "height": height, "deviceScaleFactor": 2 if phone else 1, "mobile": phone}
        self._send("Emulation.setDeviceMetricsOverride", **screen)
        self._send("Page.navigate", url=page.resolve().as_uri() if isinstance(page, Path) else page)
        while not self._loaded:
            self._receive()

    def ask(self, expression: str) -> object:
        """The value of a JavaScript expression in the page."""
        return self._send("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def picture(self) -> bytes:
        """A PNG of the whole page."""
        shot = self._send("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        return base64.b64decode(shot["data"])
