"""Resource variables: what their properties say, when reads are copies, sessions and threads."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.ir.build import build_program
from flowgraph.ir.program import COPY
from flowgraph.ir.verify import verify
from flowgraph.session import ENGINES


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as fresh:
        yield fresh


@pytest.fixture(params=sorted(ENGINES))
def session(request, graph):
    config = tf.ConfigProto()
    config.experimental.executor_type = request.param
    with tf.Session(config=config) as sess:
        yield sess


def resource(value, **options):
    return tf.Variable(value, use_resource=True, **options)


def copies(fetches, targets=()):
    """How many reads of a Program are copies."""
    program = build_program([getattr(t, "_as_graph_element", lambda t=t: t)() for t in fetches], list(targets), [])
    verify(program)
    return sum(step.opdef is COPY for step in program.walk())


def test_what_a_variable_says_of_itself():
    v = resource([1.0, 2.0], name="v", trainable=False)
    assert (v.name, v.op.type, v.dtype, v.shape.as_list()) == ("v:0", "VarHandleOp", tf.float32, [2])
    assert (v.handle.dtype, v.initializer.name, v.create is v.initializer) == (tf.resource, "v/Assign", True)
    assert v.initial_value.name == "v/Initializer/initial_value:0"
    assert (v.trainable, v.constraint, v.device, v.graph) == (False, None, "", tf.get_default_graph())
    assert (v.synchronization, v.aggregation) == (tf.VariableSynchronization.AUTO, tf.VariableAggregation.NONE)
    assert isinstance(v, tf.Variable)
    assert tf.is_tensor(v)
    after = v.assign([3.0, 4.0])
    assert (after.name, after.op.type, after.handle, after.initializer) == (
        "AssignVariableOp", "AssignVariableOp", v.handle, None,
    )  # fmt: skip
    assert repr(after) == "<tf.Variable 'AssignVariableOp' shape=(2,) dtype=float32>"


def test_the_switch_holds_for_both_ways_of_making_variables():
    assert not tf.resource_variables_enabled()
    tf.enable_resource_variables()
    try:
        assert tf.resource_variables_enabled()
        made = [tf.Variable(1.0), tf.get_variable("w", [])]
        assert [v.op.type for v in made] == ["VarHandleOp"] * 2
        with tf.variable_scope("s", use_resource=False):
            assert [v.op.type for v in (tf.Variable(1.0), tf.get_variable("w", []))] == ["VariableV2"] * 2
    finally:
        tf.disable_resource_variables()
    assert tf.Variable(1.0).op.type == "VariableV2"


def test_creators_are_told_the_kind():
    seen = []

    def creator(next_creator, **options):
        seen.append(options["use_resource"])
        return next_creator(**options)

    with tf.variable_creator_scope(creator):
        tf.Variable(1.0)
        tf.get_variable("a", [])
        tf.get_variable("b", [], use_resource=True)
    assert seen == [None, False, True]


# -- when a read is a copy -----------------------------------------------------------------------------------


def test_training_copies_nothing():
    w = resource([[1.0], [2.0]])
    loss = tf.reduce_sum(tf.square(tf.matmul([[1.0, 2.0]], w)))
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    assert copies([loss], [train]) == 0


def test_what_is_fetched_beside_a_write_is_a_copy(session):
    w = resource([1.0, 2.0])
    view = tf.reshape(w.value(), [2, 1])
    change = w.assign_add([1.0, 1.0], read_value=False)
    assert copies([w], [change]) == 1
    assert copies([view], [change]) == 1
    assert copies([w, view]) == 0
    session.run(w.initializer)
    old, column, _ = session.run([w, view, change])
    assert old.tolist() == [1.0, 2.0]
    assert column.tolist() == [[1.0], [2.0]]
    assert session.run(w).tolist() == [2.0, 3.0]


def test_a_read_in_a_branch_is_a_copy_where_there_are_writes(session):
    w = resource([1.0, 2.0])
    p = tf.placeholder(tf.bool, [])

    def before_and_after():
        before = w.read_value()
        with tf.control_dependencies([before]):
            change = w.assign([7.0, 8.0], read_value=False)
        with tf.control_dependencies([change]):
            return before + 0.0, w.read_value()

    pair = tf.cond(p, before_and_after, lambda: (w + 10.0, w + 20.0))
    later = w * 1.0
    session.run(w.initializer)
    first = session.run([*pair, later], {p: False})
    assert [value.tolist() for value in first] == [[11.0, 12.0], [21.0, 22.0], [1.0, 2.0]]
    first = session.run(pair, {p: True})
    assert [value.tolist() for value in first] == [[1.0, 2.0], [7.0, 8.0]]
    program = build_program(list(pair), [], [p])
    verify(program)


def test_a_handed_out_read_survives_a_later_write(session):
    w = resource([1.0, 2.0])
    p = tf.placeholder(tf.bool, [])
    chosen = tf.cond(p, w.value, lambda: w.read_value() * 2.0)
    with tf.control_dependencies([chosen]):
        change = w.assign([0.0, 0.0], read_value=False)
    with tf.control_dependencies([change]):
        result = chosen + 1.0
    for taken, wanted in ((True, [2.0, 3.0]), (False, [3.0, 5.0])):
        session.run(w.initializer)
        assert session.run(result, {p: taken}).tolist() == wanted


def test_writes_run_in_the_order_in_which_they_were_made(session):
    w = resource(1.0)
    changes = [w.assign_add(1.0, read_value=False), w.assign(w * 10.0, read_value=False),
               w.assign_sub(3.0, read_value=False)]  # fmt: skip
    session.run(w.initializer)
    session.run(changes)
    assert session.run(w) == 7.0  # the read for `w * 10` comes before all three


def test_a_handle_may_take_another_shape(session):
    w = resource([1.0], shape=tf.TensorShape([None]))
    x = tf.placeholder(tf.float32, [None])
    change = w.assign(x)
    with tf.control_dependencies([change.op]):
        total = tf.reduce_sum(w.read_value())
    session.run(w.initializer)
    for size in (3, 5, 2):
        assert session.run(total, {x: np.ones(size)}) == size
        assert session.run(w).shape == (size,)
    session.run(w.initializer)
    assert session.run(w).tolist() == [1.0]


def test_a_value_of_a_shape_that_was_not_declared(session):
    """TensorFlow lets a value of unknown static shape in, whatever the variable's shape is."""
    w = resource([1.0, 2.0])
    x = tf.placeholder(tf.float32, None)
    change = w.assign(x, read_value=False)
    with tf.control_dependencies([w.initializer]):
        reset = w.read_value() * 2.0
    session.run(w.initializer)
    session.run(change, {x: [5.0]})
    assert session.run(w).tolist() == [5.0]
    assert session.run(reset).tolist() == [2.0, 4.0]
    assert session.run(w).tolist() == [1.0, 2.0]


def test_fetched_values_are_the_callers_own(session):
    w = resource([1.0, 2.0])
    session.run(w.initializer)
    mine = session.run(w)
    mine[:] = 9.0
    assert session.run(w).tolist() == [1.0, 2.0]


def test_a_handle_cannot_be_fetched(session):
    w = resource([1.0, 2.0])
    session.run(w.initializer)
    with pytest.raises(NotImplementedError, match="handle of a variable"):
        session.run(w.handle)


def test_load_puts_a_value_in():
    w = resource([1.0, 2.0])
    size = len(tf.get_default_graph().get_operations())
    with tf.Session():
        w.load([3.0, 4.0])
        assert w.eval().tolist() == [3.0, 4.0]
    assert len(tf.get_default_graph().get_operations()) == size


def test_two_sessions_do_not_meet():
    w = resource(1.0)
    change = w.assign_add(1.0)
    with tf.Session() as one, tf.Session() as other:
        one.run(w.initializer)
        assert one.run(change) == 2.0
        with pytest.raises(tf.errors.FailedPreconditionError, match="Container localhost does not exist"):
            other.run(w)


def test_threads_count_together(session):
    w = resource(0)
    change = w.assign_add(1, read_value=False)
    session.run(w.initializer)

    def work():
        for _ in range(50):
            session.run(change)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert session.run(w) == 200


def test_all_that_lacks_a_value_is_named():
    a, b = resource(1.0, name="a"), resource(2.0, name="b")
    with tf.Session() as sess, pytest.raises(tf.errors.FailedPreconditionError) as caught:
        sess.run([a, b])
    said = str(caught.value)
    assert "Error while reading resource variable a from Container: localhost" in said
    assert "  a  made at" in said
    assert "  b  made at" in said
    assert "sess.run(tf.global_variables_initializer())" in said


# -- dtypes and sizes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [tf.float16, tf.float64, tf.int8, tf.int64, tf.uint8, tf.complex64, tf.bfloat16])
def test_dtypes(session, dtype):
    w = resource([1, 2, 3], dtype=dtype)
    changes = [w.assign_add([1, 1, 1]), w.assign_sub([0, 0, 1]), tf.scatter_update(w, [0], [7])]
    session.run(w.initializer)
    for change in changes:
        session.run(change)
    assert session.run(tf.cast(w, tf.float32)).tolist() == [7.0, 3.0, 3.0]
    assert session.run(tf.cast(tf.gather(w, [0, 2]), tf.float32)).tolist() == [7.0, 3.0]


def test_strings_and_bools(session):
    s, b = resource(["a", "b"]), resource([True, False])
    session.run(tf.global_variables_initializer())
    assert session.run(s.assign(["c", "d"])).tolist() == [b"c", b"d"]
    assert session.run(tf.gather(s, [1])).tolist() == [b"d"]
    assert session.run(b[1].assign(True)).tolist() == [True, True]
    with pytest.raises(tf.errors.InvalidArgumentError, match="No OpKernel was registered"):
        session.run(b.assign_add([True, True]))


def test_empty_variables(session):
    w = resource(np.zeros([0, 3], np.float32))
    session.run(w.initializer)
    assert session.run(w.assign_add(np.zeros([0, 3]))).shape == (0, 3)
    assert session.run(tf.gather(w, np.zeros([0], np.int32))).shape == (0, 3)
    assert session.run(tf.scatter_add(w, np.zeros([0], np.int64), np.zeros([0, 3]))).shape == (0, 3)


def test_a_destroyed_variable_has_no_value(session):
    from flowgraph.ir.emit import emit
    from flowgraph.ops.resource import DESTROY_RESOURCE_OP

    w = resource([1.0, 2.0], name="w")
    destroy = emit(DESTROY_RESOURCE_OP, w.handle)
    strict = emit(DESTROY_RESOURCE_OP, w.handle, ignore_lookup_error=False)
    session.run(destroy)
    session.run(w.initializer)
    session.run(strict)
    with pytest.raises(tf.errors.FailedPreconditionError, match="Resource localhost/w/N10tensorflow3VarE"):
        session.run(w)
    with pytest.raises(tf.errors.NotFoundError, match="Resource localhost/w/N10tensorflow3VarE"):
        session.run(strict)


def test_an_initial_value_that_comes_too_early_is_explained():
    """TensorFlow races here. Of a reference variable it takes the initialized value by itself."""
    a = resource([1.0, 2.0], name="a")
    b = resource(a * 2.0, name="b")
    with tf.Session() as sess:
        with pytest.raises(tf.errors.FailedPreconditionError, match=r"take a\.initialized_value\(\)"):
            sess.run(tf.global_variables_initializer())
        sess.run(a.initializer)
        sess.run(b.initializer)
        assert sess.run(b).tolist() == [2.0, 4.0]
