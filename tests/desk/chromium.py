"""Debian's Chromium, headless, driven over a pipe by the DevTools protocol: no driver, no port, no network.

``--remote-debugging-pipe`` reads commands from file descriptor 3 and writes answers to 4, JSON ended by a zero byte.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions", "--disable-dev-shm-usage", "--hide-scrollbars",
    "--proxy-server=127.0.0.1:9", "--proxy-bypass-list=<-loopback>;127.0.0.1;localhost", "--remote-debugging-pipe",
)  # fmt: skip
"""Everything but loopback goes to a port where nobody listens: a page that asks for the network gets nothing."""
KEYS = {"Enter": ("Enter", 13, "\r"), "Escape": ("Escape", 27, ""), "Tab": ("Tab", 9, "")}


def installed() -> str | None:
    return shutil.which("chromium")


class BrowserError(AssertionError):
    """The browser said no, or nothing in time."""


@dataclass
class Chromium:
    """One page of one browser."""

    to: int
    answers: int
    root: str
    """Where paths lead, for instance ``http://127.0.0.1:8321``."""
    session: str | None = None
    _n: int = 0
    _rest: bytes = b""
    events: list[dict[str, Any]] = field(default_factory=list)

    def call(self, method: str, timeout: float = 60.0, /, **parameters: Any) -> dict[str, Any]:
        """One command and its result."""
        self._n += 1
        message = {"id": self._n, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + timeout
        while True:
            answer = self._next(deadline, method)
            if answer.get("id") == self._n:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']['message']}")
                result: dict[str, Any] = answer["result"]
                return result

    def _next(self, deadline: float, waiting_for: str) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self.answers], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise BrowserError(f"the browser did not answer {waiting_for} in time")
            chunk = os.read(self.answers, 1 << 20)
            if not chunk:
                raise BrowserError("the browser ended")
            self._rest += chunk
        raw, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(raw)
        if "method" in message:
            self.events.append(message)
        return message

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression in the page."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise BrowserError(
                f"{script}: {answer['exceptionDetails'].get('exception', {}).get('description')}"
            )
        return answer["result"].get("value")

    def until(self, script: str, timeout: float = 30.0) -> Any:
        """Waits until an expression is true; a page that is changing meanwhile is asked again."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            try:
                value = self.run(script)
            except BrowserError:
                value = None
            if value:
                return value
            time.sleep(0.05)
        raise BrowserError(f"it never came true: {script}\n{self.path}\n{self.words[:1500]}")

    def open(self, path: str) -> None:
        self.run("window.leaving = true")
        self.call("Page.navigate", url=path if path.startswith("about:") else self.root + path)
        self.ready()

    def ready(self) -> None:
        """Waits for the next page to be there whole."""
        self.until("!window.leaving && document.readyState === 'complete'")

    def press(self, *keys: str, leads: bool = False) -> None:
        """Press keys one after the other; with ``leads``, the last one leads to another page."""
        for place, key in enumerate(keys):
            if leads and place == len(keys) - 1:
                self.run("window.leaving = true")
            name, code, text = KEYS[key] if key in KEYS else (key, ord(key.upper()), key)
            common = {
                "key": name,
                "windowsVirtualKeyCode": code,
                "code": name if key in KEYS else f"Key{key.upper()}",
            }
            down: dict[str, Any] = (
                {"type": "keyDown" if text else "rawKeyDown", "text": text}
                if text
                else {"type": "rawKeyDown"}
            )
            self.call("Input.dispatchKeyEvent", **down, **common)
            self.call("Input.dispatchKeyEvent", type="keyUp", **common)
        if leads:
            self.ready()

    def download(self, folder: Path, *keys: str, timeout: float = 60.0) -> list[Path]:
        """Press keys that download something into ``folder``; the files, once they are whole."""
        folder.mkdir(exist_ok=True)
        session, self.session = self.session, None
        self.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
        self.session = session
        self.press(*keys)
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            found = sorted(folder.iterdir())
            if found and not any(path.suffix == ".crdownload" for path in found):
                return found
            time.sleep(0.1)
        raise BrowserError(f"nothing was downloaded into {folder}")

    def type(self, text: str) -> None:
        self.call("Input.insertText", text=text)

    def click(self, selector: str) -> None:
        """Click what a selector finds and wait for the page that follows."""
        self.run("window.leaving = true")
        self.run(f"document.querySelector({json.dumps(selector)}).click()")
        self.ready()

    @property
    def words(self) -> str:
        return " ".join(str(self.run("document.body ? document.body.innerText : ''")).split())

    @property
    def path(self) -> str:
        return str(self.run("location.pathname + location.search"))

    @property
    def focused(self) -> str:
        return str(self.run("document.activeElement.name || document.activeElement.className"))

    def look(self, *, width: int = 1280, height: int = 900, dark: bool = False, scale: float = 1.0) -> None:
        """Size of the window, and whether the reader prefers a dark page."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=width < 600,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def picture(self, path: Path) -> None:
        """The window as a PNG."""
        shot = self.call("Page.captureScreenshot", format="png", optimizeForSpeed=False)
        path.write_bytes(base64.b64decode(shot["data"]))


@contextmanager
def chromium(root: str) -> Iterator[Chromium]:
    """A browser with an empty profile, looking at nothing yet."""
    program = installed()
    if program is None:
        raise BrowserError("there is no chromium")
    to_read, to_write = os.pipe()
    from_read, from_write = os.pipe()
    ends = [
        fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (to_read, from_write)
    ]  # out of the way of 3 and 4
    os.close(to_read)
    os.close(from_write)
    with tempfile.TemporaryDirectory(prefix="wiredesk-chromium-", ignore_cleanup_errors=True) as profile:
        process = os.posix_spawn(
            program,
            [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, ends[0], 3), (os.POSIX_SPAWN_DUP2, ends[1], 4),
                (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0), (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
        )  # fmt: skip
        for end in ends:
            os.close(end)
        browser = Chromium(to_write, from_read, root)
        try:
            target = browser.call("Target.createTarget", url="about:blank")["targetId"]
            browser.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)[
                "sessionId"
            ]
            for domain in ("Page", "Runtime", "Network", "Log"):
                browser.call(f"{domain}.enable")
            browser.look()
            yield browser
        finally:
            os.kill(process, signal.SIGTERM)
            _end(process)
            os.close(to_write)
            os.close(from_read)


def _end(process: int) -> None:
    """Waits for a process that was asked to end; ends it after ten seconds."""
    deadline = time.monotonic() + 10
    while os.waitpid(process, os.WNOHANG)[0] == 0:
        if time.monotonic() > deadline:
            os.kill(process, signal.SIGKILL)
            deadline = time.monotonic() + 10
        time.sleep(0.05)
