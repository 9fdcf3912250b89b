"""The networks of tf.contrib.slim.nets are TensorFlow's, node for node, and small ones of their parts run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.contrib.slim import nets
from tests.golden.slim_nets import CHUNK, NETS, digests, lines_of

slim = tf.contrib.slim
GOLDEN = json.loads((Path(__file__).parent / "golden" / "slim_nets.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NETS)
def test_nodes_are_tensorflows(name):
    lines = lines_of(tf, nets, name)
    found = digests(lines)
    wrong = [i for i, pair in enumerate(zip(found, GOLDEN[name], strict=False)) if pair[0] != pair[1]]
    assert not wrong, "\n".join(["the first difference is among these:", *lines[wrong[0] * CHUNK :][:CHUNK]])
    assert len(found) == len(GOLDEN[name])


@pytest.mark.parametrize("kind", [nets.resnet_v1, nets.resnet_v2])
def test_a_small_residual_network_learns(kind):
    with tf.Graph().as_default():
        tf.set_random_seed(1)
        block = getattr(kind, f"{kind.__name__.rpartition('.')[2]}_block")
        network = getattr(kind, kind.__name__.rpartition(".")[2])
        images = tf.constant(np.random.RandomState(0).uniform(size=[4, 16, 16, 3]), tf.float32)
        with slim.arg_scope(nets.resnet_utils.resnet_arg_scope(batch_norm_decay=0.9)):
            blocks = [block("block1", 4, num_units=2, stride=2), block("block2", 8, num_units=1, stride=1)]
            logits, ends = network(images, blocks, num_classes=3, scope="net")
        assert logits.shape.as_list() == [4, 1, 1, 3]
        assert {"net/block1", "net/block2/unit_1/{}/conv2".format(f"bottleneck_{kind.__name__[-2:]}")} <= set(ends)
        loss = tf.losses.sparse_softmax_cross_entropy([0, 1, 2, 1], tf.squeeze(logits, [1, 2]))
        train = slim.learning.create_train_op(tf.losses.get_total_loss(), tf.train.MomentumOptimizer(0.05, 0.9))
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            first = session.run(loss)
            for _ in range(12):
                session.run(train)
            assert session.run(loss) < first / 2


def test_sizes_that_cannot_be_reached():
    with tf.Graph().as_default():
        images = tf.zeros([1, 32, 32, 3])
        with pytest.raises(ValueError, match="needs to be a multiple of 4"):
            nets.resnet_v1.resnet_v1_50(images, output_stride=6)
        with pytest.raises(ValueError, match="The target output_stride cannot be reached"):
            nets.resnet_v2.resnet_v2_50(images, output_stride=64)
        with pytest.raises(ValueError, match="Unknown final endpoint Mixed_9z"):
            nets.inception.inception_v3_base(tf.zeros([1, 128, 128, 3]), "Mixed_9z")
        with pytest.raises(ValueError, match="depth_multiplier is not greater than zero"):
            nets.inception.inception_v2(images, depth_multiplier=0)
