"""The app in a browser: an evening in Chromium, and everybody who is turned away."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import aiohttp
import pytest

from tests.samples import write_course

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b\][^\x07]*\x07|\x1b[()][A-B0]")


@dataclass
class Served:
    """A running server; `told` is what it said first."""

    process: subprocess.Popen[str]
    port: int
    told: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def serve(*options: str) -> Served:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "lhystudy", "serve", "--port", str(port), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    running = Served(process, port, process.stdout.readline())
    deadline = monotonic() + 20
    while not listens(port) and process.poll() is None:  # a busy machine may take a moment to let connections through
        assert monotonic() < deadline, "the server never listened"
        sleep(0.05)
    return running


def listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_course(tmp_path / "content")
    monkeypatch.setenv("LHYSTUDY_CONTENT", str(tmp_path / "content"))
    monkeypatch.setenv("LHYSTUDY_LANG", "en")


@pytest.fixture
def served(course: None) -> Iterator[Served]:
    running = serve()
    yield running
    end(running)


def end(running: Served) -> None:
    running.process.terminate()
    running.process.communicate(timeout=20)


class Screen:
    """What the server has drawn so far in a page, as text."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.text = ""
        page.on("websocket", lambda ws: ws.on("framereceived", self.take))

    def take(self, frame: str | bytes) -> None:
        drawn = frame.decode("utf-8", "replace") if isinstance(frame, bytes) else frame
        self.text += ESCAPES.sub("", drawn)

    def wait_for(self, words: str, seconds: float = 60.0) -> None:
        """Waits until the words were drawn since the last wait. Fails with what was drawn."""
        deadline = monotonic() + seconds
        while words not in self.text:
            assert monotonic() < deadline, f"{words!r} never came, but {self.text[-3000:]}"
            self.page.wait_for_timeout(100)
        self.text = ""

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.page.wait_for_timeout(150)


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
def test_an_evening_in_a_browser(served: Served) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1000, "height": 600})
        strangers: list[str] = []
        page.on("request", lambda request: strangers.append(request.url) if served.url not in request.url else None)
        screen = Screen(page)
        page.goto(served.url)
        screen.wait_for("Slopes")
        page.wait_for_function("document.activeElement.matches('.xterm-helper-textarea')")
        screen.press("F9", "Enter")
        screen.wait_for("A walker stands on a mountain in fog.")
        screen.press("Tab", "Enter")
        screen.wait_for("Lab ▸ code-length")
        screen.press("Control+r")
        screen.wait_for("done")
        screen.press("w")
        screen.wait_for("Workbench")
        screen.press("Control+o")
        screen.wait_for("The slope of a square")
        screen.press("ArrowDown", "Enter")
        screen.wait_for("Workbench ▸ square")
        page.keyboard.type("dL/dw = 2 (w x) x")
        screen.wait_for("proved")
        screen.press("Escape", "g")
        screen.wait_for("Slopes")
        screen.press("q")
        screen.wait_for("Quiz 1/")
        screen.press("1", "F3")
        screen.wait_for("Next review")
        browser.close()
    assert [url for url in strangers if not url.startswith(("ws:", "data:", "blob:"))] == []


async def status(url: str, **headers: str) -> int:
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers, allow_redirects=False) as answer:
        return answer.status


def test_strangers_are_turned_away(served: Served) -> None:
    ws = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "eA=="}

    async def ask() -> list[int]:
        return [
            await status(served.url),
            await status(served.url, Host="evil.example"),
            await status(f"{served.url}/ws", Origin="http://evil.example", **ws),
            await status(f"{served.url}/static/../../pyproject.toml"),
        ]

    assert asyncio.run(ask()) == [200, 421, 403, 404]


def test_a_token_opens_and_nothing_else_does(course: None) -> None:
    running = serve("--host", "0.0.0.0", "--token", "open-sesame")

    async def ask() -> list[int]:
        cookie = {"Cookie": "lhystudy=open-sesame"}
        return [
            await status(running.url),
            await status(f"{running.url}/?token=open-barley"),
            await status(f"{running.url}/ws"),
            await status(f"{running.url}/?token=open-sesame"),
            await status(running.url, **cookie),
        ]

    try:
        assert "?token=open-sesame" in running.told
        assert asyncio.run(ask()) == [403, 403, 403, 302, 200]
    finally:
        end(running)


def test_sessions_are_bounded_and_end_with_their_browser(course: None) -> None:
    running = serve("--sessions", "2")
    url = running.url.replace("http", "ws") + "/ws?width=80&height=24"

    async def crowd() -> list[Any]:
        async with aiohttp.ClientSession() as session:
            first, second = await session.ws_connect(url), await session.ws_connect(url)
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(url)
            assert isinstance((await first.receive(timeout=60)).data, bytes)
            await first.send_str("{no json")
            while not first.closed:
                await first.receive(timeout=60)
            await second.send_str("[" * 100_000)  # more than a message may hold
            while not second.closed:
                await second.receive(timeout=60)
            return [refused.value.status, first.close_code, second.close_code]

    try:
        assert asyncio.run(crowd()) == [503, 1003, 1009]
        deadline = monotonic() + 20
        while children(running.process.pid):
            assert monotonic() < deadline, "an app outlives its browser"
            sleep(0.1)
    finally:
        end(running)


def children(pid: int) -> list[str]:
    """The numbers of a process's children, where the system tells them."""
    file = Path(f"/proc/{pid}/task/{pid}/children")
    return file.read_text(encoding="utf-8").split() if file.exists() else []


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (["--host", "0.0.0.0"], 2, "a token is needed"),
        (["--profile", "../other"], 2, "cannot be the name of a profile"),
        (["--host", "no.such.host.invalid"], 2, "there is no address"),
    ],
)
def test_a_server_that_cannot_be_says_why(course: None, options: list[str], code: int, says: str) -> None:
    if "no.such" in options[-1]:
        options = [*options, "--token", "x"]
    run = subprocess.run(
        [sys.executable, "-m", "lhystudy", "serve", *options], capture_output=True, text=True, check=False
    )
    assert run.returncode == code
    assert says in run.stderr and "Traceback" not in run.stderr


def test_a_port_in_use_is_named(course: None) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        run = subprocess.run(
            [sys.executable, "-m", "lhystudy", "serve", "--port", port], capture_output=True, text=True, check=False
        )
    assert run.returncode == 3
    assert f"127.0.0.1:{port}" in run.stderr


def test_each_profile_has_data_of_its_own(course: None) -> None:
    for name in ("ann", "ben"):
        add = [sys.executable, "-m", "lhystudy", "--profile", name, "note", "add", f"a note of {name}"]
        subprocess.run(add, check=True, capture_output=True)
    listed = [sys.executable, "-m", "lhystudy", "--profile", "ann", "note", "list"]
    told = subprocess.run(listed, check=True, capture_output=True, text=True).stdout
    assert "a note of ann" in told and "ben" not in told
    assert sorted(path.name for path in (Path(os.environ["LHYSTUDY_HOME"]) / "profiles").iterdir()) == ["ann", "ben"]
