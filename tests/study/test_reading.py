"""Lines of the derivation language as formulas, their words in the reader's language."""

import pytest

from lhystudy.checker.reading import symbols
from lhystudy.study.reading import latex_of_lines


@pytest.mark.parametrize(
    ("line", "english", "chinese"),
    [
        ("H is indefinite", r"H \text{ is indefinite}", r"H \text{ 是不定的}"),
        ("(0, 0) is a saddle point of L", r"saddle point} \text{ of } L", r"\text{ 是 } L \text{ 的鞍点}"),
        ("L is convex in w", r"L \text{ is convex} \text{ in } w", r"L \text{ 对 } w \text{ 是凸的}"),
    ],
)  # fmt: skip
def test_a_claim_speaks_the_readers_language(line: str, english: str, chinese: str) -> None:
    scene = ("let H : matrix(n, n)", "let L, w : real")
    assert latex_of_lines((*scene, line), "en")[-1].endswith(english)
    assert latex_of_lines((*scene, line), "zh")[-1].endswith(chinese)


def test_every_claim_has_a_chinese_word() -> None:
    assert set(symbols.CLAIMS_ZH) == set(symbols.CLAIMS)
