"""The explorer's page: what it is told of a graph, and what a browser makes of it."""

from __future__ import annotations

import base64
import itertools
import json
import re
import zlib

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.viz import values
from flowgraph.viz.explorer.tree import CROWD, tree
from tests.viz import graphs
from tests.viz.browser import needs_browser, told


def data_of(page):
    packed = re.search(r'id="data">([^<]*)</script>', page.html).group(1)
    return json.loads(zlib.decompress(base64.b64decode(packed)))


def test_every_op_is_in_the_page_with_what_is_known_of_it():
    graph = graphs.lenet()
    data = data_of(tf.viz.explore(graph))
    texts = data["texts"]
    for op, row in zip(graph.get_operations(), data["ops"], strict=True):
        assert (row[0], texts[row[1]]) == (op.name, op.type)
        sources = [data["ops"][at][0] for at in row[4][::2]]
        inputs = [f"{name}:{slot}" for name, slot in zip(sources, row[4][1::2], strict=True)]
        assert inputs == [tensor.name for tensor in op.inputs]
        assert [data["ops"][at][0] for at in row[5]] == [other.name for other in op.control_inputs]
        assert len(row[6]) == len(op.outputs)
        assert data["groups"][row[3]][0].rstrip("/") in (op.name, op.name.rpartition("/")[0])
    conv = next(row for row in data["ops"] if row[0] == "layer1-conv1/Conv2D")
    place, source = texts[conv[8]].split("\n")
    assert place.startswith("examples/lenet5.py:")
    assert source.startswith("conv = tf.nn.conv2d(")
    assert "strides = [1, 1, 1, 1]" in [texts[attr] for attr in conv[7]]


def test_gradients_know_their_ops():
    data = data_of(tf.viz.explore(graphs.mnist()))
    names = [op[0] for op in data["ops"]]
    of = {(names[forward], names[made]) for forward, made in data["gradients"]}
    assert of
    assert all(f"gradients/{forward}_grad/" in made for forward, made in of)


def test_only_what_fetches_need():
    graph = graphs.small()
    data = data_of(tf.viz.explore(graph, fetches="outer/inner/exp:0"))
    assert [op[0] for op in data["ops"]] == ["x", "outer/inner/square", "outer/inner/exp"]


def test_the_same_graph_gives_the_same_bytes():
    assert tf.viz.explore(graphs.lenet()).html == tf.viz.explore(graphs.lenet()).html


def test_a_page_needs_no_network_and_is_small():
    page = tf.viz.explore(graphs.lenet())
    own = re.sub(r"/\*!\nViz\.js.*?</script>", "", page.html, flags=re.DOTALL)
    assert set(re.findall(r"https?://[\w./-]+", own)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<(link|img|iframe)\b|@import|url\(", own)
    assert len(page.html.encode()) < 3_000_000


def test_texts_of_the_user_stay_texts(tmp_path):
    """Names hold no markup, but a line of the program and a title can be anything."""
    script = tmp_path / "evil.py"
    script.write_text('x = tf.placeholder(tf.float32, name="x")  # </script><script>alert("<b>")</script>\n')
    graph = tf.Graph()
    with graph.as_default():
        exec(compile(script.read_text(), str(script), "exec"), {"tf": tf})
    page = tf.viz.explore(graph, title="</title><script>alert(1)</script>")
    assert "alert(" not in page.html.replace("&lt;script&gt;alert(1)", "")
    assert '</script><script>alert("<b>")' in data_of(page)["texts"][data_of(page)["ops"][0][8]]


# -- the tree ------------------------------------------------------------------------------------------------


def test_groups_come_after_those_around_them():
    groups, homes = tree(graphs.lenet().get_operations())
    assert all(group.outer < at for at, group in enumerate(groups))
    assert max(homes) < len(groups)


def flat(count):
    def build():
        value = tf.constant(1.0)
        for _ in range(count - 1):
            value = tf.negative(value)

    return graphs.graph_of(build)


@pytest.mark.parametrize("count", [CROWD, CROWD + 1, 1000, 20_000])
def test_a_crowd_is_sliced_until_no_group_holds_one(count):
    groups, homes = tree(flat(count).get_operations())
    members = [0] * len(groups)
    for home in homes:
        members[home] += 1
    for group in groups[1:]:
        members[group.outer] += 1
    assert max(members) <= CROWD
    assert (len(groups) == 1) == (count <= CROWD)
    assert all(group.outer < at for at, group in enumerate(groups))


def test_slices_follow_the_order_of_making():
    """So that what flows between slices never runs in a circle."""
    groups, homes = tree(flat(20_000).get_operations())

    def path(at):
        found = []
        while at > 0:
            found.append(at)
            at = groups[at].outer
        return found[::-1]

    for level in range(2):
        seen = [path(home)[level] for home in homes]
        assert len(set(seen)) == 1 + sum(a != b for a, b in itertools.pairwise(seen))


# -- values --------------------------------------------------------------------------------------------------


def test_summary_of_numbers_that_are_none():
    about = values.summary(np.array([[1.0, np.nan], [np.inf, -3.0]]))
    assert (about["nan"], about["inf"], about["min"], about["mean"], about["max"]) == (1, 1, -3.0, -1.0, 1.0)
    json.dumps(about, allow_nan=False)


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ((2, 28, 28, 1), [28, 28]),
        ((5, 5, 3, 32), [5, 5]),
        ((28, 20, 3), [28, 20]),
        ((3, 4, 5), [4, 5]),
        ((100, 784), [50, 61]),
    ],
)
def test_what_is_looked_at_of_many_axes(shape, size):
    array = np.random.default_rng(0).random(shape)
    height, width, grey = values.summary(array)["pixels"]
    assert [height, width] == size
    assert len(base64.b64decode(grey)) == height * width


@pytest.mark.parametrize(
    "value", [np.zeros((0, 3)), np.array(b"text"), np.array(1j), np.zeros(3), np.zeros((1, 1, 1, 5))]
)
def test_what_makes_no_picture_has_none(value):
    about = values.summary(value)
    assert "pixels" not in about
    json.dumps(about, allow_nan=False)


# -- in a browser --------------------------------------------------------------------------------------------

STEPS = """
  said.first = page.scene.boxes.length;
  const scope = page.scene.boxes.find((box) => box.group > 0 && !box.alone);
  document.getElementById(scope.id).dispatchEvent(new MouseEvent("click", { bubbles: true }));
  await still();
  said.opened = page.scene.boxes.length;
  said.cluster = document.getElementById("c" + scope.group) !== null;
  const field = document.getElementById("search");
  key("/", document.body);
  said.focus = document.activeElement === field;
  field.value = "layer2-conv2/conv2d";
  field.dispatchEvent(new Event("input"));
  key("Enter", field);
  await still();
  said.found = document.getElementById("name").textContent;
  said.type = document.getElementById("type").textContent;
  said.site = document.getElementById("site").textContent;
  said.gradients = document.getElementById("gradients").children.length;
  said.value = document.querySelector("#panel .value").textContent;
  said.picture = document.querySelector("#panel canvas").width;
  said.marked = document.querySelectorAll("#stage .node.chosen").length;
  key("ArrowUp", document.getElementById("stage"));
  said.above = page.model.ops[page.chosen.op] ? page.model.ops[page.chosen.op][0] : page.chosen.id;
  key("c", document.body);
  said.closed = page.model.open.size;
"""


@needs_browser
def test_in_a_browser(tmp_path):
    """Loads without an error, opens a scope, finds an op, shows its value and a picture of it; by keys alone, too."""
    graph = graphs.lenet()
    record = {"layer2-conv2/Conv2D:0": values.summary(np.arange(2 * 14 * 14 * 64.0).reshape(2, 14, 14, 64))}
    said = told(tf.viz.explore(graph, values=[record]), STEPS, tmp_path)
    assert 5 < said["first"] < 40
    assert said["opened"] > said["first"]
    assert said["cluster"]
    assert said["focus"]
    assert (said["found"], said["type"]) == ("layer2-conv2/Conv2D", "Conv2D")
    assert said["site"].startswith("examples/lenet5.py:")
    assert said["gradients"] >= 3
    assert "2×14×14×64" in said["value"]
    assert said["picture"] == 14
    assert said["marked"] == 1
    assert said["above"] != said["found"]
    assert said["closed"] == 1
