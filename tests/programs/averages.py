"""tf.train.ExponentialMovingAverage, alone and in company."""

from __future__ import annotations


def of_a_variable(tf):
    """The book's example, step by step."""
    v1 = tf.Variable(0, dtype=tf.float32)
    step = tf.Variable(0, trainable=False)
    ema = tf.train.ExponentialMovingAverage(0.99, step)
    maintain_averages_op = ema.apply([v1])
    both = [v1, ema.average(v1)]
    set_v1 = tf.assign(v1, 5)
    set_step = tf.assign(step, 10000)
    set_v1_again = tf.assign(v1, 10)
    runs = [(tf.global_variables_initializer(), None), (both, None)]
    runs += [
        (maintain_averages_op, None),
        (both, None),
        (set_v1, None),
        (maintain_averages_op, None),
        (both, None),
    ]
    runs += [(set_step, None), (set_v1_again, None), (maintain_averages_op, None), (both, None)]
    return runs + [(maintain_averages_op, None), (both, None)]


def without_steps(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    ema = tf.train.ExponentialMovingAverage(decay=0.9)
    maintain = ema.apply([v])
    grow = tf.assign_add(v, [1.0, 10.0])
    runs = [(tf.global_variables_initializer(), None)]
    return runs + [(grow, None), (maintain, None), (ema.average(v), None)] * 3


def of_all_variables(tf):
    tf.Variable([1.0, 2.0], name="a")
    with tf.variable_scope("layer"):
        tf.get_variable("w", [2, 2], initializer=tf.ones_initializer())
    tf.Variable(3, name="step", trainable=False)
    ema = tf.train.ExponentialMovingAverage(0.5, name="Shadow")
    maintain = ema.apply()
    names = [ema.average_name(v) for v in tf.trainable_variables()]
    tf.constant(names, name="names")
    averages = [ema.average(v) for v in tf.moving_average_variables()]
    return [(tf.global_variables_initializer(), None), (maintain, None), (averages, None)]


def of_a_tensor(tf):
    """The average of a tensor starts from zero and is debiased: local steps, a cond."""
    x = tf.placeholder(tf.float32, [2], name="x")
    doubled = tf.multiply(x, 2.0, name="doubled")
    ema = tf.train.ExponentialMovingAverage(0.5)
    maintain = ema.apply([doubled])
    runs = [(tf.global_variables_initializer(), None)]
    for value in ([1.0, 2.0], [3.0, 4.0]):
        runs += [(maintain, {x: value}), (ema.average(doubled), None)]
    return runs


def with_zero_debias(tf):
    v = tf.Variable(4.0, name="v")
    ema = tf.train.ExponentialMovingAverage(0.9, zero_debias=True)
    maintain = ema.apply([v])
    runs = [(tf.global_variables_initializer(), None)]
    return runs + [(maintain, None), (ema.average(v), None)] * 2


def after_the_train_step(tf):
    """The idiom of the documentation: the averages see the variables after the step."""
    w = tf.Variable([1.0, -1.0], name="w")
    loss = tf.reduce_sum(tf.square(w))
    opt_op = tf.train.GradientDescentOptimizer(0.25).minimize(loss)
    ema = tf.train.ExponentialMovingAverage(decay=0.75)
    with tf.control_dependencies([opt_op]):
        training_op = ema.apply([w])
    runs = [(tf.global_variables_initializer(), None)]
    return runs + [(training_op, None), ([w, ema.average(w)], None)] * 3


def in_a_scope(tf):
    with tf.name_scope("model"):
        w = tf.Variable(1.0, name="w")
    ema = tf.train.ExponentialMovingAverage(0.9)
    with tf.name_scope("average"):
        maintain = ema.apply([w])
    with tf.variable_scope("other"):
        v = tf.get_variable("v", [2], initializer=tf.zeros_initializer())
        maintain_v = ema.apply([v])
    return [(tf.global_variables_initializer(), None), ([maintain, maintain_v], None)]


def restore_names(tf):
    """`variables_to_restore` gives the shadow name for every averaged variable."""
    v = tf.Variable(0, dtype=tf.float32, name="v")
    tf.Variable(1, dtype=tf.float32, name="other", trainable=False)
    ema = tf.train.ExponentialMovingAverage(0.99)
    names = sorted(ema.variables_to_restore())
    tf.constant(names, name="names")
    maintain = ema.apply([v])
    return [(tf.global_variables_initializer(), None), (maintain, None)]
