"""tf.get_variable and tf.variable_scope: who finds what. Their graphs are compared in test_programs.py."""

from __future__ import annotations

import threading

import pytest

import flowgraph as tf


@pytest.fixture(autouse=True)
def own_graph():
    with tf.Graph().as_default():
        yield


# -- reuse -------------------------------------------------------------------------------------------------


def test_a_name_is_taken_once():
    tf.get_variable("w", [2])
    with pytest.raises(ValueError) as caught:
        tf.get_variable("w", [2])
    lines = str(caught.value).splitlines()
    assert lines[0] == (
        "Variable w already exists, disallowed. Did you mean to set reuse=True or reuse=tf.AUTO_REUSE in "
        "VarScope? Originally defined at:"
    )
    made = next(line for line in lines if "test_variable_scope.py" in line)
    assert made.endswith(': tf.get_variable("w", [2])')
    assert "reset_default_graph" in str(caught.value)


def test_reuse_finds_and_never_makes():
    with tf.variable_scope("a"):
        w = tf.get_variable("w", [2])
    with tf.variable_scope("a", reuse=True):
        assert tf.get_variable("w") is w
        assert tf.get_variable("w", [2]) is w
        with pytest.raises(ValueError) as caught:
            tf.get_variable("v", [2])
    assert str(caught.value).startswith(
        "Variable a/v does not exist, or was not created with tf.get_variable(). "
        "Did you mean to set reuse=tf.AUTO_REUSE in VarScope?"
    )


def test_a_missing_variable_is_looked_for_in_other_scopes():
    with tf.variable_scope("layer1"):
        tf.get_variable("w", [2])
    with tf.variable_scope("layer2", reuse=True), pytest.raises(ValueError, match="there is layer1/w"):
        tf.get_variable("w", [2])


def test_auto_reuse_does_either():
    with tf.variable_scope("a", reuse=tf.AUTO_REUSE):
        assert tf.get_variable("w", [2]) is tf.get_variable("w", [2])
    assert len(tf.global_variables()) == 1


def test_reuse_holds_for_inner_scopes_and_ends_with_the_block():
    with tf.variable_scope("a") as scope:
        assert scope.reuse is False
        scope.reuse_variables()
        with tf.variable_scope("b", reuse=False) as inner:
            assert inner.reuse is True
    assert tf.get_variable_scope().reuse is False
    with tf.variable_scope("a") as scope:
        assert scope.reuse is False


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"shape": [3]}, r"Trying to share variable w, but specified shape \(3,\) and found shape \(2,\)\."),
        ({"shape": [2], "dtype": tf.int32}, "specified dtype int32 and found dtype float32_ref"),
    ],
)
def test_what_is_found_must_be_what_was_asked_for(arguments, words):
    tf.get_variable("w", [2])
    with tf.variable_scope("", reuse=True), pytest.raises(ValueError, match=words) as caught:
        tf.get_variable("w", **arguments)
    assert "test_variable_scope.py" in str(caught.value)


def test_variables_of_tf_variable_are_not_found():
    tf.Variable(1.0, name="w")
    with tf.variable_scope("", reuse=True), pytest.raises(ValueError, match="Variable w does not exist"):
        tf.get_variable("w", [1])


def test_each_graph_has_its_own_variables():
    v = tf.get_variable("w", [2])
    with tf.Graph().as_default():
        w = tf.get_variable("w", [2])
    assert v is not w
    assert v.graph is not w.graph


# -- scopes ------------------------------------------------------------------------------------------------


def test_the_outermost_scope():
    scope = tf.get_variable_scope()
    assert (scope.name, scope.original_name_scope, scope.reuse, scope.dtype) == ("", "", False, tf.float32)
    assert scope.initializer is scope.regularizer is scope.custom_getter is scope.constraint is None


def test_scopes_know_their_variables():
    with tf.variable_scope("a") as scope:
        v = tf.get_variable("v", [1])
        w = tf.get_variable("w", [1], trainable=False)
        u = tf.get_local_variable("u", [1])
    with tf.variable_scope("ab"):
        tf.get_variable("v", [1])
    assert scope.global_variables() == [v, w]
    assert scope.trainable_variables() == [v]
    assert scope.local_variables() == [u]
    assert scope.get_collection(tf.GraphKeys.GLOBAL_VARIABLES) == [v, w]


def test_an_error_leaves_the_scope():
    with pytest.raises(KeyError), tf.variable_scope("a"), tf.variable_scope("b"):
        raise KeyError
    assert tf.get_variable_scope().name == ""
    assert tf.constant(1.0, name="c").name == "c:0"
    with pytest.raises(ValueError, match="not a valid scope name"), tf.variable_scope("not valid"):
        pass
    assert tf.get_default_graph() is not None
    assert tf.get_variable_scope().name == ""


def test_a_scope_works_on_the_graph_of_its_values():
    other = tf.Graph()
    with other.as_default():
        x = tf.constant(1.0)
    with tf.variable_scope("a", values=[x]):
        v = tf.get_variable("v", [1])
    assert v.graph is other
    assert tf.get_default_graph() is not other
    assert tf.global_variables() == []


def test_threads_have_scopes_of_their_own():
    graph = tf.get_default_graph()
    names = []

    def work():
        with graph.as_default():
            names.append(tf.get_variable_scope().name)
            with tf.variable_scope("inner"):
                names.append(tf.get_variable_scope().name)

    with tf.variable_scope("outer"):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert tf.get_variable_scope().name == "outer"
    assert names == ["", "inner"]


def test_constraints_belong_to_one_scope_alone():
    """As in TF, a scope does not take over the constraint of the one around it."""
    with tf.variable_scope("a", constraint=tf.nn.relu):
        assert tf.get_variable("v", [1]).constraint is tf.nn.relu
        with tf.variable_scope("b"):
            assert tf.get_variable("v", [1]).constraint is None


def test_a_regularizer_that_returns_nothing_adds_no_loss():
    tf.get_variable("v", [1], regularizer=lambda variable: None)
    assert tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES) == []


def test_custom_getters_see_every_option():
    seen = {}

    def getter(getter, name, **options):
        seen.update(options)
        return getter(name, **options)

    tf.get_variable("v", [1], custom_getter=getter, trainable=None)
    assert seen["trainable"] is True
    assert set(seen) == {
        "aggregation", "caching_device", "collections", "constraint", "dtype", "initializer", "partitioner",
        "regularizer", "reuse", "shape", "synchronization", "trainable", "use_resource", "validate_shape",
    }  # fmt: skip
    seen.clear()

    def narrow(getter, name, shape, dtype, initializer, regularizer, reuse, trainable, collections,
               caching_device, partitioner, validate_shape, use_resource, synchronization, aggregation):  # fmt: skip
        return getter(name, shape, dtype)

    assert tf.get_variable("w", [1], custom_getter=narrow).shape.as_list() == [1]


# -- what is refused ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"partitioner": 3}, ValueError, "Partitioner must be callable"),
        ({"custom_getter": 3}, ValueError, "Passed a custom_getter which is not callable: 3"),
        ({"initializer": 3.0}, ValueError, "If initializer is a constant, do not specify shape"),
        ({"dtype": tf.complex64}, ValueError, "An initializer for variable w of <dtype: 'complex64'> is required"),
    ],
)
def test_get_variable_refuses(options, error, words):
    with pytest.raises(error, match=words):
        tf.get_variable("w", [4], **options)


def test_a_partitioner_of_a_scalar_has_nothing_to_do():
    assert tf.get_variable("w", [], partitioner=lambda shape, dtype: []).shape.as_list() == []


def test_a_variable_needs_a_shape_or_a_value():
    with pytest.raises(ValueError, match="The initializer passed is not valid") as caught:
        tf.get_variable("w")
    assert "tf.get_variable('w', shape=[...])" in str(caught.value)


def test_a_value_has_one_dtype():
    with pytest.raises(ValueError, match="Initializer type '<dtype: 'int32'>' and explicit dtype '<dtype: 'float32'>'"):
        tf.get_variable("w", initializer=[1, 2], dtype=tf.float32)


def test_a_local_variable_is_not_trained():
    with pytest.raises(ValueError, match="not trainable"):
        tf.get_local_variable("w", [1], trainable=True)
    mine = ["mine"]
    w = tf.get_local_variable("w", [1], collections=mine)
    assert tf.get_collection("mine") == tf.local_variables() == [w]
    assert mine == ["mine"]
