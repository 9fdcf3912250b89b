"""Variables as objects, and how their values live in sessions. Their graphs are compared in test_programs.py."""

from __future__ import annotations

import inspect
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import flowgraph as tf
from flowgraph.session import ENGINES


@pytest.fixture(autouse=True)
def own_graph():
    with tf.Graph().as_default():
        yield


@pytest.fixture(params=sorted(ENGINES))
def session(request):
    """Makes a session on each engine, of the graph of the test."""

    def make():
        config = tf.ConfigProto()
        config.experimental.executor_type = request.param
        return tf.Session(config=config)

    return make


def initialized(sess):
    sess.run(tf.global_variables_initializer())
    return sess


# -- values live in sessions -------------------------------------------------------------------------------


def test_two_sessions_over_one_graph_never_meet(session):
    v = tf.Variable([1.0, 2.0])
    grow = v.assign_add([1.0, 1.0])
    with session() as one, session() as two:
        initialized(one).run(grow)
        with pytest.raises(tf.errors.FailedPreconditionError):
            two.run(v)
        initialized(two)
        one.run(grow)
        assert one.run(v).tolist() == [3.0, 4.0]
        assert two.run(v).tolist() == [1.0, 2.0]


def test_a_fetched_value_is_the_callers_own(session):
    v = tf.Variable([1.0, 2.0])
    with session() as sess:
        initialized(sess)
        before = sess.run(v)
        before[0] = 99.0
        read = sess.run(v.value())
        sess.run(v.assign_add([1.0, 1.0]))
        assert before.tolist() == [99.0, 2.0]
        assert read.tolist() == [1.0, 2.0]
        assert sess.run(v).tolist() == [2.0, 3.0]


def test_a_variable_keeps_no_array_that_it_was_given(session):
    x = tf.placeholder(tf.float32, [2])
    a, b = tf.Variable([0.0, 0.0]), tf.Variable([0.0, 0.0])
    fed = np.array([1.0, 2.0], np.float32)
    with session() as sess:
        initialized(sess)
        sess.run(a.assign(x), {x: fed})
        sess.run(b.assign(a))
        fed[:] = 7.0
        sess.run(a.assign_add([1.0, 1.0]))
        assert sess.run(a).tolist() == [2.0, 3.0]
        assert sess.run(b).tolist() == [1.0, 2.0]


def test_fetched_beside_an_update_it_shows_the_end_of_the_run(session):
    v = tf.Variable([1.0, 2.0])
    with session() as sess:
        initialized(sess)
        value, doubled, _ = sess.run([v, v * 2.0, v.assign_add([1.0, 1.0])])
        assert value.tolist() == [2.0, 3.0]
        assert doubled.tolist() == [2.0, 4.0]  # computed before the update, on which it does not depend


def test_assigning_a_part_of_a_variable_to_itself(session):
    v = tf.Variable([1.0, 2.0, 3.0, 4.0])
    turned = v[::-1].assign(v)
    shifted = tf.scatter_update(v, [1, 2, 3], v[:3])
    with session() as sess:
        initialized(sess)
        assert sess.run(turned).tolist() == [4.0, 3.0, 2.0, 1.0]
        assert sess.run(shifted).tolist() == [4.0, 4.0, 3.0, 2.0]


def test_updates_from_many_threads_all_count(session):
    count = tf.Variable(0)
    total = tf.Variable(np.zeros(100))
    step = tf.group(count.assign_add(1), total.assign_add(np.ones(100)))
    with session() as sess:
        initialized(sess)
        torn = []

        def work():
            for _ in range(50):
                sess.run(step)
                value = sess.run(total)
                if value.min() != value.max():
                    torn.append(value)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sess.run(count) == 200
        assert sess.run(total).tolist() == [200.0] * 100
        assert not torn


def test_feeding_a_variable_replaces_it_for_every_reader(session):
    v = tf.Variable([1.0, 2.0])
    y = v * 2.0 + v.read_value()
    with session() as sess:
        assert sess.run(y, {v: [10.0, 20.0]}).tolist() == [30.0, 60.0]


def test_load_and_eval():
    v = tf.Variable([1, 2])
    operations = len(tf.get_default_graph().get_operations())
    with pytest.raises(ValueError, match="Either session argument should be provided or default session"):
        v.load([3, 4])
    with tf.Session() as sess:
        v.load([3, 4])
        assert v.eval().tolist() == [3, 4]
        v.load(np.array([5, 6]), sess)
        assert v.eval(sess).tolist() == [5, 6]
        with pytest.raises(ValueError, match="Cannot feed value of shape"):
            v.load([1, 2, 3])
    assert len(tf.get_default_graph().get_operations()) == operations


def test_all_uninitialized_variables_are_named_at_once(session):
    first, second = tf.Variable(1.0, name="first"), tf.Variable(2.0, name="second")
    with session() as sess, pytest.raises(tf.errors.FailedPreconditionError) as caught:
        sess.run(first + second)
    message = str(caught.value)
    assert message.startswith("Attempting to use uninitialized value first")
    assert "second" in message
    assert "test_variables.py" in message
    assert "global_variables_initializer" in message


def test_another_shape_is_another_buffer(session):
    v = tf.Variable([1.0, 2.0], validate_shape=False)
    x = tf.placeholder(tf.float32)
    with session() as sess:
        initialized(sess)
        assert sess.run(tf.assign(v, x, validate_shape=False), {x: [[1.0, 2.0, 3.0]]}).shape == (1, 3)
        assert sess.run(v + 1.0).tolist() == [[2.0, 3.0, 4.0]]
        with pytest.raises(tf.errors.InvalidArgumentError) as caught:
            sess.run(tf.assign(v, x), {x: [1.0]})
        assert str(caught.value).startswith(
            "Assign requires shapes of both tensors to match. lhs shape= [1,3] rhs shape= [1]"
        )
        assert sess.run(v).shape == (1, 3)


@pytest.mark.parametrize("change", ["assign_add", "assign_sub"])
def test_updates_do_not_broadcast(session, change):
    v = tf.Variable([1.0, 2.0])
    x = tf.placeholder(tf.float32)
    with pytest.raises(ValueError, match="Shapes must be equal rank, but are 1 and 0"):
        getattr(v, change)(1.0)
    with session() as sess:
        initialized(sess)
        with pytest.raises(tf.errors.InvalidArgumentError, match="Parameters and update must be the same size"):
            sess.run(getattr(v, change)(x), {x: [1.0]})


def test_counting_ends_at_the_limit(session):
    v = tf.Variable(0)
    up = v.count_up_to(2)
    with session() as sess:
        initialized(sess)
        assert [sess.run(up), sess.run(up)] == [0, 1]
        with pytest.raises(tf.errors.OutOfRangeError, match="Reached limit of 2"):
            sess.run(up)
        assert sess.run(v) == 2


# -- scatters ----------------------------------------------------------------------------------------------

ROWS = st.lists(st.integers(0, 4), max_size=12)


@given(rows=ROWS, seed=st.integers(0, 99))
def test_scatters_are_a_loop_over_the_updates(rows, seed):
    updates = np.random.default_rng(seed).uniform(0.5, 2.0, (len(rows), 3)).astype(np.float32)
    start = np.arange(15, dtype=np.float32).reshape(5, 3)
    scatters = {
        tf.scatter_update: lambda old, new: new,
        tf.scatter_add: np.add,
        tf.scatter_sub: np.subtract,
        tf.scatter_mul: np.multiply,
        tf.scatter_div: np.divide,
        tf.scatter_min: np.minimum,
        tf.scatter_max: np.maximum,
    }
    with tf.Graph().as_default(), tf.Session() as sess:
        v = tf.Variable(start)
        indices = tf.constant(rows, tf.int32)
        for scatter, change in scatters.items():
            sess.run(v.initializer)
            expected = start.copy()
            for row, update in zip(rows, updates):
                expected[row] = change(expected[row], update)
            np.testing.assert_array_equal(sess.run(scatter(v, indices, updates)), expected)


def test_scatters_refuse_rows_that_are_not_there(session):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    x = tf.placeholder(tf.int32, [None])
    with session() as sess:
        initialized(sess)
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"indices\[1\] = -1 is not in \[0, 2\)"):
            sess.run(tf.scatter_add(v, x, 1.0), {x: [0, -1]})
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"Must have updates.shape = indices.shape"):
            sess.run(tf.scatter_add(v, x, tf.placeholder_with_default([[1.0, 1.0]], None)), {x: [0, 1]})
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"indices\[0\] = \[2, 0\] does not index into"):
            sess.run(tf.scatter_nd_add(v, [[2, 0]], [1.0]))
        assert sess.run(v).tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_a_slice_is_assigned_only_its_own_shape(session):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with session() as sess:
        initialized(sess)
        with pytest.raises(tf.errors.UnimplementedError, match=r"sliced l-value shape \[2\] does not match"):
            sess.run(v[0].assign(1.0))


# -- what a variable is ------------------------------------------------------------------------------------


def test_what_is_known_of_a_variable():
    v = tf.Variable([[1.0, 2.0]], name="v", trainable=False)
    assert repr(v) == str(v) == "<tf.Variable 'v:0' shape=(1, 2) dtype=float32_ref>"
    assert isinstance(v, tf.Variable)
    assert (v.name, v.op.name, v.initializer.name, v.value().name) == ("v:0", "v", "v/Assign", "v/read:0")
    assert v.dtype.is_ref
    assert v.dtype.base_dtype == tf.float32
    assert v.shape.as_list() == v.get_shape().as_list() == [1, 2]
    assert v.initial_value.name == "v/initial_value:0"
    assert v.graph is tf.get_default_graph()
    assert v.graph.as_graph_element(v) is v._ref()
    assert (v.trainable, v.constraint, v.device) == (False, None, "")
    assert v.synchronization is tf.VariableSynchronization.AUTO
    assert v.aggregation is tf.VariableAggregation.NONE
    assert tf.VariableAggregation.ONLY_FIRST_TOWER is tf.VariableAggregation.ONLY_FIRST_REPLICA


def test_variables_are_compared_by_identity():
    v, w = tf.Variable(1.0), tf.Variable(1.0)
    same = v
    assert v == same
    assert v != w
    assert {v: "v", w: "w"}[v] == "v"
    assert v.experimental_ref() == v.experimental_ref()
    assert v.experimental_ref() != w.experimental_ref()


def test_numpy_leaves_the_operators_to_the_variable():
    v = tf.Variable([1.0, 2.0])
    results = [np.array([1.0, 1.0], np.float32) + v, np.float32(2.0) * v, [3.0, 4.0] - v, v**2, v[1]]
    assert all(isinstance(result, tf.Tensor) for result in results)
    with tf.Session() as sess:
        initialized(sess)
        expected = [[2.0, 3.0], [2.0, 4.0], [2.0, 2.0], [1.0, 4.0], 2.0]
        for value, wanted in zip(sess.run(results), expected):
            assert np.asarray(value).tolist() == wanted


def test_adding_in_python_makes_a_tensor():
    v = w = tf.Variable(1.0)
    w += 1.0
    assert isinstance(w, tf.Tensor)
    assert isinstance(v, tf.Variable)


def test_conversion_of_variables():
    v = tf.Variable([1.0])
    assert tf.convert_to_tensor(v) is v.value()
    assert tf.convert_to_tensor(v, tf.float32) is v.value()
    with pytest.raises(ValueError, match="Incompatible type conversion requested to type 'int32' for variable"):
        tf.convert_to_tensor(v, tf.int32)


def test_the_signature_is_that_of_tf():
    names = list(inspect.signature(tf.Variable).parameters)
    assert names[:6] == ["initial_value", "trainable", "collections", "validate_shape", "caching_device", "name"]
    assert names[6:11] == ["variable_def", "dtype", "expected_shape", "import_scope", "constraint"]
    assert names[11:] == ["use_resource", "synchronization", "aggregation", "shape"]
    with pytest.raises(TypeError, match="unexpected keyword argument 'trainabel'"):
        tf.Variable(1.0, trainabel=False)


def test_arguments_of_variables():
    def keep(x):
        return x

    v = tf.Variable([1.0, 2.0], False, ["mine"], True, None, "w", constraint=keep, expected_shape=[2])
    assert (v.name, v.trainable, v.constraint) == ("w:0", False, keep)
    assert tf.get_collection("mine") == [v]
    assert tf.global_variables() == []
    on_read = tf.Variable(1.0, synchronization=tf.VariableSynchronization.ON_READ)
    assert not on_read.trainable
    both = tf.Variable(1.0, collections={"mine", tf.GraphKeys.TRAINABLE_VARIABLES})
    assert tf.trainable_variables() == [both]
    open_shape = tf.Variable([1.0, 2.0], shape=[None])
    assert open_shape.shape.as_list() == [None]


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"initial_value": 1.0, "import_scope": "v"}, ValueError, "import_scope"),
        ({"initial_value": 1.0, "variable_def": "v"}, ValueError, "mutually exclusive"),
        ({"initial_value": [1.0, 2.0], "expected_shape": [3]}, ValueError, r"expected_shape is \(3,\)"),
        ({"initial_value": [1.0, 2.0], "shape": [3]}, ValueError, "Dimension 0 in both shapes must be equal"),
    ],
)
def test_arguments_that_are_refused(options, error, words):
    with pytest.raises(error, match=words):
        tf.Variable(**options)


def test_only_variables_can_be_changed():
    with pytest.raises(AttributeError, match="'Tensor' object has no attribute 'assign'") as caught:
        tf.assign(tf.constant(1.0), 2.0)
    assert "tf.Variable" in str(caught.value)


def test_an_initial_value_may_not_change_another_variable():
    v = tf.Variable(1.0)
    with pytest.raises(ValueError, match=r"Input 'ref' passed .* expected ref type"):
        tf.Variable(v.assign_add(1.0))


def test_initial_values_through_a_deep_graph():
    a = tf.Variable(1.0, name="a")
    x = a.value()
    for _ in range(3000):
        x = tf.negative(x)
    b = tf.Variable(x, name="b")
    with tf.Session() as sess:
        initialized(sess)
        assert sess.run(b) == 1.0


def test_lists_of_variables_by_scope():
    with tf.name_scope("layer"):
        v = tf.Variable(1.0, name="v")
    w = tf.Variable(1.0, name="w", trainable=False)
    assert tf.global_variables() == tf.all_variables() == [v, w]
    assert tf.trainable_variables() == [v]
    assert tf.global_variables("layer/") == [v]
    assert tf.global_variables(".*w") == [w]
    assert tf.local_variables() == tf.model_variables() == tf.moving_average_variables() == []


def test_creators_are_asked_from_the_innermost_out():
    asked = []

    def creator(number):
        def create(next_creator, **options):
            asked.append(number)
            return next_creator(**options)

        return create

    with tf.variable_creator_scope(creator(1)), tf.variable_creator_scope(creator(2)):
        v = tf.Variable(1.0)
    tf.Variable(2.0)
    assert asked == [2, 1]
    assert isinstance(v, tf.Variable)


def test_a_creator_may_return_what_it_likes():
    with tf.variable_creator_scope(lambda next_creator, **options: options["initial_value"]):
        assert tf.Variable(5) == 5


@pytest.mark.parametrize("use_resource", [False, True])
def test_a_definition_names_the_ops_that_the_variable_has(use_resource):
    made = tf.get_variable("w", initializer=[1.0, 2.0], use_resource=use_resource)
    count = len(tf.get_default_graph().get_operations())
    found = tf.Variable(variable_def=made.to_proto(), use_resource=use_resource)
    assert (found.name, found.initializer) == ("w:0", made.initializer)
    assert len(tf.get_default_graph().get_operations()) == count
    with tf.Session() as sess:
        sess.run(found.initializer)
        assert sess.run(found).tolist() == [1.0, 2.0]
    with pytest.raises(KeyError, match="scope/w"):
        tf.Variable(variable_def=made.to_proto(), import_scope="scope", use_resource=use_resource)
