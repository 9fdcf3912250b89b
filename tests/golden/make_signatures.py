"""Record the signatures of TensorFlow 1.15.5's public functions, classes and methods.

    python3.7 tests/golden/make_signatures.py

writes tests/golden/signatures.json, one public name a line, under `tf.`:

    "nn.dropout": "x, keep_prob=None, noise_shape=None, seed=None, name=None, rate=None"
    "Session.run": "fetches, feed_dict=None, options=None, run_metadata=None"

A class stands for its constructor, without `self`. A default that is no plain value is written `...`, a dtype
`tf.float32`. Left out are packages and the methods of classes for which flowgraph has no counterpart, whatever
TensorFlow marks as internal, and methods that come from Python's own classes.
"""

from __future__ import annotations

import enum
import functools
import inspect
import json
import os
import re
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf
from tensorflow.python.util import tf_inspect

LEFT_OUT = re.compile(
    r"((app\.)?flags|autograph|compat\.v[12]|config|contrib|distribute|estimator|feature_column|"
    r"keras|lite|mixed_precision|profiler|pywrap_tensorflow|RaggedTensorSpec|raw_ops|"
    r"tools|tpu|xla|(?!layers|data\.)(.*\.)?experimental|linalg\.LinearOperator\w*|.*\.python)(\.|$)"
)
CONTRIB = [
    "checkpoint", "crf", "learn.datasets.mnist", "learn.preprocessing", "tensorboard.plugins.projector",
    "data", "distributions", "framework", "framework.nest", "image", "layers", "legacy_seq2seq", "losses", "lookup",
    "metrics", "nn", "opt", "rnn", "seq2seq", "slim", "slim.learning", "slim.evaluation", "slim.losses",
    "slim.model_analyzer", "slim.utils", "slim.data_decoder", "slim.data_provider", "slim.dataset",
    "slim.dataset_data_provider", "slim.parallel_reader", "slim.prefetch_queue", "slim.queues",
    "slim.tfexample_decoder", "summary", "tensorboard.plugins.projector", "training", "util",
]  # fmt: skip
WITHOUT_METHODS = re.compile(r"(layers|nn\.rnn_cell|contrib|losses|metrics)\.|.*(Dataset|Proto|Def)V?\d?\b")


def default_text(value):
    """A default as source text."""
    if isinstance(value, tf.DType):
        return "tf." + value.name
    if value is None or isinstance(value, (bool, int, float, str)):
        return repr(value)
    if isinstance(value, (list, tuple)) and all(isinstance(item, (bool, int, float, str)) for item in value):
        return repr(value)
    return "..."


def signature(item):
    """The parameters as source text; None where Python cannot tell."""
    try:
        spec = tf_inspect.getfullargspec(item)
    except TypeError:
        return None
    names = spec.args[1:] if spec.args[:1] in (["self"], ["cls"]) else spec.args
    defaults = spec.defaults or ()
    parts = list(names[: len(names) - len(defaults)])
    parts += ["%s=%s" % (n, default_text(v)) for n, v in zip(names[len(parts) :], defaults)]
    if spec.varargs:
        parts.append("*" + spec.varargs)
    parts += ["%s=%s" % (n, default_text((spec.kwonlydefaults or {})[n])) for n in spec.kwonlyargs]
    if spec.varkw:
        parts.append("**" + spec.varkw)
    return ", ".join(parts)


def of_class(name, cls):
    """A class's constructor and its own public methods; protocol buffers, enums and bags of constants have neither."""
    if hasattr(cls, "DESCRIPTOR") or issubclass(cls, enum.Enum):
        return
    if cls.__init__ is not object.__init__:
        yield name, signature(cls.__init__)
    if WITHOUT_METHODS.match(name):
        return
    for attribute in sorted(dir(cls)):
        home = next((base for base in cls.__mro__ if attribute in vars(base)), object)
        if attribute.startswith("_") or not home.__module__.startswith("tensorflow"):
            continue
        method = getattr(cls, attribute)
        if inspect.isroutine(method):
            yield name + "." + attribute, signature(method)


def walk(prefix, module):
    """(name, signature) of everything public in a module and the modules inside it."""
    for name in sorted(set(dir(module))):
        full = prefix + name
        if name.startswith("_") or LEFT_OUT.match(full):
            continue
        item = getattr(module, name, None)
        if inspect.ismodule(item):
            if item.__name__.startswith("tensorflow"):
                yield from walk(full + ".", item)
        elif inspect.isclass(item):
            yield from of_class(full, item)
        elif callable(item):
            yield full, signature(item)


def main():
    found = dict(walk("", tf))
    for name in CONTRIB:
        module = functools.reduce(getattr, name.split("."), tf.contrib)
        for public in dir(module):
            item = getattr(module, public)
            if getattr(item, "__init__", None) in (object.__init__, Exception.__init__):
                continue  # a bag of constants, a named tuple, or an exception
            if getattr(item, "__module__", "").startswith("collections"):
                continue  # what the module itself has imported
            if hasattr(item, "DESCRIPTOR"):
                continue  # a message
            if not public.startswith("_") and callable(item) and not inspect.ismodule(item):
                found["contrib.%s.%s" % (name, public)] = signature(item.__init__ if inspect.isclass(item) else item)
    lines = ["%s: %s" % (json.dumps(n), json.dumps(s)) for n, s in sorted(found.items()) if s is not None]
    path = Path(__file__).with_name("signatures.json")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print("%d signatures" % len(lines))


if __name__ == "__main__":
    main()
