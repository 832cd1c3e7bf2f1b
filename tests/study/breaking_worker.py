"""The checker's worker, but a line that says `break` ends the process as a crash would."""

import os
import re
from typing import Any

from lhystudy.checker import compare, judge, serve


def breaking(read: Any) -> Any:
    def read_or_break(text: str, *rest: Any) -> Any:
        if re.search(r"\bbreak\b", text):
            os._exit(9)
        return read(text, *rest)

    return read_or_break


if __name__ == "__main__":
    for module in (judge, compare):
        names = vars(module)
        names["read"] = breaking(names["read"])
    serve.serve()
