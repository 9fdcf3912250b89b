"""Mistakes raise what TensorFlow 1.15.5 raises: the same exception, the same first line.

The mistakes are in tests/programs/mistakes*.py, what TensorFlow says to them is in tests/golden/errors.json.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import flowgraph as tf
from tests.golden.notation import error_record
from tests.programs.mistakes import all_mistakes

GOLDEN = json.loads((Path(__file__).parent / "golden" / "errors.json").read_text(encoding="utf-8"))
MISTAKES = all_mistakes()

ACCEPTED = [name for name, record in GOLDEN.items() if record is None]
WORDED = [name for name, record in GOLDEN.items() if record and record[1] is not None]
BARE = [name for name, record in GOLDEN.items() if record and record[1] is None]

BETTER = {"AttributeError": {"TypeError", "ValueError"}, "AssertionError": {"TypeError", "ValueError"}}
"""Where TensorFlow stumbles ('int' object has no attribute 'dtype'), ours may say what is wrong."""

KINDS_THAT_NAME_A_FILE = ("shapes.", "values.mixed_dtypes.", "run.run_time_shapes.", "run.unfed.")
"""Kinds of mistakes whose message names the user's own file."""

SAID_AS_A_FEED = {"run.feeds.variable", "run.feeds.tensors_in_list"}
"""Tensors that numpy would have to make an array of: TensorFlow passes its ValueError on."""


def raised(name):
    with tf.Graph().as_default():
        return error_record(MISTAKES[name], tf)


@pytest.mark.parametrize("name", WORDED)
def test_class_and_first_line(name):
    assert raised(name) == GOLDEN[name]


@pytest.mark.parametrize("name", BARE)
def test_class(name):
    """TensorFlow's message is Python's own here, or not worth keeping."""
    outcome = raised(name)
    assert outcome is not None
    better = {"TypeError"} if name in SAID_AS_A_FEED else BETTER.get(GOLDEN[name][0], set())
    assert outcome[0] in {GOLDEN[name][0]} | better


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(name):
    assert raised(name) is None


@pytest.mark.parametrize("name", [name for name in WORDED if name.startswith(KINDS_THAT_NAME_A_FILE)])
def test_message_names_the_users_file(name):
    with tf.Graph().as_default(), pytest.raises(Exception) as caught:
        MISTAKES[name](tf)
    assert f"mistakes_{name.partition('.')[0]}.py" in str(caught.value)


def test_every_mistake_is_recorded():
    assert set(GOLDEN) == set(MISTAKES)
