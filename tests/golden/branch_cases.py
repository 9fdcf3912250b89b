"""Calls of tf.cond and its like whose outcome TensorFlow 1.15.5 decides: what is refused, and what runs give.

Every case is a function of the module `tf`; it returns what can be written as JSON, or raises.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Pair(NamedTuple):
    x: Any
    y: Any


class Other(NamedTuple):
    x: Any
    y: Any


def outcome(function, *args):
    """What a call returns, or the class and the first line of what it raises."""
    try:
        return function(*args)
    except Exception as error:  # noqa: BLE001
        return ["raises", type(error).__name__, str(error).split("\n")[0]]


def plain(value):
    """A fetched value without arrays: as JSON can hold it."""
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if value is None:
        return None
    if isinstance(value, dict):
        return {key: plain(value[key]) for key in value}
    if isinstance(value, bytes):
        return value.decode()
    value = value.tolist()
    return [value.real, value.imag] if isinstance(value, complex) else value


class Run:
    """A session that has run the initializers."""

    def __init__(self, tf, initialize=True):
        self.session = tf.Session()
        if initialize:
            self.session.run(tf.global_variables_initializer())

    def __call__(self, fetches, feeds=None):
        return outcome(lambda: plain(self.session.run(fetches, feeds)))


def _pred(tf):
    return tf.placeholder(tf.bool, [], name="p")


# -- what is refused, and in which words ----------------------------------------------------------------------


def _returning(true, false, **kwargs):
    """A case: the branches return what two functions of (tf, a float, an int) give."""

    def build(tf):
        a, b = tf.constant(1.0), tf.constant(2)
        result = tf.cond(_pred(tf), lambda: true(tf, a, b), lambda: false(tf, a, b), **kwargs)
        return str(result)

    return build


REFUSED = {
    "nothing from true_fn": _returning(lambda tf, a, b: None, lambda tf, a, b: a),
    "nothing from false_fn": _returning(lambda tf, a, b: a, lambda tf, a, b: None),
    "empty lists": _returning(lambda tf, a, b: [], lambda tf, a, b: []),
    "more from true_fn": _returning(lambda tf, a, b: [a, a], lambda tf, a, b: [a]),
    "more from false_fn": _returning(lambda tf, a, b: [a, a], lambda tf, a, b: [a, a, a]),
    "list and tuple": _returning(lambda tf, a, b: [a, a], lambda tf, a, b: (a, a)),
    "two named tuples": _returning(lambda tf, a, b: Pair(a, a), lambda tf, a, b: Other(a, a)),
    "named tuple and tuple": _returning(lambda tf, a, b: Pair(a, a), lambda tf, a, b: (a, a)),
    "keys": _returning(lambda tf, a, b: {"a": a}, lambda tf, a, b: {"b": a}),
    "dict and tensor": _returning(lambda tf, a, b: {"a": a}, lambda tf, a, b: [a]),
    "dict and list": _returning(lambda tf, a, b: {"a": a, "b": a}, lambda tf, a, b: [a, a]),
    "deeper in true_fn": _returning(lambda tf, a, b: [a, [a]], lambda tf, a, b: [a, a]),
    "deeper in false_fn": _returning(lambda tf, a, b: [a, a], lambda tf, a, b: [a, [a]]),
    "dtypes": _returning(lambda tf, a, b: a, lambda tf, a, b: b),
    "op and float": _returning(lambda tf, a, b: a.op, lambda tf, a, b: a),
    "strict": _returning(lambda tf, a, b: [a], lambda tf, a, b: a, strict=True),
    "raises": _returning(lambda tf, a, b: 1 / 0, lambda tf, a, b: a),
    "a string and a number": _returning(lambda tf, a, b: "x", lambda tf, a, b: 1.0),
    "no tensor": _returning(lambda tf, a, b: {1}, lambda tf, a, b: a),
    "Python predicate": lambda tf: tf.cond(True, tf.no_op, tf.no_op),
    "integer predicate": lambda tf: tf.cond(1, tf.no_op, tf.no_op),
    "float predicate": lambda tf: tf.cond(tf.constant(1.0), tf.no_op, tf.no_op),
    "vector predicate": lambda tf: tf.cond(tf.constant([True]), tf.no_op, tf.no_op),
    "true_fn is a tensor": lambda tf: tf.cond(_pred(tf), tf.constant(1), tf.no_op),
    "false_fn is a tensor": lambda tf: tf.cond(_pred(tf), tf.no_op, tf.constant(1)),
    "no functions": lambda tf: tf.cond(_pred(tf)),
    "no false_fn": lambda tf: tf.cond(_pred(tf), tf.no_op),
    "true_fn twice": lambda tf: tf.cond(_pred(tf), tf.no_op, tf.no_op, fn1=tf.no_op),
    "false_fn twice": lambda tf: tf.cond(_pred(tf), tf.no_op, tf.no_op, fn2=tf.no_op),
    "case: no pairs": lambda tf: tf.case(_pred(tf)),
    "case: no pair": lambda tf: tf.case([_pred(tf)], default=tf.no_op),
    "case: three": lambda tf: tf.case([(_pred(tf), tf.no_op, 1)], default=tf.no_op),
    "case: Python predicate": lambda tf: tf.case([(True, tf.no_op)], default=tf.no_op),
    "case: float predicate": lambda tf: tf.case([(tf.constant(1.0), tf.no_op)], default=tf.no_op),
    "case: no function": lambda tf: tf.case([(_pred(tf), 1)], default=tf.no_op),
    "smart_cond: a string": lambda tf: tf.contrib.framework.smart_cond("x", tf.no_op, tf.no_op),
    "smart_cond: no function": lambda tf: tf.contrib.framework.smart_cond(True, 1, tf.no_op),
    "group: a number": lambda tf: tf.group(tf.constant(1), 2),
    "group: unknown keyword": lambda tf: tf.group(tf.constant(1), nam="x"),
    "tuple: nothing": lambda tf: tf.tuple([None]),
    "tuple: control input": lambda tf: tf.tuple([tf.constant(1)], control_inputs=[1]),
}


# -- what runs give -------------------------------------------------------------------------------------------


def structures(tf):
    a, b = tf.constant(1.0), tf.constant([2, 3])
    p = _pred(tf)
    pair = tf.cond(p, lambda: Pair(a, b), lambda: Pair(a + 1.0, b + 1))
    nested = tf.cond(p, lambda: ([a], {"k": (b, a)}), lambda: ([a * 5.0], {"k": (b * 5, a)}))
    single = tf.cond(p, lambda: [a], lambda: a * 2.0)
    strict = tf.cond(p, lambda: [a], lambda: [a * 2.0], strict=True)
    old = tf.cond(p, fn1=lambda: 1, fn2=lambda: 2)
    ops = tf.cond(p, tf.no_op, lambda: tf.group(a, b))
    run = Run(tf)
    return [run([pair, nested, single, strict, old, ops], {p: flag}) for flag in (True, False)]


def dtypes(tf):
    p = _pred(tf)
    values = ["a", True, 1 + 2j, [[1, 2], [3, 4]], [[], []]]
    made = [tf.cond(p, lambda v=v: tf.constant(v), lambda v=v: tf.identity([v])[0]) for v in values]
    made += [
        tf.cond(p, lambda t=t: tf.cast(3, t), lambda t=t: tf.ones([], t))
        for t in (tf.float16, tf.float64, tf.int8, tf.uint16, tf.int64, tf.complex64)
    ]
    run = Run(tf)
    return [[t.dtype.name for t in made]] + [run(made, {p: flag}) for flag in (True, False)]


def only_the_taken_branch_assigns(tf):
    p = _pred(tf)
    v, w = tf.Variable(1.0), tf.Variable(2.0)

    def both():
        first = v.assign_add(10.0)
        with tf.control_dependencies([first]):
            return tf.group(w.assign(v * 2.0))

    change = tf.cond(p, both, lambda: tf.group(w.assign_sub(1.0)))
    run = Run(tf)
    return [[run(change, {p: flag}), run([v, w])] for flag in (True, False, True)]


def one_variable_from_both(tf):
    p = _pred(tf)
    v = tf.Variable(1.0)
    changed = tf.cond(p, lambda: v.assign(5.0), lambda: v.assign_add(1.0))
    ten = changed * 10.0
    run = Run(tf)
    return [run([changed, ten, v], {p: flag}) for flag in (True, False, False)]


def one_of_two_variables(tf):
    p = _pred(tf)
    v, w = tf.Variable(1.0), tf.Variable(2.0)
    changed = tf.cond(p, lambda: v.assign(5.0), lambda: w.assign_add(1.0))
    ten = changed * 10.0
    run = Run(tf)
    return [run([changed, ten, v, w], {p: flag}) for flag in (True, False, False)]


def both_assign_and_one_reads(tf):
    p = _pred(tf)
    v = tf.Variable(1.0)

    def other():
        with tf.control_dependencies([v.assign(2.0)]):
            return v + 1.0

    result = tf.cond(p, lambda: v.assign(7.0) * 1.0, other)
    run = Run(tf)
    return [run([result, v], {p: flag}) for flag in (True, False, False)]


def read_after_the_branch(tf):
    p = _pred(tf)
    v = tf.Variable(1.0)
    changed = tf.cond(p, lambda: v.assign_add(1.0), lambda: v)
    with tf.control_dependencies([changed]):
        double = v * 2.0
    run = Run(tf)
    return [run([double, v], {p: flag}) for flag in (True, False, True)]


def initialized_value(tf):
    v = tf.Variable(3.0)
    w = tf.Variable(v.initialized_value() * 2.0)
    run = Run(tf, initialize=False)
    return [run(w.initializer), run(w), run(v.initializer), run(v.assign(10.0)), run(w.initializer), run(w)]


def uninitialized(tf):
    """Variables are read outside the branches that use them, and so must have values; references need none."""
    p = _pred(tf)
    v = tf.Variable(3.0)
    used = tf.cond(p, lambda: v * 2.0, lambda: tf.constant(1.0))
    changed = tf.cond(p, lambda: v.assign_add(1.0) * 1.0, lambda: tf.constant(1.0))
    run = Run(tf, initialize=False)
    return [run(used, {p: False}), run(used, {p: True}), run(changed, {p: False})]


def variable_as_predicate(tf):
    v, w = tf.Variable(True), tf.Variable(0.0)
    change = tf.cond(v, lambda: w.assign_add(1.0), lambda: w.assign_sub(5.0))
    with tf.control_dependencies([v.assign(tf.logical_not(v))]):
        after = tf.cond(v, lambda: tf.constant("true now"), lambda: tf.constant("false now"))
    run = Run(tf)
    return [[run(change), run([v, w]), run(after)] for _ in range(3)]


def feeds(tf):
    p = _pred(tf)
    a = tf.constant(2.0)
    result = tf.cond(p, lambda: a * 2.0, lambda: a * 3.0)
    after = result + 1.0
    run = Run(tf)
    return [
        run(after, {result: 7.0}),
        run(after, {p: True, "cond/mul:0": 100.0}),
        run(after, {p: False, "cond/mul:0": 100.0}),
        run(after, {p: True, "cond/mul/Switch:1": 50.0}),
        run(after, {p: True, "cond/pred_id:0": True}),
        run(after, {p: True, "cond/Merge:0": 1.0}),
    ]


def every_feed(tf):
    """Each tensor of a cond in turn, the predicate of its own Switch included."""
    p = _pred(tf)
    a = tf.constant(2.0)
    result = tf.cond(p, lambda: a * 10.0, lambda: a * 100.0) + 1.0
    tensors = [t for op in tf.get_default_graph().get_operations() for t in op.outputs if t is not p]
    run = Run(tf)
    return {
        t.name: [run(result, {p: flag, t: flag if t.dtype == tf.bool else 7}) for flag in (True, False)]
        for t in tensors
    }


def fetches_inside(tf):
    p = _pred(tf)
    a = tf.constant(2.0)
    kept = []

    def true_fn():
        kept.append(a * 4.0)
        return kept[0] + 1.0

    result = tf.cond(p, true_fn, lambda: a)
    run = Run(tf)
    return [run(kept[0], {p: True}), run("cond/pred_id:0", {p: True}), run("cond/switch_t", {p: True})] + [
        run([result, result.op.outputs[1]], {p: flag}) for flag in (True, False)
    ]


def gradient_of_a_tensor_inside(tf):
    p = _pred(tf)
    a = tf.constant(2.0)
    kept = []

    def true_fn():
        kept.append(a * a)
        return kept[0] * 3.0

    result = tf.cond(p, true_fn, lambda: a * 3.0)
    gradient = tf.gradients(result, kept[0])[0]
    twice = gradient * 2.0
    run = Run(tf)
    return [run([gradient, twice], {p: True}), run(gradient, {p: False}), run([a, twice], {p: False})]


def second_order(tf):
    p = _pred(tf)
    x = tf.placeholder(tf.float32, [])
    y = tf.cond(p, lambda: x * x * x, lambda: tf.exp(x * 2.0)) * x
    first = tf.gradients(y, x)[0]
    second = tf.gradients(first, x)[0]
    run = Run(tf)
    return [run([y, first, second], {p: flag, x: 0.5}) for flag in (True, False)]


def training_in_a_branch(tf):
    p = _pred(tf)
    v = tf.Variable(4.0)
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    change = tf.cond(p, lambda: optimizer.minimize(v * v, var_list=[v]), tf.no_op)
    run = Run(tf)
    return [[run(change, {p: flag}), run(v)] for flag in (True, False, True)]


def counter_before_the_branch(tf):
    i = tf.Variable(0)
    with tf.control_dependencies([tf.assign_add(i, 1)]):
        word = tf.cond(tf.equal(i % 2, 0), lambda: tf.constant("even"), lambda: tf.constant("odd"))
    run = Run(tf)
    return [run([word, i]) for _ in range(3)]


def random_in_a_branch(tf):
    """A branch that is not taken draws nothing."""
    tf.set_random_seed(3)
    p = _pred(tf)
    drawn = tf.cond(p, lambda: tf.random_uniform([2]), lambda: tf.zeros([2]))
    run = Run(tf)
    return [run(drawn, {p: flag}) for flag in (True, False, True)]


def errors_in_a_branch(tf):
    p = _pred(tf)
    x, z = tf.placeholder(tf.float32, [None]), tf.placeholder(tf.float32, [None])
    y = tf.cond(p, lambda: x + z, lambda: x)
    run = Run(tf)
    return [run(y, {p: flag, x: [1.0, 2.0, 3.0], z: [1.0, 2.0]}) for flag in (False, True)]


def cases(tf):
    x = tf.placeholder(tf.int32, [])
    pairs = [(x < 0, lambda: x * -10), (x > 5, lambda: x * 10), (x > 3, lambda: x * 2)]
    with_default = tf.case(pairs, default=lambda: x)
    exclusive = tf.case(pairs, default=lambda: x, exclusive=True)
    without = tf.case(pairs)
    run = Run(tf)
    return [[run(y, {x: n}) for y in (with_default, exclusive, without)] for n in (-1, 7, 4, 0)]


RUNS = {
    function.__name__: function
    for function in (
        structures, dtypes, only_the_taken_branch_assigns, one_variable_from_both, one_of_two_variables,
        both_assign_and_one_reads, read_after_the_branch, initialized_value, uninitialized,
        variable_as_predicate, feeds, every_feed, fetches_inside, gradient_of_a_tensor_inside, second_order,
        training_in_a_branch, counter_before_the_branch, random_in_a_branch, errors_in_a_branch, cases,
    )
}  # fmt: skip


def record(tf):
    """The outcomes of all cases, each in a graph of its own."""
    found = {}
    for kind, group in (("refused", REFUSED), ("runs", RUNS)):
        found[kind] = {}
        for name, case in group.items():
            with tf.Graph().as_default():
                found[kind][name] = outcome(case, tf)
    return found
