"""Pictures of a learner's own: MNIST's files, CIFAR-10's and folders of classes, read from small files made here."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from lhystudy.errors import StudyError
from lhystudy.lab.data import digits
from lhystudy.lab.events import Table
from lhystudy.lab.pictures import pictures
from lhystudy.lab.request import Request
from tests.lab.own import events_of, result_of

CHANCE = np.random.default_rng(0)


def idx(values: np.ndarray) -> bytes:
    return struct.pack(f">4B{values.ndim}I", 0, 0, 8, values.ndim, *values.shape) + values.astype(np.uint8).tobytes()


def mnist(folder: Path, count: int, packed: bool = False) -> np.ndarray:
    images = CHANCE.integers(0, 256, (count, 28, 28))
    for part in ("train", "t10k"):
        for name, values in (
            (f"{part}-images-idx3-ubyte", images),
            (f"{part}-labels-idx1-ubyte", np.arange(count) % 3),
        ):
            file = folder / (name + ".gz" if packed else name)
            file.write_bytes(gzip.compress(idx(values)) if packed else idx(values))
    return images


def test_the_bundled_digits() -> None:
    found = pictures()
    assert torch.equal(found.train_images.flatten(1), digits().train_images)
    assert pictures(side=16, most=100).test_images.shape == (100, 1, 16, 16)


@pytest.mark.parametrize("packed", [False, True])
def test_mnist_files(tmp_path: Path, packed: bool) -> None:
    images = mnist(tmp_path, 9, packed)
    found = pictures(str(tmp_path), side=28, most=6)
    assert torch.allclose(found.train_images[:, 0] * 255, torch.tensor(images[:6], dtype=torch.float32))
    assert found.train_labels.tolist() == [0, 1, 2, 0, 1, 2] and found.names == ("0", "1", "2")


def test_cifar_files(tmp_path: Path) -> None:
    planes = CHANCE.integers(0, 256, (4, 3, 32, 32))
    records = b"".join(bytes([label]) + image.astype(np.uint8).tobytes() for label, image in enumerate(planes))
    for name in ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"):
        (tmp_path / f"{name}.bin").write_bytes(records)
    found = pictures(str(tmp_path), side=32, most=6)
    assert found.train_images.shape == (6, 3, 32, 32) and found.test_images.shape == (4, 3, 32, 32)
    assert torch.allclose(found.test_images * 255, torch.tensor(planes, dtype=torch.float32))
    assert found.train_labels.tolist() == [0, 1, 2, 3, 0, 1]


@pytest.mark.parametrize(("mode", "channels"), [("L", 1), ("RGB", 3)])
def test_a_folder_a_class(tmp_path: Path, mode: str, channels: int) -> None:
    for shade, name in ((0, "night"), (255, "noon")):
        (tmp_path / name).mkdir()
        for number in range(10):
            Image.new(mode, (20 + number, 15), shade if mode == "L" else (shade,) * 3).save(
                tmp_path / name / f"{number}.png"
            )
    found = pictures(str(tmp_path), side=8)
    assert found.train_images.shape == (16, channels, 8, 8) and found.test_images.shape == (4, channels, 8, 8)
    assert found.names == ("night", "noon")
    assert torch.equal(found.train_images.mean(dim=(1, 2, 3)), found.train_labels.float())


def test_what_is_no_picture_is_told(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="no pictures here"):
        pictures(str(tmp_path))
    with pytest.raises(StudyError, match="there is no such file"):
        pictures(str(tmp_path / "nowhere"))
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for number in range(2):
            (tmp_path / name / f"{number}.png").write_bytes(b"no picture")
    with pytest.raises(StudyError, match="0.png: this is not a whole file"):
        pictures(str(tmp_path))


@pytest.mark.parametrize("broken", [b"", b"\0\0\x08\x03", b"\0\0\x0d\x03" + bytes(12), idx(np.zeros((3, 28, 28)))[:-1]])
def test_a_broken_mnist_file_is_told(tmp_path: Path, broken: bytes) -> None:
    mnist(tmp_path, 3)
    (tmp_path / "train-images-idx3-ubyte").write_bytes(broken)
    with pytest.raises(StudyError, match="train-images-idx3-ubyte: this is not a whole file"):
        pictures(str(tmp_path))


def test_an_experiment_reads_a_learners_folder(tmp_path: Path) -> None:
    mnist(tmp_path, 40)
    events = events_of(Request("pooling-cost", {"data": str(tmp_path)}, device="cpu", quick=True))
    assert result_of(events).status == "done", result_of(events).message
    what = next(event for event in events if isinstance(event, Table) and event.title == "What")
    # two convolutions and the dense layer on 16 maps of 2 x 2: three classes here, ten with the bundled digits
    assert what.rows[0][-1] == 8 * (9 + 1) + 16 * (8 * 9 + 1) + 3 * (64 + 1)
