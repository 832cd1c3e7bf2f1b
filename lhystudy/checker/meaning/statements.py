"""`let`, `given` and `set`: what each makes known to the lines below it."""

from __future__ import annotations

from dataclasses import replace

from lhystudy.checker.meaning.assumed import assumed
from lhystudy.checker.meaning.build import ZERO
from lhystudy.checker.meaning.declared import within_domain
from lhystudy.checker.meaning.lower import lower
from lhystudy.checker.meaning.relate import dangling, relate
from lhystudy.checker.meaning.replace import Replacement, atoms, fresh, reindexed, with_atoms
from lhystudy.checker.meaning.scope import Scope
from lhystudy.checker.meaning.setting import Defined, Recurrence, Setting, depends
from lhystudy.checker.meaning.shapes import Fault, ShapeFault, Value, same_shape, scalar, shape_text, spread
from lhystudy.checker.nodes import (
    Call,
    Derivative,
    Entry,
    Expr,
    Given,
    Gradient,
    Let,
    Name,
    Number,
    Relation,
    Set,
    Statement,
    Transpose,
    walk,
)
from lhystudy.checker.problem import RANKS, TYPES, Definition, Symbol
from lhystudy.checker.reading import introduce as introducing
from lhystudy.checker.reading.introduce import alone, definition_of, introduce, last_side, parameter
from lhystudy.checker.terms import Array, Atom, Const, Index, Term
from lhystudy.words import say


def declare(statement: Let, setting: Setting) -> Setting:
    """The setting with the names declared."""
    if statement.type not in TYPES:
        raise Fault(say(f"there is no type {statement.type}", f"没有 {statement.type} 这种类型"), statement)
    wanted = RANKS.get(statement.type, 0)
    counts = {"symmetric": 1}
    if len(statement.dims) != counts.get(statement.type, wanted):
        count = counts.get(statement.type, wanted)
        raise ShapeFault(
            say(
                f"{statement.type} takes {count} dimension{'s' * (count != 1)}, as {statement.type}(n)",
                f"{statement.type} 应有 {count} 个维数，如 {statement.type}(n)",
            ),
            statement,
        )
    dims = statement.dims * 2 if statement.type == "symmetric" else statement.dims
    setting = sized(statement, setting)
    symbols = [Symbol(name, statement.type, dims) for name in statement.names]
    sizes = setting.sizes | {dim for dim in dims if isinstance(dim, str)}
    arrays = {name: dims for name, dims in setting.arrays.items() if name not in statement.names}
    return setting.with_(problem=setting.problem.declare(*symbols), sizes=sizes, arrays=arrays)


def sized(statement: Let, setting: Setting) -> Setting:
    """The setting in which dimensions that were defined as numbers are these numbers. Raises Fault."""
    known = setting.dims()
    for dim in statement.dims:
        defined = setting.defined.get(dim) if isinstance(dim, str) else None
        if defined is None or dim in known.aliases:
            continue
        size = defined.value.entry
        if not isinstance(size, Const) or size.value.denominator != 1 or size.value <= 0:
            raise Fault(
                say(
                    f"{dim} is defined as no whole number, so it is no dimension", f"{dim} 的定义不是正整数，不能作维数"
                ),
                statement,
            )
        known.aliases[str(dim)] = int(size.value)
    return setting.with_(aliases=known.lasting())


def give(statement: Given, setting: Setting) -> tuple[Setting, tuple[str, ...]]:
    """The setting with the definition or assumptions, and notes. Raises Fault."""
    if statement.claim is not None:
        return assumed(statement.claim, setting)
    notes: list[str] = []
    for place, relation in enumerate(statement.relations):
        by_itself = relation.sign == "=" and alone(statement.relations, place)
        definition = definition_of(setting.problem, relation) if by_itself else None
        known = sizes_agree(relation, setting) if by_itself else None
        if known is None and by_itself:
            known = recurrence(relation, setting)
        if known is not None:
            setting = known
        elif definition is not None and (name := free_to_define(definition, relation, setting)):
            setting, more = define(relation, definition, name, setting)
            notes += more
        else:
            definition = None
            setting, more = assume(relation, setting)
            notes += more
        setting = setting.reading(introducing.give(setting.problem, relation, definition))
    return setting, tuple(notes)


def sizes_agree(relation: Relation, setting: Setting) -> Setting | None:
    """`given m = n` or `given n = 3` of dimensions, or None for any other relation."""
    left, right = relation.left, relation.right
    if not (isinstance(left, Name) and left.name in setting.sizes):
        return None
    if isinstance(right, Number) and right.value.denominator == 1 and right.value > 0:
        other: str | int = int(right.value)
    elif isinstance(right, Name) and right.name in setting.sizes:
        other = right.name
    else:
        return None
    dims = setting.dims()
    if dims.find(left.name) != dims.find(other):
        one = dims.find(left.name)
        if not isinstance(one, str):
            raise ShapeFault(say(f"{left.name} is {one} already", f"{left.name} 已经是 {one}"), relation)
        dims.aliases[one] = dims.find(other)
    return setting.with_(aliases=dims.lasting())


def free_to_define(definition: Definition, relation: Relation, setting: Setting) -> str | None:
    """The name that the definition gives a meaning; None where it is a size, an entry of an array, or would be its own.

    The reader has seen that nothing defines it yet; an array that was only used, and what a recurrence goes back to,
    is known here alone.
    """
    numbers = all(isinstance(index, Number) for index in definition.indices)
    name = definition.name
    if definition.indices and numbers:
        if name in setting.arrays or name in setting.defined:
            return None
        name = str(parameter(relation.left))
    if name in setting.defined or name in setting.sizes:
        return None
    if setting.recurrences and depends(setting, lower(relation.right, Scope.of(setting, relation)).entry, {name}):
        return None
    return name


def recurrence(relation: Relation, setting: Setting) -> Setting | None:
    """The setting with `h_t = f(h_{t-1})`, or with the `h_0 = a` that one starts from; None for any other relation."""
    left = relation.left
    if not isinstance(left, Entry) or not isinstance(left.of, Name):
        return None
    name = left.of.name
    known = setting.recurrences.get(name)
    if known is not None and isinstance(place := left.indices[known.axis], Number) and len(left.indices) == 1:
        start = lower(relation.right, scope := Scope.of(setting, relation))
        like = Value(Array(known.value.indices[1:], known.value.dims[1:], ZERO))
        start = spread([start], like)[0] if start.plain else start
        if not same_shape(start, like, scope.dims):
            return None
        based = replace(known, bases={**known.bases, int(place.value): start})
        return setting.with_(recurrences={**setting.recurrences, name: based})
    if known is not None or name in setting.defined:
        return None
    scope = Scope.of(setting, relation)
    places = [scope.index(index) for index in left.indices]
    letters = tuple(place.name for place in places)
    scope.own = frozenset(letters)
    right = lower(relation.right, scope)
    value = scope.grown().expansion(frozenset(names_kept(setting, name))).value(scope.settled_value(right))
    axis = stepping(name, places, led_through(value.entry, name, setting))
    if axis is None or len(set(letters)) != len(letters) or "" in letters:
        return None
    level = Index(letters[axis], -places[axis].shift)
    moved = replace(right, array=replace(right.array, entry=Replacement({letters[axis]: level})(right.entry)))
    defined = indexed(left, name, letters, moved, scope)
    found = Recurrence(name, scope.settled_value(defined), axis, started(name, setting) if len(letters) == 1 else {})
    return scope.grown().with_(recurrences={**setting.recurrences, name: found})


def led_through(entry: Term, name: str, setting: Setting) -> Term:
    """The entry with what leads to the name by a step of another recurrence written out: c_t in h_t = o_t tanh(c_t)."""
    if any(atom.name == name for atom in atoms(entry)):
        return entry
    expansion = setting.expansion(frozenset(names_kept(setting, name)))

    def step(atom: Atom) -> Term | None:
        found = setting.recurrences.get(atom.name)
        leads = found is not None and depends(setting, found.value.entry, {name})
        return expansion.term(found.value.at(*atom.indices)) if found is not None and leads else None

    return with_atoms(entry, step)


def started(name: str, setting: Setting) -> dict[int, Value]:
    """What `h_0 = a` above the recurrence has given as entries of h, by place."""
    places = {whole: whole.removeprefix(f"{name}_") for whole in setting.defined if whole.startswith(f"{name}_")}
    return {int(place): setting.defined[whole].value for whole, place in places.items() if place.isdigit()}


def names_kept(setting: Setting, name: str) -> set[str]:
    """Definitions that do not lead to the name: they need not be written out to find it."""
    return {other for other, known in setting.defined.items() if not depends(setting, known.value.entry, {name})}


def stepping(name: str, places: list[Index], entry: Term) -> int | None:
    """The axis along which every entry of the array on the right comes before the one on the left."""
    inside = [atom for atom in atoms(entry) if atom.name == name and len(atom.indices) >= len(places)]
    for axis, place in enumerate(places):
        if inside and all(
            atom.indices[axis].name == place.name and atom.indices[axis].shift < place.shift for atom in inside
        ):
            return axis
    return None


def define(relation: Relation, definition: Definition, name: str, setting: Setting) -> tuple[Setting, list[str]]:
    """The setting with one more definition."""
    left, parameters = relation.left, definition.parameters
    scope = Scope.of(setting, relation)
    letters = tuple(part.name for part in definition.indices if isinstance(part, Name))
    scope.own = frozenset(letters)
    lengths = scope.sizes & set(parameters)
    scope.sizes -= lengths  # another number may stand in the place of each
    right = lower(relation.right, scope)
    scope.sizes |= lengths
    scope.free -= set(letters)
    dangling(relation, Value(Array((), (), Atom(name))), scope.free, scope)
    value = indexed(left, name, letters, right, scope) if letters else declared_shape(relation, name, right, scope)
    grown = scope.grown()
    defined = Defined(name, scope.settled_value(value), parameters, bool(letters) and value.rank > len(letters))
    after = grown.with_(defined={**grown.defined, name: defined})
    return within_domain(name, after), scope.notes


def declared_shape(relation: Relation, name: str, value: Value, scope: Scope) -> Value:
    """The value, of the shape that the name was declared with. Raises ShapeFault."""
    symbol = scope.setting.problem.symbols.get(name)
    seen = scope.arrays.get(name)
    if (symbol is None and seen is None) or isinstance(relation.left, Call):
        return value
    dims = symbol.dims if symbol is not None else seen or ()
    like = Value(Array(tuple(fresh() for _ in dims), dims, ZERO))
    if value.plain and not value.rank and like.rank:
        (value,) = spread([value], like)
    if not same_shape(value, like, scope.dims):
        one, two = shape_text(like, scope.dims), shape_text(value, scope.dims)
        raise ShapeFault(
            say(f"{name} was declared as {one}, but this is {two}", f"{name} 声明为{one}，这里却是{two}"), relation
        )
    return value


def indexed(left: Expr, name: str, letters: tuple[str, ...], right: Value, scope: Scope) -> Value:
    """The array that `p_k = ...` defines; a family where the right side is an array at every step."""
    symbol = scope.setting.problem.symbols.get(name)
    dims = symbol.dims if symbol is not None and symbol.rank else scope.arrays.get(name, ())
    if symbol is None and len(dims) == 1 and scope.setting.problem.steps.issuperset(letters) and not right.row:
        dims = scope.arrays[name] = (*dims, *right.dims)
    of_member = Value(Array(right.indices, dims[len(letters) :], ZERO)) if right.rank == len(dims) - 1 else scalar(ZERO)
    if not same_shape(right, of_member, scope.dims):
        raise ShapeFault(
            say(
                f"an entry of {name} is {shape_text(of_member, scope.dims)}, "
                f"but the right side is {shape_text(right, scope.dims)}",
                f"{name} 的分量是{shape_text(of_member, scope.dims)}，右边却是{shape_text(right, scope.dims)}",
            ),
            left,
        )
    dims, inner = dims[: len(dims) - right.rank], dims[len(dims) - right.rank :]
    if len(dims) != len(letters):
        raise ShapeFault(
            say(
                f"{name} does not take {len(letters)} ind{'ices' if len(letters) > 1 else 'ex'}",
                f"{name} 不能带 {len(letters)} 个下标",
            ),
            left,
        )
    for letter, dim in zip(letters, dims, strict=True):
        scope.runs(Index(letter), dim, left, name)
    names = tuple(fresh() for _ in letters) + right.indices
    entry = reindexed(Array(letters, dims, right.entry), *map(Index, names[: len(letters)]))
    return Value(Array(names, tuple(map(scope.dims.find, (*dims, *inner))), entry))


def assume(relation: Relation, setting: Setting) -> tuple[Setting, list[str]]:
    symmetric = made_symmetric(relation, setting)
    if symmetric is not None:
        return symmetric, []
    related = relate(relation, setting)
    return related.setting.with_(facts=(*related.setting.facts, related.fact)), list(related.notes)


def made_symmetric(relation: Relation, setting: Setting) -> Setting | None:
    """The setting in which a declared matrix is of the symmetric kind, for A^T = A; None for any other relation."""
    match relation:
        case Relation("=", Transpose(Name(name)), Name(other)) | Relation("=", Name(other), Transpose(Name(name))):
            symbol = setting.problem.symbols.get(name) if name == other and name not in setting.defined else None
            if symbol is not None and symbol.rank == 2 and setting.dims().agree(*symbol.dims):
                return setting.with_(problem=setting.problem.declare(replace(symbol, type="symmetric")))
    return None


def equate(statement: Set, setting: Setting) -> tuple[Setting, tuple[str, ...]]:
    """The setting with the equations assumed from here on."""
    notes: list[str] = []
    for relation in statement.relations:
        related = relate(relation, setting)
        setting = related.setting.with_(
            equations=(*related.setting.equations, related.fact),
            unknowns=related.setting.unknowns | variables_in(relation, setting),
        )
        notes += related.notes
    return setting, tuple(notes)


def variables_in(relation: Relation, setting: Setting) -> frozenset[str]:
    """The names that the derivatives in an equation are taken by: what the equation is to be solved for."""
    found: set[str] = set()
    for node in walk(relation):
        match node:
            case Derivative(_, by):
                found |= {part.name for part in walk(by) if isinstance(part, Name)}
            case Gradient(of, by):
                named = by if by is not None else own_parameters(of, setting)
                found |= {part.name for part in walk(named) if isinstance(part, Name)}
            case Call(_, args, primes) if primes:
                found |= {part.name for part in walk(args) if isinstance(part, Name)}
    return frozenset(found)


def own_parameters(of: Expr, setting: Setting) -> tuple[Name, ...]:
    name = of.function if isinstance(of, Call) else of.name if isinstance(of, Name) else ""
    defined = setting.defined.get(name)
    return tuple(map(Name, defined.parameters)) if defined is not None else ()


def introduced(setting: Setting, statement: Statement) -> Setting:
    """The setting, with the reader's own account of what the line makes known."""
    if isinstance(statement, Given):
        statement = replace(statement, relations=())  # each was introduced when it was understood
    problem = introduce(setting.problem, statement)
    if isinstance(statement, Let):
        problem = replace(problem, symbols=setting.problem.symbols)
    return setting.reading(problem)


def first_side(statement: Statement) -> Expr | None:
    """The expression that a chain going on from a `given` or `set` began with."""
    if isinstance(statement, Given | Set) and len(statement.relations) == 1 and statement.relations[0].sign == "=":
        return statement.relations[0].left
    return last_side(statement)
