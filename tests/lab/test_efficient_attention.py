"""Cheaper attention gives what full attention gives where it should."""

import torch

from lhystudy.lab.attention import attend
from lhystudy.lab.experiments.attention_patterns import connected, patterns
from lhystudy.lab.experiments.attention_time import chosen_blocks, kept, linear, window
from lhystudy.lab.experiments.sinkhorn_blocks import normalise

Q, K, V = torch.randn(3, 32, 4, generator=torch.Generator().manual_seed(0))


def test_a_window_is_full_attention_under_a_mask_of_neighbouring_blocks() -> None:
    block = torch.arange(32) // 8
    near = (block[:, None] - block).abs() <= 1
    torch.testing.assert_close(window(Q, K, V, 8), attend(Q, K, V, near)[0])


def test_choosing_both_of_two_blocks_is_full_attention() -> None:
    torch.testing.assert_close(chosen_blocks(Q, K, V, 16), attend(Q, K, V)[0])


def test_linear_attention_is_an_average_with_weights_that_are_products_of_features() -> None:
    weights = (torch.nn.functional.elu(Q) + 1) @ (torch.nn.functional.elu(K) + 1).T
    torch.testing.assert_close(linear(Q, K, V), weights / weights.sum(1, keepdim=True) @ V)


def test_what_is_kept_counts_a_tensor_and_its_views_once() -> None:
    x = torch.zeros(256, 1024)  # one MiB
    assert kept(lambda q, _k, _v: (q * q.view(256, 1024)).sum(), x, x, x) == 1.0


def test_two_layers_of_a_window_reach_twice_as_far_and_a_global_token_reaches_everything() -> None:
    masks = patterns(2, torch.zeros(24, 24, dtype=torch.bool))
    place = torch.arange(24)
    assert torch.equal(connected(masks["window"]), (place[:, None] - place).abs() <= 4)
    assert connected(masks["global"]).all()
    assert int(masks["window"][0].sum()) == 24 * 5 - 2 * 3


def test_rows_and_columns_normalised_in_turn_sum_to_one_and_grow_sharp_when_cold() -> None:
    scores = torch.tensor([[[2.0, 1.0], [1.0, 1.0]]])
    for heat in (1.0, 0.1):
        matrix = normalise(scores, heat, 200)
        torch.testing.assert_close(matrix.sum(1), torch.ones(1, 2))
        torch.testing.assert_close(matrix.sum(2), torch.ones(1, 2), atol=1e-3, rtol=0)
    assert matrix[0, 0, 0] > 0.99
