"""Made sequences, and tables of frequencies."""

import torch

from lhystudy.lab.frequencies import information, joint
from lhystudy.lab.seeds import Seeds
from lhystudy.lab.sequences import counting, first_symbol, shifted

SEEDS = Seeds((0, 1), torch.device("cpu"), False)


def test_only_the_first_symbol_tells_the_answer() -> None:
    symbols, first = first_symbol(SEEDS, 50, 7, 6)
    assert symbols.shape == (2, 8, 50, 6) and set(first.flatten().tolist()) == {0, 1}
    places = symbols.argmax(3)
    assert (places[:, 0] == first).all() and (places[:, 1:] >= 2).all()


def test_counting_goes_around_the_ring() -> None:
    source, numbers = counting(SEEDS, 30, 5, 6)
    start, step = source[..., 0], source[..., 1] - 6
    assert numbers.shape == (2, 30, 5) and 1 <= int(step.min()) <= int(step.max()) <= 5
    assert ((numbers[..., 0] - start) % 6 == step).all()
    assert ((numbers[..., 1:] - numbers[..., :-1]) % 6 == step[..., None]).all()


def test_a_decoder_reads_the_begin_symbol_and_then_what_came_before() -> None:
    assert shifted(torch.tensor([[3, 1, 2]]), 9).tolist() == [[9, 3, 1]]


def test_information_of_copies_is_a_bit_and_of_independent_coins_none() -> None:
    a, b = torch.tensor([[0, 0, 1, 1]]), torch.tensor([[0, 1, 0, 1]])
    assert information(joint(a, a)).tolist() == [1.0]
    assert information(joint(a, b)).tolist() == [0.0]
    both = (a + b) % 2
    assert information(joint(a, b, both)).tolist() == [1.0]  # b tells both, once a is known
    assert information(joint(b, both)).tolist() == [0.0]
