"""tf.make_template: what TensorFlow 1.15.5 does and says."""

from __future__ import annotations

import pytest

import flowgraph as tf


@pytest.fixture(autouse=True)
def _own_graph():
    with tf.Graph().as_default():
        yield


def scaled(x, k=1.0):
    w = tf.get_variable("w", shape=[], initializer=tf.constant_initializer(2.0))
    return w * x * k


def names(variables):
    return [variable.name for variable in variables]


def test_properties():
    template = tf.make_template("t", scaled)
    assert (template.name, template.func, template.variables) == ("t", scaled, [])
    assert template.variable_scope is template.var_scope is template.variable_scope_name is None
    template(1.0)
    template(2.0)
    assert template.variable_scope_name == "t/"
    assert template.variable_scope.name == template.var_scope.name == "t"
    for found in (template.variables, template.trainable_variables, template.global_variables, template.weights):
        assert names(found) == ["t/w:0"]
    assert template.local_variables == template.non_trainable_variables == template.non_trainable_weights == []


def test_kinds_of_variables():
    def function():
        tf.get_variable("local", [], collections=[tf.GraphKeys.LOCAL_VARIABLES], trainable=False)
        tf.get_variable("fixed", [], trainable=False)

    template = tf.make_template("t", function)
    template()
    assert names(template.variables) == ["t/fixed:0", "t/local:0"]
    assert names(template.local_variables) == ["t/local:0"]
    assert names(template.non_trainable_variables) == ["t/fixed:0"]
    assert template.trainable_weights == []


def test_scopes():
    template, early = tf.make_template("t", scaled), tf.make_template("e", scaled, create_scope_now_=True)
    with tf.variable_scope("out"):
        template(1.0)
        early(1.0)
    template(1.0)
    assert (template.variable_scope_name, early.variable_scope_name) == ("out/t/", "e/")
    assert names(tf.global_variables()) == ["out/t/w:0", "e/w:0"]


def test_names_that_are_not_made_unique():
    tf.make_template("t", scaled, unique_name_="u")(1.0)
    with pytest.raises(ValueError, match=r"^Variable u/w already exists, disallowed\."):
        tf.make_template("t", scaled, unique_name_="u")(1.0)


def test_fixed_arguments():
    with tf.Session() as sess:
        y = tf.make_template("t", scaled, k=3.0)(x=2.0)
        sess.run(tf.global_variables_initializer())
        assert sess.run(y) == 12


def test_custom_getter():
    asked = []

    def getter(getter, name, *args, **kwargs):
        asked.append(name)
        return getter(name, *args, **kwargs)

    template = tf.make_template("t", scaled, custom_getter_=getter)
    template(1.0)
    template(2.0)
    assert asked == ["t/w", "t/w"]


def test_variables_that_cannot_be_shared(caplog):
    template = tf.make_template("t", lambda: tf.Variable(1.0, name="plain"))
    template()
    with pytest.raises(ValueError, match=r"^Trainable variable created when calling a template after the first time"):
        template()
    template = tf.make_template("u", lambda: tf.Variable(1.0, trainable=False))
    template()
    before = tf.logging.get_verbosity()
    tf.logging.set_verbosity(tf.logging.INFO)
    try:
        template()
    finally:
        tf.logging.set_verbosity(before)
    assert "New variables created when calling a template after the first time" in caplog.text


def test_a_call_that_failed_is_not_the_first():
    broken = [True]

    def function():
        if broken:
            raise ValueError("in the template")
        return tf.get_variable("v", [])

    template = tf.make_template("t", function)
    with pytest.raises(ValueError, match=r"^in the template\n\noriginally defined at:\n  made at .*test_template"):
        template()
    broken.clear()
    assert template().name == "t/v:0"


def test_no_name():
    with pytest.raises(ValueError, match=r"^name cannot be None\."):
        tf.make_template(None, scaled)
