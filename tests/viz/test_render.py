"""`render`: which renderer draws, and what is said when none can."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import sysconfig

import pytest

import flowgraph as tf
from flowgraph.viz import render, to_dot, to_svg
from tests.viz.graphs import small


def fake(folder, name, says, fails=False):
    """A program that writes what it is and which format it was asked for, whatever it reads."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    code = f"import sys; sys.stdin.read(); print({says!r}, sys.argv[1:], end='')"
    if fails:
        code = "import sys; sys.stdin.read(); sys.stderr.write('trouble in init_rank'); sys.exit(1)"
    path.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{code}" "$@"\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A machine without any renderer: an empty PATH and no scripts beside Python."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "scripts").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path / name))
    return tmp_path


posix = pytest.mark.skipif(os.name != "posix", reason="the stand-ins for programs are shell scripts")


def test_without_any_renderer_svg_is_built_in(bare):
    path = render(small(), bare / "graph.svg", rankdir="LR")
    assert path == str(bare / "graph.svg")
    with open(path, encoding="utf-8") as file:
        assert file.read() == to_svg(small(), rankdir="LR")


@posix
def test_dot_comes_first(bare):
    fake(bare / "bin", "dot", "Graphviz")
    fake(bare / "scripts", "graphviz-pure", "wheel")
    with open(render(small(), bare / "graph.png"), encoding="utf-8") as file:
        said = file.read()
    assert said.startswith("Graphviz")
    assert "-Tpng" in said


@posix
@pytest.mark.parametrize("where", ["bin", "scripts"])
def test_then_the_wheel_on_the_path_or_beside_python(bare, where):
    fake(bare / where, "graphviz-pure", "wheel")
    with open(render(small(), bare / "graph.pdf"), encoding="utf-8") as file:
        assert file.read() == "wheel ['-Tpdf']"


@posix
def test_a_renderer_that_fails_is_followed_by_the_next(bare):
    fake(bare / "bin", "dot", "", fails=True)
    fake(bare / "scripts", "graphviz-pure", "wheel")
    with open(render(small(), bare / "graph.png"), encoding="utf-8") as file:
        assert file.read().startswith("wheel")
    fake(bare / "scripts", "graphviz-pure", "", fails=True)
    with open(render(small(), bare / "graph.svg"), encoding="utf-8") as file:
        assert file.read() == to_svg(small())


@pytest.mark.parametrize("kind", ["png", "pdf"])
def test_what_cannot_be_drawn_says_what_to_install(bare, kind):
    with pytest.raises(RuntimeError) as caught:
        render(small(), bare / f"graph.{kind}")
    words = str(caught.value)
    assert f"a {kind} file" in words
    assert 'pip install "flowgraph-tf[viz]"' in words
    assert ".svg" in words
    assert not (bare / f"graph.{kind}").exists()


@posix
def test_a_failure_is_told(bare):
    fake(bare / "bin", "dot", "", fails=True)
    with pytest.raises(RuntimeError, match="trouble in init_rank"):
        render(small(), bare / "graph.png")


def test_dot_is_written_as_it_is(bare):
    with open(render(small(), bare / "new" / "graph.dot", depth=0), encoding="utf-8") as file:
        assert file.read() == to_dot(small(), depth=0)


def test_dot_text_needs_a_renderer(bare):
    with pytest.raises(RuntimeError, match="hand over the graph itself"):
        render(to_dot(small()), bare / "graph.svg")
    with pytest.raises(ValueError, match="depth"):
        render(to_dot(small()), bare / "graph.svg", depth=1)


def test_other_suffixes_are_refused(bare):
    with pytest.raises(ValueError, match=r"\.svg, \.png, \.pdf, \.dot"):
        render(small(), bare / "graph.gif")


@pytest.mark.skipif(
    not (shutil.which("dot") or shutil.which("graphviz-pure", path=sysconfig.get_path("scripts"))),
    reason="nothing here renders DOT",
)
def test_real_renderers_draw(tmp_path):
    with open(render(small(), tmp_path / "graph.svg"), encoding="utf-8") as file:
        text = file.read()
    assert "prefers-color-scheme" in text
    assert "square" in text
    with open(render(small(), tmp_path / "graph.png"), "rb") as file:
        assert file.read(4) == b"\x89PNG"


def test_graphs_show_themselves():
    graph = small()
    bundle = graph._repr_mimebundle_()
    assert bundle["image/svg+xml"] == to_svg(graph)
    assert bundle["text/plain"] == repr(graph)
    assert list(graph._repr_mimebundle_(include=["text/plain"])) == ["text/plain"]
    assert list(graph._repr_mimebundle_(exclude=["text/plain"])) == ["image/svg+xml"]


def test_tensors_show_themselves():
    with tf.Graph().as_default():
        tensor = tf.placeholder(tf.int32, [None, 2], name="ids")
        html = tensor._repr_html_()
        line = sys._getframe().f_lineno - 2
        for word in ("ids:0", "int32", "(?, 2)", "Placeholder", f"test_render.py:{line}"):
            assert word in html
        tensor.op.name = "<img src=x>"
        assert "<img" not in tensor._repr_html_()
