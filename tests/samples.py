"""A small course, complete in its structure, written into a folder for tests."""

from pathlib import Path
from textwrap import dedent

UNITS = """\
- id: first
  zh: 第一单元
  en: First unit
"""

ROUTES = """\
titles:
  later: {en: "Later on", zh: "以后再说"}
routes:
  - id: main-route
    title: {en: "Main route", zh: "主线"}
    lessons:
      slopes: must
      later: skim
    optional: []
"""

COVERAGE = """\
lessons:
  slopes:
    topics:
      slope:
        text: [heading:problem]
        claims: [["experiment:code-length"], ["text:limits"]]
        formulas: [["check:square-slope"], ["derivation:square"]]
    questions: {q-900: [question:q-900]}
    mistakes: {m-900: [misconception:m-900, item:sl-choice]}
"""

HEADER = """\
---
title: {title}
summary: {summary}
minutes: 20
needs: []
lectures: ["2021, lecture 1"]
terms:
  {term}: "{meaning}"
---
"""

BODY = """\
## {problem} {{#problem}}

{para}

- {item_one}
- {item_two}

```check
id: square-slope
let w, x : real
given L = (w x)^2
dL/dw = 2 w x^2
```

$$\\hat{{y}} = f(x)$$
<!-- unchecked: a definition -->

```experiment code-length
{look}
```

## {limits} {{#limits}}

{other} $w^2$

```derive square
```

```quiz sl-choice sl-number
```

```question q-900
```

```misconception m-900
```
"""

EN = HEADER.format(
    title="Slopes", summary="A slope says where down is.", term="slope", meaning="How steep. 斜率。"
) + BODY.format(
    problem="Where is down",
    para="A walker stands on a mountain in fog.",
    item_one="look around",
    item_two="take a step",
    look="Look at the lengths.",
    limits="Where it fails",
    other="The slope is local, as in",
)
ZH = HEADER.format(
    title="斜率", summary="斜率告诉你哪边是下坡。", term="斜率", meaning="有多陡。slope。"
) + BODY.format(
    problem="哪边是下坡",
    para="浓雾里，有个人站在山上。" * 100,
    item_one="看看四周",
    item_two="迈出一步",
    look="看看码长。",
    limits="哪里行不通",
    other="斜率只管眼前，例如",
)

QUIZ = """\
- id: sl-choice
  kind: choice
  heading: problem
  level: 1
  ask: {en: "Which way is down?", zh: "哪边是下坡？"}
  answers:
    - {text: {en: "against the slope", zh: "逆着斜率"}, right: true, feedback: {en: "Yes.", zh: "对。"}}
    - text: {en: "along the slope", zh: "顺着斜率"}
      feedback: {en: "That is up.", zh: "那是上坡。"}
      misconception: m-900
  explain: {en: "The slope points up.", zh: "斜率指向上坡。"}
- id: sl-number
  kind: numeric
  heading: problem
  template: {a: {range: [2, 9]}, b: {range: [1, 5], step: 0.5}}
  where: "a != b"
  ask: {en: "What is $a b$ for $a = {a}$, $b = {b}$?", zh: "$a = {a}$、$b = {b}$ 时 $a b$ 是多少？"}
  answer: "a*b"
  tolerance: 0.01
  wrong:
    - {answer: "a*b + 1", feedback: {en: "One too many.", zh: "多了一。"}}
  explain: {en: "{a} times {b} is {a*b:.2f}.", zh: "{a} 乘 {b} 等于 {a*b:.2f}。"}
- id: sl-shape
  kind: shape
  heading: limits
  template: {n: {choose: [2, 4, 8]}, k: {range: [10, 12]}}
  ask: {en: "The shape of the batch of {n} with {k} features?", zh: "{n} 个样本、{k} 个特征，这一批的形状是？"}
  answer: "({n}, {k})"
  wrong:
    - {answer: "({k}, {n})", feedback: {en: "Turned around.", zh: "反了。"}}
- id: sl-number-2
  kind: numeric
  heading: limits
  template: {p: {choose: [0.5, 0.25, 0.125]}, bits: {value: "-log2(p)"}}
  ask: {en: "How many bits for {p}?", zh: "{p} 要几个比特？"}
  answer: bits
  unit: bit
- id: sl-multi
  kind: multi
  heading: limits
  ask: {en: "Which are even?", zh: "哪些是偶数？"}
  answers:
    - {text: {en: "2", zh: "2"}, right: true, feedback: {en: "2 is even", zh: "2 是偶数"}}
    - {text: {en: "3", zh: "3"}, feedback: {en: "3 is odd", zh: "3 是奇数"}, misconception: m-900}
    - {text: {en: "4", zh: "4"}, right: true, feedback: {en: "4 is even", zh: "4 是偶数"}}
- id: sl-order
  kind: order
  heading: problem
  ask: {en: "In which order?", zh: "按什么次序？"}
  steps: [{en: "model", zh: "模型"}, {en: "loss", zh: "损失"}, {en: "optimise", zh: "优化"}]
  feedback: {en: "The loss needs a model.", zh: "先有模型才有损失。"}
- id: sl-symbolic
  kind: symbolic
  heading: problem
  ask: {en: "The derivative of $w^2$?", zh: "$w^2$ 的导数？"}
  let: ["w : real"]
  answer: "2 w"
  wrong:
    - {answer: "w", feedback: {en: "The factor 2 is lost.", zh: "丢了因子 2。"}}
- id: sl-predict
  kind: predict
  heading: limits
  experiment: code-length
  claim: CLAIM
  ask: {en: "What will happen?", zh: "会发生什么？"}
  answers:
    - {text: {en: "it holds", zh: "成立"}, right: true, feedback: {en: "Yes.", zh: "对。"}}
    - {text: {en: "it fails", zh: "不成立"}, feedback: {en: "No.", zh: "不对。"}}
- id: sl-wrong-line
  kind: find-the-wrong-line
  heading: limits
  derivation: square
  wrong: lost-two
  ask: {en: "Which line is wrong?", zh: "哪一行错了？"}
- id: sl-choice-2
  kind: choice
  heading: limits
  ask: {en: "Is a slope local?", zh: "斜率只管局部吗？"}
  answers:
    - {text: {en: "yes, always", zh: "总是如此"}, right: true, feedback: {en: "Yes.", zh: "对。"}}
    - {text: {en: "no, never", zh: "从来不是"}, feedback: {en: "No.", zh: "不对。"}}
"""

DERIVE = """\
- id: square
  heading: limits
  title: {en: "The slope of a square", zh: "平方的斜率"}
  intro: {en: "Differentiate.", zh: "求导。"}
  let: ["w, x : real"]
  given: ["L = (w x)^2"]
  goal: "dL/dw = 2 w x^2"
  model:
    - {line: "dL/dw = 2 (w x) x", rule: {en: "chain rule", zh: "链式法则"}}
    - {line: "= 2 w x^2", rule: {en: "collect", zh: "合并"}}
  blanks: [[2], [1, 2]]
  hints:
    - {en: "From the outside in.", zh: "由外到内。"}
  wrong:
    - {id: lost-two, at: 1, line: "dL/dw = (w x) x", mistake: factor, say: {en: "The 2 is lost.", zh: "丢了 2。"}}
    - {id: lost-inner, at: 1, line: "dL/dw = 2 (w x)", mistake: chain-rule, say: {en: "Inner!", zh: "漏了内层。"}}
    - {id: minus, at: 2, line: "= -2 w x^2", mistake: sign, say: {en: "The sign.", zh: "符号。"}}
"""

QUESTIONS = """\
questions:
  - id: q-900
    heading: problem
    ask: {en: "Why down?", zh: "为什么向下？"}
    answer: {en: "Because the loss falls.", zh: "因为损失会变小。"}
    evidence: ["experiment:code-length", "derivation:square", "item:sl-choice"]
misconceptions:
  - id: m-900
    heading: limits
    claim: {en: "The slope points down.", zh: "斜率指向下坡。"}
    correct: {en: "The slope points up.", zh: "斜率指向上坡。"}
    why: {en: "Walkers look down.", zh: "人总往下看。"}
    evidence: ["item:sl-choice"]
"""


def write_course(root: Path, claim: str = "CLAIM") -> Path:
    """Writes the course into `root` and returns the lesson's folder."""
    lesson = root / "01-first" / "02-slopes"
    lesson.mkdir(parents=True)
    files = {
        root / "units.yaml": UNITS,
        root / "routes.yaml": ROUTES,
        root / "coverage.yaml": COVERAGE,
        lesson / "zh.md": ZH,
        lesson / "en.md": EN,
        lesson / "quiz.yaml": QUIZ.replace("claim: CLAIM", f"claim: {claim}"),
        lesson / "derive.yaml": DERIVE,
        lesson / "questions.yaml": QUESTIONS,
    }
    for path, text in files.items():
        path.write_text(dedent(text), encoding="utf-8")
    return lesson


def change(path: Path, old: str, new: str) -> None:
    """Replaces a text that stands in the file once or more."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} does not stand in {path}"
    path.write_text(text.replace(old, new), encoding="utf-8")
