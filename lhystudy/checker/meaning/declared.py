"""What the declared type of a name says of the value that a definition or an equation gives it."""

from __future__ import annotations

from lhystudy.checker.deciding.decide import decide
from lhystudy.checker.meaning.build import ONE, ZERO
from lhystudy.checker.meaning.replace import fresh
from lhystudy.checker.meaning.setting import Setting, context_of
from lhystudy.checker.problem import Symbol
from lhystudy.checker.terms import Atom, Fact, Index, SumOver, Term

SECONDS = 1.0  # for finding out whether a value stays within its declared domain


def within_domain(name: str, setting: Setting) -> Setting:
    """The setting, with the declared domain of a defined or solved name assumed of its value where it is not plain."""
    symbol = setting.problem.symbols.get(name)
    if symbol is None:
        return setting
    expansion = setting.expansion(solved=True)
    for fact in domain_facts(symbol):
        if decide(expansion.fact(fact), context_of(setting, SECONDS)).verdict != "proved":
            setting = setting.with_(facts=(*setting.facts, fact))
    return setting


def domain_facts(symbol: Symbol) -> list[Fact]:
    """What the type of a name says of its entries."""
    letters = ("t", "i", "j")[not symbol.family :][: symbol.rank]
    places = tuple(map(Index, letters))
    free = dict(zip(letters, symbol.dims, strict=True))
    entry: Term = Atom(symbol.name, places)
    match symbol.type:
        case "positive":
            return [Fact(">", entry, ZERO)]
        case "unit":
            return [Fact(">", entry, ZERO), Fact("<", entry, ONE)]
        case "simplex":
            own = fresh()
            total = SumOver(own, symbol.dims[-1], Atom(symbol.name, (*places[:-1], Index(own))))
            return [Fact(">", entry, ZERO, free), Fact("=", total, ONE, {name: free[name] for name in letters[:-1]})]
        case "symmetric":
            return [Fact("=", entry, Atom(symbol.name, (*places[:-2], places[-1], places[-2])), free)]
    return []
