"""`Graph.to_networkx`."""

from __future__ import annotations

import subprocess
import sys

import networkx as nx

import flowgraph as tf
from tests.viz.graphs import mnist, small


def test_nodes_tell_what_the_ops_are():
    with tf.Graph().as_default() as graph, tf.device("/cpu:0"):
        tf.split(tf.placeholder(tf.float64, [None, 4], name="in/x"), 2, axis=1, name="s")
    view = graph.to_networkx()
    assert view.nodes["s"] == {
        "type": "Split",
        "device": "/device:CPU:0",
        "scope": "",
        "shapes": [(None, 2), (None, 2)],
        "dtypes": ["float64", "float64"],
    }
    assert view.nodes["in/x"]["scope"] == "in"


def test_each_slot_is_an_edge():
    view = small().to_networkx()
    assert isinstance(view, nx.MultiDiGraph)
    both = [data for _, target, data in view.out_edges("x", data=True) if target == "outer/inner/square"]
    plain = {"src_output": 0, "shape": (None, 3), "dtype": "float32", "control": False}
    assert both == [{**plain, "dst_input": 0}, {**plain, "dst_input": 1}]
    assert list(view["outer/inner/exp"]["outer/sum"].values()) == [{"control": True}]


def test_a_training_graph_is_acyclic_and_complete():
    graph = mnist()
    view = graph.to_networkx()
    assert nx.is_directed_acyclic_graph(view)
    assert len(view) == len(graph.get_operations())
    assert view.number_of_edges() == sum(len(op.inputs) + len(op.control_inputs) for op in graph.get_operations())


def test_it_is_a_copy():
    graph = small()
    graph.to_networkx().remove_node("x")
    assert "x" in graph.to_networkx()


def test_nothing_is_imported_before_it_is_used():
    code = "import sys, flowgraph; print([m for m in ('networkx', 'graphviz', 'flowgraph.viz') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_viz_is_reachable_by_name():
    code = "import flowgraph as tf; print(sorted(tf.viz.__all__))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['explore', 'program', 'render', 'to_dot', 'to_svg']"
