"""Which device a run takes, and what torch has to be told before it starts."""

from __future__ import annotations

import contextlib
import os
import platform
from typing import Any

import numpy as np
import torch

from lhystudy import __version__
from lhystudy.errors import MissingError, StudyError
from lhystudy.lab.eager import leave_compiler_out
from lhystudy.lab.request import DEVICES, DTYPES, Request
from lhystudy.words import say


def choose_device(wanted: str) -> torch.device:
    """The device of that name; `auto` takes CUDA, then MPS, then the CPU.

    Raises MissingError for a device that this machine lacks.
    """
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if wanted == "auto":
        return torch.device(next(name for name in ("cuda", "mps", "cpu") if there[name]))
    if wanted not in DEVICES:
        raise StudyError(
            say(f"there is no device {wanted!r}", f"没有名为 {wanted!r} 的设备"), hint="--device " + "|".join(DEVICES)
        )
    if not there[wanted]:
        raise MissingError(
            say(f"this machine has no {wanted} device", f"这台机器没有 {wanted} 设备"),
            hint=say("--device auto takes what is there", "--device auto 会使用现有的设备"),
        )
    return torch.device(wanted)


def set_up(request: Request) -> torch.device:
    """Threads, default number type and determinism, and the device to compute on."""
    device = choose_device(request.device)
    if request.dtype not in DTYPES:
        raise StudyError(
            say(f"there is no number type {request.dtype!r}", f"没有名为 {request.dtype!r} 的数值类型"),
            hint="--dtype " + "|".join(DTYPES),
        )
    if device.type == "mps" and request.dtype == "float64":
        raise MissingError(say("mps devices have no float64", "mps 设备不支持 float64"), hint="--device cpu")
    leave_compiler_out()
    torch.set_num_threads(request.threads)
    torch.set_default_dtype(torch.float64 if request.dtype == "float64" else torch.float32)
    if device.type == "cuda":
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.set_deterministic_debug_mode("warn")
    if device.type == "cpu":
        limit_memory()
    return device


def limit_memory() -> None:
    """Lets a run that asks for more memory than there is fail by itself instead of taking others with it (Linux)."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_DATA, (pages, resource.RLIM_INFINITY))
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:  # noqa: PTH123
        score.write("800")


def versions(code: str) -> dict[str, str]:
    """What a run depends on besides its parameters; `code` is the hash of the experiment's file."""
    return {
        "lhystudy": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "platform": f"{platform.system()} {platform.machine()}",
        "code": code,
    }


def out_of_memory(error: BaseException) -> bool:
    """Whether an exception says that memory ran out, on whatever device."""
    text = str(error).lower()
    kinds = (MemoryError, torch.OutOfMemoryError)
    return isinstance(error, kinds) or "allocate memory" in text or "out of memory" in text


def describe_failure(error: BaseException, device: torch.device) -> str:
    """One sentence for an exception that an experiment raised, with what to do where that is known."""
    text = " ".join(str(error).split())
    if out_of_memory(error):
        return say(
            f"memory ran out on {device}: try smaller parameters or fewer seeds",
            f"{device} 的内存不足：请减小参数或种子数",
        )
    if "CUDA error" in text or "device-side assert" in text:
        return say(
            f"the GPU reported an error: {text[:300]}; --device cpu usually names the cause",
            f"GPU 报错：{text[:300]}；用 --device cpu 运行通常能看到原因",
        )
    return f"{type(error).__name__}: {text[:500]}" if text else type(error).__name__


def device_report() -> list[dict[str, Any]]:
    """The devices of this machine: name, what it is, and memory in bytes where torch knows it."""
    found: list[dict[str, Any]] = [{"device": "cpu", "what": platform.processor() or platform.machine()}]
    for index in range(torch.cuda.device_count()):
        about = torch.cuda.get_device_properties(index)
        found.append({"device": f"cuda:{index}", "what": about.name, "memory": about.total_memory})
    if torch.backends.mps.is_available():
        found.append({"device": "mps", "what": platform.machine()})
    return found
