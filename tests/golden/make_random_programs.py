"""Record in random_programs.json what TensorFlow 1.15.5 makes of random_programs.py.

    python3.7 -m tests.golden.make_random_programs      (TensorFlow 1.15.5, x86-64 Linux, glibc 2.28 or later)

tests/ops/test_random.py compares. A program's nodes are [type, name, seeds, static shape] of each op; its
runs, all in one session, are arrays.
"""

import json
import os

import numpy as np
import tensorflow as tf

from tests.golden.random_programs import PROGRAMS


def node(op):
    seeds = [op.get_attr("seed"), op.get_attr("seed2")] if "seed2" in op.node_def.attr else None
    shape = op.outputs[0].shape if op.outputs else None
    return [op.type, op.name, seeds, None if shape is None or shape.ndims is None else shape.as_list()]


def array_record(value):
    value = np.asarray(value)
    entries = [entry.decode() for entry in value.ravel()] if value.dtype == object else value.ravel().tolist()
    return [value.dtype.name, list(value.shape), entries]


def record(program):
    with tf.Graph().as_default() as graph:
        fetches, feeds = program(tf)
        config = tf.ConfigProto(intra_op_parallelism_threads=1)  # multinomial's numbers depend on how many
        with tf.Session(config=config) as session:
            runs = [[array_record(value) for value in session.run(fetches, feed)] for feed in feeds]
        return {"nodes": [node(op) for op in graph.get_operations()], "runs": runs}


def lines(records):
    return ",\n".join(json.dumps(line) for line in records)


def main():
    tf.compat.v1.logging.set_verbosity("ERROR")
    made = {program.__name__: record(program) for program in PROGRAMS}
    entries = [
        f'"{name}": {{"nodes": [\n{lines(entry["nodes"])}\n], "runs": [\n{lines(entry["runs"])}\n]}}'
        for name, entry in made.items()
    ]
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "random_programs.json")
    with open(path, "w") as file:
        file.write("{\n" + ",\n".join(entries) + "\n}\n")


if __name__ == "__main__":
    main()
