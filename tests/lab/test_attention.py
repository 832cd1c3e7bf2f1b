"""Attention gives what PyTorch's own modules give, alone and for several seeds."""

import torch
from torch import nn

from lhystudy.lab.attention import Attention, Block, attend, sinusoids, up_to_now
from lhystudy.lab.seeds import Seeds


def test_attend_is_scaled_dot_product_attention() -> None:
    q, k, v = torch.randn(2, 5, 8), torch.randn(2, 5, 8), torch.randn(2, 5, 3)
    read, weights = attend(q, k, v, up_to_now(5))
    assert torch.allclose(read, nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True), atol=1e-6)
    assert torch.allclose(weights.sum(dim=2), torch.ones(2, 5)) and weights.triu(1).abs().max() == 0


def test_several_heads_are_pytorchs() -> None:
    ours, theirs = Attention(12, 3), nn.MultiheadAttention(12, 3, batch_first=True)
    parts = (ours.query, ours.key, ours.value)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([part.weight for part in parts]))
        theirs.in_proj_bias.copy_(torch.cat([part.bias for part in parts]))
        theirs.out_proj.load_state_dict(ours.mix.state_dict())
    x, memory = torch.randn(2, 4, 12), torch.randn(2, 7, 12)
    read, weights = ours.look(x, memory)
    want, wanted_weights = theirs(x, memory, memory, average_attn_weights=False)
    assert torch.allclose(read, want, atol=1e-6) and torch.allclose(weights, wanted_weights, atol=1e-6)


def test_a_block_is_pytorchs_decoder_layer() -> None:
    for norm_first in (False, True):
        ours = Block(8, 2, 16, crossed=True, norm_first=norm_first)
        theirs = nn.TransformerDecoderLayer(8, 2, 16, 0.0, batch_first=True, norm_first=norm_first)
        _copy(ours, theirs)
        x, memory = torch.randn(3, 5, 8), torch.randn(3, 4, 8)
        later = nn.Transformer.generate_square_subsequent_mask(5)
        want = theirs(x, memory, tgt_mask=later)
        assert torch.allclose(ours(x, memory, up_to_now(5)), want, atol=1e-5)


def _copy(ours: Block, theirs: nn.TransformerDecoderLayer) -> None:
    assert ours.cross is not None
    with torch.no_grad():
        for mine, yours in ((ours.attention, theirs.self_attn), (ours.cross, theirs.multihead_attn)):
            weights = yours.in_proj_weight.chunk(3), yours.in_proj_bias.chunk(3)
            for part, weight, bias in zip((mine.query, mine.key, mine.value), *weights, strict=True):
                part.weight.copy_(weight)
                part.bias.copy_(bias)
            mine.mix.load_state_dict(yours.out_proj.state_dict())
        ours.network[0].load_state_dict(theirs.linear1.state_dict())
        ours.network[2].load_state_dict(theirs.linear2.state_dict())


def test_several_seeds_compute_what_each_computes_alone() -> None:
    together, alone = Seeds((0, 1, 2)), [Seeds((seed,)) for seed in range(3)]
    several = together.network(lambda: Block(8, 2))(together.randn(4, 5, 8))
    single = torch.cat([seeds.network(lambda: Block(8, 2))(seeds.randn(4, 5, 8)) for seeds in alone])
    assert torch.allclose(several, single, atol=1e-5)


def test_positions_turn_at_their_own_rates() -> None:
    table = sinusoids(50, 6)
    assert table.shape == (50, 6) and torch.equal(table[0], torch.tensor([0.0, 1.0] * 3))
    assert torch.allclose(table[7, :2], torch.stack([torch.tensor(7.0).sin(), torch.tensor(7.0).cos()]))
    assert torch.allclose(table.square().sum(dim=1), torch.full((50,), 3.0))
