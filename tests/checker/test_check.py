"""The pipeline: chains, reasons, goals, statuses, what a bad line leaves standing, and retyping."""

from __future__ import annotations

import pytest

from lhystudy import words
from lhystudy.checker.check import check_text
from lhystudy.checker.compare import compare
from lhystudy.checker.meaning import goals
from lhystudy.checker.verdict import LineVerdict, Report, report_from_json

SOFTMAX = {
    "let": ["y : simplex(K)", "z : vector(K)"],
    "given": ["p_k = exp(z_k)/sum_j exp(z_j)", "L = -sum_k y_k log p_k"],
    "goal": "dL/dz_i = p_i - y_i",
}
STEPS = "dL/dz_i = -sum_k y_k/p_k dp_k/dz_i\n= -sum_k y_k (delta_ki - p_i)\n= p_i - y_i"


def only(report: Report, n: int) -> LineVerdict:
    (line,) = [line for line in report.lines if line.n == n]
    return line


def verdicts(report: Report) -> list[str | None]:
    return [line.verdict for line in report.lines]


def test_a_chain_over_lines_reaches_its_goal_at_its_end() -> None:
    report = check_text(STEPS, derivation=SOFTMAX)

    assert (report.status, report.goal_reached) == ("complete", True)
    assert [line.reaches_goal for line in report.lines] == [False, False, True]
    assert [line.n for line in report.lines] == [1, 2, 3]


@pytest.mark.parametrize(
    "step", ["dL/dz_j = p_j - y_j", "∇_z L = p - y", "p_i - y_i = dL/dz_i", "dL/dz_i = -(y_i - p_i)"]
)
def test_a_goal_is_reached_in_any_equal_form(step: str) -> None:
    assert check_text(step, derivation=SOFTMAX).goal_reached


@pytest.mark.parametrize("step", ["E'(t) = -c w'(t)^2", "d/dt E(t) = -c (w'(t))²", "dE/dt = -c w'(t)^2"])
def test_what_reads_like_the_goal_needs_no_search_for_points(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(goals, "SECONDS", 0.0)
    derivation = {
        "let": ["w, L : function", "c, t : real"],
        "given": ["c > 0", "w''(t) = -c w'(t) - L'(w(t))", "E(t) = 1/2 w'(t)^2 + L(w(t))"],
        "goal": "E'(t) = -c w'(t)^2",
    }
    assert check_text(step, derivation=derivation).goal_reached


@pytest.mark.parametrize(
    ("line", "goal", "status"),
    [
        ("x^2 - 1 = (x - 1) (x + 1)", "x^2 - 1 = (x - 1) (x + 1)", "complete"),
        ("x^2 - 1 = (x - 1) (x - 1)", "x^2 - 1 = (x - 1) (x - 1)", "wrong"),
        ("X^T X is positive semidefinite", "X^T X is positive semidefinite", "complete"),
        ("X^T X is positive semidefinite", "X X^T is positive semidefinite", "incomplete"),
    ],
)
def test_a_goal_may_stand_at_the_end(line: str, goal: str, status: str) -> None:
    report = check_text(f"let X : matrix(m, n)\n{line}\ngoal {goal}")

    assert (report.status, report.goal_reached) == (status, status == "complete")


@pytest.mark.parametrize(
    "step", ["p_i - y_i = p_i - y_i", "dL/dz_i = -sum_k y_k (delta_ki - p_i)", "dL/dz_i = dL/dz_i", "p_i = p_i"]
)
def test_a_goal_is_not_reached_by_what_is_true_but_not_worked_out(step: str) -> None:
    report = check_text(step, derivation=SOFTMAX)

    assert (report.status, report.goal_reached) == ("incomplete", False)


def test_a_goal_may_demand_names_alone() -> None:
    derivation = {**SOFTMAX, "goal": "dL/dz_i in p, y"}

    assert check_text("dL/dz_i = p_i - y_i", derivation=derivation).goal_reached
    assert not check_text("dL/dz_i = exp(z_i)/sum_j exp(z_j) - y_i", derivation=derivation).goal_reached


def test_a_chain_that_broke_reaches_the_goal_only_by_coming_back() -> None:
    came_back = check_text("dL/dz_i = -sum_k y_k (1 - p_i)\n= p_i - y_i", derivation=SOFTMAX)
    went_on = check_text("dL/dz_i = -sum_k y_k (1 - p_i)\n= p_i sum_k y_k - sum_k y_k", derivation=SOFTMAX)

    assert (came_back.status, came_back.goal_reached) == ("wrong", True)
    assert (went_on.status, went_on.goal_reached) == ("wrong", False)


def test_the_lines_after_a_refuted_one_are_judged_for_their_own_sake() -> None:
    report = check_text("given L = (y - w x)^2\ndL/dw = 2 (y - w x)\ndL/dw = -2 x (y - w x)\nd^2L/dw^2 = 2 x^2")

    assert verdicts(report) == [None, "refuted", "proved", "proved"]


def test_an_unreadable_line_says_its_column_and_costs_the_others_nothing() -> None:
    report = check_text("x + 1 = 1 + x\nx + = 2\n= x + 1")

    assert verdicts(report) == ["proved", "unreadable", "proved"]
    assert report.status == "unreadable"
    assert only(report, 2).column is not None


def test_a_shape_fault_says_both_shapes_and_the_repair() -> None:
    report = check_text("let A : matrix(n, n)\nA + λ = A")

    assert only(report, 2).verdict == "unreadable"
    assert "a matrix (n, n)" in only(report, 2).note and "λ I" in only(report, 2).note
    assert only(report, 2).column == 5


def test_an_index_on_the_right_alone_asks_for_its_sum() -> None:
    report = check_text("let y, p : vector(n)\nL = -y_k log p_k\nL = -sum_k y_k log p_j\ndL/dp = y_j")

    assert "did you mean -sum_k y_k log(p_k)?" in only(report, 2).note
    assert "did you mean p_k?" in only(report, 3).note
    assert "write an entry of it" in only(report, 4).note
    assert [only(report, n).column for n in (2, 3, 4)] == [6, 20, 9]
    assert "sum_k y_k log" in only(check_text("L = y_k log p_k"), 1).note


def test_several_relations_on_one_line_have_a_verdict_each() -> None:
    report = check_text("x = x + 0 <= x + 1 = x + 2")

    assert [(line.n, line.verdict) for line in report.lines] == [(1, "proved"), (1, "proved"), (1, "refuted")]


def test_an_expression_alone_begins_a_chain_and_has_no_verdict() -> None:
    report = check_text("(a + b)^2\n= a^2 + 2 a b + b^2")

    assert verdicts(report) == [None, "proved"]
    assert report.status == "complete"


def test_the_left_indices_of_a_chain_may_come_back() -> None:
    report = check_text("let x : vector(n)\ngiven m = 1/n sum_i x_i\n∂m/∂x_j = 1/n\n= x_j^0/n")

    assert verdicts(report)[2:] == ["proved", "proved"]


def test_a_failing_reason_refutes_and_is_named() -> None:
    report = check_text("let x : real\nx^2 >= 0 because x > 0")

    assert only(report, 2).verdict == "refuted"
    assert "the reason x > 0 fails" in only(report, 2).note


def test_words_as_a_reason_are_kept() -> None:
    assert "chain rule" in only(check_text("d/dx sin(x^2) = 2 x cos(x^2) (chain rule)"), 1).note


def test_so_takes_what_stands_above_for_granted() -> None:
    report = check_text("x = 2\nso x^2 = 4\nx^2 = 4")

    assert [line.verdict in ("proved", "agrees") for line in report.lines] == [False, True, False]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("x = x", "complete"),
        ("x = x\nx = 1", "wrong"),
        ("x = x\nx = 1\nx = (", "wrong"),
        ("x = (", "unreadable"),
        ("let x : real", "incomplete"),
        ("", "incomplete"),
        ("# only a remark", "incomplete"),
    ],
)
def test_the_status_of_a_derivation(text: str, status: str) -> None:
    assert check_text(text).status == status


def test_a_solution_says_whether_it_is_the_only_one() -> None:
    linear = check_text("let a : positive\nlet b : real\nset 2 a x + b = 0\nx = -b/(2 a)")
    square = check_text("let x : real\nset x^2 = 4\nx = 2")
    positive = check_text("let x : positive\nset x^2 = 4\nx = 2")

    assert "the only solution" in only(linear, 4).note
    assert "one of two" in only(square, 3).note
    assert "the only solution in the domain" in only(positive, 3).note


def test_notes_are_said_in_the_language_in_use() -> None:
    words.set_language("zh")

    report = check_text("let A : matrix(n, n)\nA + λ = A")

    assert "不能相加" in only(report, 2).note


def test_the_same_lines_have_the_same_verdicts_when_one_is_retyped() -> None:
    first = check_text(STEPS, derivation=SOFTMAX)
    retyped = check_text(STEPS.replace("= p_i - y_i", "= y_i - p_i"), derivation=SOFTMAX)
    again = check_text(STEPS, derivation=SOFTMAX)

    assert verdicts(retyped) == ["proved", "proved", "refuted"]
    assert first.lines == again.lines


def test_a_report_survives_its_json() -> None:
    report = check_text("x = x\nx = 1")

    assert report_from_json(report.to_json()) == report


def test_expressions_are_compared_under_givens() -> None:
    assert compare("x^2/x", "x").verdict == "proved"
    assert compare("sqrt(x^2)", "x").verdict == "refuted"
    assert compare("sqrt(x^2)", "x", lets=["x : positive"]).verdict == "proved"
    assert compare("a + b", "1", givens=["a = 1 - b"]).verdict == "proved"
    assert compare("a + ", "1").verdict == "unreadable"
    assert compare("a = 1", "1").verdict == "unreadable"
    assert compare("x", "1", givens=["x ="]).verdict == "unreadable"


@pytest.mark.parametrize(
    "line",
    [
        "9^9^9^9 = 3",
        "(10^8)! = 1",
        "x = " + "(" * 5000 + "x" + ")" * 5000,
        "x = " + " ".join(["x"] * 2000),
        "x = __import__('os').system('true')",
        "x.__class__ = 1",
        "\\input{/etc/passwd} = 1",
        "x = \u202e1\x00",
        "sum_{k=1}^{10^9} k = 3",
        "(x + 1)^(10^6) = x",
    ],
)
def test_a_hostile_line_neither_hangs_nor_stops_the_next(line: str) -> None:
    report = check_text(line + "\n1 + 1 = 2", seconds=2.0)

    assert report.lines[-1].verdict == "proved"
    assert report.lines[0].verdict != "proved"


def test_definitions_that_explode_are_too_large_and_not_a_crash() -> None:
    doubling = [f"given a_{n + 1} = a_{n} a_{n} + a_{n}" for n in range(40)]

    report = check_text("\n".join([*doubling, "a_40 = 0", "1 + 1 = 2"]), seconds=2.0)

    assert verdicts(report)[-2:] == ["undecided", "proved"]


def test_one_slip_is_reported_once_when_the_chain_comes_back() -> None:
    lines = STEPS.splitlines()
    lines.insert(2, "= -y_i - p_i sum_k y_k")
    report = check_text("\n".join(lines), derivation=SOFTMAX)
    assert verdicts(report) == ["proved", "proved", "refuted", "proved"]
    assert report.status == "wrong" and report.goal_reached


def test_a_chain_that_goes_on_from_the_slip_holds_for_its_own_sake() -> None:
    report = check_text("(a + b)^2 = a^2 + b^2\n= b^2 + a^2\n= a^2 + b^2 + 2 a b\n= a^2")
    assert verdicts(report) == ["refuted", "proved", "proved", "refuted"]


def test_a_chain_of_orders_reaches_the_goal_from_end_to_end() -> None:
    derivation = {"let": ["p : simplex(N)"], "given": [], "goal": "H_2(p) <= log2(N)"}
    report = check_text("H_2(p) = sum_i p_i log2(1/p_i)\n<= log2(sum_i p_i/p_i)\n= log2(N)", derivation=derivation)
    assert (report.status, report.goal_reached) == ("complete", True)


def test_a_line_that_does_not_say_the_goal_does_not_reach_it() -> None:
    derivation = {"let": ["x, m : real"], "given": ["L = (x - m)^2 + 1"], "goal": "L = 1"}
    assert not check_text("L = (x - m)^2 + 1", derivation=derivation).goal_reached
    assert check_text("set x = m\nL = 1", derivation=derivation).goal_reached


def test_a_derivative_goes_through_definitions_that_share_a_line() -> None:
    report = check_text("let x, w : real\ngiven z = w x, L = z^2\ndL/dw = 2 z x\ndL/dw = 2 z")

    assert [line.verdict for line in report.lines[2:]] == ["proved", "refuted"]


def test_reader_and_checker_agree_on_what_is_defined() -> None:
    report = check_text("given a = b\ngiven b = a\na b = b^2\n(a + b)^2 = 4 a^2")

    assert [line.verdict for line in report.lines[2:]] == ["proved", "proved"]


def test_a_counterexample_has_dimensions_as_small_as_they_can_be() -> None:
    line = check_text("let A : matrix(n, n)\nlet x : vector(n)\n∇_x (x^T A x) = A x - A^T x").lines[-1]

    assert line.counterexample is not None
    assert line.counterexample.point["n"] == "1"


def test_a_sequence_that_nothing_declares_is_met_with_the_declaration_to_write() -> None:
    words.set_language("en")
    above = "let W : matrix(n, n)\nlet U : matrix(n, d)\nlet x_t : vector(d)\n"
    report = check_text(above + "given h_t = tanh(W h_{t-1} + U x_t)")
    assert report.lines[-1].verdict == "unreadable"
    assert report.lines[-1].note.endswith("write let h_t : vector(n) above")


def test_a_name_given_to_an_expression_on_a_plain_line_is_met_with_the_way_to_write_it() -> None:
    words.set_language("en")
    line = check_text("let t, a : real\nu = 2 t").lines[-1]
    assert line.verdict == "refuted" and line.note == "to name this u, write given u = 2 t"
    assert check_text("let t, a : real\na = 2 t").lines[-1].note == ""


def test_equal_outcomes_of_a_counterexample_are_one() -> None:
    above = "let X : random\ngiven 0 < X\ngiven X < 2\n"
    line = check_text(above + "E[X] = E[X] + 1").lines[-1]
    assert line.counterexample is not None
    told = line.counterexample.point["(X)"].split("; ")
    assert len({one.split(" ")[0] for one in told}) == len(told)


def test_all_index_letters_in_use_leave_a_line_that_can_be_read() -> None:
    above = "let p : vector(K)\nlet A : matrix(K, K)\nlet B : matrix(K, M)\n"
    assert check_text(above + "P = p_i A_ij A_jk B_il B_jm B_kn").lines[-1].verdict == "unreadable"


def test_letters_that_are_no_index_below_a_declared_matrix_are_told() -> None:
    words.set_language("en")
    above = "let k : matrix(n, d)\nlet x : vector(n)\n"
    assert "k_jc is read as one name" in check_text(above + "k_jc = 2 k_jc").lines[-1].note
    assert check_text(above + "x_new = 2 x_new").lines[-1].note == ""


def test_a_goal_typed_again_is_reached_where_no_range_of_its_index_is_known() -> None:
    derivation = {
        "let": ["x : vector(6)", "w : vector(3)", "t : vector(4)"],
        "given": ["y_i = sum_{k=1}^3 w_k x_{i+k-1}", "L = 1/2 sum_{i=1}^4 (y_i - t_i)^2", "g_i = y_i - t_i"],
        "goal": "dL/dw_k = sum_{i=1}^4 g_i x_{i+k-1}",
    }
    assert check_text("dL/dw_k = sum_{i=1}^4 g_i x_{i+k-1}", derivation=derivation).goal_reached
