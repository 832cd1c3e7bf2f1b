"""Workers on a Ray cluster: the one of $RAY_ADDRESS, else one that is started on this machine for the while."""

from __future__ import annotations

import atexit
import importlib.util
import os
import socket
from collections.abc import Callable
from threading import Event
from typing import Any, Generic, TypeVar

from lhystudy.errors import MissingError
from lhystudy.study.engine import Worker
from lhystudy.words import say

KNOCK_SECONDS = 5.0

Request = TypeVar("Request")
Answer = TypeVar("Answer")


def check_installed() -> None:
    """Raises MissingError where Ray is not installed."""
    if importlib.util.find_spec("ray") is None:
        raise MissingError(
            say("Ray is not installed", "没有安装 Ray"),
            hint='pip install "lhystudy[ray]"',
        )


def hire_remote(
    make: Callable[[], Worker[Request, Answer]], cores: int, most: int | None
) -> list[Worker[Request, Answer]]:
    """As many workers as the cluster has cores for, each an actor that takes `cores` of them.

    Raises MissingError when no cluster can be reached.
    """
    ray = _connected()
    count = max(int(ray.cluster_resources().get("CPU", 1)) // cores, 1)
    actor = ray.remote(_Actor).options(num_cpus=cores, max_concurrency=2)
    return [_Remote(ray, actor.remote(make)) for _ in range(min(count, most or count))]


def _connected() -> Any:
    """Ray, connected once a process."""
    check_installed()
    import ray

    if not ray.is_initialized():
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # a learner's machine reports to nobody
        os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # actors see the GPUs of their machine
        address = os.environ.get("RAY_ADDRESS", "")
        options = {} if address else {"include_dashboard": False}
        try:
            _knock(address)
            ray.init(address=address or "local", log_to_driver=False, logging_level="ERROR", **options)
        except Exception as error:
            raise _unreachable(address, error) from error
        atexit.register(ray.shutdown)
    return ray


def _knock(address: str) -> None:
    """Raises OSError where nobody listens at `host:port`; Ray would go on trying for minutes."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), KNOCK_SECONDS).close()


def _unreachable(address: str, error: Exception) -> MissingError:
    where = address or say("this machine", "本机")
    told = (str(error).strip().splitlines() or [type(error).__name__])[0]
    hint = say("set RAY_ADDRESS, or unset it to use this machine", "请设置 RAY_ADDRESS；不设置则使用本机")
    return MissingError(say(f"no Ray cluster at {where}: {told}", f"连接不上 {where} 的 Ray 集群：{told}"), hint=hint)


class _Actor:
    """Lives on the cluster and holds one worker; `end` comes on a second thread."""

    def __init__(self, make: Callable[[], Worker[Any, Any]]) -> None:
        self._worker = make()

    def do(self, request: Any) -> Any:
        return self._worker.do(request)

    def end(self) -> None:
        self._worker.end()


class _Remote(Generic[Request, Answer]):
    """The actor as a worker of this process."""

    def __init__(self, ray: Any, actor: Any) -> None:
        self._ray = ray
        self._actor = actor
        self._ended = Event()

    def do(self, request: Request) -> Answer | None:
        if self._ended.is_set():
            return None
        try:
            answer: Answer | None = self._ray.get(self._actor.do.remote(request))
        except self._ray.exceptions.RayError as error:
            if self._ended.is_set():
                return None
            told = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise MissingError(say(f"a Ray worker was lost: {told}", f"一个 Ray 工作进程丢失：{told}")) from error
        return answer

    def end(self) -> None:
        if not self._ended.is_set():
            self._ended.set()
            self._actor.end.remote()
