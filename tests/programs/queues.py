"""Programs with queues, run in one thread: what is put in is there before it is taken out."""

from __future__ import annotations

import numpy as np

from .data import uniform


def kinds(tf):
    """The four kinds of queues, one element and many at a time."""
    fifo = tf.FIFOQueue(10, [tf.float32, tf.int32], shapes=[[], [2]])
    shuffled = tf.RandomShuffleQueue(20, 2, [tf.int64], shapes=[()], seed=5, name="shuffled")
    padded = tf.queue.PaddingFIFOQueue(10, [tf.int32, tf.string], shapes=[[None, 2], [None]])
    by_priority = tf.io.PriorityQueue(30, tf.string, shapes=[[]])
    x = tf.placeholder(tf.int32, [None, 2], name="x")
    words = tf.placeholder(tf.string, name="words")
    return [
        ([fifo.enqueue([1.5, [1, 2]]), shuffled.enqueue_many([np.arange(10)])], None),
        (fifo.enqueue_many([[2.5, 3.5], [[3, 4], [5, 6]]], name="more"), None),
        ([fifo.size(), shuffled.size(), fifo.is_closed()], None),
        (fifo.dequeue(), None),
        (fifo.dequeue_many(2), None),
        (shuffled.dequeue(), None),
        (shuffled.dequeue_many(4), None),
        (padded.enqueue([x, words]), {x: [[1, 2], [3, 4]], words: ["a"]}),
        (padded.enqueue([x, words]), {x: [[5, 6]], words: ["b", "c"]}),
        (padded.dequeue_many(2), None),
        (by_priority.enqueue_many([[3, 1, 2, 3, 1, 2, 1, 1], list("abcdefgh")]), None),
        (by_priority.dequeue_many(7), None),
        ([fifo.close(), shuffled.close(), padded.close(cancel_pending_enqueues=True), by_priority.close()], None),
        (shuffled.dequeue_up_to(20), None),
        (fifo.is_closed(name="closed"), None),
    ]


def named_components(tf):
    """Elements that are dicts, and a queue under two names."""
    queue = tf.FIFOQueue(10, [tf.string, tf.float32], shapes=[[], [3]], names=["label", "data"], shared_name="shared")
    again = tf.FIFOQueue(10, [tf.string, tf.float32], shapes=[[], [3]], names=["label", "data"], shared_name="shared")
    rows = tf.placeholder(tf.float32, [None, 3], name="rows")
    labels = tf.placeholder(tf.string, [None], name="labels")
    return [
        (queue.enqueue({"data": [1.0, 2.0, 3.0], "label": "one"}), None),
        (again.enqueue_many({"label": labels, "data": rows}), {labels: ["two", "three"], rows: uniform(2, 3)}),
        (again.dequeue(), None),
        (queue.dequeue_many(2), None),
    ]


def in_branches_and_loops(tf):
    """Queues that tf.cond and tf.while_loop capture, and one that is chosen among several."""
    numbers, other = tf.FIFOQueue(20, tf.int32, shapes=[[]]), tf.FIFOQueue(20, tf.int32, shapes=[[]])
    flag = tf.placeholder(tf.bool, [], name="flag")
    index = tf.placeholder(tf.int32, [], name="index")
    put = tf.cond(flag, lambda: numbers.enqueue(7), tf.no_op)
    total = tf.while_loop(lambda i, s: i < 4, lambda i, s: (i + 1, s + numbers.dequeue()), [0, 100])
    either = tf.cond(flag, numbers.dequeue, lambda: tf.constant(-1))
    chosen = tf.QueueBase.from_list(index, [numbers, other])
    return [
        (numbers.enqueue_many([tf.range(5)]), None),
        (put, {flag: True}),
        (put, {flag: False}),
        (either, {flag: True}),
        (either, {flag: False}),
        (total, None),
        (chosen.enqueue(9), {index: 1}),
        ([numbers.size(), other.size()], None),
    ]


def _runs_of(tf):
    """The ops of the queue runners, in the order in which the runners were made."""
    return [op for runner in tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS) for op in runner.enqueue_ops]


def batches_of_slices(tf):
    """Examples one by one, from slices of tensors, to batches; seeds of the graph alone."""
    tf.set_random_seed(11)
    images = tf.constant(uniform(6, 2), name="images")
    image, label = tf.train.slice_input_producer([images, tf.constant(list("abcdef"))], num_epochs=2)
    batch = tf.train.batch([image * 2.0, label], 3, capacity=6)
    pieces = tf.train.batch({"label": label, "image": image}, 2, allow_smaller_final_batch=True, num_threads=2)
    fill, put, more, _ = _runs_of(tf)
    summaries = tf.get_collection(tf.GraphKeys.SUMMARIES)
    return [
        (tf.local_variables_initializer(), None),
        (fill, None),
        (put, None),
        (put, None),
        (put, None),
        (summaries, None),
        (batch, None),
        (more, None),
        (more, None),
        (pieces, None),
    ]


def shuffled_batches(tf):
    """Rows of files' names and numbers, shuffled with seeds of their own and of the graph."""
    tf.set_random_seed(4)
    names = tf.train.string_input_producer(["x", "y", "z"], shuffle=True, seed=3, capacity=9)
    numbers = tf.train.range_input_producer(tf.constant(4), shuffle=False, num_epochs=1, name="numbers")
    rows = tf.train.input_producer(uniform(3, 2), shuffle=True, shared_name="rows", summary_name="full")
    batch = tf.train.shuffle_batch([tf.range(12)], 4, 30, 2, enqueue_many=True)
    joined = tf.train.shuffle_batch_join([[tf.constant([1, 2])], [tf.constant([3, 4])]], 3, 20, 1, seed=9)
    ops = _runs_of(tf)
    return [
        (tf.local_variables_initializer(), None),
        *[(op, None) for op in ops],
        (tf.get_collection(tf.GraphKeys.SUMMARIES), None),
        (names.dequeue_many(3), None),
        (numbers.dequeue_many(4), None),
        (rows.dequeue(), None),
        (batch, None),
        (ops[-2], None),
        (ops[-1], None),
        (joined, None),
    ]


def padded_and_kept(tf):
    """Examples of different sizes filled up; examples that are kept or not."""
    size = tf.placeholder(tf.int32, [], name="size")
    keep = tf.placeholder(tf.bool, [], name="keep")
    mask = tf.placeholder(tf.bool, [None], name="mask")
    example = tf.range(size)
    padded = tf.train.batch([example, tf.fill([size, 2], "w")], 2, dynamic_pad=True, name="padded")
    kept = tf.train.maybe_batch([size], keep, 2, name="kept")
    rows = tf.train.maybe_batch([tf.constant([1, 2, 3])], mask, 2, enqueue_many=True)
    always = tf.train.maybe_shuffle_batch([size], 2, 20, 0, True, seed=1)
    joined = tf.train.maybe_batch_join([[size], [size + 10]], keep, 1)
    put, maybe, masked, sure, first, second = _runs_of(tf)
    return [
        (put, {size: 3}),
        (put, {size: 1}),
        (padded, None),
        *[(maybe, {size: n, keep: n % 2 == 0}) for n in range(4)],
        (kept, None),
        (masked, {mask: [True, False, True]}),
        (rows, None),
        ([sure], {size: 5}),
        ([sure], {size: 6}),
        (always, None),
        (first, {size: 5, keep: False}),
        (second, {size: 6, keep: True}),
        (joined, None),
    ]


def buckets(tf):
    """Examples of similar length make a batch."""
    length = tf.placeholder(tf.int32, [], name="length")
    keep = tf.placeholder(tf.bool, [], name="keep")
    example = {"ids": tf.range(length), "length": length}
    lengths, batch = tf.contrib.training.bucket_by_sequence_length(length, example, 2, [3, 5], dynamic_pad=True)
    which, pair = tf.contrib.training.bucket([length], length % 2, [1, 2], 2, keep_input=keep, name="parity")
    short, medium, _, fill, even, odd, fill_parity = _runs_of(tf)
    return [
        *[(fill, {length: n}) for n in (1, 4, 2, 3)],
        (short, None),
        (medium, None),
        ([lengths, batch["ids"], batch["length"]], None),
        ([lengths, batch["ids"], batch["length"]], None),
        *[(fill_parity, {length: n, keep: n != 2}) for n in (1, 2, 3, 4)],
        (odd, None),
        (even, None),
        ([which, pair], None),
        ([which, pair], None),
    ]


def gathered_gradients(tf):
    """Gradients of two workers, whose mean is applied."""
    w = tf.Variable([1.0, 2.0], name="w")
    x = tf.placeholder(tf.float32, [2], name="x")
    step = tf.train.get_or_create_global_step()
    (gradient,) = tf.gradients(tf.reduce_sum(tf.square(w * x)), [w])
    accumulator = tf.ConditionalAccumulator(tf.float32, shape=[2], shared_name="w/grad")
    gather = accumulator.apply_grad(gradient, local_step=step)
    mean = accumulator.take_grad(2)
    train = tf.train.GradientDescentOptimizer(0.1).apply_gradients([(mean, w)], global_step=step)
    advance = accumulator.set_global_step(step, name="advance")
    rows = tf.SparseConditionalAccumulator(tf.float32, shape=[None, 1])
    put = rows.apply_indexed_slices_grad(tf.IndexedSlices([[1.0], [2.0]], tf.constant([0, 2], tf.int64)))
    taken = rows.take_indexed_slices_grad(1)
    return [
        (tf.global_variables_initializer(), None),
        (gather, {x: [1.0, 2.0]}),
        (gather, {x: [3.0, 4.0]}),
        (accumulator.num_accumulated(), None),
        (train, None),
        ([w, step], None),
        (advance, None),
        (put, None),
        (rows.num_accumulated(), None),
        ([taken.values, taken.indices, taken.dense_shape], None),
    ]


def sparse_batches(tf):
    """Sparse tensors go through queues as numbers, under which they lie in maps."""
    sparse = tf.SparseTensor([[0, 1], [2, 0]], [1.0, 2.0], [4, 3])
    flag = tf.placeholder(tf.bool, [], name="flag")
    mask = tf.placeholder(tf.bool, [None], name="mask")
    pair = tf.train.batch([sparse, tf.constant([1, 2])], 2)
    rows = tf.train.batch([sparse], 3, enqueue_many=True, name="rows")
    kept = tf.train.maybe_batch({"sparse": sparse}, flag, 1, name="kept")
    masked = tf.train.maybe_batch([sparse], mask, 2, enqueue_many=True, name="masked")
    joined = tf.train.shuffle_batch_join([[sparse], [sparse * 2.0]], 2, 9, 0, seed=2, name="joined")
    put, put_rows, maybe, choose, first, second = _runs_of(tf)
    return [
        (put, None),
        (put, None),
        (pair, None),
        (put_rows, None),
        (rows, None),
        (maybe, {flag: False}),
        (maybe, {flag: True}),
        (kept, None),
        (choose, {mask: [True, False, True, False]}),
        (masked, None),
        (first, None),
        (second, None),
        (joined, None),
    ]
