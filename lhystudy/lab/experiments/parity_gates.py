"""Is the number of ones odd? Few gates layer upon layer, very many side by side; then ReLUs, then training.

1 的个数是奇数吗？一层层叠门很省，并排要很多；换成 ReLU、换成训练，又怎样。

No data but the truth table: all 64 inputs of 6 bits. Trained nets see all of them, or all but 16.

lesson: why-deep
quick: steps=50
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

BITS = 6


@dataclass(frozen=True)
class Config:
    steps: int = param(1000, 20, 20000, en="training steps", zh="训练步数")
    rate: float = param(0.01, 0.0001, 0.1, en="learning rate of Adam", zh="Adam 的学习率")
    hidden: int = param(16, 0, 48, en="rows of the table kept for testing", zh="真值表里留作测试的行数")


CLAIMS = (
    Claim("tree-is-right", ">=", 1.0,
          en="a tree of 5 XOR gates, 3 deep, gives all 64 answers", zh="5 个异或门叠成 3 层的树，64 个答案全对",
          quantity_en="share of the table", quantity_zh="真值表中的比例", seeds=1),
    Claim("terms-are-right", ">=", 1.0,
          en="so does one OR of 32 ANDs, one for each odd row", zh="32 个与门接一个或门，每个奇数行一个，也全对",
          quantity_en="share of the table", quantity_zh="真值表中的比例", seeds=1),
    Claim("no-shorter-term", "<=", 1.0,
          en="fewer than 32 do not suffice: no AND without an error covers two odd rows",
          zh="少于 32 个不行：没有哪个不出错的与门能管两个奇数行",
          quantity_en="most odd rows that such an AND covers, of all 728 ANDs",
          quantity_zh="全部 728 个与门里，这样的与门最多管几个奇数行", seeds=1),
    Claim("relus-need-as-many", ">=", 1.0,
          en="one hidden layer of ReLUs needs 2^(d-1) units as well", zh="一层 ReLU 也要 2^(d-1) 个单元",
          quantity_en="units that give all 64 answers over 32", quantity_zh="做到全对的单元数与 32 之比", seeds=1),
    Claim("tall-learns-more", ">", 0.0,
          en="trained on the whole table the tall net gets more rows right than the fat one",
          zh="用整张表训练，高网络答对的行比胖网络多",
          quantity_en="share of rows, tall minus fat", quantity_zh="答对比例之差，高减胖"),
    Claim("tall-finds-the-rule", ">", 0.75,
          en="trained on 48 rows the tall net knows the other 16", zh="用 48 行训练，高网络能答对其余 16 行",
          quantity_en="share of those rows", quantity_zh="这些行中答对的比例"),
)  # fmt: skip

ZH = {"training loss, whole table": "训练损失，整张表", "Six bits": "六个比特", "circuit": "电路", "units": "单元数",
      "layers": "层数", "tree of XOR gates": "异或门的树", "OR of ANDs": "与门接或门",
      "one layer of ReLUs": "一层 ReLU",
      "tree of ReLUs": "ReLU 的树", "Trained": "训练之后", "net": "网络", "parameters": "参数个数",
      "rows right, whole table": "整张表答对的比例", "left-out rows right": "留出的行答对的比例", "fat": "胖",
      "tall": "高"}  # fmt: skip

ROWS = torch.tensor(list(product((0.0, 1.0), repeat=BITS)))  # (64, 6)
ODD = ROWS.sum(1) % 2  # (64,)


def tree(x: Tensor) -> tuple[Tensor, int, int]:
    """Parity by pairs, (rows, bits) -> (rows,), with the gates and the depth; a gate is |a - b|, two ReLUs."""
    gates, depth = 0, 0
    while x.shape[1] > 1:
        pairs = x.shape[1] // 2
        a, b = x[:, : 2 * pairs : 2], x[:, 1 : 2 * pairs : 2]
        x = torch.cat([(a - b).relu() + (b - a).relu(), x[:, 2 * pairs :]], dim=1)
        gates, depth = gates + pairs, depth + 1
    return x[:, 0], gates, depth


def or_of_ands(x: Tensor) -> Tensor:
    """1 where some odd row agrees with x in every bit."""
    return (x[:, None] == ROWS[ODD == 1]).all(2).any(1).float()


def widest_term() -> int:
    """Of all ANDs of bits and negated bits (at least one of them) that hold on odd rows only, the most rows of one."""
    most = 0
    for term in product((0, 1, None), repeat=BITS):
        fixed = [(place, bit) for place, bit in enumerate(term) if bit is not None]
        if not fixed:
            continue
        held = torch.stack([ROWS[:, place] == bit for place, bit in fixed]).all(0)
        if ODD[held].all():
            most = max(most, int(held.sum()))
    return most


def zigzag(x: Tensor) -> Tensor:
    """Parity from the sum of the bits by one hidden layer of as many ReLUs: up by 1, down by 1, up by 1, ..."""
    bends = torch.arange(BITS)
    weights = torch.where(bends == 0, 1.0, torch.where(bends % 2 == 1, -2.0, 2.0))
    return (x.sum(1, keepdim=True) - bends).relu() @ weights


def net(*hidden: int) -> nn.Sequential:
    """Linear layers with ReLUs between, from the bits to one score."""
    parts: list[nn.Module] = []
    for n, m in zip((BITS, *hidden), (*hidden, 1), strict=True):
        parts += [nn.Linear(n, m), nn.ReLU()]
    return nn.Sequential(*parts[:-1])


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    parity, gates, depth = tree(ROWS)
    yield Table("Six bits", ["circuit", "units", "layers"],
                [["tree of XOR gates", gates, depth], ["OR of ANDs", int(ODD.sum()) + 1, 2],
                 ["tree of ReLUs", 2 * gates, depth], ["one layer of ReLUs", BITS, 1]])  # fmt: skip
    yield Measured("tree-is-right", (parity == ODD).double().mean().item())
    yield Measured("terms-are-right", (or_of_ands(ROWS) == ODD).double().mean().item())
    yield Measured("no-shorter-term", widest_term())
    right = (zigzag(ROWS) == ODD).all().item()
    yield Measured("relus-need-as-many", BITS / 2 ** (BITS - 1) if right else 1.0)

    order = seeds.randperm(len(ROWS))  # (seeds, 64)
    x, y = ROWS.to(seeds.device)[order], ODD.to(seeds.device)[order]
    score: dict[tuple[str, int], Tensor] = {}
    counts = {}
    for name, hidden in (("fat", (32,)), ("tall", (11, 9, 7))):
        for left_out in (0, config.hidden):
            seen = len(ROWS) - left_out
            nets = seeds.network(partial(net, *hidden))
            counts[name] = sum(p[0].numel() for p in nets.parameters())
            optimizer = torch.optim.Adam(nets.parameters(), lr=config.rate)
            for step in range(config.steps):
                said = nets(x[:, :seen])[..., 0]
                loss = binary_cross_entropy_with_logits(said, y[:, :seen], reduction="none").mean(1)
                optimizer.zero_grad()
                loss.sum().backward()
                optimizer.step()
                if left_out == 0 and step % (1 + config.steps // 60) == 0:
                    yield Metric(name, step, loss.detach(), chart="training loss, whole table")
            with torch.no_grad():
                judged = slice(seen, None) if left_out else slice(None)
                right_rows = (nets(x[:, judged])[..., 0] > 0) == (y[:, judged] > 0.5)
            score[name, left_out] = right_rows.cpu().double().mean(1)
            yield Progress(len(score), 4)
    yield Table("Trained", ["net", "parameters", "rows right, whole table", "left-out rows right"],
                [[name, counts[name], score[name, 0], score[name, config.hidden]] for name in counts])  # fmt: skip
    yield Measured("tall-learns-more", score["tall", 0] - score["fat", 0])
    yield Measured("tall-finds-the-rule", score["tall", config.hidden])
