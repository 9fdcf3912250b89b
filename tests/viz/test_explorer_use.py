"""The explorer as people use it: by keyboard, with a screen reader, on small screens, with graphs of all kinds."""

from __future__ import annotations

import flowgraph as tf
from flowgraph.viz.explorer.tree import CROWD, SLICE, tree
from tests.viz import graphs
from tests.viz.browser import needs_browser, told


def crowd_of_scopes(count=500):
    def build():
        x = tf.placeholder(tf.float32, [], name="x")
        for i in range(count):
            with tf.name_scope(f"unit{i}"):
                tf.exp(tf.negative(x))

    return graphs.graph_of(build)


def test_a_crowd_of_scopes_is_sliced_too():
    groups, homes = tree(crowd_of_scopes().get_operations())
    assert all(group.outer < at for at, group in enumerate(groups))
    inner = [sum(group.outer == at for group in groups) + homes.count(at) for at in range(len(groups))]
    assert max(inner) <= CROWD
    slices = [group for group in groups if " … " in group.path]
    assert [group.path for group in slices][:2] == ["x … unit58", "unit59 … unit118"]
    assert len(slices) == -(-501 // SLICE)


def test_a_dataset_is_no_random_number_and_an_iterator_keeps_something():
    def build():
        tf.data.Dataset.range(10).shuffle(3).batch(2).make_initializable_iterator().get_next()

    from flowgraph.viz.roles import kind_of

    kinds = {op.type: kind_of(op) for op in graphs.graph_of(build).get_operations()}
    assert {kinds[name] for name in kinds if name.endswith(("Dataset", "DatasetV2"))} == {"op"}
    assert kinds["IteratorV2"] == "variable"
    drawn = graphs.graph_of(lambda: tf.random_normal([2])).get_operations()
    assert [op.type for op in drawn if kind_of(op) == "random"] == ["RandomStandardNormal"]


KEYS = """
  const stage = document.getElementById("stage");
  stage.focus();
  said.idle = key("Tab");
  key("ArrowDown");
  said.walk = [page.chosen.id, document.activeElement.id];
  said.label = document.activeElement.getAttribute("aria-label");
  let steps = 0;
  while (key("Tab") && steps < 200) steps++;
  said.last = page.scene.boxes.at(-1).id === page.chosen.id;
  said.tabs = steps;
  said.stops = document.querySelectorAll('#stage .node[tabindex="0"]').length;
  key("Escape");
  said.free = [page.chosen, document.activeElement.id];
  const scope = page.scene.boxes.find((box) => box.group > 0 && !box.alone);
  page.choose(scope.id);
  said.dimmed = document.querySelectorAll("#stage .away").length;
  key("Enter");
  await still();
  const inner = page.scene.boxes.find((box) => box.id === page.chosen.id);
  said.inside = page.around(inner) === scope.group;
  said.undimmed = document.querySelectorAll("#stage .away").length;
  said.focus = document.activeElement.id === inner.id;
  key("Backspace");
  await still();
  said.again = [page.chosen.id === scope.id, document.activeElement.id === scope.id];
  key("d");
  await still();
  said.details = [page.model.details, stage.contains(document.activeElement)];
  key("c");
  await still();
  said.closed = document.activeElement.id;
"""


@needs_browser
def test_by_keyboard_alone(tmp_path):
    """The focus is never lost, nothing traps it, and what is opened is not dimmed."""
    said = told(tf.viz.explore(graphs.lenet()), KEYS, tmp_path)
    assert not said["idle"]  # with nothing chosen, Tab goes on
    assert said["walk"][0] == said["walk"][1]
    assert said["label"]
    assert 0 < said["tabs"] < 100
    assert said["last"]
    assert said["stops"] == 1
    assert said["free"] == [None, "stage"]
    assert said["dimmed"] > 0
    assert said["inside"]
    assert said["undimmed"] == 0
    assert said["focus"]
    assert said["again"] == [True, True]
    assert said["details"] == [True, True]
    assert said["closed"] == "stage"


LABELS = """
  const there = (part) => !part.closest("dialog, [hidden]");
  const seen = (what) => [...document.querySelectorAll(what)].filter(there);
  const label = (part) => part.getAttribute("aria-label") || part.textContent.trim() || part.labels?.[0]?.textContent;
  said.nameless = seen("button, input, [role], [tabindex]").filter((part) => !label(part)).map((part) => part.id);
  said.roles = [...new Set(seen("#stage .node").map((part) => part.getAttribute("role")))];
  said.titles = seen("#stage .node").every((part) => part.querySelector("title").textContent);
  said.order = seen("h1, input, button, #stage, #panel").map((part) => part.id || part.tagName);
  const ids = [...document.querySelectorAll("[id]")].map((part) => part.id);
  said.twice = ids.filter((id, at) => ids.indexOf(id) !== at);
  said.lang = document.documentElement.lang;
  const field = document.getElementById("search");
  field.focus();
  field.value = "matmul";
  field.dispatchEvent(new Event("input"));
  key("ArrowDown", field);
  const active = document.getElementById(field.getAttribute("aria-activedescendant"));
  said.search = [field.ariaExpanded, active.getAttribute("role"), active.ariaSelected];
  key("Escape", field);
  said.shut = [field.ariaExpanded, document.activeElement.id];
  key("?");
  said.help = document.getElementById("keys").open;
  said.scroll = document.documentElement.scrollWidth <= window.innerWidth;
"""


@needs_browser
def test_everything_has_a_name_and_the_order_is_that_of_the_page(tmp_path):
    said = told(tf.viz.explore(graphs.mnist()), LABELS, tmp_path, width=700)
    assert said["nameless"] == []
    assert said["roles"] == ["button"]
    assert said["titles"]
    assert said["twice"] == []
    assert said["order"] == [
        "H1",
        "search",
        "details",
        "control",
        "in",
        "out",
        "fit",
        "close",
        "help",
        "stage",
        "panel",
    ]
    assert said["lang"] == "en"
    assert said["search"] == ["true", "option", "true"]
    assert said["shut"] == ["false", "stage"]
    assert said["help"]
    assert said["scroll"]


WORKER = """
  page.layout.limit = 0;
  await open("slice");
  said.hired = page.layout.worker !== null;
  said.boxes = [page.scene.boxes.length, document.querySelectorAll("#stage .node").length];
  said.status = document.getElementById("status").textContent;
  page.toggle(page.model.groups.findIndex((group) => group[GROUP.PATH] === "unit59 … unit118"));
  said.busy = document.body.dataset.busy;
  page.closeAll();
  await still();
  said.closed = [page.scene.boxes.length, document.querySelectorAll("#stage .node").length];
  page.layout.limit = 1000;
  const { viz } = page.layout;
  page.layout.viz = { renderSVGElement() { throw new Error("trouble in init_rank"); } };
  await open("x … unit58");
  said.mended = document.querySelectorAll("#stage .node").length;
  page.closeAll();
  await still();
  page.layout.viz = viz;
  page.layout.giveUp();
  page.layout.worker?.terminate();
  page.layout.worker = null;
  window.Worker = class { constructor() { throw new Error("not here"); } };
  page.layout.limit = 0;
  await open("x … unit58");
  said.without = document.querySelectorAll("#stage .node").length;
"""


@needs_browser
def test_a_large_drawing_is_laid_out_beside_the_page(tmp_path):
    """In a worker; the last drawing that was asked for is the one that is shown; without workers it is made here.

    Where Graphviz fails, the picture is laid out in another way.
    """
    said = told(tf.viz.explore(crowd_of_scopes(300)), WORKER.replace("slice", "x … unit58"), tmp_path)
    assert said["hired"]
    assert said["boxes"][0] == said["boxes"][1] > SLICE
    assert said["status"].startswith(f"{said['boxes'][0]} boxes stand for 601 ops")
    assert said["busy"] == "yes"
    assert said["closed"] == [6, 6]
    assert said["mended"] == said["boxes"][0]
    assert said["without"] == said["boxes"][0]


COUNTS = """
  await open("block/pool/");
  await open("block/two/");
  page.letGo();
  said.panel = document.getElementById("panel").textContent;
  const lines = (part) => [...part.querySelectorAll("text")].map((text) => text.textContent);
  said.drawn = [...document.querySelectorAll("#stage .node")].map(lines);
  said.title = [document.title, document.querySelector("h1").textContent];
"""


@needs_browser
def test_what_boxes_say(tmp_path):
    """An op alone in its scope says both names; counts are those of the panel; other scripts come through."""

    def build():
        with tf.name_scope("block"):
            x = tf.placeholder(tf.float32, [2], name="x")
            with tf.name_scope("pool"):
                y = tf.exp(x, name="inner")
            with tf.name_scope("two"):
                tf.negative(tf.sin(y))
            tf.print("现在的值是", y)
        tf.data.Dataset.range(3).batch(2).make_one_shot_iterator()

    said = told(tf.viz.explore(graphs.graph_of(build), title="图 <1>"), COUNTS, tmp_path)
    assert ["pool", "Exp"] in said["drawn"]
    assert ["two", "2 ops"] in said["drawn"]
    assert ["x", "Placeholder"] in said["drawn"]
    assert said["title"] == ["图 <1>", "图 <1>"]
    assert "3 scopes" in said["panel"]
