"""MNIST's reader against TensorFlow 1.15.5 (golden/mnist.json), and the digits that come with flowgraph."""

from __future__ import annotations

import base64
import gzip
import hashlib
import inspect
import io
import json
import logging
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowgraph import dtypes
from flowgraph.data import idx, mnist
from flowgraph.examples.tutorials.mnist import input_data
from flowgraph.ir.graph import Graph

GOLDEN = json.loads((Path(__file__).parent.parent / "golden" / "mnist.json").read_text(encoding="utf-8"))
DIGEST = "25efdd52a0183da6c421013a1e9a01908c274f991862df5d4d9a185e1faf7d25"
FILES = {name: base64.b64decode(content) for name, content in GOLDEN["files"].items()}


@pytest.fixture(autouse=True)
def clean_slate(monkeypatch):
    """Nothing told yet, no graph seed, and numpy's generator put back afterwards."""
    monkeypatch.setattr(mnist, "_told", set())
    state = np.random.get_state()
    with Graph().as_default():
        yield
    np.random.set_state(state)


@pytest.fixture(params=["compressed", "unpacked", "mixed"])
def mnist_dir(request, tmp_path):
    """A directory with the four files of a tiny MNIST."""
    for name, content in FILES.items():
        if request.param == "compressed" or (request.param == "mixed" and "images" in name):
            (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (tmp_path / name).write_bytes(content)
    return tmp_path


def named(content, name="some/file"):
    file = io.BytesIO(content)
    file.name = name
    return file


def described(array):
    array = np.asarray(array)
    return [array.dtype.name, list(array.shape), base64.b64encode(array.tobytes()).decode("ascii")]


# ------------------------------------------------------------------------------------------ like TF 1.15.5


@pytest.mark.parametrize("name", GOLDEN["signatures"])
def test_signatures(name):
    function = {"next_batch": input_data.DataSet.next_batch, "DataSet": input_data.DataSet.__init__}.get(name)
    ours = inspect.signature(function or getattr(input_data, name))
    found = [
        [p.name, "required" if p.default is p.empty else getattr(p.default, "name", p.default)]
        for p in ours.parameters.values()
    ]
    assert found == GOLDEN["signatures"][name]


def test_fields():
    assert list(input_data.Datasets._fields) == GOLDEN["fields"]


@pytest.mark.parametrize("name", GOLDEN["walks"])
def test_same_examples_in_the_same_order(name):
    (examples, seed, graph_seed, batches), expected = GOLDEN["walks"][name]
    graph = Graph()
    graph.seed = graph_seed
    with graph.as_default():
        data = mnist.DataSet(np.zeros([examples, 2, 2, 1], np.uint8), np.arange(examples), seed=seed)
    found = []
    for size, shuffle in batches:
        images, labels = data.next_batch(size, shuffle=shuffle)
        assert images.shape == (len(labels), 4)
        found.append([labels.tolist(), data.epochs_completed])
    assert found == expected


@pytest.mark.parametrize("name", GOLDEN["reads"])
def test_reads_the_published_files(name, mnist_dir, caplog):
    options, expected = GOLDEN["reads"][name]
    data = mnist.read_data_sets(mnist_dir, **options)
    for part, found in data._asdict().items():  # in this order: the three share numpy's generator
        images, labels, *batch = expected[part]
        assert described(found.images) == images
        assert described(found.labels) == labels
        if batch:
            assert [described(array) for array in found.next_batch(3)] == batch
    assert not caplog.records


FAILURES = {
    "labels as images": lambda d: mnist.extract_images(named(FILES["train-labels-idx1-ubyte"])),
    "images as labels": lambda d: mnist.extract_labels(named(FILES["train-images-idx3-ubyte"])),
    "other magic": lambda d: mnist.extract_images(named(struct.pack(">I", 7) + FILES["train-images-idx3-ubyte"][4:])),
    "image file cut short": lambda d: mnist.extract_images(named(FILES["train-images-idx3-ubyte"][:-1])),
    "gzip cut short": lambda d: mnist.extract_images(named(gzip.compress(FILES["train-images-idx3-ubyte"])[:-12])),
    "validation too large": lambda d: mnist.read_data_sets(d, validation_size=13),
    "validation negative": lambda d: mnist.read_data_sets(d, validation_size=-1),
    "default validation": mnist.read_data_sets,
    "dtype": lambda d: mnist.DataSet(four(2, 2, 1), np.zeros(4), dtype=dtypes.float64),
    "no dtype": lambda d: mnist.DataSet(four(2, 2, 1), np.zeros(4), dtype=None),
    "counts differ": lambda d: mnist.DataSet(four(2, 2, 1), np.zeros(3)),
    "flat images": lambda d: mnist.DataSet(four(2), np.zeros(4)),
    "channels": lambda d: mnist.DataSet(four(2, 1, 2), np.zeros(4)),
    "seed of text": lambda d: mnist.DataSet(four(2, 2, 1), np.zeros(4), seed="a"),
    "fake batch": lambda d: mnist.DataSet([], [], fake_data=True).next_batch(2),
}


def four(*shape):
    return np.zeros([4, *shape], np.uint8)


@pytest.mark.parametrize("name", GOLDEN["failures"])
def test_fails_as_tf_does(name, mnist_dir):
    kind, message = GOLDEN["failures"][name]
    with pytest.raises(Exception) as caught:
        FAILURES[name](mnist_dir)
    assert type(caught.value).__name__ == kind
    assert str(caught.value).startswith(message)
    if message.endswith("some/file") or "short" in name:
        assert "some/file" in str(caught.value)


def test_fake_data():
    count, images, batch = GOLDEN["fake"]
    data = mnist.read_data_sets("nowhere", fake_data=True, one_hot=True)
    assert data.test.num_examples == data.validation.num_examples == count
    assert list(data.train.images) == images
    assert list(data.train.next_batch(2, fake_data=True)) == batch


def test_pixels_are_scaled_to_the_bit():
    every_byte = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    assert described(mnist.DataSet(every_byte, np.zeros(1)).images) == GOLDEN["all bytes"]


def test_one_hot():
    assert described(mnist.dense_to_one_hot(np.array([2, 0, 1], np.uint8), 4)) == GOLDEN["one hot"]


# --------------------------------------------------------------------------------- what TF leaves to chance


@pytest.mark.parametrize("label", [4, -1])
def test_label_without_a_class(label):
    with pytest.raises(ValueError, match=rf"^Labels should be between 0 and 3\. Received: {label}\.$"):
        mnist.dense_to_one_hot(np.array([0, label]), 4)


@pytest.mark.parametrize("content", [b"", b"\0\0", struct.pack(">II", 2051, 2)])
def test_file_cut_short_in_its_header(content):
    with pytest.raises(ValueError, match=r"cut short inside its header: some/file"):
        mnist.extract_images(named(content))


def test_label_file_cut_short():
    with pytest.raises(ValueError, match=r"promises 3 bytes, and 2 follow"):
        mnist.extract_labels(named(struct.pack(">II", 2049, 3) + b"\1\2"))


@given(st.data())
def test_a_damaged_file_is_never_misread(data):
    """Whichever byte of a compressed file changes: an error that names it, or the very same pixels."""
    content = bytearray(gzip.compress(FILES["t10k-images-idx3-ubyte"], mtime=0))
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    expected = idx.extract_images(named(FILES["t10k-images-idx3-ubyte"]))
    found, message = None, ""
    try:
        found = idx.extract_images(named(bytes(content)))
    except (ValueError, OSError, EOFError, zlib.error) as error:
        message = str(error)
    assert "some/file" in message or np.array_equal(found, expected)


def test_extracting_says_what(capsys):
    mnist.extract_labels(named(FILES["t10k-labels-idx1-ubyte"], "MNIST_data/labels.gz"))
    assert capsys.readouterr().out == "Extracting MNIST_data/labels.gz\n"


def test_without_a_seed_the_scripts_own_counts():
    def batch():
        np.random.seed(42)
        return mnist.DataSet(np.zeros([50, 1, 1, 1], np.uint8), np.arange(50)).next_batch(50)[1].tolist()

    assert batch() == batch()
    expected = np.arange(50)
    np.random.seed(42)
    np.random.shuffle(expected)
    assert batch() == expected.tolist()


# -------------------------------------------------------------------------------------- the bundled digits


def test_split_is_balanced_and_fixed():
    data = mnist.read_data_sets("nowhere", dtype="uint8", seed=0)
    for part, each in zip(data, (360, 40, 100)):
        assert np.bincount(part.labels).tolist() == [each] * 10
        assert (np.diff(part.labels.astype(int)) < 0).any()
    in_file = (data.validation, data.train, data.test)
    images = np.concatenate([part.images for part in in_file])
    labels = np.concatenate([part.labels for part in in_file])
    assert hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest() == DIGEST


def test_no_digit_twice():
    data = mnist.read_data_sets("nowhere", dtype="uint8")
    everything = np.concatenate([part.images for part in data])
    assert len(np.unique(everything, axis=0)) == 5000


def test_digits_look_like_their_labels():
    """The mean picture of each digit, from the training set, recognises most of the test set."""
    data = mnist.read_data_sets("nowhere")
    means = np.stack([data.train.images[data.train.labels == digit].mean(axis=0) for digit in range(10)])
    guesses = ((data.test.images[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)
    assert (guesses == data.test.labels).mean() > 0.75


@pytest.mark.parametrize("size", [0, 400, 3999, 4000])
def test_validation_size(size):
    data = mnist.read_data_sets("nowhere", validation_size=size)
    assert (data.train.num_examples, data.validation.num_examples) == (4000 - size, size)


@pytest.mark.parametrize("size", [4001, 5000, -1])
def test_validation_size_out_of_range(size):
    with pytest.raises(ValueError, match=rf"between 0 and 4000\. Received: {size}\.\n'nowhere' does not"):
        mnist.read_data_sets("nowhere", validation_size=size)


def test_shapes_and_types():
    data = mnist.read_data_sets("nowhere", one_hot=True, reshape=False)
    images, labels = data.test.next_batch(7)
    assert (images.shape, images.dtype) == ((7, 28, 28, 1), np.float32)
    assert (labels.shape, labels.dtype) == ((7, 10), np.float64)
    assert images.min() == 0
    assert images.max() == 1


def test_standing_in_is_told_once_a_directory(caplog, tmp_path):
    for _ in range(3):
        mnist.read_data_sets(f"{tmp_path}/")
        mnist.read_data_sets(tmp_path / "." / "other" / "..")
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage().startswith(f"flowgraph: '{tmp_path}/' does not hold MNIST's files")
    mnist.read_data_sets("nowhere")
    assert len(caplog.records) == 2


def test_missing_files_are_named(caplog, mnist_dir):
    for path in mnist_dir.glob("t10k-images*"):
        path.unlink()
    assert mnist.read_data_sets(mnist_dir).train.num_examples == 3600
    message = caplog.records[0].getMessage()
    assert "does not hold all of MNIST's files" in message
    assert message.splitlines()[-1].strip() == "t10k-images-idx3-ubyte.gz"


@pytest.mark.parametrize(
    "url", ["", None, "http://yann.lecun.com/exdb/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"]
)
def test_digits_stand_in_for_mnist(url):
    assert mnist.read_data_sets("nowhere", source_url=url).test.num_examples == 1000


def test_digits_do_not_stand_in_for_fashion(mnist_dir):
    url = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
    with pytest.raises(FileNotFoundError, match=r"'nowhere' lacks train-images.*\n.*fashion-mnist"):
        mnist.read_data_sets("nowhere", source_url=url)
    assert mnist.read_data_sets(mnist_dir, source_url=url, validation_size=0).train.num_examples == 12


def test_a_script_reads_it_on_standard_error(tmp_path):
    """What a person sees who runs a book's script: the note, once, with no log prefix around it."""
    script = (
        "from flowgraph.examples.tutorials.mnist import input_data\n"
        "for _ in range(2):\n"
        "    mnist = input_data.read_data_sets('MNIST_data', one_hot=True)\n"
        "print(mnist.train.next_batch(3)[0].shape)\n"
    )
    root = Path(mnist.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path, env={"PYTHONPATH": str(root)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "(3, 784)\n"
    assert done.stderr.startswith("flowgraph: 'MNIST_data' does not hold MNIST's files")
    assert done.stderr.count("flowgraph: ") == 1
    assert not (tmp_path / "MNIST_data").exists()
