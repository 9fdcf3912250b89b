"""Savers that several threads use."""

from __future__ import annotations

import threading

import flowgraph as tf


def test_the_latest_checkpoint_is_that_of_the_last_save(tmp_path, monkeypatch):
    """A save that began earlier and takes its time does not name its checkpoint as the newest after a later one."""
    with tf.Graph().as_default(), tf.Session() as sess:
        step = tf.train.get_or_create_global_step()
        sess.run(step.initializer)
        saver = tf.train.Saver()

        def later():
            sess.run(step.assign_add(1))
            saver.save(sess, str(tmp_path / "model"), global_step=step)

        written, second = saver._run_save, threading.Thread(target=later)

        def run_save(*args):
            path = written(*args)
            if threading.current_thread() is not second:
                second.start()
                second.join(0.3)
            return path

        monkeypatch.setattr(saver, "_run_save", run_save)
        saver.save(sess, str(tmp_path / "model"), global_step=step)
        second.join()
        assert tf.train.latest_checkpoint(str(tmp_path)) == str(tmp_path / "model-1")
        assert [path[-1] for path in saver.last_checkpoints] == ["0", "1"]
