"""Decorators of what is to go: they warn once, name the caller, and leave the function as it was."""

from __future__ import annotations

import pytest

import flowgraph as tf
from flowgraph.platform import deprecation, logs

framework = tf.contrib.framework


@pytest.fixture
def lines(monkeypatch):
    found = []
    monkeypatch.setattr(logs, "warning", lambda message, *args: found.append(message % args))
    monkeypatch.setattr(deprecation, "_warned", set())
    return found


def test_a_function(lines):
    @framework.deprecated(None, "Use g.")
    def f(x):
        """Double x.

        More of it.
        """
        return 2 * x

    assert [f(1), f(x=2)] == [2, 4]
    assert len(lines) == 1
    assert "f (from" in lines[0]
    assert __file__ in lines[0]
    assert lines[0].endswith(
        "is deprecated and will be removed in a future version.\nInstructions for updating:\nUse g."
    )
    assert f.__doc__.splitlines()[0] == "Double x. (deprecated)"
    assert "More of it." in f.__doc__


def test_arguments(lines):
    @framework.deprecated_args("2030-01-01", "Leave it out.", "a", ("b", None))
    def f(x, a=1, b=2):
        return x, a, b

    assert f(0) == (0, 1, 2)
    assert f(0, b=None) == (0, 1, None)
    assert not lines
    assert f(0, 5, b=6) == (0, 5, 6)
    assert [line.partition("with ")[2].partition(" is")[0] for line in lines] == ["a", "b"]


def test_values(lines):
    @framework.deprecated_arg_values("2030-01-01", "Use 2.", warn_once=False, a=1)
    def f(a=1):
        return a

    assert [f(), f(2), f(1)] == [1, 2, 1]
    assert len(lines) == 2
    assert "with a=1 is deprecated and will be removed after 2030-01-01" in lines[0]


def test_mistakes():
    with pytest.raises(ValueError, match=r"^Date must be YYYY-MM-DD"):
        framework.deprecated("tomorrow", "Use g.")
    with pytest.raises(ValueError, match="conversion instructions"):
        framework.deprecated(None, "")
    with pytest.raises(ValueError, match="Specify which argument is deprecated"):
        framework.deprecated_args(None, "Use g.")
    with pytest.raises(ValueError, match=r"not present in the function signature: \['b'\]"):
        framework.deprecated_args(None, "Use g.", "b")(lambda a: a)
    with pytest.raises(ValueError, match="Specify which argument values"):
        framework.deprecated_arg_values(None, "Use g.")
