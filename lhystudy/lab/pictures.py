"""Pictures that experiments look at: the bundled digits, or a learner's folder: MNIST's, CIFAR's, or one of classes."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import interpolate

from lhystudy.errors import StudyError
from lhystudy.files import at_home, unreadable
from lhystudy.lab.data import digits
from lhystudy.words import say

Part = tuple[Tensor, Tensor]  # pictures (n, channels, side, side) in 0..1, and labels (n,)
MNIST = "{}-images-idx3-ubyte", "{}-labels-idx1-ubyte"
CIFAR_RECORD = 1 + 3 * 32 * 32  # bytes: the label, then red, green and blue
ENDINGS = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"}


@dataclass(frozen=True)
class Pictures:
    """Pictures to train on and to test on, values in 0..1."""

    train_images: Tensor  # (n, channels, side, side)
    train_labels: Tensor  # (n,)
    test_images: Tensor  # (m, channels, side, side)
    test_labels: Tensor  # (m,)
    names: tuple[str, ...]  # of the classes

    def to(self, device: torch.device) -> Pictures:
        """The same pictures on a device."""
        tensors = (self.train_images, self.train_labels, self.test_images, self.test_labels)
        train_images, train_labels, test_images, test_labels = (tensor.to(device) for tensor in tensors)
        return Pictures(train_images, train_labels, test_images, test_labels, self.names)


def pictures(place: str = "digits", side: int = 8, most: int = 5000) -> Pictures:
    """The pictures of a place, `side` pixels wide and high, at most `most` to train on and as many to test on.

    `place` is `digits` (scikit-learn's, see `lhystudy.lab.data.digits`) or a folder with MNIST's four files (also
    those of its relatives, packed or not), with CIFAR-10's binary version, or with one folder of pictures a class,
    of which every fifth picture is tested. Raises StudyError for a folder that holds none of these.
    """
    folder = at_home(place)
    if place == "digits":
        known = digits()
        train: Part = (known.train_images.view(-1, 1, 8, 8)[:most], known.train_labels[:most])
        test: Part = (known.test_images.view(-1, 1, 8, 8)[:most], known.test_labels[:most])
        names = tuple("0123456789")
    elif _packed(folder / MNIST[0].format("train")).is_file():
        train, test = (_mnist(folder, part, most) for part in ("train", "t10k"))
        names = tuple(map(str, range(int(train[1].max()) + 1)))
    elif (folder / "data_batch_1.bin").is_file():
        train = _cifar([folder / f"data_batch_{number}.bin" for number in range(1, 6)], most)
        test = _cifar([folder / "test_batch.bin"], most)
        names = tuple(map(str, range(10)))
    else:
        train, test, names = _folders(folder, side, most)
    return Pictures(_resized(train[0], side), train[1], _resized(test[0], side), test[1], names)


def _resized(images: Tensor, side: int) -> Tensor:
    images = images.to(torch.get_default_dtype())
    if images.shape[2:] == (side, side):
        return images
    return interpolate(images, (side, side), mode="bilinear", antialias=True).clamp(0, 1)


# ---- MNIST: a header of four (or two) numbers, then a byte a pixel (or label) ----


def _packed(file: Path) -> Path:
    """The file, or the one packed by gzip where that is what there is."""
    packed = file.with_name(file.name + ".gz")
    return packed if packed.is_file() and not file.is_file() else file


def _mnist(folder: Path, part: str, most: int) -> Part:
    images, labels = (_indexed(_packed(folder / name.format(part)), most) for name in MNIST)
    if len(images) != len(labels) or images.ndim != 3 or labels.ndim != 1:
        raise _broken(folder / MNIST[0].format(part))
    return torch.from_numpy(images)[:, None] / 255, torch.from_numpy(labels).long()


def _indexed(file: Path, most: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """The first entries of a file in the IDX format."""
    try:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as stream:
            start = stream.read(4)
            sizes = np.frombuffer(stream.read(4 * start[3]), dtype=">u4").tolist() if len(start) == 4 else []
            if start[:3] != b"\0\0\x08" or not 1 <= len(sizes) <= 3 or any(not 0 < size < 4096 for size in sizes[1:]):
                raise _broken(file)
            count = min(sizes[0], most)
            each = int(np.prod(sizes[1:]))
            content = stream.read(count * each)
    except (OSError, EOFError) as error:
        raise unreadable(file, error) if isinstance(error, OSError) else _broken(file) from error
    if not content or len(content) != count * each:
        raise _broken(file)
    return np.frombuffer(content, dtype=np.uint8).reshape(count, *sizes[1:]).copy()


# ---- CIFAR-10's binary version: records of a label and three planes ----


def _cifar(files: list[Path], most: int) -> Part:
    content = b""
    for file in files:
        try:
            with file.open("rb") as stream:
                content += stream.read(most * CIFAR_RECORD - len(content))
        except OSError as error:
            raise unreadable(file, error) from error
        if len(content) % CIFAR_RECORD or not content or content[0] > 9:
            raise _broken(file)
    records = torch.frombuffer(bytearray(content), dtype=torch.uint8).view(-1, CIFAR_RECORD)
    return records[:, 1:].reshape(-1, 3, 32, 32) / 255, records[:, 0].long()


def _broken(file: Path) -> StudyError:
    return StudyError(
        say("this is not a whole file of its kind", "这个文件不完整，或不是它该有的格式"),
        where=str(file),
        hint=say("fetch it again", "请重新下载"),
    )


# ---- one folder a class ----


def _folders(folder: Path, side: int, most: int) -> tuple[Part, Part, tuple[str, ...]]:
    try:
        classes = sorted(entry for entry in folder.iterdir() if entry.is_dir() and len([*_files(entry)]) > 1)
    except OSError as error:
        raise unreadable(folder, error) from error
    if len(classes) < 2:
        raise StudyError(
            say("no pictures here", "这里没有图片"),
            where=str(folder),
            hint=say(
                "MNIST's files, CIFAR-10's binary files, or two or more folders, one a class, of two or more pictures",
                "应放 MNIST 的文件、CIFAR-10 的二进制文件，或两个以上的文件夹，一类一个，每个至少两张图片",
            ),
        )
    grey = _opened(min(_files(classes[0]))).mode in ("1", "L")
    images: tuple[list[Tensor], list[Tensor]] = [], []  # to train on, to test on
    labels: tuple[list[int], list[int]] = [], []
    for label, each in enumerate(classes):
        for number, file in enumerate(sorted(_files(each))[: 5 * most // (4 * len(classes))]):
            part = 1 if number % 5 == 0 else 0
            images[part].append(_one(file, grey, side))
            labels[part].append(label)
    train, test = ((torch.stack(images[part]), torch.tensor(labels[part])) for part in (0, 1))
    return train, test, tuple(each.name for each in classes)


def _one(file: Path, grey: bool, side: int) -> Tensor:  # (channels, side, side)
    values = np.asarray(_opened(file).convert("L" if grey else "RGB"), dtype=np.float32) / 255
    planes = torch.from_numpy(values.reshape(*values.shape[:2], -1)).permute(2, 0, 1)
    return _resized(planes[None], side)[0]


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in folder.iterdir() if file.suffix.lower() in ENDINGS and file.is_file())


def _opened(file: Path) -> Image.Image:
    try:
        with Image.open(file) as image:
            image.load()
            return image
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise _broken(file) from error
