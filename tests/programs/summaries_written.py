"""tf.contrib.summary: ops that write summaries themselves. (What they write has tests of its own.)"""

from __future__ import annotations


def _writer(tf):
    tf.train.create_global_step()
    return tf.contrib.summary, tf.contrib.summary.create_file_writer("events", flush_millis=10000)


def always(tf):
    summary, writer = _writer(tf)
    x = tf.placeholder(tf.float32, [2, 3], name="x")
    with writer.as_default(), summary.always_record_summaries():
        summary.scalar("loss", 1.5)
        with tf.name_scope("inner"):
            summary.scalar("accuracy", tf.constant(2.0), family="many", step=7)
            summary.histogram("h", x)
        summary.image("picture", tf.reshape(x, [1, 2, 3, 1]), max_images=2)
        summary.audio("sound", x, 8000.0, 2)
        summary.generic("tensor", x)
        summary.import_event(tf.constant("event"))
        summary.graph(tf.constant("graph"), 0)
    assert len(summary.summary_writer_initializer_op()) == 1
    return [(x * 2.0, {x: [[1, 2, 3], [4, 5, 6]]})]


def sometimes(tf):
    summary, writer = _writer(tf)
    with writer.as_default():
        with summary.record_summaries_every_n_global_steps(10):
            summary.scalar("often", 3.0)
            should = summary.should_record_summaries()
        with summary.never_record_summaries():
            never = summary.scalar("never", 4.0)
        summary.flush()
    writer.close()
    writer.init()
    begin = tf.train.get_global_step().initializer
    return [(begin, None), ([never, should], None)]


def nowhere(tf):
    summary = tf.contrib.summary
    with summary.create_file_writer(None).as_default(), summary.always_record_summaries():
        summary.scalar("nothing", 1.0)
        summary.flush()
    x = tf.constant(1.0)
    return [(x, None)]
