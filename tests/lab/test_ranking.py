import torch

from lhystudy.lab.ranking import auc


def test_pairs_in_order_are_counted_and_ties_half() -> None:
    odd, normal = torch.tensor([[2.0, 5.0], [0.0, 0.0]]), torch.tensor([[1.0, 2.0, 3.0], [0.0, 0.0, 1.0]])
    assert torch.allclose(auc(odd, normal), torch.tensor([4.5 / 6, 2 / 6]).double())
