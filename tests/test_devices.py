"""Devices: every op runs on the CPU, whatever device it asks for; that is said once."""

from __future__ import annotations

import pytest

import flowgraph as tf


@pytest.fixture(autouse=True)
def _fresh_graph(monkeypatch):
    monkeypatch.setattr("flowgraph.ir.device._elsewhere", set())
    with tf.Graph().as_default():
        yield


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("/gpu:0", "/device:GPU:0"),
        ("gpu:0", "/device:GPU:0"),
        ("/GPU:0", "/device:GPU:0"),
        ("/cpu", "/device:CPU:*"),
        ("/gpu:*", "/device:GPU:*"),
        ("/device:TPU:0", "/device:TPU:0"),
        ("/job:ps/task:1/gpu:3", "/job:ps/task:1/device:GPU:3"),
        ("/job:a/job:b", "/job:b"),
        ("", ""),
        (None, ""),
        (tf.DeviceSpec(device_type="gpu", device_index=1), "/device:GPU:1"),
    ],
)
def test_names_are_written_as_tensorflow_writes_them(asked, written):
    with tf.device(asked):
        x = tf.constant(1.0)
    assert x.op.device == written
    with tf.Session() as session:
        assert session.run(x) == 1.0


def test_the_cpu_in_place_of_a_gpu_is_noted_once(caplog):
    with tf.device("/cpu:0"):
        tf.constant(1.0)
    assert not caplog.records
    for _ in range(2):
        with tf.device("/gpu:1"):
            tf.constant(1.0)
    (record,) = caplog.records
    assert record.getMessage().startswith("tf.device('/device:GPU:1'): flowgraph computes on the CPU")


def test_soft_placement_is_what_happens_and_needs_no_note(caplog):
    tf.Session(config=tf.ConfigProto(allow_soft_placement=True)).close()
    assert not caplog.records


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("foo", "Unknown attribute: 'foo' in 'foo'"),
        ("/foo:3", "Unknown attribute: 'foo' in '/foo:3'"),
        ("/cpu:0/gpu:1", "Cannot specify multiple device types: /cpu:0/gpu:1"),
        ("/job:worker/replica:x", "invalid literal for int() with base 10: 'x'"),
    ],
)
def test_names_that_are_none(asked, message):
    with pytest.raises(ValueError) as caught, tf.device(asked):
        pass
    assert str(caught.value) == message


def test_specs_are_read_changed_and_merged():
    spec = tf.DeviceSpec.from_string("/job:w/cpu:1")
    parts = (spec.job, spec.replica, spec.task, spec.device_type, spec.device_index)
    assert parts == ("w", None, None, "CPU", 1)
    assert (
        tf.DeviceSpec.from_string("/job:w/replica:0/task:3/cpu:*").to_string() == "/job:w/replica:0/task:3/device:CPU:*"
    )
    assert spec.parse_from_string("/gpu:2").to_string() == "/device:GPU:2"
    assert spec == tf.DeviceSpec(device_type="GPU", device_index=2)
    assert len({spec, tf.DeviceSpec.from_string("/gpu:2"), tf.DeviceSpec()}) == 2
    merged = tf.DeviceSpec(job="a")
    merged.merge_from(tf.DeviceSpec(task=3, device_type="CPU"))
    assert merged.to_string() == "/job:a/task:3/device:CPU:*"
    assert merged.replace(task=5).to_string() == "/job:a/task:5/device:CPU:*"
    assert merged.make_merged_spec(tf.DeviceSpec(job="q")).to_string() == "/job:q/task:3/device:CPU:*"
    with pytest.raises(ValueError, match="invalid literal"):
        merged.task = "x"
