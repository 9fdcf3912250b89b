"""Branches put together at random, and two plain readings of what they mean.

Graphs of Switch and Merge in any order are read op by op, by TensorFlow's rule: what has an input without a value has
no value, but for a Merge. Programs of tf.cond with assignments are read as the Python program that they spell out.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import flowgraph as tf
from flowgraph.ir.build import build_program
from flowgraph.ir.verify import verify
from flowgraph.ir.walk import in_order, needed_ops
from flowgraph.ops.control_flow import merge, switch
from flowgraph.session import ENGINES
from tests.branch_scripts import Builder, Interpreter, State, random_script

NOTHING = object()
"""Stands for a tensor that has no value."""

randoms = st.randoms(use_true_random=False)


def sessions(graph: tf.Graph) -> dict[str, tf.Session]:
    found = {}
    for engine in sorted(ENGINES):
        config = tf.ConfigProto()
        config.experimental.executor_type = engine
        found[engine] = tf.Session(graph=graph, config=config)
    return found


# -- Switch and Merge in any order ----------------------------------------------------------------------------


def read(fetches: list[tf.Tensor], feeds: dict[tf.Tensor, Any]) -> list[Any]:
    """The values of tensors, op by op."""
    values: dict[tf.Tensor, Any] = dict(feeds)
    dead: set[tf.Operation] = set()
    for op in in_order(needed_ops(fetches, [], feeds), set(feeds)):
        inputs = [values[tensor] for tensor in op.inputs]
        if op.type == "Merge":
            order = sorted(range(len(inputs)), key=lambda i: op.inputs[i] not in feeds)
            alive = [(inputs[i], np.int32(i)) for i in order if inputs[i] is not NOTHING]
            outputs: Any = alive[0] if alive else (NOTHING, NOTHING)
            dead.update([] if alive else [op])
        elif NOTHING in inputs or not dead.isdisjoint(op.control):
            outputs = [NOTHING] * len(op.outputs)
            dead.add(op)
        elif op.type == "Switch":
            outputs = (NOTHING, inputs[0]) if inputs[1] else (inputs[0], NOTHING)
        else:
            result = op.opdef.forward(np, *op.opdef.structure(inputs, op.attrs), **op.attrs)
            outputs = [result] if len(op.outputs) == 1 else result
        values.update((t, v) for t, v in zip(op.outputs, outputs, strict=True) if t not in feeds)
    return [values[tensor] for tensor in fetches]


def random_nodes(rng: random.Random) -> tuple[list[tf.Tensor], list[tf.Tensor]]:
    """Three predicates, and a pool of tensors that depend on them."""
    preds = [tf.placeholder(tf.bool, [], name=f"p{i}") for i in range(3)]
    floats, bools = [tf.constant(float(i)) for i in range(3)], list(preds)
    graph = tf.get_default_graph()
    makers = {
        "switch": lambda: floats.extend(switch(rng.choice(floats), rng.choice(bools))),
        "merge": lambda: floats.append(merge([rng.choice(floats) for _ in range(rng.choice([1, 2, 2, 2, 3]))])[0]),
        "index": lambda: floats.append(tf.cast(merge([rng.choice(floats), rng.choice(floats)])[1], tf.float32)),
        "switch of bool": lambda: bools.extend(switch(rng.choice(bools), rng.choice(bools))),
        "merge of bool": lambda: bools.append(merge([rng.choice(bools), rng.choice(bools)])[0]),
        "less": lambda: bools.append(tf.less(rng.choice(floats), rng.choice(floats))),
        "identity": lambda: bools.append(tf.identity(rng.choice(bools))),
        "constant": lambda: floats.append(tf.constant(rng.random())),
        "add": lambda: floats.append(tf.add(rng.choice(floats), rng.choice(floats))),
    }
    weights = [7, 6, 2, 2, 1, 1, 1, 1, 2]
    for name in rng.choices(list(makers), weights, k=rng.randint(3, 30)):
        waits = [rng.choice(graph.get_operations())] if rng.random() < 0.2 else []
        with tf.control_dependencies(waits):
            makers[name]()
    return preds, floats + bools


@given(randoms)
@settings(max_examples=60)
def test_nodes_in_any_order(rng: random.Random) -> None:
    with tf.Graph().as_default() as graph:
        preds, pool = random_nodes(rng)
    fetches = list(dict.fromkeys(rng.choice(pool) for _ in range(4)))
    fed = list(dict.fromkeys([*preds, *(rng.choice(pool) for _ in range(rng.choice([0, 0, 1, 2])))]))
    verify(build_program(fetches, [], fed))
    runs = sessions(graph)
    for bits in range(8):
        feeds = {t: np.bool_(rng.random() < 0.5) if t.dtype == tf.bool else np.float32(7) for t in fed}
        feeds.update((pred, np.bool_(bits >> i & 1)) for i, pred in enumerate(preds))
        expected = read(fetches, feeds)
        for name, session in runs.items():
            for tensor, value in zip(fetches, expected, strict=True):
                if value is NOTHING:
                    with pytest.raises(tf.errors.InvalidArgumentError, match="does not have value"):
                        session.run(tensor, feeds)
                else:
                    assert session.run(tensor, feeds) == value, (name, tensor)
            if NOTHING not in expected:
                assert session.run(fetches, feeds) == expected


# -- tf.cond with assignments -----------------------------------------------------------------------------------


@pytest.mark.parametrize("resources", [False, True])
@given(rng=randoms)
@settings(max_examples=60)
def test_scripts_with_assignments(rng: random.Random, resources: bool) -> None:
    script, names = random_script(rng)
    with tf.Graph().as_default() as graph:
        builder = Builder(resources)
        last = builder.run(script)
        init = tf.global_variables_initializer()
    fetches = [[builder.known[name] for name in names], last]
    verify(build_program(list(dict.fromkeys(fetches[0])), last, builder.preds))
    for name, session in sessions(graph).items():
        session.run(init)
        state = State.initial()
        for bits in range(4):
            flags = [bool(bits & 1), bool(bits & 2)]
            interpreter = Interpreter(state, flags, resources)
            interpreter.run(script)
            values = session.run(fetches, dict(zip(builder.preds, flags, strict=True)))[0]
            expected = [interpreter.known[known].value for known in names]
            np.testing.assert_allclose(values, expected, rtol=1e-5, err_msg=name)
            floats, flag = session.run([builder.floats, builder.flag])
            np.testing.assert_allclose(floats, interpreter.state.floats, rtol=1e-5, err_msg=name)
            assert flag == interpreter.state.flag
            state = interpreter.state
            if not np.all(np.abs(state.floats) < 1e6):
                break


# -- gradients ----------------------------------------------------------------------------------------------------


def random_function(rng: random.Random, names: list[str], depth: int = 0) -> Any:
    """Statements that compute with names, some of them in branches, and the name of the result."""
    names, statements = list(names), []
    for i in range(rng.randint(1, 4)):
        name = f"{depth}.{i}"
        if depth < 3 and rng.random() < 0.5:
            sides = [random_function(rng, names, depth + 1) for _ in range(2)]
            statements.append((name, "cond", rng.randrange(3), sides))
        else:
            kind = rng.choice(["multiply", "add", "sin", "square"])
            statements.append((name, kind, rng.choice(names), rng.choice(names)))
        names.append(name)
    return statements, rng.choice(names)


def apply(function: Any, known: dict[str, tf.Tensor], choose: Callable[..., tf.Tensor]) -> tf.Tensor:
    """The result of a random function; `choose(predicate, true_fn, false_fn)` is tf.cond or Python's `if`."""
    statements, result = function
    known = dict(known)
    for name, kind, a, b in statements:
        if kind == "cond":
            then, other = b
            known[name] = choose(a, lambda: apply(then, known, choose), lambda: apply(other, known, choose))  # noqa: B023
        elif kind in ("multiply", "add"):
            known[name] = getattr(tf, kind)(known[a], known[b])
        else:
            known[name] = getattr(tf, kind)(known[a] * 0.5)
    return known[result]


def slopes(y: tf.Tensor, xs: list[tf.Tensor]) -> list[tf.Tensor]:
    """The gradient, and the gradient of its sum."""
    zero = tf.UnconnectedGradients.ZERO
    first = tf.gradients(y, xs, unconnected_gradients=zero)
    return [y, *first, *tf.gradients(first, xs, unconnected_gradients=zero)]


@given(randoms)
@settings(max_examples=30)
def test_gradients_are_those_of_the_branches_taken(rng: random.Random) -> None:
    function = random_function(rng, ["x", "y"])
    with tf.Graph().as_default() as graph:
        preds = [tf.placeholder(tf.bool, []) for _ in range(3)]
        xs = [tf.placeholder(tf.float32, [2]), tf.placeholder(tf.float32, [])]
        known = dict(zip("xy", xs, strict=True))
        ours = slopes(apply(function, known, lambda i, t, f: tf.cond(preds[i], t, f)), xs)
        flags = [rng.random() < 0.5 for _ in preds]
        plain = slopes(apply(function, known, lambda i, t, f: t() if flags[i] else f()), xs)
    feeds = {xs[0]: [0.3, 0.7], xs[1]: 0.9, **dict(zip(preds, flags, strict=True))}
    verify(build_program(list(dict.fromkeys(ours)), [], [*xs, *preds]))
    for name, session in sessions(graph).items():
        for value, expected in zip(session.run(ours, feeds), session.run(plain, feeds), strict=True):
            np.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-5, err_msg=name)
