"""A language model reads what it may, learns a text, writes on, and computes the same alone and among others."""

from functools import partial
from pathlib import Path

import pytest
import torch

from lhystudy.lab.language import LanguageModel, Reader, spelled, windows, write
from lhystudy.lab.seeds import Seeds, cross_entropy


def test_scores_and_vectors_have_a_place_each() -> None:
    text = torch.randint(7, (3, 5))
    assert LanguageModel(7, 6, width=8)(text).shape == (3, 5, 7) and Reader(7, 6, width=8)(text).shape == (3, 5, 8)


@pytest.mark.parametrize("causal", [True, False])
def test_a_later_symbol_changes_no_earlier_score_of_a_causal_model(causal: bool) -> None:
    model, text = LanguageModel(7, 6, causal=causal), torch.randint(6, (4, 6))
    other = text.clone()
    other[:, 3] = 6
    changed = (model(text) - model(other)).abs().amax((0, 2)) > 1e-6
    assert changed.tolist() == ([False] * 3 + [True] * 3 if causal else [True] * 6)


def test_several_seeds_compute_what_each_computes_alone() -> None:
    def scores(*numbers: int) -> torch.Tensor:
        seeds = Seeds(numbers)
        models = seeds.network(partial(LanguageModel, 7, 6))
        drawn = windows(seeds.randint(7, (40,)), 4, 6, seeds)
        written = write(models, drawn, 8, seeds)  # longer than the model reads at once
        return torch.cat([models(drawn).flatten(1).detach(), written.flatten(1)], dim=1)

    assert torch.allclose(scores(0, 1, 2), torch.cat([scores(seed) for seed in range(3)]), atol=1e-5)


def test_a_model_learns_a_text_and_writes_on() -> None:
    seeds = Seeds((0, 1))
    text = seeds.shared(torch.arange(60) % 5)
    models = seeds.network(partial(LanguageModel, 5, 8, width=16, blocks=1))
    adam = torch.optim.Adam(models.parameters(), lr=0.01)
    for _ in range(60):
        drawn = windows(text, 8, 9, seeds)
        loss = cross_entropy(models(drawn[:, :, :-1]), drawn[:, :, 1:])
        adam.zero_grad()
        loss.sum().backward()
        adam.step()
    written = write(models, text[:, None, :3], 9, seeds, temperature=0)
    assert torch.equal(written[:, 0], text[:, :12])


def test_windows_are_pieces_of_the_text() -> None:
    seeds = Seeds((0, 1))
    text = torch.stack([torch.arange(10), torch.arange(10) * 10])
    drawn = windows(text, 200, 4, seeds)
    assert drawn.shape == (2, 200, 4) and (drawn[0].diff() == 1).all() and (drawn[1].diff() == 10).all()
    assert drawn[0].min() == 0 and drawn[0].max() == 9


def test_a_text_is_spelled_in_words_or_characters(tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    file.write_text("to Taipei\tpos\nto be\tneg\n", encoding="utf-8")
    known, text = spelled(str(file), first=("?",))
    assert known == ["?", "to", "Taipei", "\n", "be"] and text.tolist() == [1, 2, 3, 1, 4, 3]
    known, text = spelled(str(file), characters=True)
    assert "".join(known[place] for place in text) == "to Taipei\nto be\n" and known[0] == "\n"
