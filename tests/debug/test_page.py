"""The page of a trace: what it holds, and what a browser makes of it."""

from __future__ import annotations

import json
import re
import subprocess

import numpy as np
import pytest

import flowgraph as tf
from tests.viz.browser import BROWSER
from tests.viz.test_explorer import data_of


def traced():
    """Three runs of a small model: two that go well, one that gives NaN and fails."""
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None, 3], name="x")
        with tf.name_scope("model"):
            y = tf.sqrt(tf.matmul(x, tf.ones([3, 4]), name="product"), name="root")
        _, z = tf.while_loop(lambda i, a: i < 4, lambda i, a: (i + 1, a * 0.5), [0, y], name="loop")
        loss = tf.check_numerics(tf.reduce_mean(z, name="mean"), "the loss", name="check")
        with tf.Session() as sess, tf.debug.trace(sess) as t:
            for k in (1.0, 4.0, -1.0):
                try:
                    sess.run(loss, {x: np.full([2, 3], k)})
                except tf.errors.InvalidArgumentError:
                    assert k < 0
    return t


def test_what_the_page_is_told():
    t = traced()
    data = data_of(t.show(title="my runs"))
    names = [op[0] for op in data["ops"]]
    assert data["title"] == "my runs"
    assert [sorted(run) for run in data["values"]] == [sorted(run.values) for run in t.runs]
    assert data["values"][0]["model/root:0"] == t.runs[0]["model/root:0"]
    good, bad = data["runs"][0], data["runs"][2]
    assert (good["title"], good["failed"], good["bad"], good["error"]) == ("check:0", -1, -1, "")
    assert (bad["title"], names[bad["failed"]], names[bad["bad"]]) == ("check:0, failed", "check", "model/root")
    assert bad["error"] == "InvalidArgumentError: the loss : Tensor had NaN values"
    assert bad["said"] == str(t.first_nan())
    by_name = {names[at]: (seconds, size, times) for at, seconds, size, times in good["ops"]}
    assert set(by_name) == set(t.runs[0].ops)
    assert by_name["model/root"][1:] == (32, 1)
    assert by_name["loop/mul"][2] == 4


def test_only_what_the_runs_needed_is_drawn():
    with tf.Graph().as_default():
        a = tf.constant(1.0, name="a")
        b, _ = tf.negative(a, name="b"), tf.square(a, name="other")
        with tf.Session() as sess, tf.debug.trace(sess) as t:
            sess.run(b)
        assert [op[0] for op in data_of(t.show())["ops"]] == ["a", "b"]
        assert [op[0] for op in data_of(t.show(fetches=None))["ops"]] == ["a", "b", "other"]
        with pytest.raises(ValueError, match="There are 0 runs with values and 1 that are told of"):
            tf.viz.explore(b.graph, runs=[{}])


def test_a_trace_without_runs_is_a_page_too():
    with tf.Graph().as_default():
        tf.constant(1.0)
        with tf.Session() as sess, tf.debug.trace(sess) as t:
            pass
    assert data_of(t.show())["runs"] == []
    assert repr(t) == "<tf.debug.trace: 0 runs, 0 µs in ops>"


def test_files_and_notebooks(tmp_path):
    t = traced()
    path = t.save(tmp_path / "deep" / "trace.html")
    assert path == str(tmp_path / "deep" / "trace.html")
    assert (tmp_path / "deep" / "trace.html").read_text(encoding="utf-8") == t.show().html
    assert t._repr_html_().startswith("<iframe ")


STEPS = """
<script>
(async () => {
  const said = {};
  const $ = (id) => document.getElementById(id);
  const key = (key) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  const named = (name) => page.scene.boxes.find((box) => box.op >= 0 && page.model.ops[box.op][0] === name);
  const classes = (name) => [...$(named(name).id).classList].filter((one) => /bad|failed|heat|idle/.test(one)).sort();
  while (!document.body.dataset.ready) await new Promise((done) => setTimeout(done, 20));
  const page = window.explorer;
  said.shown = [$("colours").hidden, $("step").hidden, $("step").value];
  said.last = [$("run").textContent, $("failed").textContent, $("bad").textContent];
  said.classes = [classes("model/root"), classes("model/product"), classes("check")];
  $("step").value = 0;
  $("step").dispatchEvent(new Event("input"));
  said.first = [$("run").textContent, $("failed"), classes("model/root"), classes("check")];
  said.rows = $("slowest").rows.length;
  key("t");
  said.heat = classes("model/product");
  said.colour = $("colour").value;
  $("slowest").querySelector("a").click();
  said.went = [$("name").textContent, $("cost").textContent !== ""];
  page.goTo(page.model.byName.get("loop/mul"));
  said.times = $("cost").textContent;
  said.course = document.querySelectorAll("#panel .course polyline").length;
  key("]");
  said.heading = $("panel").textContent.includes("Values in run 2 of 3");
  key("t"); key("t");
  said.kinds = [$("colour").value, document.querySelectorAll("#stage .heat0, #stage .heat4").length];
  document.body.replaceChildren(JSON.stringify(said));
  document.body.id = "said";
})();
</script>
"""


@pytest.mark.skipif(BROWSER is None, reason="needs Chromium or Chrome on the PATH")
def test_in_a_browser(tmp_path):
    """A slider over the runs, colours by time, NaN and the failed op in red, a table that leads to ops."""
    t = traced()
    file = tmp_path / "page.html"
    file.write_text(t.show().html.replace("</body>", STEPS + "</body>"), encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    flags += ["--disable-component-update", "--disable-sync", "--enable-logging=stderr"]
    done = subprocess.run(
        [BROWSER, *flags, f"--user-data-dir={tmp_path}/u", "--virtual-time-budget=600000", "--dump-dom", file.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert "CONSOLE" not in done.stderr, done.stderr
    text = re.search(r'<body[^>]*id="said">(.*)</body>', done.stdout, re.DOTALL).group(1)
    said = json.loads(text.replace("&amp;", "&"))
    assert said["shown"] == [False, False, "2"]
    assert said["last"][0] == "run 3 of 3: check:0, failed"
    assert said["last"][1].startswith("InvalidArgumentError: the loss : Tensor had NaN values")
    assert said["last"][2] == "model/root"
    assert said["classes"] == [["bad"], [], ["failed"]]
    assert said["first"] == ["run 1 of 3: check:0", None, [], []]
    assert said["rows"] == len(t.runs[0].ops)
    assert re.fullmatch(r"heat\d", said["heat"][0])
    assert said["colour"] == "time"
    assert said["went"][0] in t.runs[0].ops
    assert said["went"][1]
    assert said["times"].endswith(", ran 4 times")
    assert said["course"] == 1
    assert said["heading"]
    assert said["kinds"] == ["kinds", 0]
