"""Files of the safetensors kind: what is written comes back, here and through the library itself."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf

library = pytest.importorskip("safetensors.numpy")

DTYPES = ["float64", "float32", "float16", "bfloat16", "int64", "int32", "int8", "uint8", "uint16", "bool", "complex64"]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


@pytest.mark.parametrize("name", DTYPES)
@pytest.mark.parametrize("shape", [[], [3], [2, 0], [2, 3]])
def test_values_come_back(path, name, shape):
    value = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(tf.as_dtype(name).np)
    with tf.Graph().as_default(), tf.Session() as sess:
        variable = tf.Variable(value, name="v")
        sess.run(variable.initializer)
        tf.interop.save_safetensors(path)
        variable.load(np.ones(shape, value.dtype))
        assert tf.interop.load_safetensors(path) == ["v"]
        back = sess.run(variable)
    assert back.dtype == value.dtype
    np.testing.assert_array_equal(back, value)


def test_the_library_reads_it_and_is_read(path):
    with tf.Graph().as_default(), tf.Session() as sess:
        a = tf.get_variable("a", initializer=[[1.0, 2.0]])
        b = tf.get_variable("b", initializer=[7, 8], use_resource=True)
        sess.run(tf.global_variables_initializer())
        tf.interop.save_safetensors(path, metadata={"made by": "flowgraph"})
        found = library.load_file(path)
        assert {name: array.tolist() for name, array in found.items()} == {"a": [[1, 2]], "b": [7, 8]}
        library.save_file({"x": np.float32([[3, 4]]), "b": np.int32([5, 6]), "more": np.zeros(2)}, path)
        tf.interop.load_safetensors(path, {"x": a, "b": b})
        assert sess.run([a, b])[0].tolist() == [[3, 4]]
        assert sess.run(b).tolist() == [5, 6]
        assert not [op for op in sess.graph.get_operations() if "save" in op.name]


def test_pieces_are_saved_as_a_whole(path):
    value = np.arange(12, dtype=np.float32).reshape(4, 3)
    library.save_file({"v": value}, path)
    with tf.Graph().as_default(), tf.Session() as sess:
        whole = tf.get_variable("v", [4, 3], partitioner=tf.fixed_size_partitioner(3))
        tf.interop.load_safetensors(path, [whole])
        np.testing.assert_array_equal(sess.run(whole.as_tensor()), value)
        sess.run([piece.assign(-piece) for piece in whole])
        tf.interop.save_safetensors(path)
    np.testing.assert_array_equal(library.load_file(path)["v"], -value)


def test_checkpoints_become_files_and_back(tmp_path, path):
    with tf.Graph().as_default(), tf.Session() as sess:
        v = tf.get_variable("v", initializer=[1.5, 2.5])
        sess.run(v.initializer)
        saver = tf.train.Saver()
        tf.interop.checkpoint_to_safetensors(saver.save(sess, str(tmp_path / "one")), path)
        sess.run(v.assign([0.0, 0.0]))
        tf.interop.safetensors_to_checkpoint(path, tmp_path / "two")
        saver.restore(sess, str(tmp_path / "two"))
        assert sess.run(v).tolist() == [1.5, 2.5]


def test_what_does_not_fit_changes_nothing(path):
    with tf.Graph().as_default(), tf.Session() as sess:
        a, b = tf.get_variable("a", initializer=[1.0]), tf.get_variable("b", initializer=[2.0])
        sess.run(tf.global_variables_initializer())
        for tensors, error, text in [
            ({"a": np.float32([9]), "b": np.float32([9, 9])}, tf.errors.InvalidArgumentError, "b is float32 of shape"),
            ({"a": np.float32([9]), "b": np.float64([9])}, tf.errors.InvalidArgumentError, "b is float64"),
            ({"a": np.float32([9])}, tf.errors.NotFoundError, "Key b not found"),
        ]:
            library.save_file(tensors, path)
            with pytest.raises(error, match=text):
                tf.interop.load_safetensors(path)
            assert sess.run([a, b]) == [1.0, 2.0]
        assert tf.interop.load_safetensors(path, strict=False) == ["a"]
        assert sess.run([a, b]) == [9.0, 2.0]


def test_damage_is_told(path):
    library.save_file({"a": np.zeros(100, np.float32)}, path)
    data = path.read_bytes()
    for damaged in (b"", data[:5], data[:-1], b"\xff" * 8 + data[8:], data[:12] + b"\xff" + data[13:]):
        path.write_bytes(damaged)
        with pytest.raises(tf.errors.DataLossError):
            tf.interop.read_safetensors(path)
    with pytest.raises(tf.errors.NotFoundError):
        tf.interop.read_safetensors(path.with_name("nothing"))


def test_what_cannot_be_saved_is_told(path):
    with tf.Graph().as_default(), tf.Session() as sess:
        text = tf.get_variable("text", initializer=["a"])
        sess.run(text.initializer)
        with pytest.raises(TypeError, match="safetensors has no dtype string"):
            tf.interop.save_safetensors(path)
        assert not path.exists()
    with pytest.raises(ValueError, match="default session"):
        tf.interop.save_safetensors(path)
