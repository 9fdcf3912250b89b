"""Mistakes with tf.summary."""

from __future__ import annotations


def _run(tf, fetches, feeds=None):
    with tf.Session() as session:
        session.run(fetches, feeds)


MAKING = {
    "bool": lambda tf: tf.summary.scalar("x", True),
    "text": lambda tf: tf.summary.histogram("x", "abc"),
    "merge_nothing": lambda tf: tf.summary.merge([]),
    "merge_number": lambda tf: tf.summary.merge([tf.constant(1.0)]),
    "no_name": lambda tf: tf.summary.scalar(None, 1.0),
}

RUNNING = {
    "vector": lambda tf: _run(tf, tf.summary.scalar("x", [1.0, 2.0])),
    "nan": lambda tf: _run(tf, tf.summary.histogram("x", [1.0, float("nan")])),
    "infinity": lambda tf: _run(tf, tf.summary.histogram("x", [1.0, float("-inf")])),
    "no_summary": lambda tf: _run(tf, tf.summary.merge(["abc"])),
    "same_summary_twice": lambda tf: _run(tf, tf.summary.merge([tf.summary.scalar("x", 1.0)] * 2)),
}
