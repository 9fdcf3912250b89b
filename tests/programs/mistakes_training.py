"""Mistakes with variables, gradients, optimizers and moving averages."""

from __future__ import annotations

VARIABLES = {
    "without_initial_value": lambda tf: tf.Variable(),
    "initial_value_none": lambda tf: tf.Variable(None),
    "callable_without_dtype": lambda tf: tf.Variable(lambda: None),
    "name_with_space": lambda tf: tf.Variable(1.0, name="a b"),
    "collections_text": lambda tf: tf.Variable(1.0, collections="mine"),
    "trainable_text_dtype": lambda tf: tf.Variable("a", dtype=tf.float32),
    "dtype_of_tensor": lambda tf: tf.Variable(tf.constant(1.0), dtype=tf.int32),
    "item_assignment": lambda tf: _set_item(tf.Variable([1.0])),
    "get_without_shape": lambda tf: tf.get_variable("w"),
    "get_unknown_shape": lambda tf: tf.get_variable("w", [None, 2]),
    "get_value_and_shape": lambda tf: tf.get_variable("w", [1], initializer=tf.constant([1.0])),
    "get_initializer_number_and_shape": lambda tf: tf.get_variable("w", [2], initializer=0.5),
    "get_initializer_text": lambda tf: tf.get_variable("w", [2], initializer="zeros"),
    "get_name_empty": lambda tf: tf.get_variable("", [1]),
    "get_name_with_space": lambda tf: tf.get_variable("a b", [1]),
    "get_twice": lambda tf: (tf.get_variable("w", [1]), tf.get_variable("w", [1])),
    "get_twice_in_scope": lambda tf: (_scoped(tf), _scoped(tf)),
    "get_missing": lambda tf: _scoped(tf, reuse=True),
    "share_other_shape": lambda tf: (_scoped(tf), _scoped(tf, reuse=True, shape=[3])),
    "share_other_dtype": lambda tf: (_scoped(tf), _scoped(tf, reuse=True, dtype=tf.float64)),
    "share_variable_not_by_get": lambda tf: (tf.Variable(1.0, name="s/w"), _scoped(tf, reuse=True)),
    "constant_initializer_too_long": lambda tf: tf.get_variable(
        "w", [2], initializer=tf.constant_initializer([1.0, 2.0, 3.0])
    ),
    "constant_initializer_thing": lambda tf: tf.constant_initializer({"a": 1}),
    "uniform_unit_dtype": lambda tf: tf.truncated_normal_initializer(dtype=tf.int32),
    "variance_scaling_mode": lambda tf: tf.variance_scaling_initializer(mode="fan_middle"),
    "variance_scaling_scale": lambda tf: tf.variance_scaling_initializer(scale=-1.0),
    "assign_to_tensor": lambda tf: tf.assign(tf.zeros([2]), tf.ones([2])),
    "assign_to_number": lambda tf: tf.assign(3, 4),
    "assign_add_to_tensor": lambda tf: tf.assign_add(tf.zeros([2]), tf.ones([2])),
    "initializer_of_number": lambda tf: tf.variables_initializer([3]),
    "is_initialized_of_tensor": lambda tf: tf.is_variable_initialized(tf.constant(1.0)),
    "global_step_twice": lambda tf: (tf.train.create_global_step(), tf.train.create_global_step()),
    "global_step_float": lambda tf: _global_step(tf, 0.0),
    "global_step_vector": lambda tf: _global_step(tf, [0, 1]),
}


def _set_item(variable):
    variable[0] = 2.0


def _scoped(tf, reuse=None, shape=(2,), dtype=None):
    with tf.variable_scope("s", reuse=reuse):
        return tf.get_variable("w", shape, dtype=dtype or tf.float32)


def get_missing_after_reuse(tf):
    with tf.variable_scope("s") as scope:
        scope.reuse_variables()
        tf.get_variable("v", [1])


def layers_made_in_a_loop(tf):
    for _ in range(2):
        with tf.variable_scope("layer"):
            tf.get_variable("weights", [2, 2])


def _global_step(tf, value):
    step = tf.Variable(value, name="global_step", trainable=False)
    tf.add_to_collection(tf.GraphKeys.GLOBAL_STEP, step)
    tf.train.get_global_step()


GRADIENTS = {
    "of_int": lambda tf: tf.gradients(tf.constant(1) * 2, tf.constant(1)),
    "of_string": lambda tf: tf.gradients(tf.constant("a"), tf.constant(1.0)),
    "of_none": lambda tf: tf.gradients(None, tf.constant(1.0)),
    "by_none": lambda tf: tf.gradients(tf.constant(1.0), None),
    "by_none_in_list": lambda tf: tf.gradients(tf.constant(1.0), [tf.constant(1.0), None]),
    "of_number": lambda tf: tf.gradients(1.0, tf.constant(1.0)),
    "grad_ys_count": lambda tf: _of_square(tf, grad_ys=[tf.ones([2]), tf.ones([2])]),
    "grad_ys_shape": lambda tf: _of_square(tf, grad_ys=[tf.ones([3])]),
    "grad_ys_dtype": lambda tf: _of_square(tf, grad_ys=[tf.ones([2], tf.int32)]),
    "unconnected_unknown": lambda tf: _of_square(tf, unconnected_gradients="maybe"),
    "of_rounded": lambda tf: tf.train.GradientDescentOptimizer(0.1).minimize(tf.round(tf.Variable(1.5))),
    "bits": lambda tf: _through(tf, lambda x: tf.bitcast(x, tf.int32)),
    "missing_rule": lambda tf: _through(tf, lambda x: tf.truncatemod(x, 2.0)),
    "stop_gradients_thing": lambda tf: _of_square(tf, stop_gradients=[3]),
}


def _of_square(tf, **arguments):
    x = tf.constant([1.0, 2.0])
    return tf.gradients(x * x, [x], **arguments)


def _through(tf, function):
    x = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    y = tf.reduce_sum(tf.cast(function(x), tf.float32))
    return tf.train.GradientDescentOptimizer(0.1).minimize(y)


def _minimize(tf, loss, **arguments):
    return tf.train.GradientDescentOptimizer(0.1).minimize(loss, **arguments)


OPTIMIZERS = {
    "no_variables": lambda tf: _minimize(tf, tf.constant(1.0)),
    "no_trainable_variables": lambda tf: _minimize(tf, tf.square(tf.Variable(1.0, trainable=False))),
    "unconnected": lambda tf: (tf.Variable(1.0), _minimize(tf, tf.constant(1.0)))[1],
    "loss_int": lambda tf: (tf.Variable(1.0), _minimize(tf, tf.constant(1)))[1],
    "loss_is_number": lambda tf: (tf.Variable(1.0), _minimize(tf, 3.0))[1],
    "loss_is_function": lambda tf: (tf.Variable(1.0), _minimize(tf, None))[1],
    "var_list_of_tensor": lambda tf: _minimize(tf, tf.square(tf.Variable(1.0)), var_list=[tf.constant(1.0)]),
    "var_list_of_number": lambda tf: _minimize(tf, tf.square(tf.Variable(1.0)), var_list=[3]),
    "global_step_number": lambda tf: _minimize(tf, tf.square(tf.Variable(1.0)), global_step=0),
    "global_step_tensor": lambda tf: _minimize(tf, tf.square(tf.Variable(1.0)), global_step=tf.constant(0)),
    "learning_rate_none": lambda tf: tf.train.GradientDescentOptimizer(None).minimize(tf.square(tf.Variable(1.0))),
    "name_missing": lambda tf: tf.train.GradientDescentOptimizer(0.1, name=""),
    "apply_nothing": lambda tf: tf.train.GradientDescentOptimizer(0.1).apply_gradients([]),
    "apply_none": lambda tf: tf.train.GradientDescentOptimizer(0.1).apply_gradients(
        [(None, tf.Variable(1.0, name="v"))]
    ),
    "apply_wrong_shape": lambda tf: tf.train.GradientDescentOptimizer(0.1).apply_gradients(
        [(tf.zeros([3]), tf.Variable([1.0, 2.0]))]
    ),
    "apply_text": lambda tf: tf.train.GradientDescentOptimizer(0.1).apply_gradients([("a", tf.Variable(1.0))]),
    "apply_to_tensor": lambda tf: tf.train.GradientDescentOptimizer(0.1).apply_gradients(
        [(tf.constant(1.0), tf.constant(1.0))]
    ),
    "gate_unknown": lambda tf: _minimize(tf, tf.square(tf.Variable(1.0)), gate_gradients=7),
    "grad_loss_shape": lambda tf: _minimize(tf, tf.square(tf.Variable([1.0, 2.0])), grad_loss=tf.ones([3])),
    "adagrad_start": lambda tf: tf.train.AdagradOptimizer(0.1, initial_accumulator_value=0.0),
    "adagrad_da_start": lambda tf: tf.train.AdagradDAOptimizer(0.1, None, -1.0),
    "proximal_adagrad_start": lambda tf: tf.train.ProximalAdagradOptimizer(0.1, -0.5),
    "ftrl_start": lambda tf: tf.train.FtrlOptimizer(0.1, initial_accumulator_value=-0.1),
    "ftrl_power": lambda tf: tf.train.FtrlOptimizer(0.1, learning_rate_power=0.5),
    "ftrl_l1": lambda tf: tf.train.FtrlOptimizer(0.1, l1_regularization_strength=-0.1),
    "ftrl_l2": lambda tf: tf.train.FtrlOptimizer(0.1, l2_regularization_strength=-0.1),
    "ftrl_shrinkage": lambda tf: tf.train.FtrlOptimizer(0.1, l2_shrinkage_regularization_strength=-0.1),
    "momentum_without_momentum": lambda tf: tf.train.MomentumOptimizer(0.1),
    "momentum_of_text": lambda tf: tf.train.MomentumOptimizer(0.1, "a").minimize(tf.square(tf.Variable(1.0))),
    "adam_rate_of_vector": lambda tf: tf.train.AdamOptimizer([0.1]).minimize(tf.square(tf.Variable(1.0))),
    "adam_name_missing": lambda tf: tf.train.AdamOptimizer(name=""),
    "adam_other_shape": lambda tf: tf.train.AdamOptimizer().apply_gradients([(tf.zeros([3]), tf.Variable([1.0, 2.0]))]),
    "adagrad_da_int32_step": lambda tf: tf.train.AdagradDAOptimizer(0.1, tf.Variable(0)).minimize(
        tf.square(tf.Variable(1.0))
    ),
    "proximal_of_doubles": lambda tf: tf.train.ProximalGradientDescentOptimizer(0.1).minimize(
        tf.square(tf.Variable(1.0, dtype=tf.float64))
    ),
    "constraint_of_rows": lambda tf: tf.train.AdamOptimizer().minimize(
        tf.reduce_sum(tf.gather(tf.Variable([1.0, 2.0], constraint=tf.abs), [0]))
    ),
    "abstract_optimizer": lambda tf: tf.train.Optimizer(False, "a").minimize(tf.square(tf.Variable(1.0))),
}


def minimize_accuracy(tf):
    v = tf.Variable([[1.0, 2.0]], name="v")
    accuracy = tf.cast(tf.argmax(v, 1)[0], tf.float32)
    return _minimize(tf, accuracy)


SCHEDULES_AND_AVERAGES = {
    "decay_without_step": lambda tf: tf.train.exponential_decay(0.1, None, 10, 0.9),
    "decay_rate_text": lambda tf: tf.train.exponential_decay("a", 0, 10, 0.9),
    "decay_int_rate": lambda tf: tf.train.exponential_decay(1, 0, 10, 0.9),
    "piecewise_counts": lambda tf: tf.train.piecewise_constant(0, [1, 2], [1.0, 2.0]),
    "piecewise_boundary_dtype": lambda tf: tf.train.piecewise_constant(0, [1.5], [1.0, 2.0]),
    "piecewise_value_dtypes": lambda tf: tf.train.piecewise_constant(0, [1], [1.0, 2]),
    "piecewise_number": lambda tf: tf.train.piecewise_constant(0, 1, [1.0, 2.0]),
    "cosine_of_doubles": lambda tf: tf.train.cosine_decay(tf.constant(0.1, tf.float64), 0, 10),
    "polynomial_of_long_step": lambda tf: tf.train.polynomial_decay(0.1, 0, tf.constant(10)),
    "average_of_int": lambda tf: tf.train.ExponentialMovingAverage(0.9).apply([tf.Variable(1, name="v")]),
    "average_of_number": lambda tf: tf.train.ExponentialMovingAverage(0.9).apply([1.0]),
    "average_of_one": lambda tf: tf.train.ExponentialMovingAverage(0.9).apply(tf.Variable(1.0)),
    "average_decay_text": lambda tf: tf.train.ExponentialMovingAverage("a").apply([tf.Variable(1.0)]),
    "average_name_of_unknown": lambda tf: tf.train.ExponentialMovingAverage(0.9).average_name(3.0),
}


def average_twice(tf):
    v = tf.Variable(1.0, name="v")
    ema = tf.train.ExponentialMovingAverage(0.9)
    ema.apply([v])
    ema.apply([v])
