"""Time and memory of attention against the length, up to where the full matrix gives up.

注意力的时间和内存随长度怎么涨，一直测到完整矩阵撑不住为止。

Random vectors, one head. Times are the smallest of several rounds on your machine: the processor's time, which does not
count waiting for others, or on a GPU the clock's. Memory is what a backward pass keeps.

lesson: efficient-attention
quick: longest=2048 memory=20 tries=2
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf, log2
from time import perf_counter, process_time

import torch
from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks
from torch.nn.functional import elu, pad
from torch.utils.flop_counter import FlopCounterMode

from lhystudy.lab.attention import attend
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

Way = Callable[[Tensor, Tensor, Tensor], Tensor]  # q, k, v (n, d) -> (n, d)


@dataclass(frozen=True)
class Config:
    longest: int = param(16384, 2048, 4194304, en="longest sequence", zh="最长的序列")
    memory: int = param(100, 16, 100000, en="MiB that one n x n matrix may take", zh="一个 n×n 矩阵最多占多少 MiB")
    width: int = param(32, 16, 256, en="numbers in a vector", zh="向量的维数")
    few: int = param(64, 32, 512, en="window, block length and number of kept keys", zh="窗口、块长和留下的 key 数")
    tries: int = param(4, 2, 100, en="rounds, of which the fastest counts", zh="测几轮，取最快的一轮")


CLAIMS = (
    Claim("full-grows-squared", ">", 1.6,
          en="full attention's time grows about as the square of the length", zh="完整注意力的时间约随长度的平方增长",
          quantity_en="exponent between the longest full length and a sixteenth of it",
          quantity_zh="从最长可算长度的十六分之一到最长可算长度，时间的指数", seeds=1),
    Claim("linear-grows-straight", "<", 1.4,
          en="linear attention's time grows about as the length", zh="线性注意力的时间约与长度成正比",
          quantity_en="exponent between the longest length and a sixteenth of it",
          quantity_zh="从最长长度的十六分之一到最长长度，时间的指数", seeds=1),
    Claim("order-saves-time", ">", 8.0,
          en="without softmax, K^T V first is far faster", zh="没有 softmax 时，先算 KᵀV 快得多",
          quantity_en="time of (Q K^T) V over Q (K^T V), longest full length",
          quantity_zh="(Q Kᵀ)V 与 Q(KᵀV) 的时间之比，取最长可算长度", seeds=1),
    Claim("order-same-numbers", "<", 1e-5,
          en="and both orders give the same numbers", zh="两种次序的结果一样",
          quantity_en="largest difference over the largest entry", quantity_zh="最大的差与最大的元素之比", seeds=1),
    Claim("full-memory-fourfold", ">", 3.5,
          en="twice the length, four times the memory", zh="长度翻倍，内存变成四倍",
          quantity_en="memory of full attention, longest full length over half of it",
          quantity_zh="完整注意力的内存之比，最长可算长度比它的一半", seeds=1),
    Claim("scorer-costs-at-first", ">", 1.0,
          en="for 128 vectors choosing blocks is slower than full attention", zh="只有 128 个向量时，挑块反而更慢",
          quantity_en="time of chosen blocks over full attention", quantity_zh="挑块与完整注意力的时间之比", seeds=1),
    Claim("scorer-pays-later", "<", 0.5,
          en="for long sequences it takes less than half the time", zh="序列长了，挑块用不到一半的时间",
          quantity_en="the same at the longest full length", quantity_zh="同一个比，取最长可算长度", seeds=1),
    Claim("share-of-the-pairs", "<", 1e-6,
          en="of all multiplications the pairs take N/(N + 2d): half at N = 2d",
          zh="在全部乘法里，两两计算占 N/(N + 2d)：N = 2d 时是一半",
          quantity_en="largest difference from the counted share", quantity_zh="与实际数出的比例最多差多少", seeds=1),
)  # fmt: skip

ZH = {
    "log2 of the microseconds against log2 of the length": "微秒数的 log2，随长度的 log2",
    "Time": "时间", "Kept for the backward pass": "为反向传播保留的内存", "length; then ms": "长度；毫秒",
    "length; then MiB": "长度；MiB",
    "full": "完整", "(QK')V": "(QKᵀ)V", "Q(K'V)": "Q(KᵀV)", "window": "窗口", "few keys": "少量 key",
    "blocks": "挑块", "linear": "线性", "Fourier": "傅里叶",
}  # fmt: skip


def window(q: Tensor, k: Tensor, v: Tensor, w: int) -> Tensor:
    """Each block of w queries looks at its own keys and those of both neighbours."""
    near = [pad(x, (0, 0, w, w)).unfold(0, 3 * w, w).mT for x in (k, v)]  # (n / w, 3 w, d)
    at = torch.arange(-w, 2 * w, device=q.device) + torch.arange(0, len(q), w, device=q.device)[:, None]
    inside = (at >= 0) & (at < len(q))  # (n / w, 3 w): padding is no key
    return attend(q.unflatten(0, (-1, w)), near[0], near[1], inside[:, None])[0].flatten(0, 1)


def chosen_blocks(q: Tensor, k: Tensor, v: Tensor, w: int) -> Tensor:
    """A small matrix of block against block chooses two blocks of keys for each block of queries."""
    q, k, v = (x.unflatten(0, (-1, w)) for x in (q, k, v))  # (n / w, w, d)
    best = (q.mean(1) @ k.mean(1).T).topk(2).indices  # (n / w, 2)
    return attend(q, k[best].flatten(1, 2), v[best].flatten(1, 2))[0].flatten(0, 1)


def linear(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """exp(q.k) is given up for phi(q).phi(k) with phi = elu + 1."""
    q, k = elu(q) + 1, elu(k) + 1
    return (q @ (k.T @ v)) / (q @ k.sum(0))[:, None]


def ways(few: int, shrink: Tensor) -> tuple[dict[str, Way], dict[str, Way]]:
    """The ways that make an n x n matrix, and those that do not; shrink (few, longest) projects over the length."""
    return (
        {"full": lambda q, k, v: attend(q, k, v)[0], "(QK')V": lambda q, k, v: (q @ k.T) @ v},
        {
            "Q(K'V)": lambda q, k, v: q @ (k.T @ v),
            "window": lambda q, k, v: window(q, k, v, few),
            "few keys": lambda q, k, v: attend(q, shrink[:, : len(k)] @ k, shrink[:, : len(v)] @ v)[0],
            "blocks": lambda q, k, v: chosen_blocks(q, k, v, few),
            "linear": linear,
            "Fourier": lambda _q, _k, v: torch.fft.fft(v, dim=0).real,
        },
    )


def seconds(way: Way, q: Tensor, k: Tensor, v: Tensor) -> float:
    """One try, long enough for the clock."""
    repeats = max(1, 1024 // len(q))
    on_cpu = q.device.type == "cpu"
    clock = process_time if on_cpu else perf_counter  # long tries would wait for other programs, short ones not
    way(q, k, v)  # warms up
    begun = clock()
    for _ in range(repeats):
        way(q, k, v)
    if not on_cpu:
        torch.accelerator.synchronize()  # a GPU only takes the order; wait until it has done it
    return (clock() - begun) / repeats


def kept(way: Way, q: Tensor, k: Tensor, v: Tensor) -> float:
    """MiB of the tensors that a backward pass through this way would need."""
    bytes_at: dict[int, int] = {}

    def note(x: Tensor) -> Tensor:
        whole = x.untyped_storage()  # views share it and are counted once
        size = min(x.nbytes, whole.nbytes())
        bytes_at[whole.data_ptr()] = max(size, bytes_at.get(whole.data_ptr(), 0))
        return x

    with saved_tensors_hooks(note, lambda x: x):
        held = way(*(x.clone().requires_grad_() for x in (q, k, v)))
    return sum(bytes_at.values()) / 2**20 if held.requires_grad else 0.0


def share(n: int, d: int) -> float:
    """Of one layer's counted multiplications, the share of the scores and the mixing."""
    x, w = torch.ones(n, d), torch.ones(d, d)
    with FlopCounterMode(display=False) as pairs:
        attend(x, x, x)
    with FlopCounterMode(display=False) as maps:
        _ = [x @ w for _ in range(4)]  # to q, k, v, and the output
    between, within = float(pairs.get_total_flops()), float(maps.get_total_flops())
    return between / (between + within)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    lengths = [2**p for p in range(7, int(log2(config.longest)) + 1)]
    square, others = ways(config.few, seeds.randn(config.few, lengths[-1])[0] / lengths[-1] ** 0.5)
    fits = [n for n in lengths if n * n * 4 <= config.memory * 2**20]  # beyond, the full matrix gives up
    vectors = {n: seeds.randn(3, n, config.width)[0] for n in lengths}
    pairs = [(name, n, way) for n in lengths for name, way in (square | others if n in fits else others).items()]
    memory = {(name, n): kept(way, *vectors[n]) for name, n, way in pairs}
    time = dict.fromkeys(memory, inf)
    for done in range(config.tries):  # each round measures everything, so that a busy moment spoils no single length
        for name, n, way in pairs:
            time[name, n] = min(time[name, n], seconds(way, *vectors[n]))
        yield Progress(done + 1, config.tries)
    for (name, n), taken in time.items():
        yield Metric(name.replace("'", "^T"), log2(n), log2(1e6 * taken),
                     chart="log2 of the microseconds against log2 of the length")  # fmt: skip
    names = [*square, *others]
    parts = (("Time", "length; then ms", time, 1e3), ("Kept for the backward pass", "length; then MiB", memory, 1.0))
    for title, head, found, factor in parts:
        rows = [[n, *(factor * found[way, n] if (way, n) in found else "-" for way in names)] for n in lengths]
        yield Table(title, [head, *names], rows)
    full, last = fits[-1], lengths[-1]
    q, k, v = vectors[full]
    slow, fast = (q @ k.T) @ v, q @ (k.T @ v)
    yield Measured("full-grows-squared", log2(time["full", full] / time["full", full // 16]) / 4)
    yield Measured("linear-grows-straight", log2(time["linear", last] / time["linear", last // 16]) / 4)
    yield Measured("order-saves-time", time["(QK')V", full] / time["Q(K'V)", full])
    yield Measured("order-same-numbers", ((slow - fast).abs().max() / slow.abs().max()).item())
    yield Measured("full-memory-fourfold", memory["full", full] / memory["full", full // 2])
    yield Measured("scorer-costs-at-first", time["blocks", 128] / time["full", 128])
    yield Measured("scorer-pays-later", time["blocks", full] / time["full", full])
    yield Measured("share-of-the-pairs", max(abs(share(n, 64) - n / (n + 128)) for n in (32, 128, 1024)))
