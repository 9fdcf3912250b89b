"""Record what TensorFlow 1.15.5 makes of functions: the libraries of its GraphDefs, and GraphDefs to be run.

    python3.7 tests/golden/make_functions.py

writes tests/golden/functions.json, the libraries and what the graphs give, and tests/golden/functions/*.pb.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import function_cases as cases
import tensorflow as tf
from google.protobuf.json_format import MessageToDict

from tensorflow.python.framework import function

HERE = Path(__file__).parent
FOLDER = HERE / "functions"


def defun(x):
    """A Defun in a Defun, with two results, and the gradient of that."""

    @function.Defun(tf.float32, func_name="Squared")
    def squared(a):
        return a * a

    @function.Defun(tf.float32, tf.float32, func_name="Both")
    def both(a, b):
        return squared(a) + b, tf.sin(b)

    first, second = both(x, x * 2.0)
    total = first * 3.0 + second
    return [total, tf.gradients(total, x)[0]]


def own_gradient(x):
    """A Defun whose gradient is another Defun."""

    @function.Defun(tf.float32, tf.float32, func_name="OwnGrad")
    def backward(a, dy):
        return dy * a + 100.0

    @function.Defun(tf.float32, func_name="Own", grad_func=backward)
    def forward(a):
        return tf.exp(a)

    y = forward(x)
    return [y, tf.gradients(y, x)[0]]


def traced(x):
    """tf.function: branches, a loop, and a variable that it reads and writes."""
    count = tf.get_variable("count", initializer=2.0, use_resource=True)

    @tf.function(autograph=False)
    def body(a):
        count.assign_add(1.0)
        powers = tf.while_loop(lambda i, p: i < 3, lambda i, p: (i + 1, p * a), [0, 1.0])[1]
        return tf.cond(a > 0.0, lambda: powers * count, lambda: powers - count)

    @tf.function(autograph=False)
    def pure(a):
        return tf.stack([a, tf.cos(a)])

    first = body(x)
    with tf.control_dependencies([first]):
        return [tf.stack([first, body(-x)]), pure(x)]


def stateful(x):
    """A queue's handle and random numbers inside; a function of nothing."""

    @function.Defun(func_name="Seven")
    def seven():
        return tf.constant(7.0)

    @function.Defun(tf.float32, func_name="Drawn")
    def drawn(a):
        return a + tf.random_uniform([2], seed=3)

    return [drawn(x) + seven()]


def record_calls(golden):
    """GraphDefs with calls of functions: what they give for some number."""
    for make in (defun, own_gradient, traced, stateful):
        with tf.Graph().as_default() as graph:
            x = tf.placeholder(tf.float32, [], name="x")
            outputs = [tf.identity(y, name="y%d" % i) for i, y in enumerate(make(x))]
            definition = graph.as_graph_def()
        with tf.Session(graph=graph) as sess:
            sess.run([op for op in graph.get_operations() if op.type == "AssignVariableOp"])
            values = [value.tolist() for value in sess.run(outputs, {x: 1.5})]
        golden[make.__name__] = {"values": values}
        (FOLDER / (make.__name__ + ".pb")).write_bytes(definition.SerializeToString())


def main():
    FOLDER.mkdir(exist_ok=True)
    golden = {}
    for name, case in cases.CASES.items():
        graph = cases.build(tf, case)
        definition = graph.as_graph_def()
        golden[name] = {"rows": cases.run(tf, graph)}
        if name not in cases.WITH_BRANCHES:
            golden[name]["library"] = cases.told(MessageToDict, definition)
        if name not in cases.OF_THE_PROCESS:
            (FOLDER / (name + ".pb")).write_bytes(definition.SerializeToString())
    record_calls(golden)
    lines = ",\n".join("%s: %s" % (json.dumps(name), json.dumps(one, sort_keys=True)) for name, one in golden.items())
    (HERE / "functions.json").write_text("{\n%s\n}\n" % lines)


if __name__ == "__main__":
    main()
