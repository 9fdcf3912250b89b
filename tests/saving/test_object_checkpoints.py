"""Checkpoints of objects: the graphs, files, nodes and words of TensorFlow 1.15.5, and files that cannot be trusted."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.formats.bundle import Bundle
from flowgraph.tracking.object_graph import OBJECT_GRAPH_KEY, ObjectGraph

GOLDEN = Path(__file__).parent.parent / "golden"
sys.path.insert(0, str(GOLDEN))
import object_cases as cases  # noqa: E402

TOLD = json.loads((GOLDEN / "object_checkpoints.json").read_text())
FILES = GOLDEN / "object_checkpoints"


@pytest.fixture(autouse=True)
def _fresh_graph() -> Iterator[None]:
    with tf.Graph().as_default():
        yield


@pytest.mark.parametrize("case", cases.GRAPHS, ids=lambda case: case.__name__)
def test_the_graph_of_objects_is_tensorflows(case: Callable[[Any], Any]) -> None:
    assert cases.told(ObjectGraph(case(tf)).gather().proto) == TOLD["graphs"][case.__name__]


def check(found: dict[str, Any], wanted: dict[str, Any]) -> None:
    """The same nodes, and numbers that are as near as sums in another order can be."""
    for mine, theirs in zip(found.pop("nodes"), wanted["nodes"], strict=True):
        assert mine == theirs
    values = wanted.get("values", {})
    for key in values if isinstance(values, dict) else range(len(values)):
        if isinstance(values[key], str):
            assert found["values"][key] == values[key]
        else:
            np.testing.assert_allclose(found["values"][key], values[key], rtol=1e-6)
    assert {k: v for k, v in found.items() if k != "values"} == {
        k: v for k, v in wanted.items() if k not in ("nodes", "values")
    }


def test_saving_makes_tensorflows_nodes_and_files(tmp_path: Path) -> None:
    check(cases.saving(tf, str(tmp_path)), TOLD["saving"])
    ours, theirs = Bundle(str(tmp_path / "ck-2")), Bundle(str(FILES / "ck-2"))
    assert ours.names() == theirs.names()
    for name in ours.names():
        assert ours.dtype(name) == theirs.dtype(name)
        mine, wanted = ours.read(name), theirs.read(name)
        if mine.dtype == object:
            assert mine.tolist() == wanted.tolist()
        else:
            np.testing.assert_allclose(mine, wanted, rtol=1e-6)


@pytest.mark.parametrize("case", [cases.restoring, cases.late, cases.by_name], ids=lambda case: case.__name__)
def test_tensorflows_checkpoint_is_restored(case: Callable[..., Any]) -> None:
    check(case(tf, str(FILES / "ck-2")), TOLD[case.__name__])


def test_a_savers_checkpoint_is_restored_by_names() -> None:
    check(cases.from_names(tf, str(FILES / "names")), TOLD["from_names"])


def test_what_the_checks_say() -> None:
    found = cases.complaints(tf, str(FILES / "ck-2"))
    for mine, theirs in zip(found, TOLD["complaints"], strict=True):
        assert mine[0] == theirs[0]
        # where an object is shown, classes have other names here; and both are cut, after a folder's name of any length
        ours, tensorflows = mine[1].split("<tensorflow")[0].split("<flowgraph")[0], theirs[1].split("<tensorflow")[0]
        shown = min(len(ours), len(tensorflows)) if "FOLDER" in ours else None
        assert ours[:shown] == tensorflows[:shown]


def test_the_drawing_is_tensorflows() -> None:
    assert tf.contrib.checkpoint.dot_graph_from_checkpoint(str(FILES / "ck-2")).split("\n") == TOLD["dot"]


def test_one_who_forgets_parts_of_a_checkpoint_is_told(caplog: pytest.LogCaptureFixture) -> None:
    import gc

    said: list[str] = []
    from flowgraph.platform import logs

    original, logs.warning = logs.warning, lambda line, *args: said.append(line % args if args else line)
    try:
        checkpoint = tf.train.Checkpoint(step=tf.train.get_or_create_global_step())
        checkpoint.restore(str(FILES / "ck-2"))
        del checkpoint
        gc.collect()
    finally:
        logs.warning = original
    assert "Unresolved object in checkpoint: (root).model" in said
    assert any("not all checkpointed values were used" in line for line in said)


@pytest.mark.parametrize("place", range(0, 400, 13))
def test_a_damaged_graph_of_objects_is_refused(tmp_path: Path, place: int) -> None:
    for name in ("ck-2.index", *(path.name for path in FILES.glob("ck-2.data*"))):
        shutil.copy(FILES / name, tmp_path)
    for path in tmp_path.glob("*.data*"):
        data = bytearray(path.read_bytes())
        data[place % len(data)] ^= 0x5A
        path.write_bytes(data)
    program = cases.Program(tf)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        before = session.run(program.layer.kernel)
        with pytest.raises((tf.errors.DataLossError, tf.errors.InvalidArgumentError, tf.errors.OutOfRangeError)):
            program.checkpoint.restore(str(tmp_path / "ck-2")).expect_partial().run_restore_ops()
        np.testing.assert_array_equal(session.run(program.layer.kernel), before)


@pytest.mark.parametrize(
    "graph",
    [b"", b"\xff\xff\xff", b"\x0a\x04\x0a\x02\x08\x63", b"\x0a\x06\x1a\x04\x08\x01\x18\x02"],
    ids=["empty", "no message", "a child that is not there", "a slot that is not there"],
)
def test_an_object_graph_that_lies_is_refused(tmp_path: Path, graph: bytes) -> None:
    v = tf.Variable(1.0)
    with tf.Session() as session:
        session.run(v.initializer)
        saver = tf.train.Saver({"v": v, OBJECT_GRAPH_KEY: tf.Variable(graph, name="graph")})
        session.run(tf.global_variables_initializer())
        path = saver.save(session, str(tmp_path / "ck"), write_meta_graph=False)
    with pytest.raises(tf.errors.DataLossError, match="object graph"):
        tf.train.Checkpoint(v=v).restore(path)


def test_objects_of_numpy_and_python_come_back(tmp_path: Path) -> None:
    arrays = tf.contrib.checkpoint.NumpyState()
    arrays.x = np.arange(3)
    checkpoint = tf.train.Checkpoint(arrays=arrays)
    with tf.Session():
        path = checkpoint.save(str(tmp_path / "ck"))
    other = tf.contrib.checkpoint.NumpyState()
    tf.train.Checkpoint(arrays=other).restore(path).assert_consumed()
    np.testing.assert_array_equal(other.x, [0, 1, 2])


def test_split_dependencies_are_saved_together(tmp_path: Path) -> None:
    v = tf.Variable([1.0, 2.0], use_resource=True)

    def fill(buffer: dict[str, Any]) -> None:
        buffer["first"], buffer["second"] = v[0], v[1]

    def consume(buffer: dict[str, Any]) -> Any:
        return v.assign(tf.stack([buffer["first"], buffer["second"]]))

    parts = tf.contrib.checkpoint.split_dependency(["first", "second"], [tf.float32] * 2, fill, consume, "")
    checkpoint = tf.train.Checkpoint(**parts)
    with tf.Session() as session:
        session.run(v.initializer)
        path = checkpoint.save(str(tmp_path / "ck"))
        session.run(v.assign([5.0, 6.0]))
        checkpoint.restore(path).assert_consumed().run_restore_ops()
        assert session.run(v).tolist() == [1.0, 2.0]


def test_lists_and_dicts_stay_what_they_are() -> None:
    owner = tf.contrib.checkpoint.Checkpointable()
    mine = [1, 2]
    owner.list, owner.dict = mine, {"a": 1}
    owner.list.append(3)
    owner.list += [4]
    owner.dict["b"] = 2
    assert mine == [1, 2, 3, 4] == owner.list
    assert isinstance(owner.list, list)
    assert isinstance(owner.dict, dict)
    assert dict(**owner.dict) == {"a": 1, "b": 2}
    assert tf.nest.flatten(owner.dict) == [1, 2] if hasattr(tf, "nest") else True
    del owner.list
    assert [name for name, _ in owner._checkpoint_dependencies] == ["dict"]
