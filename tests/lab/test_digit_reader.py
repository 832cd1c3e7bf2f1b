import torch

from lhystudy.lab.data import digits
from lhystudy.lab.digit_reader import frechet, taught
from lhystudy.lab.seeds import Seeds


def test_the_frechet_distance_is_that_of_two_bells() -> None:
    torch.manual_seed(0)
    heap = torch.randn(2, 400, 16, dtype=torch.float64)
    shift = torch.arange(16, dtype=torch.float64)
    assert torch.allclose(frechet(heap, heap), torch.zeros(2, dtype=torch.float64), atol=1e-9)
    assert torch.allclose(frechet(heap, heap + shift), shift.square().sum().expand(2))
    covariances = torch.cov(heap[0].T), torch.cov(3 * heap[1].T)
    roots = torch.linalg.eigvals(covariances[0] @ covariances[1]).real.sqrt().sum()
    expected = covariances[0].trace() + covariances[1].trace() - 2 * roots
    expected += (heap[0].mean(0) - 3 * heap[1].mean(0)).square().sum()
    assert torch.allclose(frechet(heap[:1], 3 * heap[1:]), expected)


def test_the_reader_reads_digits_that_it_has_not_seen() -> None:
    data = digits()
    seeds = Seeds([0, 1])
    scores = taught(data, seeds)(seeds.shared(data.test_images))[1]
    assert ((scores.argmax(2) == data.test_labels).float().mean(1) > 0.9).all()
