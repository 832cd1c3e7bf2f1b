"""The slippery grid of the lesson on reinforcement learning."""

import torch

from lhystudy.lab.experiments.grid_walk import GOAL, best, values, world

SLIP, DISCOUNT = 0.1, 0.95


def test_exact_values_are_the_mean_returns_of_many_walks() -> None:
    leads, chances, pays = world(SLIP, torch.device("cpu"))
    generator = torch.Generator().manual_seed(0)
    policy = torch.randn(16, 4, generator=generator).softmax(1)
    cell, returned, fade = torch.zeros(20000, dtype=torch.long), torch.zeros(20000), torch.ones(20000)
    for _ in range(80):
        chosen = torch.multinomial(policy[cell], 1, generator=generator)[:, 0]
        slips = torch.rand(20000, generator=generator) < SLIP
        chosen = torch.where(slips, torch.randint(4, (20000,), generator=generator), chosen)
        cell = torch.where(pays[cell] == 0, leads[cell, chosen], cell)
        returned += fade * pays[cell]
        fade = DISCOUNT * fade * (pays[cell] == 0)
    exact = values(policy[None, None], chances, pays, DISCOUNT)[0, 0, 0]
    assert abs(returned.mean() - exact) < 4 * returned.std() / 20000**0.5


def test_no_policy_is_worth_more_than_the_best_one() -> None:
    _, chances, pays = world(SLIP, torch.device("cpu"))
    policies = torch.randn(50, 16, 4, generator=torch.Generator().manual_seed(0)).mul(3).softmax(2)
    top = best(chances, pays, DISCOUNT)
    assert (values(policies, chances, pays, DISCOUNT) <= top + 1e-5).all()
    greedy = torch.nn.functional.one_hot((chances @ (pays + DISCOUNT * top)).argmax(1), 4).float()
    assert torch.allclose(values(greedy, chances, pays, DISCOUNT), top, atol=1e-5)
    assert top[GOAL] == 0  # nothing comes after the goal
