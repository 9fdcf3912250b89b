"""tf.summary: pictures, sound, text and tensors under tags."""

from __future__ import annotations

import numpy as np

from .data import uniform


def pictures(tf):
    x = tf.placeholder(tf.float32, name="x")
    b = tf.placeholder(tf.uint8, name="b")
    tf.summary.image("float", x)
    tf.summary.image("more", x, max_outputs=5, family="many")
    tf.summary.image("bytes", b, 1, collections=["mine"])
    tf.summary.image("half", tf.cast(x, tf.float16))
    tf.summary.image("double", tf.cast(x, tf.float64) * 3.0 - 1.0)
    merged = tf.summary.merge_all()
    odd = uniform(3, 4, 5, 3, low=-1.0)
    odd[0, 1, 2] = [np.nan, 0.0, 1.0]
    odd[1, 0, 0, 1] = np.inf
    odd[1, 3, 4, 2] = -np.inf
    rows = (np.arange(2 * 3 * 4 * 4).reshape(2, 3, 4, 4) * 5 % 256).astype(np.uint8)
    bytes_only = tf.get_collection("mine")
    return [
        (merged, {x: odd}),
        (merged, {x: uniform(1, 4, 5, 1)}),
        (merged, {x: uniform(4, 2, 2, 4, low=-3.0)}),
        (merged, {x: np.zeros([2, 3, 3, 1], np.float32)}),
        (merged, {x: np.full([1, 2, 2, 1], 1e-30, np.float32)}),
        (merged, {x: np.full([1, 1, 2, 3], np.nan, np.float32)}),
        (bytes_only, {b: rows}),
        (bytes_only, {b: rows[..., :1]}),
        (bytes_only, {b: rows[:0]}),
    ]


def sounds(tf):
    x = tf.placeholder(tf.float32, name="x")
    tf.summary.audio("three", x, 8000)
    tf.summary.audio("one", x, tf.constant(44100.5), max_outputs=1, family="loud")
    merged = tf.summary.merge_all()
    return [(merged, {x: uniform(4, 5, 2, low=-1.0)}), (merged, {x: uniform(2, 7, low=-2.0)})]


def words(tf):
    said = tf.summary.text("said", tf.constant([["a", "b"], ["c", "d"]]))
    one = tf.summary.text("one", tf.constant("alone"), collections=["mine"])
    return [([said, one, tf.summary.merge_all()], None)]


def tensors(tf):
    x = tf.placeholder(tf.float32, name="x")
    plain = tf.summary.tensor_summary("plain", x)
    numbers = tf.summary.tensor_summary("numbers", np.arange(6).reshape(2, 3), display_name="shown", family="all")
    more = tf.SummaryMetadata(summary_description="what it is") if hasattr(tf, "SummaryMetadata") else None
    told = tf.summary.tensor_summary("told", [True, False], summary_description="two", summary_metadata=more)
    texts = tf.summary.tensor_summary("texts", ["ab", ""], collections=[])
    assert tf.summary.all_v2_summary_ops() == []
    return [([plain, numbers, told, texts], {x: uniform(2, 2)}), (plain, {x: np.float32(3.0)})]
