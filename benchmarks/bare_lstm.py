"""The training loop of lstm-demo as a bare script: the same file, nothing streamed, nothing kept."""

from time import perf_counter

import torch

from lhystudy.lab.experiments.lstm_demo import Config, run

torch.set_num_threads(1)
torch.manual_seed(0)
start = perf_counter()
for _ in run(Config(), torch.device("cpu")):
    pass
print(perf_counter() - start)
