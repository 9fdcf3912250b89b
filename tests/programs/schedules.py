"""Learning rates that decay, and optimizers that use them."""

from __future__ import annotations


def _at_steps(step, fetches, steps=(0, 1, 5, 10, 25)):
    return [(fetches, {step: each}) for each in steps]


def exponential_of_python_numbers(tf):
    step = tf.placeholder(tf.int32, [])
    rate = tf.train.exponential_decay(0.1, step, 10, 0.96)
    return _at_steps(step, rate)


def exponential_staircase(tf):
    step = tf.placeholder(tf.int64, [])
    rate = tf.train.exponential_decay(0.1, step, 10, 0.96, staircase=True, name="rate")
    return _at_steps(step, rate)


def exponential_float_steps(tf):
    step = tf.placeholder(tf.int32, [])
    rate = tf.train.exponential_decay(0.8, step, 4000 / 100, 0.99)
    stair = tf.train.exponential_decay(0.8, step, 4000 / 100, 0.99, True)
    return _at_steps(step, [rate, stair])


def exponential_of_tensors(tf):
    base = tf.placeholder(tf.float32, [])
    step = tf.placeholder(tf.int32, [])
    decay_steps = tf.placeholder(tf.int32, [])
    decay_rate = tf.placeholder(tf.float32, [])
    rate = tf.train.exponential_decay(base, step, decay_steps, decay_rate, staircase=True)
    smooth = tf.train.exponential_decay(base, step, decay_steps, decay_rate)
    feeds = {base: 0.5, step: 17, decay_steps: 5, decay_rate: 0.9}
    return [([rate, smooth], feeds)]


def exponential_of_variables(tf):
    base = tf.Variable(0.5, trainable=False, name="base")
    global_step = tf.Variable(0, trainable=False, name="global_step")
    rate = tf.train.exponential_decay(base, global_step, 2, tf.constant(0.5), staircase=True)
    grow = tf.assign_add(global_step, 1)
    return [(tf.global_variables_initializer(), None)] + [(rate, None), (grow, None)] * 3


def exponential_of_doubles(tf):
    step = tf.placeholder(tf.int32, [])
    base = tf.constant(0.1, dtype=tf.float64)
    rate = tf.train.exponential_decay(base, step, 10, 0.96)
    return _at_steps(step, rate)


def minimize_with_global_step(tf):
    x = tf.Variable(10.0, name="x")
    global_step = tf.train.get_or_create_global_step()
    rate = tf.train.exponential_decay(0.1, global_step, decay_steps=2, decay_rate=0.5, staircase=True)
    loss = tf.square(x - 1.0, name="loss")
    train = tf.train.GradientDescentOptimizer(rate).minimize(loss, global_step=global_step)
    watched = [x, global_step, rate]
    return [(tf.global_variables_initializer(), None)] + [(train, None), (watched, None)] * 4


def minimize_some_variables(tf):
    a = tf.Variable([1.0, 2.0], name="a")
    b = tf.Variable([3.0, 4.0], name="b")
    frozen = tf.Variable([5.0, 6.0], name="frozen", trainable=False)
    loss = tf.reduce_sum(a * b * frozen)
    only_a = tf.train.GradientDescentOptimizer(0.1).minimize(loss, var_list=[a])
    all_three = tf.train.GradientDescentOptimizer(0.1, name="All").minimize(loss, var_list=[a, b, frozen])
    runs = [(tf.global_variables_initializer(), None), (only_a, None), ([a, b, frozen], None)]
    return runs + [(all_three, None), ([a, b, frozen], None)]


def compute_and_apply(tf):
    w = tf.Variable([[1.0, -2.0], [3.0, -4.0]], name="w")
    x = tf.placeholder(tf.float32, [2, 1], name="x")
    loss = tf.reduce_mean(tf.square(tf.matmul(w, x)))
    optimizer = tf.train.GradientDescentOptimizer(learning_rate=0.1)
    grads_and_vars = optimizer.compute_gradients(loss)
    clipped = [(tf.clip_by_value(grad, -1.0, 1.0), var) for grad, var in grads_and_vars]
    global_step = tf.Variable(0, name="global_step", trainable=False)
    train = optimizer.apply_gradients(clipped, global_step=global_step, name="step")
    feeds = {x: [[1.0], [2.0]]}
    gradient = grads_and_vars[0][0]
    return [
        (tf.global_variables_initializer(), None),
        (gradient, feeds),
        (train, feeds),
        ([w, global_step], None),
    ]


def clip_by_global_norm_and_apply(tf):
    w = tf.Variable([3.0, 4.0], name="w")
    b = tf.Variable(2.0, name="b")
    loss = tf.reduce_sum(tf.square(w)) + tf.square(b)
    tvars = tf.trainable_variables()
    grads, norm = tf.clip_by_global_norm(tf.gradients(loss, tvars), 5.0)
    optimizer = tf.train.GradientDescentOptimizer(1.0)
    train = optimizer.apply_gradients(zip(grads, tvars))
    return [(tf.global_variables_initializer(), None), (norm, None), (train, None), ([w, b], None)]


def learning_rate_as_placeholder(tf):
    rate = tf.placeholder(tf.float32, shape=[], name="learning_rate")
    x = tf.Variable(4.0)
    train = tf.train.GradientDescentOptimizer(rate).minimize(tf.square(x), colocate_gradients_with_ops=True)
    runs = [(tf.global_variables_initializer(), None)]
    for value in (0.1, 0.25):
        runs += [(train, {rate: value}), (x, None)]
    return runs


def learning_rate_as_variable(tf):
    rate = tf.Variable(0.0, trainable=False)
    new_rate = tf.placeholder(tf.float32, shape=[], name="new_learning_rate")
    update = tf.assign(rate, new_rate)
    x = tf.Variable(4.0)
    train = tf.train.GradientDescentOptimizer(rate).minimize(tf.square(x))
    runs = [(tf.global_variables_initializer(), None), (update, {new_rate: 0.25})]
    return runs + [(train, None), ([x, rate], None)]


def two_optimizers(tf):
    x = tf.Variable(1.0, name="x")
    y = tf.Variable(2.0, name="y")
    loss = x * x * y
    first = tf.train.GradientDescentOptimizer(0.1).minimize(loss, var_list=[x])
    second = tf.train.GradientDescentOptimizer(0.01).minimize(loss, var_list=[y])
    with tf.control_dependencies([first]):
        then = tf.identity(loss, name="loss_after_first")
    return [(tf.global_variables_initializer(), None), (then, None), (second, None), ([x, y], None)]


def sparse_update(tf):
    """Gradients of a gather arrive as IndexedSlices and touch the rows used, twice where one repeats."""
    table = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], name="table")
    ids = tf.placeholder(tf.int32, [None], name="ids")
    rows = tf.gather(table, ids)
    loss = tf.reduce_sum(tf.square(rows))
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    return [(tf.global_variables_initializer(), None), (train, {ids: [0, 2, 2]}), (table, None)]


def integer_global_steps(tf):
    step32 = tf.Variable(0, name="step32", trainable=False)
    step64 = tf.Variable(0, name="step64", trainable=False, dtype=tf.int64)
    x = tf.Variable(1.0, name="x")
    one = tf.train.GradientDescentOptimizer(0.1).minimize(tf.square(x), global_step=step32)
    two = tf.train.GradientDescentOptimizer(0.1).minimize(tf.square(x), global_step=step64)
    return [(tf.global_variables_initializer(), None), (one, None), (two, None), ([step32, step64, x], None)]


def _schedules(tf):
    """Every schedule with its defaults, and with everything else: functions of a step."""
    train = tf.train
    return {
        "natural_exp": lambda step: train.natural_exp_decay(0.5, step, 5, 0.3),
        "natural_exp_staircase": lambda step: train.natural_exp_decay(0.5, step, 5, 0.3, staircase=True, name="rate"),
        "inverse_time": lambda step: train.inverse_time_decay(0.5, step, 5, 0.3),
        "inverse_time_staircase": lambda step: train.inverse_time_decay(0.5, step, 5.0, 2, True, name="rate"),
        "polynomial": lambda step: train.polynomial_decay(0.5, step, 12),
        "polynomial_square": lambda step: train.polynomial_decay(0.5, step, 12, 0.01, power=2.0, name="rate"),
        "polynomial_cycle": lambda step: train.polynomial_decay(0.5, step, 6, 0.01, power=0.5, cycle=True),
        "cosine": lambda step: train.cosine_decay(0.5, step, 20),
        "cosine_alpha": lambda step: train.cosine_decay(0.5, step, 20, alpha=0.1, name="rate"),
        "restarts": lambda step: train.cosine_decay_restarts(0.5, step, 4),
        "restarts_equal": lambda step: train.cosine_decay_restarts(0.5, step, 4, t_mul=1.0, m_mul=0.9),
        "restarts_all": lambda step: train.cosine_decay_restarts(0.5, step, 4, 1.5, 0.8, 0.1, name="rate"),
        "linear_cosine": lambda step: train.linear_cosine_decay(0.5, step, 20),
        "linear_cosine_all": lambda step: train.linear_cosine_decay(0.5, step, 20, 2.5, 0.1, 0.01, name="rate"),
        "noisy": lambda step: train.noisy_linear_cosine_decay(0.5, step, 20),
        "noisy_all": lambda step: train.noisy_linear_cosine_decay(0.5, step, 20, 0.5, 0.9, 2.5, 0.1, 0.01, name="r"),
        "piecewise_two": lambda step: train.piecewise_constant(step, [5], [1.0, 0.1]),
        "piecewise_named": lambda step: train.piecewise_constant_decay(
            step, [1, 5, 10], [1.0, 0.5, 0.25, 0.1], name="p"
        ),
        "piecewise_keywords": lambda step: train.piecewise_constant(x=step, boundaries=[5, 10], values=[3, 2, 1]),
    }


def _over_a_step(name, dtype):
    def program(tf):
        tf.set_random_seed(7)
        step = tf.placeholder(getattr(tf, dtype), [])
        return _at_steps(step, _schedules(tf)[name](step))

    return program


def _over_a_variable(name, use_resource):
    def program(tf):
        tf.set_random_seed(7)
        step = tf.Variable(7, trainable=False, use_resource=use_resource)
        rate = _schedules(tf)[name](step)
        return [(tf.global_variables_initializer(), None), (rate, None)]

    return program


class _Nothing:
    """In place of the library where only the programs' names are asked for."""

    train = None


def _all_schedules():
    names = list(_schedules(_Nothing))
    programs = {name + "_decay": _over_a_step(name, "int32") for name in names}
    for name in names[::3] + ["piecewise_named"]:
        programs[name + "_of_int64"] = _over_a_step(name, "int64")
    for name in names[1::3] + ["piecewise_keywords"]:
        programs[name + "_of_variable"] = _over_a_variable(name, False)
        programs[name + "_of_resource"] = _over_a_variable(name, True)
    return programs


globals().update(_all_schedules())


def schedules_of_tensors(tf):
    """Everything that may be a tensor is one."""
    step = tf.placeholder(tf.int64, [])
    base, steps, rate = tf.constant(0.3, tf.float64), tf.constant(10), tf.constant(0.5, tf.float64)
    rates = [
        tf.train.natural_exp_decay(base, step, steps, rate),
        tf.train.inverse_time_decay(base, step, steps, rate),
        tf.train.piecewise_constant(step, [tf.constant(3), tf.constant(9)], [base, rate, base * rate]),
    ]
    return _at_steps(step, rates)


def piecewise_of_floats(tf):
    step = tf.placeholder(tf.float32, [])
    return _at_steps(step, tf.train.piecewise_constant(step, [2.5, 7.0], [1, 2, 3]))
