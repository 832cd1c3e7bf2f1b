"""Signs of terminal pictures as shapes: lines, blocks and braille dots, which fonts draw with gaps."""

from __future__ import annotations

# To which sides of the cell's middle a line goes: left, right, up, down.
_LINES = {
    "─": "lr", "│": "ud", "┌": "rd", "┐": "ld", "└": "ru", "┘": "lu", "├": "rud", "┤": "lud", "┬": "lrd", "┴": "lru",
    "┼": "lrud", "╭": "rd", "╮": "ld", "╰": "ru", "╯": "lu", "━": "lr", "┃": "ud", "╴": "l", "╶": "r", "╵": "u",
    "╷": "d", "⎡": "rd", "⎢": "ud", "⎣": "ru", "⎤": "ld", "⎥": "ud", "⎦": "lu", "⎛": "rd", "⎜": "ud", "⎝": "ru",
    "⎞": "ld", "⎟": "ud", "⎠": "lu",
}  # fmt: skip
_HEAVY = "━┃"
_SHADES = {"░": 0.25, "▒": 0.5, "▓": 0.75}
_EIGHTHS_UP, _EIGHTHS_LEFT = "▁▂▃▄▅▆▇█", "▏▎▍▌▋▊▉█"
_QUARTERS = {"▘": "1000", "▝": "0100", "▖": "0010", "▗": "0001", "▚": "1001", "▞": "0110"}
_QUARTERS |= {"▛": "1110", "▜": "1101", "▙": "1011", "▟": "0111", "▀": "1100", "▐": "0101"}


def shape(sign: str, x: float, y: float, wide: float, high: float, colour: str) -> str | None:
    """SVG that draws `sign` into the cell at (x, y) of size `wide` × `high`; None for a sign that a font must draw."""
    if sign in _LINES:
        return _line(sign, x, y, wide, high, colour)
    if "\u2800" <= sign <= "\u28ff":
        return _dots(ord(sign) - 0x2800, x, y, wide, high, colour)
    if sign in _SHADES:
        return _rectangle(x, y, wide, high, colour, f' fill-opacity="{_SHADES[sign]}"')
    if sign in _EIGHTHS_UP:
        part = high * (_EIGHTHS_UP.index(sign) + 1) / 8
        return _rectangle(x, y + high - part, wide, part, colour)
    if sign in _EIGHTHS_LEFT:
        return _rectangle(x, y, wide * (_EIGHTHS_LEFT.index(sign) + 1) / 8, high, colour)
    if sign in _QUARTERS:
        corners = [(0, 0), (1, 0), (0, 1), (1, 1)]
        return "".join(
            _rectangle(x + wide / 2 * right, y + high / 2 * below, wide / 2, high / 2, colour)
            for (right, below), filled in zip(corners, _QUARTERS[sign], strict=True)
            if filled == "1"
        )
    return None


def _rectangle(x: float, y: float, wide: float, high: float, colour: str, more: str = "") -> str:
    return f'<rect x="{x:.2f}" y="{y:.2f}" width="{wide:.2f}" height="{high:.2f}" fill="{colour}"{more}/>'


def _line(sign: str, x: float, y: float, wide: float, high: float, colour: str) -> str:
    middle, centre = x + wide / 2, y + high / 2
    ends = {"l": (x, centre), "r": (x + wide, centre), "u": (middle, y), "d": (middle, y + high)}
    stroke = f'stroke="{colour}" stroke-width="{2.4 if sign in _HEAVY else 1.2}" fill="none"'
    sides = [ends[side] for side in _LINES[sign]]
    if sign in "╭╮╰╯⎛⎝⎞⎠":
        (x1, y1), (x2, y2) = sides
        return f'<path d="M{x1:.2f} {y1:.2f}Q{middle:.2f} {centre:.2f} {x2:.2f} {y2:.2f}" {stroke}/>'
    path = "".join(f"M{middle:.2f} {centre:.2f}L{side_x:.2f} {side_y:.2f}" for side_x, side_y in sides)
    return f'<path d="{path}" {stroke}/>'


def _dots(bits: int, x: float, y: float, wide: float, high: float, colour: str) -> str:
    places = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)]  # of the bits 1, 2, 4 … 128
    return "".join(
        f'<circle cx="{x + wide * (column + 0.5) / 2:.2f}" cy="{y + high * (row + 0.5) / 4:.2f}" r="{wide * 0.17:.2f}"'
        f' fill="{colour}"/>'
        for bit, (column, row) in enumerate(places)
        if bits >> bit & 1
    )
