"""Handwritten digits in batches: what TF 1.x scripts know as `input_data.read_data_sets`.

MNIST's own four files are read where the given directory has them. Where it has not, the 5,000 digits that
come with flowgraph stand in, and a note says so. Nothing is ever downloaded.
"""

from __future__ import annotations

import logging
import os
from typing import Any, NamedTuple

import numpy as np

from flowgraph import dtypes
from flowgraph.data.digits import FOR_TRAINING, FOR_VALIDATION, load_digits
from flowgraph.data.idx import dense_to_one_hot, extract_images, extract_labels
from flowgraph.ir.scope import get_default_graph

# In TF's order. Each is looked for as published (.gz), then unpacked.
FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)

# Where MNIST is published. Another address means other pictures (Fashion-MNIST has the same file names).
DEFAULT_SOURCE_URL = "https://storage.googleapis.com/cvdf-datasets/mnist/"
_MNIST_ADDRESSES = ("storage.googleapis.com/cvdf-datasets/mnist", "yann.lecun.com/exdb/mnist")

_MAX_INT32 = 2**31 - 1
_FAKE_EXAMPLES = 10000

_STANDING_IN = """\
flowgraph: %r %s MNIST's files, so the digits that come with flowgraph stand in:
  4,000 to train with, 400 of them for validation by default, and 1,000 to test (MNIST has 60,000 and 10,000).
  To use MNIST itself put these files there (nothing is ever downloaded):
  %s"""

_ONLY_BUNDLED = """\
{!r} does not hold MNIST's files, and of the digits that come with flowgraph 4,000 are for training.
Without validation_size, 400 of them are for validation."""

_log = logging.getLogger(__name__)
_told: set[str] = set()  # directories for which the note about the bundled digits was given


class _Unset(int):
    """A default that can be told from the same number passed on purpose."""


class Datasets(NamedTuple):
    """What `read_data_sets` returns."""

    train: DataSet
    validation: DataSet
    test: DataSet


class DataSet:
    """Images with their labels, handed out in batches.

    Args:
      images: uint8, [examples, rows, columns, 1].
      labels: [examples] or, one-hot, [examples, classes].
      fake_data: Hold nothing; `next_batch(..., fake_data=True)` makes examples up.
      one_hot: Whether made-up labels are one-hot.
      dtype: float32 scales the pixels to 0 .. 1, uint8 leaves them alone.
      reshape: Make each image one row of pixels: [examples, rows * columns].
      seed: Fixes the order of the batches. It, or else the default graph's seed, is given to numpy's global
        generator, as TF does. Without either that generator is left as it is (TF would scramble it), so
        a script's own `np.random.seed` counts.

    Raises:
      TypeError: a dtype other than uint8 and float32.
      AssertionError: not as many images as labels, or pixels of several channels and `reshape`.

    >>> digits = DataSet(np.zeros([3, 28, 28, 1], np.uint8), np.array([5, 0, 4]), seed=1)
    >>> images, labels = digits.next_batch(2)
    >>> images.shape, labels
    ((2, 784), array([5, 4]))
    """

    def __init__(
        self,
        images: Any,
        labels: Any,
        fake_data: bool = False,
        one_hot: bool = False,
        dtype: Any = dtypes.float32,
        reshape: bool = True,
        seed: int | None = None,
    ) -> None:
        _seed_numpy(seed)
        dtype = dtypes.as_dtype(dtype).base_dtype
        if dtype not in (dtypes.uint8, dtypes.float32):
            raise TypeError(f"Invalid image dtype {dtype!r}, expected uint8 or float32")
        if fake_data:
            self._num_examples = _FAKE_EXAMPLES
        else:
            if images.shape[0] != labels.shape[0]:
                raise AssertionError(f"images.shape: {images.shape} labels.shape: {labels.shape}")
            self._num_examples = images.shape[0]
            if reshape:
                images = _in_rows(images)
            if dtype == dtypes.float32:
                images = np.multiply(images.astype(np.float32), 1.0 / 255.0)
        self._images = images
        self._labels = labels
        self._one_hot = one_hot
        self._epochs_completed = 0
        self._index_in_epoch = 0

    @property
    def images(self) -> np.ndarray:
        """All images, in the order of the current epoch."""
        return self._images

    @property
    def labels(self) -> np.ndarray:
        """All labels, in the order of the current epoch."""
        return self._labels

    @property
    def num_examples(self) -> int:
        """How many images there are."""
        return self._num_examples

    @property
    def epochs_completed(self) -> int:
        """How often `next_batch` has gone past the last example."""
        return self._epochs_completed

    def next_batch(self, batch_size: int, fake_data: bool = False, shuffle: bool = True) -> tuple[Any, Any]:
        """The next `batch_size` images and labels.

        A batch that reaches past the last example takes the rest from the beginning of the next epoch. With
        `shuffle` each epoch has its own order. `fake_data` gives lists of made-up images and labels.
        """
        if fake_data:
            label = [1] + [0] * 9 if self._one_hot else 0
            return [[1] * 784 for _ in range(batch_size)], [label for _ in range(batch_size)]
        start, end = self._index_in_epoch, self._index_in_epoch + batch_size
        if start == 0 and self._epochs_completed == 0 and shuffle:
            self._shuffle()
        if end <= self._num_examples:
            self._index_in_epoch = end
            return self._images[start:end], self._labels[start:end]

        last_images, last_labels = self._images[start:], self._labels[start:]
        self._epochs_completed += 1
        if shuffle:
            self._shuffle()
        end -= self._num_examples
        self._index_in_epoch = end
        return (
            np.concatenate([last_images, self._images[:end]]),
            np.concatenate([last_labels, self._labels[:end]]),
        )

    def _shuffle(self) -> None:
        """Put the examples in a new order, drawn from numpy's global generator."""
        order = np.arange(self._num_examples)
        np.random.shuffle(order)  # noqa: NPY002 - its numbers, and its being global, are part of TF's interface
        self._images = self._images[order]
        self._labels = self._labels[order]


def read_data_sets(
    train_dir: str | os.PathLike[str],
    fake_data: bool = False,
    one_hot: bool = False,
    dtype: Any = dtypes.float32,
    reshape: bool = True,
    validation_size: int = _Unset(5000),
    seed: int | None = None,
    source_url: str | None = DEFAULT_SOURCE_URL,
) -> Datasets:
    """MNIST in three parts: `train`, `validation` and `test`.

    Args:
      train_dir: Where MNIST's four files are, compressed or not. If any is missing, the 5,000 digits that
        come with flowgraph are used, 4,000 to train with and 1,000 to test; a logged warning says so once.
      fake_data: Return three empty data sets that make examples up.
      one_hot: Labels as rows of ten (float64) instead of numbers (uint8).
      dtype: float32 for pixels in 0 .. 1, uint8 for 0 .. 255.
      reshape: Images as rows of 784 pixels instead of [28, 28, 1].
      validation_size: How many of the first training images become the validation set. The default is
        5,000 of MNIST, and 400 of the bundled digits.
      seed: Fixes the order of the batches; see `DataSet`.
      source_url: TF fetches missing files from here. flowgraph downloads nothing; an address that is not
        MNIST's says that its digits would be the wrong pictures.

    Raises:
      ValueError: `validation_size` is not between 0 and the number of training images; a damaged file.
      FileNotFoundError: files are missing, and `source_url` names other data than MNIST.

    >>> mnist = read_data_sets("MNIST_data", one_hot=True)
    >>> mnist.train.images.shape, mnist.validation.num_examples, mnist.test.labels.shape
    ((3600, 784), 400, (1000, 10))
    """
    if fake_data:
        fakes = (DataSet([], [], fake_data=True, one_hot=one_hot, dtype=dtype, seed=seed) for _ in range(3))
        return Datasets(*fakes)

    directory = os.fspath(train_dir)
    paths = [_find(directory, name) for name in FILES]
    missing = [name for name, path in zip(FILES, paths) if path is None]
    if missing:
        _expect_mnist(directory, missing, source_url)
        _tell_once(directory, missing)
        train, test = _bundled(one_hot)
        if isinstance(validation_size, _Unset):
            validation_size = FOR_VALIDATION
    else:
        train_images, train_labels, test_images, test_labels = (path for path in paths if path)
        train = _from_files(train_images, train_labels, one_hot)
        test = _from_files(test_images, test_labels, one_hot)

    available = len(train.images)
    if not 0 <= validation_size <= available:
        raise ValueError(
            f"Validation size should be between 0 and {available}. Received: {validation_size}."
            + (f"\n{_ONLY_BUNDLED.format(directory)}" if missing else "")
        )
    parts = (
        _Examples(train.images[validation_size:], train.labels[validation_size:]),
        _Examples(train.images[:validation_size], train.labels[:validation_size]),
        test,
    )
    return Datasets(*(DataSet(*part, dtype=dtype, reshape=reshape, seed=seed) for part in parts))


def load_mnist(train_dir: str | os.PathLike[str] = "MNIST-data") -> Datasets:
    """`read_data_sets` with every default.

    >>> load_mnist().test.num_examples
    1000
    """
    return read_data_sets(train_dir)


class _Examples(NamedTuple):
    """Images, uint8 [examples, rows, columns, 1], and their labels."""

    images: np.ndarray
    labels: np.ndarray


def _from_files(image_path: str, label_path: str, one_hot: bool) -> _Examples:
    """What a pair of IDX files holds."""
    with open(image_path, "rb") as image_file:
        images = extract_images(image_file)
    with open(label_path, "rb") as label_file:
        labels = extract_labels(label_file, one_hot=one_hot)
    return _Examples(images, labels)


def _bundled(one_hot: bool) -> tuple[_Examples, _Examples]:
    """The digits that come with flowgraph: those for training and those for testing."""
    images, labels = load_digits()
    if one_hot:
        labels = dense_to_one_hot(labels, num_classes=10)
    cut = FOR_TRAINING
    return _Examples(images[:cut], labels[:cut]), _Examples(images[cut:], labels[cut:])


def _find(directory: str, name: str) -> str | None:
    """The path of a published file, compressed or not, if `directory` has it."""
    candidates = (os.path.join(directory, name + ending) for ending in (".gz", ""))
    return next((path for path in candidates if os.path.isfile(path)), None)


def _expect_mnist(directory: str, missing: list[str], source_url: str | None) -> None:
    """Refuse to let digits stand in for other pictures."""
    if not source_url or any(address in source_url for address in _MNIST_ADDRESSES):
        return
    raise FileNotFoundError(
        f"{directory!r} lacks {_names(missing)}.\n"
        f"TF would fetch them from {source_url!r}. flowgraph never downloads anything, and the digits that "
        "come with it may not be what is published there.\n"
        "Put the files into that directory; or leave source_url out to use the bundled digits."
    )


def _tell_once(directory: str, missing: list[str]) -> None:
    """Say, the first time for this directory, that the bundled digits stand in for MNIST."""
    place = os.path.abspath(directory)
    if place in _told:
        return
    _told.add(place)
    lack = "does not hold" if len(missing) == len(FILES) else "does not hold all of"
    _log.warning(_STANDING_IN, directory, lack, _names(missing))


def _names(missing: list[str]) -> str:
    return ", ".join(f"{name}.gz" for name in missing)


def _in_rows(images: np.ndarray) -> np.ndarray:
    """Each image as one row of pixels."""
    if images.ndim != 4:
        raise IndexError(
            "tuple index out of range\n"
            f"Images to reshape are [examples, rows, columns, 1]; these are {list(images.shape)}. "
            "Pass reshape=False to use them as they are."
        )
    if images.shape[3] != 1:
        raise AssertionError(f"Images to reshape have one channel; these have {images.shape[3]}. Pass reshape=False.")
    return images.reshape(images.shape[0], images.shape[1] * images.shape[2])


def _seed_numpy(seed: int | None) -> None:
    """Seed numpy's global generator as TF's data sets do: with the graph's seed, or `seed` over it."""
    graph_seed = get_default_graph().seed
    if seed is not None:
        seed = seed % _MAX_INT32
        if seed == 0 and graph_seed is not None and graph_seed % _MAX_INT32 == 0:
            seed = _MAX_INT32  # two zeros would mean "no seed" to TF's kernels, which never get to see them
    elif graph_seed is not None:
        seed = graph_seed % _MAX_INT32
    if seed is not None:
        np.random.seed(seed)  # noqa: NPY002 - global on purpose: a script's own np.random draws come after it
