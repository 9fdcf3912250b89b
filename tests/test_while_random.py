"""Random scripts of loops, branches and assignments: as a Python program, and as a graph on every engine.

In the graph each statement waits for the one before, so that both must do the same things in the same order.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.ir import known
from flowgraph.session import ENGINES

VARIABLES, LOCALS, SEEDS = 2, 3, range(80)
Script = list[tuple[Any, ...]]


def expression(rng: random.Random, depth: int = 0) -> Any:
    """A number, a local, a variable, or two of them added, subtracted, multiplied by halves."""
    kind = rng.choice(
        ["number", "local", "variable", "+", "-", "half"] if depth < 2 else ["number", "local", "variable"]
    )
    if kind == "number":
        return ("number", rng.randrange(-3, 4))
    if kind in ("local", "variable"):
        return (kind, rng.randrange(LOCALS if kind == "local" else VARIABLES))
    return (kind, expression(rng, depth + 1), expression(rng, depth + 1))


def script(rng: random.Random, depth: int) -> Script:
    statements: Script = []
    for _ in range(rng.randrange(1, 4)):
        kind = rng.choice(["let", "assign", "assign"] + (["cond", "loop", "loop"] if depth else []))
        if kind == "let":
            statements.append((kind, rng.randrange(LOCALS), expression(rng)))
        elif kind == "assign":
            how = rng.choice(["assign", "assign_add"])
            statements.append((kind, how, rng.randrange(VARIABLES), expression(rng)))
        elif kind == "cond":
            statements.append((kind, expression(rng), script(rng, depth - 1), script(rng, depth - 1)))
        else:
            statements.append((kind, rng.randrange(4), rng.choice([None, expression(rng)]), script(rng, depth - 1)))
    return statements


class Interpreted:
    """Runs a script in Python."""

    def __init__(self) -> None:
        self.variables = [np.array([1.0, -1.0]) * (k + 1) for k in range(VARIABLES)]
        self.locals = [np.array([0.5, 2.0]) * (k + 1) for k in range(LOCALS)]

    def value(self, e: Any) -> Any:
        if e[0] == "number":
            return np.full(2, float(e[1]))
        if e[0] in ("local", "variable"):
            return (self.locals if e[0] == "local" else self.variables)[e[1]]
        a, b = self.value(e[1]), self.value(e[2])
        return a + b if e[0] == "+" else a - b if e[0] == "-" else a * 0.5 + b * 0.25

    def run(self, statements: Script) -> None:
        for kind, *rest in statements:
            if kind == "let":
                self.locals[rest[0]] = self.value(rest[1])
            elif kind == "assign":
                before = self.variables[rest[1]] if rest[0] == "assign_add" else 0.0
                self.variables[rest[1]] = before + self.value(rest[2])
            elif kind == "cond":
                self.run(rest[1] if self.value(rest[0]).sum() > 0 else rest[2])
            else:
                count, bound, body = rest
                for _ in range(count):
                    if bound is not None and self.value(bound)[0] > 4:
                        break
                    self.run(body)


class Built:
    """Builds a script as a graph: `last` is the op after which the next statement comes."""

    def __init__(self, variables: list[Any], use_locals: list[Any], last: Any) -> None:
        self.variables, self.locals, self.last = variables, list(use_locals), last

    def value(self, e: Any) -> Any:
        if e[0] == "number":
            return tf.fill([2], tf.constant(float(e[1]), tf.float64))
        if e[0] == "local":
            return self.locals[e[1]]
        if e[0] == "variable":
            return self.variables[e[1]].read_value() * 1.0
        a, b = self.value(e[1]), self.value(e[2])
        return a + b if e[0] == "+" else a - b if e[0] == "-" else a * 0.5 + b * 0.25

    def run(self, statements: Script) -> None:
        for kind, *rest in statements:
            with tf.control_dependencies([self.last]):
                getattr(self, kind)(*rest)

    def let(self, name: int, e: Any) -> None:
        self.locals[name] = tf.identity(self.value(e))
        self.last = self.locals[name].op

    def assign(self, how: str, name: int, e: Any) -> None:
        write = getattr(self.variables[name], how)(self.value(e))
        self.last = write if isinstance(write, tf.Operation) else write.op

    def inside(self, statements: Script, values: list[Any], first: Any) -> list[Any]:
        """The locals after statements in a branch or body, all of whose effects come before them."""
        inner = Built(self.variables, values, first.op)
        inner.run(statements)
        with tf.control_dependencies([inner.last]):
            return [tf.identity(value) for value in inner.locals]

    def cond(self, e: Any, yes: Script, no: Script) -> None:
        pred = tf.reduce_sum(self.value(e)) > 0

        def branch(statements: Script) -> Any:
            return lambda: self.inside(statements, self.locals, tf.constant(0))

        self.locals = tf.cond(pred, branch(yes), branch(no))
        with tf.control_dependencies(self.locals):
            self.last = tf.no_op()

    def loop(self, count: int, bound: Any, body: Script) -> None:
        def goes_on(i: Any, *values: Any) -> Any:
            if bound is None:
                return i < count
            with tf.control_dependencies([i]):
                inner = Built(self.variables, list(values), i.op)
                return tf.logical_and(i < count, tf.logical_not(inner.value(bound)[0] > 4.0))

        def step(i: Any, *values: Any) -> Any:
            after = self.inside(body, list(values), i)
            with tf.control_dependencies(after):
                return [tf.identity(i) + 1, *after]

        done = tf.while_loop(goes_on, step, [tf.constant(0), *self.locals], parallel_iterations=1)
        self.locals = list(done[1:])
        with tf.control_dependencies(done):
            self.last = tf.no_op()


@pytest.mark.parametrize("use_resource", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_graph_and_python_agree(seed: int, use_resource: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if seed % 2:  # treat all values as the large ones for which loops use two buffers in turn
        monkeypatch.setattr(known, "_SMALL", -1)
    rng = random.Random(seed)
    statements = script(rng, 3)
    expected = Interpreted()
    expected.run(statements)
    with tf.Graph().as_default():
        start = Interpreted()
        variables = [
            tf.get_variable(f"v{k}", dtype=tf.float64, initializer=value, use_resource=use_resource)
            for k, value in enumerate(start.variables)
        ]
        built = Built(variables, [tf.constant(value) for value in start.locals], tf.no_op())
        built.run(statements)
        with tf.control_dependencies([built.last]):
            fetches = [*[v.read_value() for v in variables], *[tf.identity(x) for x in built.locals]]
        for engine in ENGINES:
            config = tf.ConfigProto()
            config.experimental.executor_type = engine
            with tf.Session(config=config) as sess:
                sess.run(tf.global_variables_initializer())
                values = sess.run(fetches)
            for ours, theirs in zip(values, [*expected.variables, *expected.locals], strict=True):
                np.testing.assert_allclose(ours, theirs, rtol=1e-12, err_msg=engine)
