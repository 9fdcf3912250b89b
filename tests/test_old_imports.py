"""The inside of TensorFlow that old scripts import from."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

import flowgraph as tf


def test_framework_ops_has_what_tf_has() -> None:
    from flowgraph.python.framework import ops

    for name in ops.__all__:
        if hasattr(tf, name):
            assert getattr(ops, name) is getattr(tf, name), name
    before = tf.get_default_graph()
    ops.reset_default_graph()
    assert tf.get_default_graph() is not before


def test_ops_are_those_of_the_surface() -> None:
    from flowgraph.python.ops import control_flow_ops, functional_ops, map_fn, tensor_array_ops

    for module in (control_flow_ops, functional_ops, map_fn, tensor_array_ops):
        for name in module.__all__:
            assert callable(getattr(module, name))
            if hasattr(tf, name):
                assert getattr(module, name) is getattr(tf, name), name


def test_platform_util_and_client_have_the_modules_of_tf():
    from flowgraph.python.client import session
    from flowgraph.python.platform import app, flags, gfile, resource_loader, tf_logging
    from flowgraph.python.util import compat, nest

    assert (app, flags, gfile, tf_logging) == (tf.app, tf.app.flags, tf.gfile, tf.logging)
    assert (compat, nest, resource_loader) == (tf.compat, tf.contrib.framework.nest, tf.resource_loader)
    assert nest.flatten is tf.nest.flatten
    assert session.Session is tf.Session
    assert session.InteractiveSession is tf.InteractiveSession


def test_recurrent_cells_are_where_scripts_look_for_them():
    from flowgraph.contrib.rnn.python.ops import core_rnn_cell
    from flowgraph.contrib.rnn.python.ops import rnn_cell as contrib_cell
    from flowgraph.contrib.rnn.python.ops.core_rnn_cell import _linear
    from flowgraph.python.ops import rnn, rnn_cell, rnn_cell_impl

    for name in rnn_cell.__all__:
        assert getattr(rnn_cell_impl, name) is getattr(rnn_cell, name)
        if name != "assert_like_rnncell":
            assert getattr(tf.contrib.rnn, name) is getattr(rnn_cell, name)
    for name in rnn.__all__:
        assert getattr(rnn, name) is getattr(tf.nn, name)
    for module in (core_rnn_cell, contrib_cell):
        for name in module.__all__:
            assert getattr(tf.contrib.rnn, name) is getattr(module, name)
    assert _linear([tf.zeros([1, 2]), tf.zeros([1, 3])], 4, bias=True).shape.as_list() == [1, 4]


ROOT = Path(tf.__file__).parent / "python"
INTERNAL = json.loads((Path(__file__).parent / "golden" / "internal_names.json").read_text(encoding="utf-8"))


def test_all_modules_are_recorded() -> None:
    found = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in ROOT.rglob("*.py")}
    assert {name for name in found if not name.endswith("__init__")} == set(INTERNAL)


@pytest.mark.parametrize("name", INTERNAL)
def test_a_module_has_names_of_tensorflows_module_and_they_are_those_of_the_surface(name: str) -> None:
    module = importlib.import_module(f"flowgraph.python.{name}")
    assert set(module.__all__) <= set(INTERNAL[name].split())
    for public in module.__all__:
        item = getattr(module, public)
        here = [getattr(place, public, None) for place in (tf, tf.nn, tf.train, tf.layers) if hasattr(place, public)]
        if here and not name.startswith(("ops.image_ops", "layers", "summary", "util")):
            assert any(item is other for other in here), public


@pytest.mark.parametrize(
    "statement",
    [
        "from flowgraph.python.ops import array_ops, init_ops, math_ops, nn_ops, rnn_cell_impl",
        "from flowgraph.python.ops import variable_scope as vs",
        "from flowgraph.python.framework import dtypes, tensor_shape",
        "import flowgraph.python.platform.gfile as gfile",
        "from flowgraph.python.platform.gfile import FastGFile",
        "from flowgraph.python.util.nest import flatten",
        "from flowgraph.app.flags import DEFINE_string",
        "import flowgraph.python.ops.rnn_cell",
        "from flowgraph.python import debug, pywrap_tensorflow; pywrap_tensorflow.NewCheckpointReader",
        "import flowgraph.python.saved_model.tag_constants as t; assert t.SERVING == 'serve'",
        "from flowgraph.python.saved_model import builder, loader, signature_def_utils, utils",
        "from flowgraph.contrib.metrics.python.ops import set_ops; set_ops.set_size",
        "from flowgraph.contrib.slim.python.slim.nets.inception_v3 import inception_v3_base",
        "from flowgraph.python.data.ops import dataset_ops, iterator_ops",
    ],
)
def test_imports_of_old_scripts(statement: str) -> None:
    code = f"{statement}\nimport flowgraph as tf; assert tf.gfile.__spec__.name == 'flowgraph.gfile'"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT.parent.parent)


def test_contrib_has_the_packages_inside() -> None:
    from flowgraph.contrib.framework.python.ops import add_arg_scope, arg_scope, variables
    from flowgraph.contrib.framework.python.ops.arg_scope import has_arg_scope
    from flowgraph.contrib.layers.python.layers import batch_norm, initializers, utils
    from flowgraph.contrib.layers.python.layers import layers as layers_lib
    from flowgraph.contrib.layers.python.layers.layers import fully_connected
    from flowgraph.contrib.layers.python.layers.regularizers import l2_regularizer
    from flowgraph.contrib.slim.python.slim import learning
    from flowgraph.contrib.slim.python.slim.nets import resnet_v1
    from flowgraph.contrib.slim.python.slim.nets.vgg import vgg_16

    layers, framework = tf.contrib.layers, tf.contrib.framework
    assert (batch_norm, fully_connected, l2_regularizer) == (
        layers.batch_norm, layers.fully_connected, layers.l2_regularizer,
    )  # fmt: skip
    assert (layers_lib, utils, learning) == (layers, tf.contrib.slim.utils, tf.contrib.slim.learning)
    assert initializers.xavier_initializer is layers.xavier_initializer
    assert (add_arg_scope, arg_scope, has_arg_scope) == (
        framework.add_arg_scope, framework.arg_scope, framework.has_arg_scope,
    )  # fmt: skip
    assert variables.model_variable is framework.model_variable
    assert callable(resnet_v1.resnet_v1_50)
    assert vgg_16.default_image_size == 224


@pytest.mark.parametrize(
    ("module", "public"),
    [
        ("learn.python.learn.datasets.mnist", "learn.datasets.mnist"),
        ("learn.python.learn.preprocessing.text", "learn.preprocessing"),
        ("legacy_seq2seq.python.ops.seq2seq", "legacy_seq2seq"),
        ("losses.python.losses.loss_ops", "losses"),
        ("metrics.python.ops.metric_ops", "metrics"),
        ("opt.python.training.weight_decay_optimizers", "opt"),
        ("rnn.python.ops.lstm_ops", "rnn"),
        ("seq2seq.python.ops.attention_wrapper", "seq2seq"),
        ("seq2seq.python.ops.helper", "seq2seq"),
        ("training.python.training.training", "training"),
    ],
)
def test_a_module_inside_contrib_has_names_of_the_public_one(module: str, public: str) -> None:
    inside = importlib.import_module(f"flowgraph.contrib.{module}")
    package = importlib.import_module(f"flowgraph.contrib.{public}")
    assert inside.__all__
    for name in inside.__all__:
        assert getattr(inside, name) is getattr(package, name)
    with pytest.raises(ImportError, match="cannot import name 'nothing'"):
        importlib.import_module(f"{inside.__name__}.nothing")


CHECKPOINT = """\
tensor_name:  scope/w
[[1.5]]
tensor_name:  x
[1. 2.]
tensor_name:  y
3
# Total number of params: 4
tensor_name:  scope/w
tensor_name:  x
tensor_name:  y
# Total number of params: 4
scope/w (DT_FLOAT) [1,1]
x (DT_FLOAT) [2]
y (DT_INT32) []

# Total number of params: 4
tensor_name:  x
[1. 2.]
# Excluding 1 tensors (1 params) that match scope when counting.
# Total number of params: 3
tensor_name:  zz
Key zz not found in checkpoint
Unsuccessful TensorSliceReader constructor: Failed to find any matching files for none
"""
"""What TensorFlow 1.15.5 prints."""


def test_a_checkpoint_is_printed_as_tf_prints_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from flowgraph.python.tools import inspect_checkpoint

    with tf.Graph().as_default(), tf.Session() as sess:
        for name, value in {"x": [1.0, 2.0], "y": 3, "scope/w": [[1.5]]}.items():
            tf.Variable(value, name=name)
        sess.run(tf.global_variables_initializer())
        path = tf.train.Saver().save(sess, str(tmp_path / "m"))
    show = inspect_checkpoint.print_tensors_in_checkpoint_file
    show(path, "", True)
    show(path, "", False, True)
    show(path, None, False)
    show(path, "x", False, False, "scope")
    show(path, "zz", False)
    show("none", "", True)
    assert capsys.readouterr().out == CHECKPOINT


def test_the_devices_are_one_cpu() -> None:
    from flowgraph.python.client import device_lib

    (cpu,) = device_lib.list_local_devices()
    text = 'name: "/device:CPU:0"\ndevice_type: "CPU"\nmemory_limit: 268435456\nlocality {\n}\nincarnation: '
    assert str(cpu) == f"{text}{cpu.incarnation}\n"
    assert device_lib.list_local_devices() == [cpu]
    assert not [device.name for device in device_lib.list_local_devices() if device.device_type == "GPU"]


def test_what_dumps_of_the_debugger_says_that_it_is_not_here() -> None:
    from flowgraph.python import debug

    for name in set(debug.__all__) - {"DebugTensorDatum", "LocalCLIDebugWrapperSession", "has_inf_or_nan"}:
        with pytest.raises(NotImplementedError, match=f"{name}: this part of TensorFlow's debugger is not here"):
            getattr(debug, name)(None)


def test_decorators_remember_what_they_are_around() -> None:
    from flowgraph.python.util import tf_decorator, tf_inspect

    def loudly(function):
        def louder(*args, **kwargs):
            return louder.__wrapped__(*args, **kwargs).upper()

        return tf_decorator.make_decorator(function, louder)

    def greet(name, greeting="hello"):
        """Greet somebody."""
        return f"{greeting} {name}"

    def leave(name):
        return f"bye {name}"

    greet.mark = 7
    decorated = loudly(loudly(greet))
    assert decorated("you") == "HELLO YOU"
    assert (decorated.__name__, decorated.__doc__, decorated.mark) == ("greet", "Greet somebody.", 7)
    decorators, target = tf_decorator.unwrap(decorated)
    assert target is greet
    assert [each.decorator_name for each in decorators] == ["loudly", "loudly"]
    assert tf_inspect.getargspec(decorated) == (["name", "greeting"], None, None, ("hello",))
    assert tf_inspect.getfullargspec(decorated).args == ["name", "greeting"]
    assert tf_inspect.getcallargs(decorated, "you") == {"name": "you", "greeting": "hello"}
    assert tf_decorator.rewrap(decorated, greet, leave) is decorated
    assert decorated("you") == "BYE YOU"
    assert tf_decorator.rewrap(greet, greet, leave) is leave


def test_signatures_of_partials_and_of_other_callables() -> None:
    import functools

    from flowgraph.python.util import tf_inspect

    def f(a, b, c=3, **rest):
        return a, b, c, rest

    assert tf_inspect.getargspec(functools.partial(f, 1)) == (["b", "c"], None, "rest", (3,))
    assert tf_inspect.getargspec(functools.partial(f, b=2)) == (["a", "b", "c"], None, "rest", (2, 3))
    with pytest.raises(ValueError, match=r"Some arguments \['b'\] do not have default value, but they are positioned"):
        tf_inspect.getargspec(functools.partial(f, a=1))
    assert tf_inspect.getargspec(tf.train.Saver.save).args[:3] == ["self", "sess", "save_path"]
    assert tf_inspect.isfunction(f)
    assert not tf_inspect.isclass(f)
    assert tf_inspect.currentframe().f_code.co_name == "test_signatures_of_partials_and_of_other_callables"
