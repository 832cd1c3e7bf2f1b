"""An experiment's loop as a bare script, nothing streamed and nothing kept: `bare_run NAME SEEDS`.

Prints the wall seconds and the processor's seconds that the loop took.
"""

import sys
from importlib import import_module
from time import perf_counter, process_time

import torch

from lhystudy.lab.seeds import Seeds

experiment = import_module(f"lhystudy.lab.experiments.{sys.argv[1].replace('-', '_')}")
torch.set_num_threads(1)
wall, processor = perf_counter(), process_time()
for _ in experiment.run(experiment.Config(), Seeds(range(int(sys.argv[2])))):
    pass
print(perf_counter() - wall, process_time() - processor)
