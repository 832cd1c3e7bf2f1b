"""The app in a browser: textual-serve, made safe to leave running.

Every connection is one app in a process of its own over the learner's data. A stranger's page cannot use it: the
server answers only to names that it is known by, takes a socket only from its own page, and asks for a token wherever
more than this machine can reach it.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import shlex
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import WSCloseCode, WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.server import Server

from lhystudy.words import say

LOOPBACK = ("localhost", "127.0.0.1", "[::1]", "::1")
COOKIE = "lhystudy"
MESSAGE_LIMIT = 64 * 1024  # bytes of one message of the browser: a paste is the longest
PATIENCE = 3.0  # seconds that an app has to end by itself
SMALLEST, LARGEST = 20, 500  # cells of a side
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; "
    "style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Address:
    """Where the server listens; `token` is what a browser has to bring, '' for none."""

    host: str
    port: int
    token: str = ""
    sessions: int = 8

    @property
    def url(self) -> str:
        """What to open in a browser."""
        return f"{self.origin}/" + (f"?token={self.token}" if self.token else "")

    @property
    def origin(self) -> str:
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host in LOOPBACK:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class StudyServer(Server):
    """Serves the app to at most `address.sessions` browsers at a time."""

    def __init__(self, address: Address) -> None:
        command = f"{shlex.quote(sys.executable)} -P -m lhystudy.tui"
        super().__init__(command, address.host, address.port, "lhystudy", address.origin)
        self.address = address
        self.templates_path = Path(__file__).resolve().parent
        self.open_sessions = 0

    def initialize_logging(self) -> None:
        """Leaves logging alone: what goes wrong in a session is told to its browser."""

    async def on_startup(self, app: web.Application) -> None:
        print(
            say(f"open {self.address.url}   Ctrl-C ends it", f"请打开 {self.address.url}   按 Ctrl-C 结束"), flush=True
        )

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self.guard)
        return app

    # ---- who may come in ----

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Turns strangers away before anything else is done."""
        if not self.is_known(request.host):
            raise web.HTTPMisdirectedRequest(text=say("this server goes by another name", "这台服务器不叫这个名字"))
        if self.address.token:
            brought = request.query.get("token")
            if brought is not None and self.is_token(brought):
                entry = web.HTTPFound("/")
                entry.set_cookie(COOKIE, self.address.token, httponly=True, samesite="Strict")
                raise entry
            if not self.is_token(request.cookies.get(COOKIE, "")):
                raise web.HTTPForbidden(text=say("open the address with its token", "请用带 token 的地址打开"))
        response = await handler(request)
        if not response.prepared:
            response.headers.update(HEADERS)
        return response

    def is_token(self, brought: str) -> bool:
        return secrets.compare_digest(brought.encode(), self.address.token.encode())

    def is_known(self, host: str) -> bool:
        """Whether a request's Host is a name of this server; with a token any name will do, for it proves itself."""
        name = urlsplit(f"//{host}").hostname or ""
        return bool(self.address.token) or name in LOOPBACK or name == self.address.host

    def is_own_page(self, request: web.Request) -> bool:
        """Whether a socket is asked for by a page of this server; a program that is no browser sends no Origin."""
        origin = request.headers.get("Origin")
        return origin is None or urlsplit(origin).netloc == request.host

    # ---- the page ----

    async def handle_index(self, request: web.Request) -> Any:
        """The page, with addresses under the name by which the browser came."""
        import aiohttp_jinja2

        context = {
            "application": {"name": "lhystudy"},
            "app_websocket_url": f"{'wss' if request.secure else 'ws'}://{request.host}/ws",
            "config": {"static": {"url": "/static/"}},
            "font_size": clamp(request.query.get("fontsize"), 16, 8, 40),
            "opening": say("opening …", "正在打开……"),
            "closed": say("The app has ended.", "应用已结束。"),
            "again": say("open again", "重新打开"),
        }
        return aiohttp_jinja2.render_template("page.html", request, context)

    # ---- a session ----

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """One app for as long as the browser stays; its process has ended when this returns."""
        if not self.is_own_page(request):
            raise web.HTTPForbidden(text=say("this page is not ours", "这不是本服务器的页面"))
        if self.open_sessions >= self.address.sessions:
            raise web.HTTPServiceUnavailable(text=say("too many windows are open", "打开的窗口太多"))
        self.open_sessions += 1
        socket = web.WebSocketResponse(heartbeat=15, max_msg_size=MESSAGE_LIMIT)

        async def close() -> None:
            await socket.close()

        service = AppService(
            self.command,
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=close,
            download_manager=self.download_manager,
        )
        try:
            await socket.prepare(request)
            await service.start(
                clamp(request.query.get("width"), 80, SMALLEST, LARGEST),
                clamp(request.query.get("height"), 24, SMALLEST, LARGEST),
            )
            await converse(socket, service)
        except ConnectionError:  # the browser is gone
            pass
        finally:
            await end(service)
            self.open_sessions -= 1
        return socket


async def converse(socket: web.WebSocketResponse, service: AppService) -> None:
    """Passes on what the browser sends until it goes; a message that is none ends the session."""
    async for message in socket:
        try:
            if message.type != WSMsgType.TEXT:
                raise ValueError
            kind, *rest = json.loads(message.data)
            match kind:
                case "stdin":
                    await service.send_bytes(str(rest[0]).encode("utf-8", "replace"))
                case "resize":
                    sides = (clamp(rest[0][side], 80, SMALLEST, LARGEST) for side in ("width", "height"))
                    await service.set_terminal_size(*sides)
                case "ping":
                    await socket.send_json(["pong", rest[0]])
                case "blur":
                    await service.blur()
                case "focus":
                    await service.focus()
        except (ValueError, TypeError, LookupError, RecursionError):
            await socket.close(code=WSCloseCode.UNSUPPORTED_DATA)
            return


async def end(service: AppService) -> None:
    """Ends a session's app, by force when it does not go by itself."""
    process = service._process
    with suppress(Exception):  # whatever state it was left in, what counts is that the process ends
        await asyncio.wait_for(service.stop(), PATIENCE)
    if process is not None and process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def clamp(value: Any, default: int, low: int, high: int) -> int:
    """A whole number between two bounds, from whatever a browser sent."""
    try:
        return min(max(int(value), low), high)
    except (TypeError, ValueError, OverflowError):
        return default
