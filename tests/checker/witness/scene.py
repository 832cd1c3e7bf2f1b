"""What the lines above a line say: declared names, definitions, assumptions. Collected from typed trees alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction

from lhystudy.checker.nodes import (
    Binder,
    Call,
    Entry,
    Expr,
    Given,
    Let,
    Name,
    Node,
    Number,
    Relation,
    Set,
    Statement,
    Step,
)
from lhystudy.checker.problem import RANKS

SPECIALS = frozenset({"pi", "e", "inf", "I"})


@dataclass(frozen=True)
class Declared:
    type: str = "real"
    dims: tuple[str | int, ...] = ()

    @property
    def rank(self) -> int:
        return RANKS.get(self.type, 0)


@dataclass(frozen=True)
class Definition:
    """`p_k = body` has letters, `f(x) = body` parameters."""

    body: Expr
    letters: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scene:
    declared: Mapping[str, Declared] = field(default_factory=dict)
    defined: Mapping[str, Definition] = field(default_factory=dict)
    facts: tuple[Relation, ...] = ()
    equations: tuple[Relation, ...] = ()  # that were set
    independent: tuple[str, ...] = ()
    sizes: frozenset[str] = frozenset()
    unclear: bool = False  # whether something is given that the witness cannot draw
    sized: tuple[tuple[str, str | int], ...] = ()  # dimensions that are a number or another dimension

    def is_number(self, letter: str) -> bool:
        """Whether a letter in a subscript is a length, or a whole number of which more is given than its sign."""
        kind = self.declared.get(letter)
        if letter in self.sizes or kind is None or kind.type != "integer":
            return letter in self.sizes
        about = [fact for fact in self.facts if any(part == Name(letter) for part in walk(fact))]
        signs = (Relation(">", Name(letter), Number(Fraction(0))), Relation(">=", Name(letter), Number(Fraction(1))))
        return letter in self.defined or any(fact not in signs for fact in about)

    def after(self, statement: Statement) -> Scene:
        """The scene with one more right line."""
        scene = replace(self, sizes=self.sizes | self.sizes_in(statement))
        match statement:
            case Let(names, type_, dims):
                more = dict.fromkeys(names, Declared(type_, dims))
                named = frozenset(dim for dim in dims if isinstance(dim, str))
                return replace(scene, declared={**scene.declared, **more}).with_sizes(named)
            case Given(relations, independent, claim):
                scene = replace(scene, unclear=scene.unclear or claim is not None)
                for relation in relations:
                    scene = scene.given(relation, alone=len(relations) == 1)
                return replace(scene, independent=(*scene.independent, *independent))
            case Set(relations):
                return replace(scene, equations=(*scene.equations, *relations))
            case Step(relations) if scene.equations:
                return replace(scene, facts=(*scene.facts, *(each for each in relations if each.sign == "=")))
        return scene

    def with_sizes(self, names: frozenset[str]) -> Scene:
        """The scene where the names are dimensions, also those that were given as a number before."""
        scene = replace(
            self, sizes=self.sizes | names, defined={k: v for k, v in self.defined.items() if k not in names}
        )
        for name in names & set(self.defined):
            scene = scene.given(Relation("=", Name(name), self.defined[name].body), alone=True)
        return scene

    def given(self, relation: Relation, alone: bool) -> Scene:
        match relation:
            case Relation("=", Name(name), Number(value)) if name in self.sizes:
                return replace(self, sized=(*self.sized, (name, int(value))))
            case Relation("=", Name(name), Name(other)) if name in self.sizes and other in self.sizes:
                return replace(self, sized=(*self.sized, (name, other)))
        found = self.definition(relation) if alone and relation.sign == "=" and not relation.both else None
        if found is None:
            return replace(self, facts=(*self.facts, relation, *relation.both))
        name, definition = found
        return replace(self, defined={**self.defined, name: definition})

    def definition(self, relation: Relation) -> tuple[str, Definition] | None:
        match relation.left:
            case Name(name):
                found = name, Definition(relation.right)
            case Entry(Name(name), indices) if all(isinstance(index, Name) for index in indices):
                found = name, Definition(relation.right, tuple(i.name for i in indices if isinstance(i, Name)))
            case Entry() if (whole := single(relation.left)) is not None:
                base = relation.left.of.name if isinstance(relation.left.of, Name) else ""
                if self.is_array(base):
                    return None
                found = whole, Definition(relation.right)
            case Call(name, args, 0) if all(parameter(arg) for arg in args) and name not in ("exp", "log", "norm"):
                found = name, Definition(relation.right, (), tuple(filter(None, map(parameter, args))))
            case _:
                return None
        name = found[0]
        if name in self.defined or name in self.sizes or self.leads_to(relation.right, name):
            return None
        return found

    def leads_to(self, node: object, name: str, seen: frozenset[str] = frozenset()) -> bool:
        """Whether the name stands in the node or in a definition that it goes through."""
        for part in walk(node):
            inside = spelled(part)
            if inside == name:
                return True
            if inside in self.defined and inside not in seen:
                if self.leads_to(self.defined[inside].body, name, seen | {inside}):
                    return True
        return False

    def is_array(self, name: str) -> bool:
        return (name in self.declared and self.declared[name].rank > 0) or name in self.defined

    def layered(self, node: Entry) -> Entry:
        """`h_{1,i}` as entry i of h_1, where h_1 is an array and h is none."""
        match node:
            case Entry(Name(name), (Number(value), _, *_)) if not self.is_array(name) and self.is_array(
                f"{name}_{value}"
            ):
                return Entry(Name(f"{name}_{value}"), node.indices[1:])
        return node

    def sizes_in(self, statement: object) -> frozenset[str]:
        """Names that a line makes dimensions: of ones(n), of I_n, of sum_{k=1}^n."""
        found: set[str] = set()
        for node in walk(statement):
            match node:
                case Call("ones" | "zeros", args):
                    found |= {arg.name for arg in args if isinstance(arg, Name)}
                case Entry(Name("I"), (Name(name),)):
                    found.add(name)
                case Binder(_, _, Name(name)) if name not in self.declared and name not in self.defined:
                    found.add(name)
        return frozenset(found - SPECIALS - bound_in(statement))


def parameter(node: Expr) -> str | None:
    return node.name if isinstance(node, Name) else single(node)


def single(node: Node) -> str | None:
    """`h_2` of an entry of a name at plain numbers."""
    if not (isinstance(node, Entry) and isinstance(node.of, Name)):
        return None
    if not all(isinstance(index, Number) for index in node.indices):
        return None
    return f"{node.of.name}_{','.join(str(i.value) for i in node.indices if isinstance(i, Number))}"


def spelled(node: Node) -> str:
    match node:
        case Name(name):
            return name
        case Call(function):
            return function
    return single(node) or ""


def walk(node: object) -> Iterator[Node]:
    if isinstance(node, tuple):
        for part in node:
            yield from walk(part)
    elif isinstance(node, Node):
        yield node
        for each in fields(node):
            if each.name != "span":
                yield from walk(getattr(node, each.name))


def bound_in(node: object) -> set[str]:
    return {part.index for part in walk(node) if isinstance(part, Binder)}


def letters_in(node: object) -> set[str]:
    """Letters that stand in subscripts."""
    return {
        part.name
        for entry in walk(node)
        if isinstance(entry, Entry)
        for part in walk(entry.indices)
        if isinstance(part, Name)
    }
