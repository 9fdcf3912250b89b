"""A name that is not there is told as what it is: TensorFlow's and missing, renamed, never to come, or misspelt."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

import flowgraph as tf
from flowgraph.absent import _WATCHED, AbsentAttributeError, AbsentImportError
from flowgraph.absent.advice import NEVER, RENAMED
from flowgraph.absent.story import in_tensorflow, own_names, tell, tensorflow_names
from tests.test_surface import MODULES


@pytest.mark.parametrize("prefix", sorted(set(MODULES) - {"debug.", "viz."}))
def test_every_public_module_tells(prefix):
    module = MODULES[prefix]
    assert module.__name__ in _WATCHED, "its last line should be: _absent.watch(__name__)"
    with pytest.raises(AbsentAttributeError, match=r"has no attribute 'not_a_name'\n\n  .* tf\.[\w.]*not_a_name"):
        _ = module.not_a_name


def test_old_import_paths_tell_too():
    found = [name for name in sys.modules if name.startswith("flowgraph.python.") or name == "flowgraph.python"]
    # a second name of a module leads to the module itself, which tells under its first
    assert {sys.modules[name].__name__ for name in found} <= set(_WATCHED)


def test_rooms_of_the_house_with_a_name_of_tensorflows_tell_too():
    from flowgraph import config, data

    for module, name in ((config, "experimental"), (data.experimental, "StatsAggregator")):
        with pytest.raises(AbsentAttributeError, match="flowgraph does not have it yet"):
            getattr(module, name)


def test_asking_with_hasattr_and_getattr_goes_on_working():
    assert not hasattr(tf, "never_heard_of")
    assert getattr(tf.nn, "never_heard_of", 7) == 7
    assert not hasattr(tf, "__wrapped__")
    with pytest.raises(AttributeError, match=r"^module 'flowgraph.nn' has no attribute '_private'$"):
        _ = tf.nn._private


@pytest.mark.parametrize(
    "statement",
    [
        "from flowgraph.contrib import tpu",
        "from flowgraph.contrib.tpu import TPUEstimator",
        "import flowgraph.contrib.tpu",
        "import flowgraph.contrib.tpu.python.tpu as tpu",
        "from flowgraph import lite",
        "from flowgraph.train import never_heard_of",
        "from flowgraph.python.ops import never_heard_of",
    ],
)
def test_imports_fail_as_imports_and_tell(statement):
    with pytest.raises(
        AbsentImportError, match=r"^cannot import name '(\w+)' from 'flowgraph.*'\n\n  TensorFlow 1.15 has"
    ):
        exec(statement)
    exec(f"try:\n    {statement}\nexcept ImportError:\n    pass")
    assert issubclass(AbsentImportError, ImportError)


def test_what_is_there_is_imported_as_ever():
    from flowgraph.contrib import layers
    from flowgraph.contrib.layers import l2_regularizer
    from flowgraph.nn import relu

    assert layers is tf.contrib.layers
    assert l2_regularizer is layers.l2_regularizer
    assert relu is tf.nn.relu
    assert importlib.import_module("flowgraph.nn") is tf.nn


def test_an_error_inside_a_package_is_not_hidden(tmp_path, monkeypatch):
    (tmp_path / "broken_user.py").write_text("import flowgraph.nn\nimport no_such_package\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'no_such_package'$"):
        importlib.import_module("broken_user")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mul", "TensorFlow 1.0 renamed tf.mul: use tf.multiply."),
        ("pack", "TensorFlow 1.0 renamed tf.pack: use tf.stack."),
        ("variable", "TensorFlow 1.15 has no tf.variable either. Did you mean tf.Variable or tf.get_variable?"),
        ("nn.rleu", "TensorFlow 1.15 has no tf.nn.rleu either. Did you mean tf.nn.relu?"),
        ("Optimizer", "TensorFlow 1.15 has no tf.Optimizer either. Did you mean tf.train.Optimizer?"),
        ("lite", "TensorFlow 1.15 has tf.lite; flowgraph will not have it: it is for another machine."),
        ("zzzz", "TensorFlow 1.15 has no tf.zzzz either."),
    ],
)
def test_what_is_said(name, said):
    assert tell(name) == said


def test_a_namesake_is_the_nearest():
    missing = "keras.layers.Dense"
    assert in_tensorflow(missing)
    assert tell(missing).endswith("does not have it yet.\nNearest: tf.layers.Dense.")


def test_nothing_that_is_here_is_said_to_be_missing():
    ours = set(own_names())
    assert not {name for table in (RENAMED, NEVER) for name in table if name in ours}
    assert {"nn.relu", "contrib.layers.l2_regularizer", "train.AdamOptimizer"} <= ours


def test_what_was_renamed_had_gone_by_then_and_its_new_name_is_tensorflows():
    assert not [name for name in RENAMED if "." not in name and name in tensorflow_names()[""]]
    assert not [new for new in RENAMED.values() if not in_tensorflow(new)]
    assert not [name for name in NEVER if not in_tensorflow(name)]


def test_a_message_does_not_need_every_package_that_the_house_can_use():
    code = (
        "import sys; sys.modules.update(google=None, absl=None); import flowgraph as tf\n"
        "try: tf.multipli\nexcept AttributeError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Did you mean" in done.stdout


def test_the_list_is_read_only_when_a_message_is():
    code = (
        "import sys, flowgraph as tf; print(hasattr(tf, 'nothing'), 'flowgraph.absent.story' in sys.modules)\n"
        "try: tf.nothing\nexcept AttributeError as error: print('no tf.nothing' in str(error))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False", "True"]
