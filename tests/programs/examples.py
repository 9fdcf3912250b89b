"""The graphs of the scripts in examples/: their own source, run with another library for `flowgraph`."""

from __future__ import annotations

import builtins
from pathlib import Path
from unittest.mock import MagicMock

from .data import batches, one_hot, uniform

_FOLDER = Path(__file__).resolve().parent.parent.parent / "examples"
_NO_GRAPH = ("argparse", "flowgraph.examples", "matplotlib", "tqdm")  # imported by the scripts; add no ops
_NUM_EXAMPLES = 3600  # what is left of the bundled digits to train on


def _script(name, tf):
    """The globals of examples/<name>.py, imported with `tf` in place of flowgraph."""

    def replaced_import(module, *args, **kwargs):
        if module == "flowgraph":
            return tf
        if module.startswith(_NO_GRAPH):
            return MagicMock()
        return __import__(module, *args, **kwargs)

    path = _FOLDER / (name + ".py")
    code = compile(path.read_text(encoding="utf-8"), str(path), "exec")
    namespace = {"__name__": name, "__builtins__": dict(vars(builtins), __import__=replaced_import)}
    exec(code, namespace)
    return namespace


def linear_regression(tf):
    script = _script("linear_regression", tf)
    feed = {script["x"]: script["train_x"], script["y"]: script["train_y"]}
    runs = [(tf.global_variables_initializer(), None), (script["loss"], feed)]
    runs += [(script["train_step"], feed)] * 5
    return runs + [([script["weight"], script["bias"], script["loss"]], feed)]


def xor(tf):
    script = _script("xor", tf)
    feed = {script["x"]: script["inputs"], script["y_"]: script["targets"]}
    runs = [(tf.global_variables_initializer(), None), ([script["hidden"], script["y"]], feed)]
    runs += [(script["train_step"], feed)] * 5
    return runs + [([script["cross_entropy"], script["y"]], feed)]


def mnist_mlp(tf):
    """Without the values of the averages after training: in TensorFlow they race with the training step."""
    tf.set_random_seed(1)
    net = _script("mnist_mlp", tf)["build"](_NUM_EXAMPLES)
    x, y_ = net["x"], net["y_"]
    validate = {x: uniform(20, 784, seed=99, high=0.25), y_: one_hot(20, 10, seed=99)}
    before = [net["loss"], net["accuracy"], net["rate"]]
    runs = [(tf.global_variables_initializer(), None), (before, validate)]
    runs += [(net["train"], {x: images, y_: labels}) for images, labels in batches(3, 16, 784, 10)]
    return runs + [(net["loss"], validate)]


def lenet5(tf):
    """Dropout included: its mask comes from the seed."""
    tf.set_random_seed(1)
    net = _script("lenet5", tf)["build"](_NUM_EXAMPLES)
    runs = [(tf.global_variables_initializer(), None)]
    for images, labels in batches(3, 16, 784, 10):
        feed = {net["x"]: images.reshape(-1, 28, 28, 1), net["y_"]: labels.argmax(1), net["keep_prob"]: 0.5}
        runs.append(([net["loss"], net["train"]], feed))
    images, labels = uniform(20, 28, 28, 1, seed=99, high=0.25), one_hot(20, 10, seed=99).argmax(1)
    return runs + [([net["loss"], net["accuracy"]], {net["x"]: images, net["y_"]: labels})]
