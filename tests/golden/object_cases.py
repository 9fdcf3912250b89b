"""Programs that save objects; run by TensorFlow 1.15.5 for golden data, and by flowgraph for the tests.

Each case makes a graph in the default graph, and gives the object to save. `story` saves, restores, looks, and tells.
"""

from __future__ import annotations

import os
import re


def dense(tf):
    layer = tf.layers.Dense(4)
    layer(tf.ones([2, 3]))
    return layer


def normalization(tf):
    layer = tf.layers.BatchNormalization()
    layer(tf.ones([4, 5]))
    return layer


def separable(tf):
    layer = tf.layers.SeparableConv2D(2, 3)
    layer(tf.ones([1, 5, 5, 2]))
    return layer


def cells(tf):
    inner = tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.GRUCell(3), 0.5)
    cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.BasicLSTMCell(3), inner])
    tf.nn.dynamic_rnn(cell, tf.ones([2, 3, 4]), dtype=tf.float32)
    return cell


def adam(tf):
    v, w = tf.Variable(1.0, name="v"), tf.Variable(1.0, name="w", use_resource=True)
    optimizer = tf.train.AdamOptimizer()
    optimizer.minimize(v * v + w * w)
    return tf.train.Checkpoint(o=optimizer, v=v, w=w)


def momentum(tf):
    v = tf.Variable(1.0, name="v")
    optimizer = tf.train.MomentumOptimizer(0.1, 0.9)
    optimizer.minimize(v * v)
    return tf.train.Checkpoint(o=optimizer, v=v, step=tf.train.get_or_create_global_step())


def containers(tf):
    v = tf.Variable(1.0, name="v")
    checkpoint = tf.train.Checkpoint(inner=tf.train.Checkpoint(v=v))
    checkpoint.list = [v, tf.Variable(2.0)]
    checkpoint.dict = {"a": tf.Variable(3.0), "b": [tf.Variable(4.0)]}
    checkpoint.number = 5
    checkpoint.pair = (v, v)
    checkpoint.odd = tf.contrib.checkpoint.NoDependency([v])
    checkpoint.grown = tf.contrib.checkpoint.List([tf.Variable(1.0)])
    checkpoint.grown.append(tf.layers.Dense(2))
    checkpoint.named = tf.contrib.checkpoint.Mapping(x=tf.Variable(1.0))
    checkpoint.unique = tf.contrib.checkpoint.UniqueNameTracker()
    for _ in range(2):
        checkpoint.unique.track(tf.Variable(0.0), "slot")
    checkpoint.save_counter  # noqa: B018
    return checkpoint


def module(tf):
    class Model(tf.Module):
        def __init__(self):
            super().__init__()
            self.w = tf.Variable(1.0, name="w")
            self.many = [tf.Variable(1.0, name="k")]
            self.word, self.none, self.empty = "a", [], {}

    return Model()


def tables(tf):
    changing = tf.contrib.lookup.MutableHashTable(tf.string, tf.float32, -1.0)
    fixed = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a"], [1]), 0)
    return tf.train.Checkpoint(changing=changing, fixed=fixed)


def template(tf):
    made = tf.make_template("t", lambda x: tf.layers.dense(x, 2) + tf.get_variable("q", []))
    made(tf.ones([2, 3]))
    return made


def templates(tf):
    inner = tf.make_template("inner", lambda x: x * tf.get_variable("scale", []))
    outer = tf.make_template("outer", lambda x: inner(x) + tf.get_variable("shift", []))
    outer(tf.ones([2]))
    return outer


GRAPHS = [
    dense, normalization, separable, cells, adam, momentum, containers, module, tables, template, templates,
]  # fmt: skip


def told(proto):
    """A TrackableObjectGraph as lists."""
    return [
        [
            [[child.local_name, child.node_id] for child in node.children],
            [[a.name, a.full_name, a.checkpoint_key, a.optional_restore] for a in node.attributes],
            [[s.slot_name, s.original_variable_node_id, s.slot_variable_node_id] for s in node.slot_variables],
        ]
        for node in proto.nodes
    ]


class Program:
    """A model in training, all of whose state one Checkpoint holds."""

    def __init__(self, tf):
        x = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
        model = tf.train.Checkpoint()
        model.layer = self.layer = tf.layers.Dense(2, kernel_initializer=tf.constant_initializer(0.5))
        y = self.layer(x)
        model.extra = [tf.Variable([1.0, 2.0], name="e"), tf.Variable(3, use_resource=True, name="i")]
        model.dict = {"s": tf.Variable("text", name="str")}
        self.optimizer = tf.train.AdamOptimizer(0.1)
        step = tf.train.get_or_create_global_step()
        loss = tf.reduce_sum(y * y) + tf.reduce_sum(model.extra[0])
        self.train = self.optimizer.minimize(loss, global_step=step)
        self.table = tf.contrib.lookup.MutableHashTable(tf.string, tf.int64, -1)
        self.checkpoint = tf.train.Checkpoint(model=model, opt=self.optimizer, step=step, table=self.table)
        extra = model.extra
        self.state = {
            "kernel": self.layer.kernel, "bias": self.layer.bias, "e": extra[0], "i": extra[1], "s": model.dict["s"],
            "m": self.optimizer.get_slot(self.layer.kernel, "m"), "v": self.optimizer.get_slot(extra[0], "v"),
            "power": self.optimizer._get_beta_accumulators()[0], "step": step,
            "table": self.table.lookup(tf.constant(["a", "zz"])),
        }  # fmt: skip

    def values(self, session):
        found = session.run(self.state)
        return {k: v.decode() if isinstance(v, bytes) else v.tolist() for k, v in found.items()}


def nodes(tf):
    """The graph's nodes: types, names, inputs, places, attrs' names."""
    found = []
    for op in tf.get_default_graph().get_operations():
        node = op.node_def
        words = [x.decode() for x in node.attr["value"].tensor.string_val] if op.type == "Const" else []
        words = [re.sub("_temp_[0-9a-f]+", "_temp_", word) for word in words if word.isprintable()]
        where = [x.decode() for x in node.attr["_class"].list.s]
        found.append([op.type, op.name, sorted(node.input), node.device, sorted(node.attr), where, words])
    return found


def saving(tf, folder):
    """Train, save thrice by hand and through a manager, restore twice; gives what there is then."""
    program = Program(tf)
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), program.table.insert(["a"], [7])])
        session.run(program.train)
        paths = [program.checkpoint.save(os.path.join(folder, "ck")) for _ in range(2)]
        session.run(program.train)
        manager = tf.train.CheckpointManager(program.checkpoint, os.path.join(folder, "kept"), 2, checkpoint_name="q")
        kept = [manager.save() for _ in range(3)]
        again = tf.train.CheckpointManager(program.checkpoint, os.path.join(folder, "kept"), 2, checkpoint_name="q")
        counts = []
        for _ in range(2):
            program.checkpoint.restore(paths[-1]).assert_consumed().run_restore_ops()
            counts.append(len(tf.get_default_graph().get_operations()))
        with open(os.path.join(folder, "checkpoint")) as stream:
            state = stream.read().splitlines()[:2]
        tf.train.Saver([program.layer.kernel, program.layer.bias]).save(session, os.path.join(folder, "names"))
        return {
            "paths": [os.path.basename(path) for path in paths + kept],
            "state": state,
            "kept": [os.path.basename(path) for path in again.checkpoints],
            "files": sorted(os.listdir(os.path.join(folder, "kept"))),
            "counts": counts,
            "values": program.values(session),
            "nodes": nodes(tf),
        }


def restoring(tf, path):
    """Restore a checkpoint that `saving` wrote; first objects that are there, then what comes later."""
    checkpoint = tf.train.Checkpoint()
    status = checkpoint.restore(path)
    status.expect_partial()
    before = len(tf.get_default_graph().get_operations())
    program = Program(tf)
    checkpoint.model = program.checkpoint.model
    checkpoint.step, checkpoint.table = program.checkpoint.step, program.table
    checkpoint.opt = program.optimizer
    with tf.Session() as session:
        status.assert_consumed().initialize_or_restore()
        return {"before": before, "values": program.values(session), "nodes": nodes(tf)}


def late(tf, path):
    """Restore before the optimizer makes its slots: they are restored when they come."""
    layer = tf.layers.Dense(2)
    y = layer(tf.ones([2, 3]))
    optimizer = tf.train.AdamOptimizer(0.1)
    model = tf.train.Checkpoint(layer=layer)
    checkpoint = tf.train.Checkpoint(model=model, opt=optimizer)
    status = checkpoint.restore(path)
    status.expect_partial()
    optimizer.minimize(tf.reduce_sum(y))
    status.assert_existing_objects_matched()
    with tf.Session() as session:
        status.initialize_or_restore(session)
        slot = optimizer.get_slot(layer.kernel, "m")
        power = optimizer._get_beta_accumulators()[0]
        return {"values": [x.tolist() for x in session.run([layer.kernel, slot, power])], "nodes": nodes(tf)}


def by_name(tf, path):
    """A tf.train.Saver reads what a Checkpoint wrote."""
    program = Program(tf)
    saver = tf.train.Saver(tf.global_variables())
    with tf.Session() as session:
        for _ in range(2):
            saver.restore(session, path)
        found = session.run([program.layer.kernel, tf.train.get_global_step()])
        return {"values": [x.tolist() for x in found], "nodes": nodes(tf)}


def from_names(tf, path):
    """A Checkpoint reads what a tf.train.Saver wrote."""
    layer = tf.layers.Dense(2)
    layer(tf.ones([2, 3]))
    status = tf.train.Checkpoint(layer=layer).restore(path)
    with tf.Session():
        try:
            status.run_restore_ops()
        except tf.errors.NotFoundError as error:  # the counter of saves, which no Saver has saved
            found = str(error.message).split("\n")[0][:100]
        return {"error": found, "nodes": nodes(tf)}


def complaints(tf, path):
    """What the checks say; first lines."""
    lines = []
    folder = path[: path.rindex("/")]

    def tell(action):
        try:
            action()
        except Exception as error:  # noqa: BLE001
            kind = "ValueError" if isinstance(error, ValueError) else type(error).__name__
            line = str(getattr(error, "message", "") or error).split("\n")[0].replace(folder, "FOLDER")
            lines.append([kind, re.sub(r"ListWrapper.* \(a list", "(a list", line)[:150]])

    v = tf.Variable(1.0, name="lonely")
    other = tf.train.Checkpoint(v=v)
    status = other.restore(path)
    status.expect_partial()
    tell(status.assert_consumed)
    tell(status.assert_existing_objects_matched)
    tell(status.assert_nontrivial_match)
    none = other.restore(None)
    tell(none.assert_consumed)
    tell(none.run_restore_ops)
    tell(lambda: tf.train.Checkpoint(a=3))
    tell(lambda: tf.train.Checkpoint(a=[v]))
    tell(lambda: tf.train.CheckpointManager(other, ".", 0))
    tell(lambda: tf.contrib.checkpoint.List([3]))
    tell(lambda: tf.contrib.checkpoint.Mapping({1: v}))
    owner = tf.contrib.checkpoint.Checkpointable()
    owner.list = [v]
    owner.list.insert(0, tf.Variable(2.0))
    tell(lambda: tf.contrib.checkpoint.list_objects(owner))
    keyed = tf.contrib.checkpoint.Checkpointable()
    keyed.dict = {1: v}
    tell(lambda: tf.contrib.checkpoint.list_objects(keyed))
    outside = tf.contrib.checkpoint.Checkpointable()
    mine = [v]
    outside.list = mine
    mine.append(v)
    tell(lambda: tf.contrib.checkpoint.list_objects(outside))
    tell(lambda: tf.contrib.checkpoint.object_metadata(folder + "/names"))
    tell(lambda: tf.Module(name="a b"))
    return lines
