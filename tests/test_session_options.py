"""Values that stay in a session, limits of time, reset and what else a session offers, as TensorFlow 1.15.5 has it."""

from __future__ import annotations

import gc
import time
import warnings
from collections.abc import Iterator

import numpy as np
import pytest

import flowgraph as tf


@pytest.fixture(autouse=True)
def _own_graph() -> Iterator[None]:
    with tf.Graph().as_default():
        yield


class TestHandles:
    def test_a_value_stays(self) -> None:
        kept = tf.get_session_handle(tf.constant([1.0, 2.0]))
        x = tf.placeholder(tf.float32, [2])
        with tf.Session() as sess:
            handle, same = sess.run([kept, {"again": kept}])
            assert str(handle) == handle.handle == "GetSessionHandle;0;/job:localhost/replica:0/task:0/device:CPU:0"
            assert same["again"].handle == handle.handle
            assert handle.eval().tolist() == [1, 2]
            assert sess.run(x * 2, {x: handle}).tolist() == [2, 4]
            holder, value = tf.get_session_tensor(handle.handle, tf.float32, name="its_value")
            assert (value.op.name, value.op.device) == ("its_value", "/job:localhost/replica:0/task:0/device:CPU:0")
            assert sess.run(value, {holder: handle.handle}).tolist() == [1, 2]
            assert sess.run(value, {holder: handle.to_numpy_array()}).tolist() == [1, 2]

    def test_values_are_the_sessions_own(self) -> None:
        v = tf.Variable([1.0])
        kept = tf.get_session_handle(v.read_value())
        with tf.Session() as sess:
            sess.run(v.initializer)
            handle = sess.run(kept)
            sess.run(v.assign([5.0]))
            value = handle.eval()
            value[:] = 7
            assert handle.eval().tolist() == [1]

    def test_strings(self) -> None:
        with tf.Session() as sess:
            assert sess.run(tf.get_session_handle(tf.constant("text"))).eval() == b"text"

    def test_deleted(self) -> None:
        kept = tf.get_session_handle(tf.constant(1.0))
        with tf.Session() as sess:
            handle = sess.run(kept)
            handle.delete()
            for call in (handle.eval, handle.delete):
                with pytest.raises(TypeError, match=rf"^Persistent tensor {handle} may have already been deleted\."):
                    call()
            other = sess.run(kept)
            holder, deleter = tf.delete_session_tensor(other.get_raw_handle())
            sess.run(deleter, {holder: other.handle})
            holder, value = tf.get_session_tensor(other.handle, tf.float32)
            with pytest.raises(tf.errors.InvalidArgumentError, match=r"^The tensor with handle 'GetSessionHandle;1;"):
                sess.run(value, {holder: other.handle})

    def test_values_without_handles_go_in_the_end(self) -> None:
        kept = tf.get_session_handle(tf.constant(1.0))
        with tf.Session() as sess:
            first = sess.run(kept).handle
            holder, value = tf.get_session_tensor(first, tf.float32)
            assert sess.run(value, {holder: first}) == 1
            for _ in range(12):
                sess.run(kept)
                gc.collect()
            with pytest.raises(tf.errors.InvalidArgumentError, match="is not in the session store"):
                sess.run(value, {holder: first})

    def test_values_that_were_deleted_by_hand_may_lose_their_handles_too(self) -> None:
        kept = tf.get_session_handle(tf.constant(1.0))
        with tf.Session() as sess:
            handles = [sess.run(kept) for _ in range(15)]
            holder, deleter = tf.delete_session_tensor(handles[0].handle)
            for handle in handles:
                sess.run(deleter, {holder: handle.handle})
            del handle, handles
            gc.collect()
            assert sess.run(kept).eval() == 1

    def test_refused(self) -> None:
        with pytest.raises(TypeError, match=r"^`data` must be of type Tensor"):
            tf.get_session_handle(3.0)
        for make in (lambda: tf.get_session_tensor("bad", tf.float32), lambda: tf.delete_session_tensor("bad")):
            with pytest.raises(ValueError, match=r"^Unknown attribute: 'bad' in 'bad'"):
                make()
        x = tf.placeholder(tf.int32, [])
        kept = tf.get_session_handle(tf.constant(1.0))
        with tf.Session() as sess, tf.Session() as other:
            handle = sess.run(kept)
            with pytest.raises(tf.errors.InvalidArgumentError, match=r"^Expects arg\[0\] to be int32 but float is"):
                sess.run(x + 1, {x: handle})
            y = tf.placeholder(tf.float32)
            with pytest.raises(tf.errors.InvalidArgumentError, match="is not in the session store"):
                other.run(y + 1, {y: handle})
            holder, value = tf.get_session_tensor(handle.handle, tf.int32)
            line = "^Output 0 of type float does not match declared output type int32"
            with pytest.raises(tf.errors.InternalError, match=line):
                sess.run(value, {holder: handle.handle})


class TestOptions:
    def test_a_limit_of_time(self) -> None:
        slow = tf.py_func(lambda: time.sleep(0.1) or 1.0, [], tf.float64)
        ran = []
        after = tf.py_func(lambda x: ran.append(1) or x, [slow], tf.float64, name="after")
        with tf.Session() as sess:
            options = tf.RunOptions(timeout_in_ms=20)
            for _ in range(2):
                with pytest.raises(tf.errors.DeadlineExceededError, match=r"^Timed out waiting for not") as caught:
                    sess.run(after, options=options)
                assert "after" in str(caught.value)
            assert not ran
            assert sess.run(after, options=tf.RunOptions(timeout_in_ms=60_000)) == 1
            assert sess.run(after) == 1
        with tf.Session(config=tf.ConfigProto(operation_timeout_in_ms=20)) as sess:
            with pytest.raises(tf.errors.DeadlineExceededError):
                sess.run(after)
            assert sess.run(tf.constant(1), options=tf.RunOptions(timeout_in_ms=60_000)) == 1

    def test_metadata_of_a_run_without_traces_is_empty(self) -> None:
        metadata = tf.RunMetadata()
        with tf.Session() as sess:
            assert sess.run(tf.constant(1), options=tf.RunOptions(), run_metadata=metadata) == 1
        assert str(metadata) == ""

    def test_what_is_not_there_is_refused(self) -> None:
        options = tf.RunOptions()
        options.debug_options.global_step = 3
        with tf.Session() as sess, pytest.raises(NotImplementedError, match=r"^RunOptions\.debug_options"):
            sess.run(tf.constant(1), options=options)

    def test_messages_of_the_wrong_kind(self) -> None:
        with tf.Session() as sess:
            with pytest.raises(TypeError, match=r"^options must be a tf\.RunOptions, but got <class 'int'>"):
                sess.run(tf.constant(1), options=3)
            with pytest.raises(TypeError, match=r"^run_metadata must be a tf\.RunMetadata"):
                sess.run(tf.constant(1), run_metadata=tf.RunOptions())

    def test_no_memory(self) -> None:
        v = tf.Variable(np.zeros(10, np.float32), name="held")
        huge = tf.zeros([2**20, tf.placeholder(tf.int32, [], name="rows")])
        with tf.Session() as sess:
            sess.run(v.initializer)
            options = tf.RunOptions(report_tensor_allocations_upon_oom=True)
            line = r"^OOM when allocating tensor with shape\[1048576,1073741824\] and type float on /job:localhost"
            with pytest.raises(tf.errors.ResourceExhaustedError, match=line) as caught:
                sess.run(huge, {"rows:0": 2**30}, options=options)
            assert "held: 40 bytes" in str(caught.value)
            with pytest.raises(tf.errors.ResourceExhaustedError) as caught:
                sess.run(huge, {"rows:0": 2**30})
            assert "held" not in str(caught.value)

    def test_callables(self) -> None:
        x = tf.placeholder(tf.float32, [])
        with tf.Session() as sess:
            plain, with_options = sess.make_callable(x + 1, [x]), sess.make_callable(x + 1, [x], accept_options=True)
            assert with_options(3, options=tf.RunOptions(), run_metadata=tf.RunMetadata()) == with_options(3) == 4
            metadata = tf.RunMetadata()
            with_options(3, options=tf.RunOptions(trace_level=1), run_metadata=metadata)
            assert metadata.step_stats.dev_stats[0].node_stats[-1].timeline_label.startswith("add")
            with pytest.raises(TypeError):
                plain(3, options=tf.RunOptions())


class TestSessions:
    def test_devices(self) -> None:
        (device,) = tf.Session().list_devices()
        name = "/job:localhost/replica:0/task:0/device:CPU:0"
        assert (device.name, device.device_type) == (name, "CPU")
        assert repr(device).startswith(f"_DeviceAttributes({name}, CPU, 268435456, ")

    def test_placement_is_logged(self, capsys: pytest.CaptureFixture[str]) -> None:
        x = tf.constant(1.0, name="x")
        with tf.Session(config=tf.ConfigProto(log_device_placement=True)) as sess:
            sess.run(tf.add(x, 2.0, name="sum"))
            sess.run(x)
        place = "/job:localhost/replica:0/task:0/device:CPU:0"
        assert capsys.readouterr().err.split("\n")[:-1] == [
            f"x: (Const): {place}", f"sum/y: (Const): {place}", f"sum: (Add): {place}"]  # fmt: skip

    def test_several_cpus(self, capsys: pytest.CaptureFixture[str]) -> None:
        x = tf.constant(1.0, name="x")
        with tf.device("/cpu:1"):
            y = tf.negative(x, name="y")
        with tf.device("/cpu:2"):
            z = tf.negative(y, name="z")
        config = tf.ConfigProto(device_count={"CPU": 2, "GPU": 0}, log_device_placement=True)
        place = "/job:localhost/replica:0/task:0/device:CPU:"
        with tf.Session(config=config) as sess:
            assert [device.name for device in sess.list_devices()] == [place + "0", place + "1"]
            assert sess.run(z) == 1
        logged = [f"x: (Const): {place}0", f"y: (Neg): {place}1", f"z: (Neg): {place}0"]
        assert capsys.readouterr().err.split("\n")[:-1] == logged
        with pytest.raises(tf.errors.NotFoundError, match=r"^No CPU devices are available in this process"):
            tf.Session(config=tf.ConfigProto(device_count={"CPU": 0}))

    def test_pools_of_threads(self) -> None:
        x = tf.constant(1.0)
        config = tf.ConfigProto()
        config.session_inter_op_thread_pool.add(num_threads=1)
        config.session_inter_op_thread_pool.add().global_name = "shared"
        assert tf.ConfigProto(session_inter_op_thread_pool=config.session_inter_op_thread_pool) == config
        for given, good, bad in ((None, (-1, 0), (-2, 1)), (config, (-1, 0, 1), (-2, 2))):
            with tf.Session(config=given) as sess:
                for number in good:
                    assert sess.run(x, options=tf.RunOptions(inter_op_thread_pool=number)) == 1
                for number in bad:
                    line = rf"^Invalid inter_op_thread_pool: {number}(?!\d)"
                    with pytest.raises(tf.errors.InvalidArgumentError, match=line):
                        sess.run(x, options=tf.RunOptions(inter_op_thread_pool=number))

    def test_reset(self) -> None:
        v = tf.Variable(1.0)
        sess = tf.Session()
        sess.run(v.initializer)
        with pytest.raises(tf.errors.NotFoundError, match=r"^No session factory registered"):
            tf.Session.reset("grpc://somewhere:1")
        tf.Session.reset("", ["any"])
        with pytest.raises(tf.errors.CancelledError, match=r"^Session has been closed\."):
            sess.run(v)
        with tf.Session() as fresh, pytest.raises(tf.errors.FailedPreconditionError):
            fresh.run(v)

    def test_blocks_inside_themselves(self) -> None:
        with tf.Session() as sess:
            with pytest.raises(RuntimeError, match=r"^Session context managers are not re-entrant"), sess:
                pass
            with sess.as_default():
                assert tf.constant(1).eval() == 1

    def test_several_interactive_sessions(self) -> None:
        x = tf.constant(1)
        first = tf.InteractiveSession()
        with pytest.warns(UserWarning, match=r"^An interactive session is already active"):
            second = tf.InteractiveSession()
        assert x.eval() == 1
        second.close()
        assert x.eval() == 1
        first.close()
        with pytest.raises(ValueError, match="No default session is registered"):
            x.eval()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            tf.InteractiveSession().close()

    def test_the_graph_as_a_message(self) -> None:
        tf.constant([1.0, 2.0], name="c")
        (node,) = tf.Session().graph_def.node
        assert (node.name, node.attr["_output_shapes"].list.shape[0].dim[0].size) == ("c", 2)

    def test_composites_of_ones_own(self) -> None:
        from flowgraph.fetches import register_session_run_conversion_functions

        class Pair:
            def __init__(self, x: tf.Tensor, y: tf.Tensor) -> None:
                self.x, self.y = x, y

        register_session_run_conversion_functions(
            Pair,
            lambda pair: ([pair.x, pair.y], lambda values: {"sum": values[0] + values[1]}),
            lambda pair, value: [(pair.x, value), (pair.y, -value)],
            lambda pair: [pair.x, pair.y],
        )
        with pytest.raises(ValueError, match="has already been registered so ignore it"):
            register_session_run_conversion_functions(Pair)
        fed = Pair(tf.placeholder(tf.float32, []), tf.placeholder(tf.float32, []))
        result = Pair(fed.x * 2, fed.y + 1)
        with tf.Session() as sess:
            assert sess.run([result], {fed: 3.0}) == [{"sum": 4.0}]
            handle = sess.partial_run_setup(result, [fed])
            assert sess.partial_run(handle, result, {fed: 5.0}) == {"sum": 6.0}
