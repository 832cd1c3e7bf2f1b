"""Lines of the derivation language as formulas to be drawn, a chain of lines as one aligned formula."""

from __future__ import annotations

from functools import lru_cache

from lhystudy.checker.nodes import Given, Goal, Let, Relation, Set, Step
from lhystudy.checker.problem import Problem
from lhystudy.checker.reading.introduce import introduce, last_side
from lhystudy.checker.reading.latex import SIGNS, latex, latex_statement
from lhystudy.checker.reading.parse import blank, read
from lhystudy.checker.reading.unreadable import Unreadable
from lhystudy.words import Lang


@lru_cache(maxsize=1024)
def latex_of_lines(lines: tuple[str, ...], lang: Lang = "en") -> tuple[str, ...]:
    """The LaTeX of each formula that the lines state; `let` and `given` lines only set the scene.

    A line that cannot be read is given as it stands; a claim speaks `lang`.
    """
    problem, above = Problem(), None
    chains: list[list[str]] = []
    for line in lines:
        try:
            if blank(line):
                continue
            statement = read(line, problem, above).statement
        except Unreadable:
            chains.append([line])
            continue
        problem = introduce(problem, statement)
        above = last_side(statement)
        if isinstance(statement, Step) and statement.continues and chains:
            chains[-1] += [aligned(one, first=False) for one in statement.relations]
        elif isinstance(statement, Step) and statement.relations:
            chains.append([aligned(one, first=n == 0) for n, one in enumerate(statement.relations)])
        elif isinstance(statement, Step) and statement.first is not None:
            chains.append([latex(statement.first)])
        elif not isinstance(statement, Let | Given | Goal | Set):
            chains.append([latex_statement(statement, lang)])
    return tuple(one_formula(chain) for chain in chains)


def aligned(relation: Relation, first: bool) -> str:
    """A relation with the mark at which the lines of a chain stand below each other."""
    left = latex(relation.left) if first else ""
    return f"{left} &{SIGNS[relation.sign]} {latex(relation.right)}"


def one_formula(chain: list[str]) -> str:
    if len(chain) == 1:
        return chain[0].replace("&", "", 1)
    return r"\begin{aligned}" + r" \\ ".join(chain) + r"\end{aligned}"
