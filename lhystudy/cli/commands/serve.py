"""`lhystudy serve`: the app in a browser."""

from __future__ import annotations

import importlib.util
import os
import socket
from typing import Annotated

import typer

from lhystudy.cli import console
from lhystudy.errors import MissingError, StudyError
from lhystudy.words import say


def command(
    host: Annotated[str, typer.Option(help="The address to listen at; without it, only this machine.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen at.")] = 8000,
    token: Annotated[str, typer.Option(help="What a browser must bring; needed where others can reach it.")] = "",
    profile: Annotated[str | None, typer.Option(help="Whose data: a name; each has their own.")] = None,
    sessions: Annotated[int, typer.Option(min=1, max=100, help="Windows open at a time.")] = 8,
) -> int:
    """Serve the app to a browser."""
    if importlib.util.find_spec("textual_serve") is None:
        raise MissingError(
            say("the browser's part is not installed", "尚未安装浏览器部分"), hint="pip install 'lhystudy[serve]'"
        )
    from lhystudy import paths
    from lhystudy.web.server import Address, StudyServer, is_loopback

    if profile is not None:
        os.environ["LHYSTUDY_PROFILE"] = profile
    paths.data_folder()
    if not token and not is_loopback(host):
        raise StudyError(
            say(f"others can reach {host}: a token is needed", f"别人也能访问 {host}：需要 token"),
            hint=say("--token with a long random word, or leave out --host", "--token 加一个长的随机词，或去掉 --host"),
        )
    check_free(host, port)
    StudyServer(Address(host, port, token, sessions)).serve()
    return console.DONE


def check_free(host: str, port: int) -> None:
    """Raises MissingError when nothing can listen there, StudyError when there is no such address."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, port))
    except socket.gaierror as error:
        raise StudyError(
            say(f"there is no address {host!r}", f"没有 {host!r} 这个地址"), hint="--host 127.0.0.1"
        ) from error
    except OSError as error:
        raise MissingError(
            say(f"cannot listen at {host}:{port}: {error.strerror}", f"无法在 {host}:{port} 监听：{error.strerror}"),
            hint=say(f"another port: --port {port % 65535 + 1}", f"换个端口：--port {port % 65535 + 1}"),
        ) from error
