"""Saving and restoring 400 MB of variables: ten of 40 MB, as the layers of a large net."""

import shutil
import statistics
import tempfile
import time
from pathlib import Path

from workload import load, report

tf = load()
COUNT, ROWS, COLUMNS = 10, 1000, 10_000
variables = [tf.get_variable(f"w{i}", initializer=tf.fill([ROWS, COLUMNS], float(i))) for i in range(COUNT)]
saver = tf.train.Saver(max_to_keep=1)
folder = tempfile.mkdtemp()
saves, restores = [], []


def seconds(function, *args):
    """How long one call takes."""
    start = time.perf_counter()
    function(*args)
    return time.perf_counter() - start


try:
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        path = str(Path(folder) / "model")
        for _ in range(3):
            saves.append(seconds(saver.save, sess, path))
            restores.append(seconds(saver.restore, sess, path))
finally:
    shutil.rmtree(folder)
save_ms, restore_ms = (statistics.median(times) * 1e3 for times in (saves, restores))
report(save_ms=save_ms, restore_ms=restore_ms, both_ms=save_ms + restore_ms)
