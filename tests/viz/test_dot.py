"""`to_dot`: what is drawn, what is folded, and that the text is DOT."""

from __future__ import annotations

import sys
from collections import Counter

import pytest

import flowgraph as tf
from flowgraph.ir.opdef import NO_GRADIENT, REGISTRY, OpDef
from flowgraph.viz import to_dot
from tests.viz.dotfile import DotFile, label_lines, parse
from tests.viz.graphs import ALL, branches, chain, graph_of, lenet, mnist, small

PLAIN = {"gradients": "show", "constants": "show", "depth": 99}


def texts(dot: DotFile, node: str) -> list[str]:
    return label_lines(dot.nodes[node]["label"])


def edges(dot: DotFile, source: str, target: str) -> list[dict[str, str]]:
    return [attributes for a, b, attributes in dot.edges if (a, b) == (source, target)]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("options", [{}, PLAIN, {"depth": 0}, {"depth": 1}, {"gradients": "hide"}, {"shapes": False}])
def test_is_dot_and_the_same_each_time(name, options):
    graph = ALL[name]()
    text = to_dot(graph, **options)
    parse(text)
    assert text == to_dot(graph, **options)
    assert text == to_dot(ALL[name](), **options)


def test_nothing_is_added_to_the_graph():
    graph = mnist()
    before = len(graph.get_operations())
    to_dot(graph)
    assert len(graph.get_operations()) == before


def test_each_input_slot_is_an_edge():
    dot = parse(to_dot(small()))
    assert len(edges(dot, "x", "outer/inner/square")) == 2
    assert [e["label"] for e in edges(dot, "x", "outer/inner/square")] == ["?×3", "?×3"]
    assert not any("label" in e for _, _, e in parse(to_dot(small(), shapes=False)).edges)


def test_control_edges_are_dashed():
    (dashed,) = edges(parse(to_dot(small())), "outer/inner/exp", "outer/sum")
    assert dashed["style"] == "dashed"


def test_dtypes_are_told_unless_float32():
    def build():
        tf.cast(tf.placeholder(tf.int64, [2, None], name="i"), tf.float32, name="f")

    (edge,) = edges(parse(to_dot(graph_of(build))), "i", "f")
    assert edge["label"] == "2×? int64"


def test_scopes_are_nested_clusters():
    dot = parse(to_dot(small()))
    assert dot.inside["outer/inner/square"] == ("cluster_outer", "cluster_outer/inner")
    assert dot.inside["outer/sum"] == ("cluster_outer",)
    assert dot.inside["x"] == ()
    assert dot.clusters == {"cluster_outer": "outer", "cluster_outer/inner": "inner"}


def test_a_variable_is_one_node():
    graph = small()
    dot = parse(to_dot(graph))
    drawn = [name for name in dot.nodes if name.startswith("outer/w")]
    assert drawn == ["outer/w"]
    assert dot.nodes["outer/w"]["class"] == "variable"
    assert texts(dot, "outer/w") == ["w", "Variable (3)"]
    assert len(edges(dot, "outer/w", "outer/sum")) == 1  # through the read
    assert "init" not in dot.nodes


def test_an_initializer_that_is_fetched_is_drawn():
    graph = small()
    dot = parse(to_dot(graph, fetches="init"))
    assert "init" in dot.nodes
    assert "outer/w/Assign" in dot.nodes


def test_updates_are_told_apart():
    dot = parse(to_dot(small()))
    assert dot.nodes["step"]["class"] == "update"
    (edge,) = edges(dot, "outer/w", "step")
    assert edge["dir"] == "both"


def test_initialization_leaves_no_trace():
    dot = parse(to_dot(mnist()))
    assert not any("Initializer" in name or "IsVariableInitialized" in name for name in dot.nodes)
    assert not any(attributes["class"] == "control" for attributes in dot.nodes.values())


def test_a_cond_is_not_taken_for_initialization():
    dot = parse(to_dot(branches()))
    assert "choice/Merge" in dot.nodes
    assert "choice/switch_f" not in dot.nodes
    assert {dot.nodes[name]["class"] for name in ("choice/Merge", "choice/mul/Switch")} == {"control"}


def test_constants_are_written_into_their_ops():
    def build():
        x = tf.placeholder(tf.float32, [2, 3], name="x")
        tf.reduce_sum(x * 2.0, axis=1)
        tf.constant([1.0, 2.0], name="kept") + tf.constant(3.0, name="kept_too")

    graph = graph_of(build)
    dot = parse(to_dot(graph))
    assert texts(dot, "mul") == ["Mul", "y = 2"]
    assert texts(dot, "Sum") == ["Sum", "reduction_indices = 1"]
    assert texts(dot, "kept") == ["kept", "Const [1, 2]"]
    assert "kept_too" in dot.nodes
    assert "mul/y" in parse(to_dot(graph, constants="show")).nodes


def test_the_loss_is_where_gradients_start():
    dot = parse(to_dot(mnist()))
    assert [name for name, attributes in dot.nodes.items() if attributes["class"] == "loss"] == ["loss/add"]


def test_kinds_differ_in_shape_and_colour():
    from flowgraph.viz.palette import LOOKS

    assert len({(look.shape, look.style) for look in LOOKS.values()}) == len(LOOKS)
    assert len({look.fill for look in LOOKS.values()}) == len(LOOKS)


def test_gradients_fold_into_one_node_a_scope():
    dot = parse(to_dot(mnist()))
    folded = {name: texts(dot, name) for name, a in dot.nodes.items() if a["class"] == "gradient"}
    assert {lines[0] for lines in folded.values()} == {"∂ loss", "∂ layer2", "∂ layer1"}
    graph = mnist()
    inside = [op for op in graph.get_operations() if "/gradients/" in op.name]
    assert sum(int(lines[1].split()[0]) for lines in folded.values()) == len(inside)


def test_gradients_of_many_ops_fold_into_one():
    def build():
        y = x = tf.placeholder(tf.float32, [], name="x")
        for _ in range(20):
            y = tf.sin(y)
        tf.gradients(y, x)

    dot = parse(to_dot(graph_of(build)))
    folded = [name for name, a in dot.nodes.items() if a["class"] == "gradient"]
    assert len(folded) == 1
    assert texts(dot, folded[0])[0] == "∂ gradients"


def test_hidden_gradients_are_gone():
    dot = parse(to_dot(lenet(), gradients="hide"))
    assert not any("gradients" in name for name in dot.nodes)
    assert any("ApplyGradientDescent" in name for name in dot.nodes)


def test_edges_of_folded_scopes_are_merged_and_counted():
    def build():
        x, y = (tf.placeholder(tf.float32, [2], name=n) for n in "xy")
        with tf.name_scope("both"):
            a = tf.multiply(x, x) + y
            tf.exp(a, name="out")

    dot = parse(to_dot(graph_of(build), depth=0))
    (merged,) = edges(dot, "x", "both/")
    assert merged["label"] == "2× (2)"
    (single,) = edges(dot, "y", "both/")
    assert single["label"] == "(2)"
    assert texts(dot, "both/") == ["both", "3 ops"]


def test_depth_opens_that_many_scopes():
    graph = small()
    names = [set(parse(to_dot(graph, depth=depth)).nodes) for depth in (0, 1, 2)]
    assert "outer/" in names[0]
    assert {"outer/inner/", "outer/sum"} <= names[1]
    assert {"outer/inner/square", "outer/sum"} <= names[2]


def test_fetches_draw_only_what_they_need():
    graph = small()
    dot = parse(to_dot(graph, fetches={"one": ["outer/inner/exp:0"]}))
    assert set(dot.nodes) == {"x", "outer/inner/square", "outer/inner/exp"}


def test_a_crowd_is_folded_unless_all_is_asked_for():
    graph = chain(2000)
    assert len(parse(to_dot(graph)).nodes) == 2
    full = parse(to_dot(graph, **PLAIN))
    assert len(full.nodes) == len(graph.get_operations())
    assert len(full.edges) == 2000


def test_a_crowd_without_order_is_folded_too():
    def build():
        made = [tf.placeholder(tf.float32, [], name=f"p{i}") for i in range(5)]
        for i in range(600):
            made.append(tf.add(made[-1 - i % 5], made[-1 - i % 3]))

    graph = graph_of(build)
    dot = parse(to_dot(graph, limit=50))
    assert 5 <= len(dot.nodes) <= 50
    total = sum(int(texts(dot, name)[1].split()[0]) if " … " in name else 1 for name in dot.nodes)
    assert total == len(graph.get_operations())


def test_a_long_chain_needs_no_recursion():
    graph = chain(100_000)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(300)
    try:
        folded, full = to_dot(graph), to_dot(graph, depth=99)
    finally:
        sys.setrecursionlimit(limit)
    assert len(folded) < 2000
    assert full.count(" -> ") == 100_000


def test_scopes_as_deep_as_you_like():
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [], name="x")
        path = "a"
        for _ in range(400):
            path += "/a"
            tf.exp(x, name=path + "/e/")
            tf.exp(x, name=path + "/f/")
    dot = parse(to_dot(graph, depth=999))
    assert max(map(len, dot.inside.values())) == 400


@pytest.mark.parametrize(
    "name", ['say "hi"', "back\\slash", "end\\", "a&lt;b", "<b>bold</b>", "{x|y}", "new\nline", "Ünï→"]
)
def test_any_name_is_escaped(name):
    graph = graph_of(lambda: tf.constant(name, name="text"))
    graph.get_operations()[0].name = name  # imported graphs may hold names that TF's own rules forbid
    dot = parse(to_dot(graph, name=name))
    (drawn,) = dot.nodes
    shown = name.replace("\n", "·")
    assert drawn.rstrip() == shown.rstrip()
    assert texts(dot, drawn)[0] == shown


def test_kinds_come_from_the_opdef():
    """An op type that nobody has heard of is drawn by what it says of itself."""
    from flowgraph.ir.opdef import Effect

    made = [
        OpDef(f"Unheard{e.name}() -> out: float32", infer=None, forward=None, gradient=NO_GRADIENT, effect=e)
        for e in (Effect.RANDOM, Effect.WORLD, Effect.STATE)
    ]
    try:
        graph = tf.Graph()
        for opdef in made:
            graph.add(opdef, opdef.effect.value, (), {}, (tf.float32,), ((),))
        dot = parse(to_dot(graph))
    finally:
        for opdef in made:
            REGISTRY.pop(opdef.name)
    assert Counter(a["class"] for a in dot.nodes.values()) == Counter(["random", "world", "variable"])


@pytest.mark.parametrize(
    "options", [{"gradients": "yes"}, {"constants": True}, {"rankdir": "up"}, {"depth": -1}, {"fetches": "nothing"}]
)
def test_bad_arguments_are_refused(options):
    with pytest.raises((ValueError, KeyError)):
        to_dot(small(), **options)


def test_a_resource_variable_is_drawn_with_its_reads():
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [None, 3], name="x")
        w = tf.get_variable("w", [3, 2], use_resource=True)
        change = w.assign_add(tf.ones([3, 2]), read_value=False)
        tf.matmul(x, w, name="product")
        with tf.control_dependencies([change]):
            tf.identity(w.value(), name="after")
    dot = parse(to_dot(graph, **PLAIN))
    assert texts(dot, "w") == ["w", "Variable 3×2"]
    assert dot.nodes["w"]["class"] == "variable"
    assert edges(dot, "w", "product")
    reads = [node for node in dot.nodes if node.endswith("ReadVariableOp")]
    assert reads == ["ReadVariableOp"]  # that which waits for the update


def test_many_texts_in_a_constant_are_counted():
    """A Saver keeps the names of its variables in one."""
    graph = graph_of(lambda: tf.constant([[b"a", b"b"]] * 4, name="names"))
    assert r'label="names\nConst 4×2 values"' in to_dot(graph)
