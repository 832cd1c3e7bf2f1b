"""Many right sides tried against one left side: what is the same for all of them is worked out once."""

from __future__ import annotations

from collections.abc import Set as Names
from dataclasses import dataclass, field, replace

from lhystudy.checker.deciding.sieve import Sieve
from lhystudy.checker.meaning.differentiate import Unsupported
from lhystudy.checker.meaning.lower import lower
from lhystudy.checker.meaning.relate import Related, relate, related_to, written_out
from lhystudy.checker.meaning.scope import Scope, subscripts
from lhystudy.checker.meaning.setting import Setting, TooLarge, context_of
from lhystudy.checker.meaning.shapes import Fault, Value
from lhystudy.checker.nodes import Binder, Entry, Expr, Name, Relation, walk
from lhystudy.checker.terms import Fact, Term

SECONDS = 0.1  # for getting the points


@dataclass
class Trials:
    """Relations with the left side of one that does not hold."""

    relation: Relation
    setting: Setting
    known: Names[str]
    scope: Scope = field(init=False)
    left: Value | None = field(init=False)
    sieve: Sieve | None = field(init=False)
    entry: Term | None = None  # the left side in index form
    written: Term | None = None  # the same, definitions written out

    def __post_init__(self) -> None:
        self.scope = Scope.of(self.setting, self.relation)
        self.left = self.sieve = None
        try:
            self.left = lower(self.relation.left, self.scope)
            related = self.related(self.relation)
            fact = written_out(related)
        except (Fault, TooLarge, Unsupported):
            return
        if not self.setting.equations and self.relation.sign == "=":
            self.entry, self.written = related.fact.left, fact.left
            self.sieve = Sieve(fact, context_of(related.setting, SECONDS))

    def related(self, relation: Relation) -> Related:
        """The relation in index form. Raises Fault."""
        if self.left is None or relation.left is not self.relation.left or not self._familiar(relation.right):
            return relate(relation, self.setting, self.known)
        scope = self.scope.copied()
        for entry in (part for part in walk(relation.right) if isinstance(part, Entry)):
            scope.see(entry)
        if scope.arrays.keys() != self.scope.arrays.keys():
            return relate(relation, self.setting, self.known)  # what it makes an array may stand on the left too
        return related_to(relation, self.left, scope, self.known)

    def _familiar(self, right: Expr) -> bool:
        """Whether the side says nothing about indices and sizes that the line did not say."""
        ends = {part.upper for part in walk(right) if isinstance(part, Binder) and isinstance(part.upper, Name)}
        known = all(isinstance(end, Name) and end.name in self.scope.sizes for end in ends)
        return known and {letter for _, letter in subscripts(right)} <= self.scope.letters

    def rejects(self, related: Related) -> bool:
        """Whether the equation surely fails somewhere; most of those that do are found out."""
        if self.sieve is None or related.fact.sign != "=":
            return False
        return self.sieve.rejects(self._written(related))

    def _written(self, related: Related) -> Fact:
        if related.fact.left is not self.entry or self.written is None or related.setting.recurrences:
            return written_out(related)
        expansion = related.setting.expansion(solved=True)
        return replace(related.fact, left=self.written, right=expansion.term(related.fact.right))
