"""Record in random_loops.json what TensorFlow 1.15.5 makes of random_loops.py.

    python3.7 -m tests.golden.make_random_loops

One line a seed: the nodes' fingerprint, then for each run the values.
"""

import json
import os

import numpy as np
import tensorflow as tf

from tests.golden.notation import entries
from tests.golden.random_loops import ROWS, SEEDS, feed, fingerprint, program


def record(seed):
    with tf.Graph().as_default() as graph:
        x, fetches = program(tf, seed)
        nodes = fingerprint(graph)
        init = tf.global_variables_initializer()
        runs = []
        with tf.Session() as session:
            session.run(init)
            for rows in ROWS:
                values = session.run(fetches, {x: feed(seed, rows)})
                runs.append([entries(np.asarray(value)) for value in values])
        return {"seed": seed, "nodes": nodes, "runs": runs}


def main():
    tf.compat.v1.logging.set_verbosity("ERROR")
    lines = [json.dumps(record(seed), separators=(",", ":")) for seed in SEEDS]
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "random_loops.json")
    with open(path, "w") as file:
        file.write("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main()
