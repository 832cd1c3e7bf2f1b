"""A tree as one line of text, every bracket shown, for tests that say what a line is read as."""

from __future__ import annotations

from dataclasses import fields

from lhystudy.checker.nodes import Add, Name, Negative, Node, Number, Power, Product, Quotient, Relation, Transpose


def tree(node: object) -> str:
    """`(+ (* w x) b)`; a field that is empty is left out."""
    match node:
        case Name(name):
            return name
        case Number(value, digits):
            return f"{value}" if digits is None else f"{value}~{digits}"
        case Product(left, right, mark):
            return f"({mark or '_'} {tree(left)} {tree(right)})"
        case Quotient(top, bottom):
            return f"(/ {tree(top)} {tree(bottom)})"
        case Power(base, exponent):
            return f"(^ {tree(base)} {tree(exponent)})"
        case Add(terms):
            return f"(+ {' '.join(map(tree, terms))})"
        case Negative(operand):
            return f"(- {tree(operand)})"
        case Transpose(operand):
            return f"(T {tree(operand)})"
        case Relation(sign, left, right, both):
            more = "".join(f" & {tree(each)}" for each in both)
            return f"{tree(left)} {sign} {tree(right)}{more}"
        case tuple():
            return f"[{', '.join(map(tree, node))}]"
        case Node():
            parts = [tree(getattr(node, each.name)) for each in fields(node) if each.name != "span"]
            return (
                f"{type(node).__name__}({', '.join(part for part in parts if part not in ('[]', '-', '0', 'no', ''))})"
            )
        case None:
            return "-"
        case bool():
            return "yes" if node else "no"
        case _:
            return str(node)
