"""The function picked on a sample, judged on everything: its price, and what the set it came from has to do with it.

在样本上挑中的函数，放到全体上看：差多少，和它从哪个集合里挑出来又有什么关系。

Real data: "everything" is the 360 handwritten zeros and ones of scikit-learn's digits, and a training set is drawn from
them with replacement. Three sets of functions, the larger ones contain the smaller ones: guessers that answer every
picture by a coin, random directions in the space of pixels, and thresholds on a single pixel.

lesson: learning-theory
quick: draws=50
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

COUNTS = (1, 4, 16, 64, 256, 1024)  # functions in a set


@dataclass(frozen=True)
class Config:
    draws: int = param(200, 10, 5000, en="training sets drawn by each seed", zh="每个种子抽的训练集个数")
    examples: int = param(50, 5, 300, en="examples of a training set", zh="每个训练集的样本数")
    edges: int = param(200, 10, 300, en="examples for the threshold on edge pixels", zh="边缘阈值的训练样本数")


CLAIMS = (
    Claim("picked-is-worse", ">", 0.5,
          en="more often than not the threshold picked on 200 drawings is worse on all than the best one",
          zh="多半时候，在 200 张上挑的阈值，放到全体上不如最好的那个",
          quantity_en="share of the training sets", quantity_zh="训练集的比例"),
    Claim("never-better", ">=", 0.0,
          en="it is never better", zh="它从不会更好",
          quantity_en="least difference of the errors on everything", quantity_zh="全体上错误率之差的最小值"),
    Claim("within-delta", "<=", 1e-6,
          en="it is never worse by more than twice the largest stray of any threshold",
          zh="最多差任一阈值最大偏离的两倍",
          quantity_en="largest excess over that", quantity_zh="超出的最大值"),
    Claim("looks-better-than-it-is", "<", -0.1,
          en="the best of 1024 guessers on 50 drawings looks far better than it is",
          zh="1024 个瞎猜者里在 50 张上最好的那个，看上去比实际好得多",
          quantity_en="training error minus error on everything", quantity_zh="训练错误率减全体错误率"),
    Claim("one-is-honest", "<", 0.02,
          en="a single guesser fixed beforehand does not", zh="事先定下的一个瞎猜者不会",
          quantity_en="size of the same difference", quantity_zh="同一差值的大小"),
    Claim("far-from-ideal", ">", 0.02,
          en="the pick of 1024 guessers is further from the best of its set than that of one",
          zh="从 1024 个瞎猜者里挑的，离集合里最好的更远，一个时则不然",
          quantity_en="error of the pick on everything minus the ideal, 1024 minus 1",
          quantity_zh="挑中者的全体错误率减理想值，1024 个减 1 个"),
    Claim("ideal-falls", "<", -0.02,
          en="more directions have a better best one", zh="方向越多，其中最好的越好",
          quantity_en="best error on everything, 1024 minus 16", quantity_zh="全体上的最低错误率，1024 个减 16 个"),
    Claim("gap-grows", ">", 0.02,
          en="and their pick strays further from its training error", zh="挑中的那个离自己的训练错误率也越远",
          quantity_en="gap of the pick, 1024 minus 16", quantity_zh="挑中者的差距，1024 个减 16 个"),
    Claim("reality-turns-up", ">", 0.0,
          en="so that on everything the pick of 1024 directions is worse than that of 16",
          zh="所以放到全体上，从 1024 个方向里挑的不如从 16 个里挑的",
          quantity_en="error of the pick on everything, 1024 minus 16",
          quantity_zh="挑中者的全体错误率，1024 个减 16 个"),
    Claim("count-decides", ">", 0.8,
          en="1024 thresholds on pixels stray as far as 1024 guessers", zh="1024 个像素阈值与 1024 个瞎猜者偏得一样远",
          quantity_en="gap of the pick over that of guessers", quantity_zh="挑中者的差距与瞎猜者之比"),
)  # fmt: skip

ZH = {"error": "错误率", "set": "集合", "training": "训练", "everything": "全体",
      "ideal": "理想",
      "guessers: error of the pick": "瞎猜者：挑中者的错误率",
      "directions: error of the pick": "随机方向：挑中者的错误率",
      "pixels: error of the pick": "像素阈值：挑中者的错误率", "The pick of 1024 functions": "从 1024 个函数里挑中的",
      "guessers": "瞎猜者", "directions": "随机方向", "pixels": "像素阈值", "h": "h",
      "Error of a threshold on edge pixels: everything and one sample": "边缘阈值的错误率：全体与一个样本"}  # fmt: skip


def zeros_and_ones() -> tuple[Tensor, Tensor]:
    """All 360 drawings (360, 64) and whether each is a zero (360,)."""
    data = digits()
    labels = torch.cat([data.train_labels, data.test_labels])
    chosen = labels < 2
    return torch.cat([data.train_images, data.test_images])[chosen], labels[chosen] == 0


def edge_counts(images: Tensor) -> Tensor:
    """Pixels of each drawing (n, 64) whose Sobel magnitude is at least 1: (n,)."""
    across = torch.tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])
    slopes = torch.nn.functional.conv2d(images.view(-1, 1, 8, 8), torch.stack([across, across.T])[:, None], padding=1)
    counts: Tensor = (slopes.norm(dim=1) >= 1).flatten(1).sum(1)
    return counts


def functions(seeds: Seeds, kind: str, images: Tensor, count: int) -> Tensor:
    """What each of `count` functions answers on everything: (seeds, count, 360), True for "a zero"."""
    everything = seeds.shared(images)  # (seeds, 360, 64)
    if kind == "guessers":
        return seeds.rand(count, len(images)) < 0.5
    if kind == "directions":  # through the mean of all drawings
        return seeds.randn(count, 64) @ (everything - images.mean(0)).mT > 0
    pixel, way = seeds.randint(64, (count,)), seeds.randint(2, (count, 1)).bool()
    values = images.T[pixel]  # (seeds, count, 360)
    return (values > seeds.rand(count, 1)) ^ way


def pick(answers: Tensor, truth: Tensor, drawn: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Training error and error on everything of the pick (seeds, draws), and error on everything of each function.

    answers (seeds, functions, n), drawn (seeds, draws, examples) says which of the n things are in each training set.
    """
    wrong = (answers != truth).float()
    times = torch.zeros(*drawn.shape[:2], wrong.shape[2], device=wrong.device)
    times.scatter_add_(2, drawn, torch.ones_like(drawn, dtype=times.dtype))  # how often each thing was drawn
    training = times @ wrong.mT / drawn.shape[2]  # (seeds, draws, functions)
    least, chosen = training.min(dim=2)
    everywhere = wrong.mean(2)  # (seeds, functions)
    return least, everywhere.gather(1, chosen), everywhere


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    images, truth = (tensor.to(seeds.device) for tensor in zeros_and_ones())
    thresholds = torch.arange(66, device=seeds.device)
    edges = edge_counts(images.cpu()).to(seeds.device)
    answers = seeds.shared(edges >= thresholds[:, None])  # (seeds, thresholds, 360)
    drawn = seeds.randint(len(truth), (config.draws, config.edges))
    _, reality, everywhere = pick(answers, truth, drawn)
    worse = reality - everywhere.amin(1, keepdim=True)  # (seeds, draws)
    sampled = (answers[0][:, drawn] != truth[drawn]).float().mean(3)  # (thresholds, seeds, draws)
    stray = (sampled - everywhere[0][:, None, None]).abs().amax(0)
    yield Measured("picked-is-worse", (worse > 1e-6).float().mean(1))
    yield Measured("never-better", worse.amin(1))
    yield Measured("within-delta", (worse - 2 * stray).amax(1))
    series = {"everything": everywhere[0], "one sample": sampled[:, 0, 0]}
    drawn_lines = {name: [[h, e] for h, e in enumerate(line.tolist()) if h >= 20] for name, line in series.items()}
    title = "Error of a threshold on edge pixels: everything and one sample"
    yield Figure(title, "lines", {"series": drawn_lines}, "h", "error")

    drawn = seeds.randint(len(truth), (config.draws, config.examples))
    train: dict[tuple[str, int], Tensor] = {}
    real: dict[tuple[str, int], Tensor] = {}
    ideal: dict[tuple[str, int], Tensor] = {}
    for done, kind in enumerate(("guessers", "directions", "pixels")):
        answers = functions(seeds, kind, images, COUNTS[-1])
        for count in COUNTS:
            least, reality, everywhere = pick(answers[:, :count], truth, drawn)
            train[kind, count], real[kind, count] = least.mean(1), reality.mean(1)
            ideal[kind, count] = everywhere.amin(1)
            for name, value in (("training", train), ("everything", real), ("ideal", ideal)):
                yield Metric(name, count.bit_length() - 1, value[kind, count], chart=f"{kind}: error of the pick")
        yield Progress(done + 1, 3)
    most = COUNTS[-1]
    rows = [[kind, train[kind, most], real[kind, most], ideal[kind, most]]
            for kind in ("guessers", "directions", "pixels")]  # fmt: skip
    yield Table(f"The pick of {most} functions", ["set", "training", "everything", "ideal"], rows)
    gap = {key: real[key] - train[key] for key in real}
    yield Measured("looks-better-than-it-is", -gap["guessers", most])
    yield Measured("one-is-honest", gap["guessers", 1].abs())
    price = {count: real["guessers", count] - ideal["guessers", count] for count in COUNTS}
    yield Measured("far-from-ideal", price[most] - price[1])
    yield Measured("ideal-falls", ideal["directions", most] - ideal["directions", 16])
    yield Measured("gap-grows", gap["directions", most] - gap["directions", 16])
    yield Measured("reality-turns-up", real["directions", most] - real["directions", 16])
    yield Measured("count-decides", gap["pixels", most] / gap["guessers", most])
