"""`make fuzz`: minutes of arbitrary text for every target, from hypothesis, and from atheris where it is installed.

`python -m tests.fuzz [--minutes M] [target …]`. A text that breaks something is printed and ends the run with 1.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from time import monotonic

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS, pieces, seeds

CORPUS = Path("build") / "fuzz"
BATCH = 300  # texts a round of hypothesis


def texts(name: str) -> st.SearchStrategy[str]:
    """Sequences of the target's own words and signs, and seeds with a few of them put in."""
    words = st.sampled_from(pieces(name)) | st.text(max_size=3)
    made = st.lists(words, max_size=40).map("".join)
    cut = st.tuples(st.sampled_from(seeds(name)), st.integers(0, 60), st.integers(0, 8), words)
    return made | cut.map(lambda parts: parts[0][: parts[1]] + parts[3] + parts[0][parts[1] + parts[2] :])


def by_hypothesis(name: str, seconds: float) -> int:
    """How many texts were tried; raises what the target raises, the text shrunk."""
    end, tried = monotonic() + seconds, 0
    while monotonic() < end:

        @seed(random.randrange(2**32))
        @settings(
            max_examples=BATCH, deadline=None, database=None, suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
        )  # fmt: skip
        @given(texts(name))
        def holds(text: str) -> None:
            if monotonic() < end:
                TARGETS[name](text)

        holds()
        tried += BATCH
    return tried


def by_atheris(name: str, seconds: float) -> None:
    """Guided by which lines of the program a text reaches. Does not return."""
    import atheris

    with atheris.instrument_imports(include=["lhystudy"]):
        for module in [each for each in sys.modules if each.startswith(("lhystudy", "tests.fuzz.targets"))]:
            del sys.modules[module]
        from tests.fuzz.targets import TARGETS as INSTRUMENTED

    def once(data: bytes) -> None:
        INSTRUMENTED[name](data.decode("utf-8", "surrogateescape" if len(data) % 2 else "replace"))

    folder = CORPUS / name
    folder.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(seeds(name)):
        (folder / f"seed-{number}").write_bytes(text.encode("utf-8", "surrogatepass"))
    options = [
        f"-max_total_time={seconds:.0f}",
        "-timeout=20",
        "-rss_limit_mb=3000",
        "-print_final_stats=1",
        "-verbosity=1",
    ]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={folder}-", str(folder)], once)
    atheris.Fuzz()


def main() -> int:
    """The exit code: 1 where something broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("targets", nargs="*", metavar="target", help=", ".join(TARGETS))
    parser.add_argument("--minutes", type=float, default=5.0, help="for each target")
    parser.add_argument("--guided", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if unknown := set(asked.targets) - set(TARGETS):
        parser.error(f"no such target: {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    guided = find_spec("atheris") is not None
    seconds = asked.minutes * 60 / (2 if guided else 1)
    for name in asked.targets or TARGETS:
        if asked.guided:
            by_atheris(name, asked.minutes * 60)
        print(f"{name}: {by_hypothesis(name, seconds)} texts from hypothesis", flush=True)
        if guided:
            command = [sys.executable, "-m", "tests.fuzz", "--guided", "--minutes", str(seconds / 60), name]
            code = subprocess.run(command, check=False).returncode
            if code:
                print(f"{name}: atheris found a text; it lies beside {CORPUS / name}")
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
