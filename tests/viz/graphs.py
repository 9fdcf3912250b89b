"""Graphs that the drawing tests share."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import flowgraph as tf

ROOT = Path(__file__).parents[2]


def graph_of(build: Any) -> tf.Graph:
    graph = tf.Graph()
    with graph.as_default():
        build()
    return graph


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"drawn_{name}", ROOT / "examples" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def mnist() -> tf.Graph:
    return graph_of(lambda: (example("mnist_mlp").build(3600), tf.global_variables_initializer()))


def lenet() -> tf.Graph:
    return graph_of(lambda: (example("lenet5").build(3600), tf.global_variables_initializer()))


def small() -> tf.Graph:
    """x * x + w in two scopes, with a control edge and an update."""

    def build() -> None:
        x = tf.placeholder(tf.float32, [None, 3], name="x")
        with tf.name_scope("outer"):
            with tf.name_scope("inner"):
                y = tf.multiply(x, x, name="square")
                z = tf.exp(y, name="exp")
            w = tf.Variable(tf.zeros([3]), name="w")
            with tf.control_dependencies([z.op]):
                tf.add(y, w, name="sum")
        tf.assign_add(w, [1.0, 2.0, 3.0], name="step")
        tf.global_variables_initializer()

    return graph_of(build)


def branches() -> tf.Graph:
    def build() -> None:
        x = tf.placeholder(tf.float32, [], name="x")
        tf.cond(x > 0, lambda: x * 2.0, lambda: x - 1.0, name="choice")

    return graph_of(build)


def chain(length: int) -> tf.Graph:
    def build() -> None:
        with tf.get_default_graph().at_site(("chain.py", 1)):
            y = tf.placeholder(tf.float32, [4], name="x")
            for _ in range(length // 2):
                y = tf.sin(tf.negative(y))

    return graph_of(build)


ALL = {"small": small, "branches": branches, "mnist": mnist, "lenet": lenet}
