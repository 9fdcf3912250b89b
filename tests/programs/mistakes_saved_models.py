"""Mistakes with tf.saved_model."""

from __future__ import annotations

import os
import tempfile


def _builder(tf):
    return tf.saved_model.builder.SavedModelBuilder(os.path.join(tempfile.mkdtemp(), "model"))


def _signed(tf, key="serving_default", **changes):
    """Add a graph whose signature's input has been changed."""
    x = tf.placeholder(tf.float32, [2], name="x")
    w = tf.Variable(1.0)
    info = tf.saved_model.utils.build_tensor_info(x)
    for name, value in changes.items():
        if value is None:
            info.ClearField(name)
        else:
            setattr(info, name, value)
    signature = tf.saved_model.signature_def_utils.build_signature_def({"x": info})
    with tf.Session() as sess:
        sess.run(w.initializer)
        _builder(tf).add_meta_graph_and_variables(sess, ["serve"], {key: signature})


def _added(tf, **arguments):
    """Add a graph with further arguments."""
    w = tf.Variable(1.0)
    with tf.Session() as sess:
        sess.run(w.initializer)
        _builder(tf).add_meta_graph_and_variables(sess, ["serve"], **arguments)


BUILDING = {
    "no_name": lambda tf: _signed(tf, name=None),
    "no_dtype": lambda tf: _signed(tf, dtype=None),
    "reserved_init": lambda tf: _signed(tf, "__saved_model_init_op"),
    "reserved_train": lambda tf: _signed(tf, "__saved_model_train_op"),
    "right": _signed,
    "main_op_a_tensor": lambda tf: _added(tf, main_op=tf.constant(1.0, name="c")),
    "asset_a_path": lambda tf: _added(tf, assets_collection=["words.txt"]),
    "asset_no_constant": lambda tf: _added(tf, assets_collection=[tf.placeholder(tf.string, [])]),
    "asset_a_number": lambda tf: _added(tf, assets_collection=[tf.constant(1)]),
    "asset_a_list": lambda tf: _added(tf, assets_collection=[tf.constant(["a", "b"])]),
    "asset_without_path": lambda tf: _added(tf, assets_collection=[tf.constant("", name="path")]),
}


def two_main_ops(tf):
    tf.add_to_collection("legacy_init_op", tf.no_op())
    _added(tf, main_op=tf.no_op())


def variables_first(tf):
    tf.Variable(1.0)
    _builder(tf).add_meta_graph(["serve"])


def variables_twice(tf):
    builder, w = _builder(tf), tf.Variable(1.0)
    with tf.Session() as sess:
        sess.run(w.initializer)
        builder.add_meta_graph_and_variables(sess, ["a"])
        builder.add_meta_graph_and_variables(sess, ["b"])


SIGNING = {
    "predict_nothing": lambda tf: tf.saved_model.predict_signature_def({}, {"y": tf.constant(1.0)}),
    "predict_no_output": lambda tf: tf.saved_model.predict_signature_def({"x": tf.constant(1.0)}, {}),
    "regress_none": lambda tf: tf.saved_model.regression_signature_def(None, tf.constant(1.0)),
    "regress_text": lambda tf: tf.saved_model.regression_signature_def("x", tf.constant(1.0)),
    "regress_numbers": lambda tf: tf.saved_model.regression_signature_def(tf.constant(1.0), tf.constant(1.0)),
    "regress_no_predictions": lambda tf: tf.saved_model.regression_signature_def(tf.constant("x"), None),
    "regress_to_text": lambda tf: tf.saved_model.regression_signature_def(tf.constant("x"), tf.constant("y")),
    "classify_none": lambda tf: tf.saved_model.classification_signature_def(None, None, tf.constant(1.0)),
    "classify_nothing": lambda tf: tf.saved_model.classification_signature_def(tf.constant(1), None, None),
    "classify_numbers": lambda tf: tf.saved_model.classification_signature_def(tf.constant(1), tf.constant("y"), None),
    "classify_by_numbers": lambda tf: tf.saved_model.classification_signature_def(
        tf.constant("x"), tf.constant(1), None
    ),
    "scores_of_text": lambda tf: tf.saved_model.classification_signature_def(tf.constant("x"), None, tf.constant("y")),
    "tensor_of_nothing": lambda tf: tf.saved_model.get_tensor_from_tensor_info(
        type(tf.saved_model.build_tensor_info(tf.constant(1.0)))()
    ),
}


def _saved(tf):
    folder = os.path.join(tempfile.mkdtemp(), "model")
    with tf.Graph().as_default(), tf.Session() as sess:
        x, w = tf.placeholder(tf.float32, name="x"), tf.Variable(2.0, name="w")
        sess.run(w.initializer)
        tf.saved_model.simple_save(sess, folder, {"x": x}, {"y": x * w})
    return folder


def other_tags(tf):
    tf.saved_model.load(tf.Session(), ["train"], _saved(tf))


def tensor_not_in_the_graph(tf):
    sess = tf.Session()
    meta = tf.saved_model.load(sess, ["serve"], _saved(tf), import_scope="scope")
    tf.saved_model.get_tensor_from_tensor_info(meta.signature_def["serving_default"].inputs["x"])


def restored_by_name(tf):
    tf.saved_model.main_op_with_restore("save/restore_all")
