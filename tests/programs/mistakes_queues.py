"""Mistakes with queues and what fills them."""

from __future__ import annotations


def _run(tf, fetches, feeds=None, before=()):
    with tf.Session() as session:
        for op in before:
            session.run(op)
        return session.run(fetches, feeds)


def _queue(tf, **more):
    return tf.FIFOQueue(3, [tf.float32, tf.int32], shapes=[[], [2]], shared_name="q", **more)


def _names(tf):
    return tf.FIFOQueue(3, [tf.int32, tf.int64], names=["a", "b"])


CONSTRUCTORS = {
    "shape_unknown": lambda tf: tf.FIFOQueue(3, tf.int32, shapes=[None]),
    "size_unknown": lambda tf: tf.FIFOQueue(3, tf.int32, shapes=[[None]]),
    "more_shapes": lambda tf: tf.FIFOQueue(3, [tf.int32], shapes=[[], []]),
    "shape_number": lambda tf: tf.FIFOQueue(3, [tf.int32], shapes=3),
    "more_names": lambda tf: tf.FIFOQueue(3, [tf.int32], names=["a", "b"]),
    "padding_none": lambda tf: tf.PaddingFIFOQueue(3, [tf.int32], shapes=None),
    "padding_list_of_none": lambda tf: tf.PaddingFIFOQueue(3, [tf.int32], shapes=[None]),
    "padding_more_shapes": lambda tf: tf.PaddingFIFOQueue(3, [tf.int32], shapes=[[], []]),
    "padding_rank_unknown": lambda tf: tf.PaddingFIFOQueue(3, [tf.int32], shapes=[tf.TensorShape(None)]),
    "priority_no_shapes": lambda tf: tf.PriorityQueue(3, [tf.int32]),
    "list_of_nothing": lambda tf: tf.QueueBase.from_list(0, []),
    "list_of_kinds": lambda tf: tf.QueueBase.from_list(0, [_queue(tf), _names(tf)]),
    "accumulator_reduction": lambda tf: tf.ConditionalAccumulator(tf.float32, reduction_type="X"),
    "accumulator_bool": lambda tf: tf.ConditionalAccumulator(tf.bool),
}

ELEMENTS = {
    "shape": lambda tf: _queue(tf).enqueue([1.0, [1, 2, 3]]),
    "type": lambda tf: _queue(tf).enqueue([1.0, [1.5, 2.0]]),
    "tensor_type": lambda tf: _queue(tf).enqueue([tf.constant(1), [1, 2]]),
    "rows": lambda tf: _queue(tf).enqueue_many([[1.0], [[1, 2], [3, 4]]]),
    "no_rows": lambda tf: _queue(tf).enqueue_many([1.0, 2]),
    "dict_without_names": lambda tf: _queue(tf).enqueue({"a": 1}),
    "list_with_names": lambda tf: _names(tf).enqueue([1, 2]),
    "other_names": lambda tf: _names(tf).enqueue({"a": 1}),
    "gradient_shape": lambda tf: tf.ConditionalAccumulator(tf.float32, [2]).apply_grad([1.0, 2.0, 3.0]),
}

RUNS = {
    "closed_dequeue": lambda tf: _run(tf, _queue(tf).dequeue(), before=[_queue(tf).close()]),
    "closed_dequeue_many": lambda tf: _run(tf, _queue(tf).dequeue_many(2), before=[_queue(tf).close()]),
    "closed_enqueue": lambda tf: _run(tf, _queue(tf).enqueue([1.0, [1, 2]]), before=[_queue(tf).close()]),
    "closed_twice": lambda tf: _run(tf, _queue(tf).close(), before=[_queue(tf).close()]),
    "few_components": lambda tf: _run(tf, _queue(tf).enqueue([1.0])),
    "no_shapes": lambda tf: _run(tf, tf.FIFOQueue(3, tf.int32).dequeue_many(2)),
    "shuffled_keeps_all": lambda tf: _run(tf, tf.RandomShuffleQueue(3, 5, tf.int32).size()),
    "shuffled_keeps_less": lambda tf: _run(tf, tf.RandomShuffleQueue(3, -1, tf.int32).size()),
    "other_capacity": lambda tf: _run(
        tf, tf.FIFOQueue(2, tf.int32, shared_name="q").size(), before=[_queue(tf).size()]
    ),
    "none_required": lambda tf: _run(tf, tf.ConditionalAccumulator(tf.float32).take_grad(0)),
}


def _number(tf):
    return tf.placeholder(tf.int32, [])


PIPELINES = {
    "no_runner_ops": lambda tf: tf.train.QueueRunner(_queue(tf), []),
    "no_runner_queue": lambda tf: tf.train.QueueRunner(),
    "no_session": lambda tf: tf.train.start_queue_runners(),
    "number_as_session": lambda tf: tf.train.start_queue_runners(3),
    "no_epochs": lambda tf: tf.train.limit_epochs(1, 0),
    "no_strings": lambda tf: tf.train.string_input_producer([]),
    "no_slices": lambda tf: tf.train.slice_input_producer([]),
    "rows_unknown": lambda tf: tf.train.input_producer(tf.placeholder(tf.int32)),
    "row_unknown": lambda tf: tf.train.input_producer(tf.placeholder(tf.int32, [3, None])),
    "nothing_to_batch": lambda tf: tf.train.batch([], 3),
    "batch_rank_unknown": lambda tf: tf.train.batch([tf.placeholder(tf.int32, name="x")], 3),
    "batch_size_unknown": lambda tf: tf.train.batch([tf.placeholder(tf.int32, [None])], 3),
    "keep_vector": lambda tf: tf.train.maybe_batch([_number(tf)], [True, False], 3),
    "keep_matrix": lambda tf: tf.train.maybe_batch([[1]], [[True]], 3, enqueue_many=True),
    "keep_unknown": lambda tf: tf.train.maybe_batch([1], tf.placeholder(tf.bool), 3),
    "join_nothing": lambda tf: tf.train.batch_join([], 3),
    "join_types": lambda tf: tf.train.batch_join([[1], [1.0]], 3),
    "join_keys": lambda tf: tf.train.batch_join([{"a": 1}, {"b": 1}], 3),
    "join_shapes": lambda tf: tf.train.batch_join([[[1]], [[1, 2]]], 3),
    "capacity": lambda tf: tf.train.shuffle_batch([1], 2, 3, 3),
}
