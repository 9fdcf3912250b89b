"""tf.layers: what programs with golden data cannot show: values of variables, copies, formats, names."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.neural.named.constraints import MinMaxNorm, UnitNorm
from flowgraph.neural.named.lookup import activation_of, described, initializer_of, regularizer_of


@pytest.fixture(autouse=True)
def _fresh_graph():
    with tf.Graph().as_default():
        yield


def test_weights_are_asked_for_and_set():
    layer = tf.layers.Dense(2, kernel_initializer="ones")
    y = layer(tf.constant([[1.0, 2.0]]))
    with tf.Session() as session:
        kernel, bias = layer.get_weights()
        np.testing.assert_array_equal(kernel, np.ones([2, 2]))
        np.testing.assert_array_equal(bias, [0, 0])
        layer.set_weights([kernel * 3, np.array([1.0, 2.0])])
        np.testing.assert_array_equal(session.run(y), [[10, 11]])
        made = len(tf.get_default_graph().get_operations())
        layer.set_weights(layer.get_weights())
        assert len(tf.get_default_graph().get_operations()) == made
    with pytest.raises(RuntimeError, match="no default session"):
        layer.get_weights()


def test_weights_that_have_values_keep_them():
    layer = tf.layers.Dense(1, use_bias=False)
    layer(tf.constant([[1.0]]))
    with tf.Session() as session:
        session.run(layer.kernel.assign([[5.0]]))
        assert layer.get_weights()[0] == 5.0


def test_weights_can_be_given_to_a_layer():
    with tf.Session() as session:
        y = tf.layers.Dense(1, weights=[np.array([[2.0]]), np.array([1.0])])(tf.constant([[3.0]]))
        assert session.run(y) == 7.0


@pytest.mark.parametrize("strides", [1, 2])
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_transposed_convolutions_with_channels_first(strides, padding):
    images = np.random.RandomState(0).rand(2, 3, 4, 2).astype(np.float32)
    last = tf.layers.Conv2DTranspose(3, 3, strides, padding, bias_initializer="ones")
    y = last(tf.constant(images))
    first = tf.layers.Conv2DTranspose(3, 3, strides, padding, "channels_first", bias_initializer="ones")
    z = first(tf.constant(images.transpose(0, 3, 1, 2)))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(first.kernel.assign(last.kernel))
        by_last, by_first = session.run([y, z])
    np.testing.assert_allclose(by_first.transpose(0, 2, 3, 1), by_last, rtol=1e-5)
    assert z.shape.as_list() == list(by_first.shape)


def test_a_causal_convolution_sees_nothing_of_the_future():
    x = tf.placeholder(tf.float32, [1, 5, 1])
    y = tf.layers.conv1d(x, 1, 3, padding="causal", kernel_initializer="ones")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        values = session.run(y, {x: np.arange(1.0, 6.0).reshape(1, 5, 1)})
    np.testing.assert_array_equal(values.ravel(), [1, 3, 6, 9, 12])


def test_a_copy_has_lists_of_its_own():
    layer = tf.layers.Dense(2, kernel_regularizer="l2")
    twin = copy.deepcopy(layer)
    layer(tf.zeros([1, 3]))
    assert not twin.built
    assert twin.weights == []
    built = copy.deepcopy(layer)
    assert built.kernel is layer.kernel
    built._trainable_weights.clear()
    assert len(layer.trainable_weights) == 2


def test_layers_in_attributes_are_submodules():
    class Net(tf.layers.Layer):
        def __init__(self):
            super().__init__()
            self.first = tf.layers.Dense(1)
            self.others = [tf.layers.Dense(2), tf.layers.Flatten()]

    net = Net()
    assert net.submodules == (net.first, *net.others)


def test_inputs_are_cast_where_that_is_asked_for():
    y = tf.layers.Dense(1, dtype="float64", autocast=True)(tf.zeros([1, 2], tf.float32))
    assert y.dtype == tf.float64


def test_training_reaches_only_layers_that_know_of_it():
    x = tf.zeros([1, 2])
    assert tf.layers.Dense(1)(x, training=True).shape.as_list() == [1, 1]
    with pytest.raises(TypeError, match="unexpected keyword argument 'other'"):
        tf.layers.Dense(1)(x, other=True)


def test_updates_and_losses_know_what_they_depend_on():
    x, other = tf.placeholder(tf.float32, [None, 2]), tf.placeholder(tf.float32, [None, 2])
    norm = tf.layers.BatchNormalization()
    norm(x, training=True)
    assert len(norm.updates) == len(norm.get_updates_for(x)) == 2
    assert norm.get_updates_for(other) == norm.get_updates_for(None) == []
    dense = tf.layers.Dense(1, kernel_regularizer="l2", activity_regularizer="l1")
    dense(x)
    assert len(dense.get_losses_for(None)) == len(dense.get_losses_for(x)) == 1
    assert dense.get_losses_for(other) == []


def test_norms_are_kept_within_bounds():
    w = tf.constant([[3.0, 0.0], [4.0, 0.5]])
    with tf.Session() as session:
        np.testing.assert_allclose(session.run(UnitNorm()(w)), [[0.6, 0], [0.8, 1]], rtol=1e-5)
        np.testing.assert_allclose(session.run(MinMaxNorm(1.0, 2.0)(w)), [[1.2, 0], [1.6, 1]], rtol=1e-5)
        np.testing.assert_allclose(session.run(MinMaxNorm(1.0, 2.0, rate=0.5)(w))[:, 0], [2.1, 2.8], rtol=1e-5)


def test_functions_are_described_and_found_again():
    for function in (initializer_of("he_normal"), initializer_of("uniform"), regularizer_of("l1_l2")):
        description = described(function)
        again = (regularizer_of if "l1" in description["config"] else initializer_of)(description)
        assert described(again) == description
    assert activation_of(described(tf.nn.relu)) is tf.nn.relu
    with pytest.raises(ValueError, match=r"Unknown activation function:rely\n\n  Fix: The known ones: elu, "):
        activation_of("rely")
    with pytest.raises(ValueError, match="Improper config format"):
        initializer_of({"name": "Zeros"})


def test_a_spec_shows_what_it_demands():
    assert repr(tf.layers.InputSpec(ndim=4, axes={-1: 3})) == "InputSpec(ndim=4, axes={-1: 3})"


@pytest.mark.parametrize("engine", ["NUMPY", "REFERENCE"])
def test_one_batch_normalization_called_twice_updates_its_averages_twice(engine: str) -> None:
    with tf.Graph().as_default():
        training, x = tf.placeholder(tf.bool), tf.placeholder(tf.float32, [None, 2])
        for i in range(2):
            tf.layers.batch_normalization(x + 10.0 * i, training=training, name="shared", reuse=i > 0)
        updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
        [mean] = [v for v in tf.global_variables() if v.op.name == "shared/moving_mean"]
        config = tf.ConfigProto()
        config.experimental.executor_type = engine
        with tf.Session(config=config) as session:
            session.run(tf.global_variables_initializer())
            session.run(updates, {training: False, x: [[1.0, 2.0], [3.0, 6.0]]})
            assert session.run(mean).tolist() == [0.0, 0.0]
            session.run(updates, {training: True, x: [[1.0, 2.0], [3.0, 6.0]]})
            np.testing.assert_allclose(session.run(mean), [0.01 * (2 + 12), 0.01 * (4 + 14)], rtol=1e-5)
