"""Runs that tell what they did: RunMetadata, and the timeline that is drawn of it."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from google.protobuf import text_format

import flowgraph as tf
from flowgraph import protos
from flowgraph.python.client import timeline

GOLDEN = json.loads((Path(__file__).parent / "golden" / "timeline.json").read_text())
FULL = tf.RunOptions.FULL_TRACE


@pytest.fixture(autouse=True)
def a_graph_of_its_own():
    with tf.Graph().as_default():
        yield


def _stats():
    return text_format.Parse(GOLDEN["step_stats"], protos.StepStats())


def _training():
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    w = tf.get_variable("w", [3, 2], initializer=tf.ones_initializer())
    loss = tf.reduce_mean(tf.nn.relu(tf.matmul(x, w), name="y"), name="loss")
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss, tf.train.get_or_create_global_step(), name="train")
    return SimpleNamespace(x=x, w=w, loss=loss, train=train, feed={x: np.ones([4, 3], np.float32)})


def _told(fetches, feed=None, **options):
    metadata = tf.RunMetadata()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(fetches, feed, tf.RunOptions(**options), metadata)
    return metadata


def _nodes(metadata):
    (device,) = metadata.step_stats.dev_stats
    assert device.device == "/job:localhost/replica:0/task:0/device:CPU:0"
    return device.node_stats


@pytest.mark.parametrize("shown", [{"show_dataflow": False}, {"show_memory": True}])
def test_the_trace_is_tensorflows(shown):
    """(Of descriptions of tensors the text differs with the version of protobuf.)"""
    trace = json.loads(timeline.Timeline(_stats()).generate_chrome_trace_format(**shown))
    expected = GOLDEN["all" if "show_memory" in shown else "plain"]
    for told in (trace, expected):
        for event in told["traceEvents"]:
            if event["ph"] == "O":
                event["args"] = "requested_bytes" in event["args"]["snapshot"]["tensor_description"]
    assert trace == expected


def test_the_most_memory_in_use():
    found = timeline.Timeline(_stats()).analyze_step_stats().allocator_maximums
    told = {key: [most.timestamp, most.num_bytes, sorted(most.tensors)] for key, most in found.items()}
    assert told == GOLDEN["maximums"]


def test_what_every_op_did():
    model = _training()
    nodes = _nodes(_told([model.loss, model.train], model.feed, trace_level=FULL))
    labels = {node.node_name: node.timeline_label for node in nodes}
    assert labels["y"] == "y = Relu(MatMul)"
    assert labels["train/update_w/ApplyGradientDescent"].startswith("train/update_w/ApplyGradientDescent = ApplyG")
    (product,) = (node for node in nodes if node.node_name == "MatMul")
    description = product.output[0].tensor_description
    assert [dim.size for dim in description.shape.dim] == [4, 2]
    assert (description.dtype, description.allocation_description.requested_bytes) == (1, 32)
    assert all(node.all_start_micros > 10**15 and node.all_end_rel_micros > 0 for node in nodes)
    starts = [node.all_start_nanos for node in nodes]
    assert starts == sorted(starts)


def test_branches_and_loops_tell_what_they_run():
    loop = tf.while_loop(lambda i: i < 3, lambda i: tf.cond(i > 1, lambda: i + 1, lambda: i + 2), [0])
    names = [node.node_name for node in _nodes(_told(loop, trace_level=FULL))]
    assert names.count("while/Less") == 3
    assert names.count("while/cond/add_1") == 1
    assert names.count("while/cond/add") == 1


def test_runs_that_wait():
    queue = tf.FIFOQueue(3, tf.float32, name="queue")
    enqueue, value = queue.enqueue(2.0), queue.dequeue()
    metadata = tf.RunMetadata()
    with tf.Session() as session:
        session.run(enqueue)
        options = tf.RunOptions(trace_level=FULL, timeout_in_ms=20)
        assert session.run(value, options=options, run_metadata=metadata) == 2
        assert [node.node_name for node in _nodes(metadata)] == ["queue", "queue_Dequeue"]
        with pytest.raises(tf.errors.DeadlineExceededError):
            session.run(value, options=options, run_metadata=metadata)
        assert not metadata.step_stats.dev_stats


def test_the_graph_that_was_run():
    model = _training()
    metadata = _told(model.loss, model.feed, output_partition_graphs=True)
    (graph,) = metadata.partition_graphs
    assert not metadata.step_stats.dev_stats
    nodes = {node.name: (node.op, list(node.input)) for node in graph.node}
    assert nodes["_arg_x_0_0"] == ("_Arg", [])
    assert nodes["MatMul"] == ("MatMul", ["_arg_x_0_0", "w/read"])
    assert nodes["_retval_loss_0_0"] == ("_Retval", ["loss"])
    assert "x" not in nodes
    assert "train" not in nodes


def test_metadata_is_emptied_first():
    metadata = _told(tf.constant(1), trace_level=FULL)
    assert metadata.ByteSize()
    with tf.Session() as session:
        session.run(tf.constant(1), run_metadata=metadata)
    assert not metadata.ByteSize()


def test_a_writer_takes_it(tmp_path):
    metadata = _told(tf.constant(1), trace_level=FULL)
    with tf.summary.FileWriter(str(tmp_path)) as writer:
        writer.add_run_metadata(metadata, "run")
    (path,) = tmp_path.iterdir()
    (tagged,) = (event.tagged_run_metadata for event in tf.train.summary_iterator(str(path)) if _tag(event))
    assert tf.RunMetadata.FromString(tagged.run_metadata) == metadata


def _tag(event):
    return event.tagged_run_metadata.tag


def test_profiler_hook(tmp_path):
    model = _training()
    hook = tf.train.ProfilerHook(save_steps=2, output_dir=str(tmp_path), show_memory=True)
    with tf.train.MonitoredSession(hooks=[hook]) as session:
        for _ in range(5):
            session.run(model.train, model.feed)
    tf.summary.FileWriterCache.clear()
    traces = sorted(path.name for path in tmp_path.glob("timeline-*.json"))
    assert traces == ["timeline-2.json", "timeline-4.json"]
    events = json.loads((tmp_path / traces[0]).read_text())["traceEvents"]
    assert {"X", "M", "C", "N", "D"} <= {event["ph"] for event in events}
    (path,) = tmp_path.glob("events*")
    tags = map(_tag, tf.train.summary_iterator(str(path)))
    assert list(filter(None, tags)) == ["step_2", "step_4"]
