"""Programs of random ops, for make_random_programs.py (under TensorFlow) and tests/ops/test_random.py.

Each takes `tf` and returns what to run: fetches, and for each of the runs a feed by placeholder names.
"""

RUNS = [{}, {}, {}]


def graph_seed(tf):
    """With a graph seed alone, the number of ops made before decides about an op's numbers."""
    tf.set_random_seed(42)
    fetches = [
        tf.random_uniform([2]),
        tf.random_uniform([4], maxval=100, dtype=tf.int32),
        tf.random_normal([2]),
        tf.random_normal([2]),
        tf.truncated_normal([2, 2], 5.0, 0.5),
        tf.random_shuffle([1, 2, 3, 4, 5]),
        tf.random_shuffle(tf.constant([[1, 2], [3, 4], [5, 6], [7, 8]])),
        tf.multinomial([[0.0, 1.0], [2.0, 0.0]], 4),
        tf.random.categorical([[0.0, 1.0, 1.0]], 4, dtype=tf.int32),
        tf.random_gamma([2], 1.0),
        tf.random_poisson(1.0, [3]),
        tf.random.uniform([3]),
    ]
    return fetches, RUNS


def op_seeds(tf):
    fetches = [
        tf.random_normal([2, 3], stddev=1, seed=1),
        tf.truncated_normal([2, 3], seed=1),
        tf.random_uniform([2, 3], seed=1),
        tf.random_uniform([], -1, 1, tf.float16, seed=2, name="half"),
        tf.cast(tf.random_uniform([5], dtype=tf.bfloat16, seed=3), tf.float32),
        tf.random_uniform([3], dtype=tf.float64, seed=3),
        tf.random_uniform([5], -3, 3, tf.int64, seed=2),
        tf.random_normal([3], 5.0, 0.1, tf.float64, seed=5),
        tf.random_normal([0, 3], seed=5),
        tf.truncated_normal([5], 1.0, 0.5, tf.float16, seed=6, name="truncated"),
        tf.random_shuffle([b"a", b"b", b"c", b"d"], seed=7, name="letters"),
        tf.random_shuffle(tf.constant(3.0), seed=7),
        tf.random.multinomial([[1.0, 2.0, 3.0]], 6, seed=8, name="drawn", output_dtype=tf.int32),
        tf.random_gamma([2], [0.5, 1.0, 20.0], 2.0, seed=9, name="gamma"),
        tf.random.gamma([], [[0.3], [3.0]], [1.0, 4.0], tf.float64, seed=9),
        tf.random_poisson([0.5, 5.0, 50.0], [2], seed=10, name="poisson"),
        tf.random.poisson(tf.constant([2, 200]), [2], tf.int64, seed=-10),
    ]
    return fetches, RUNS


def both_seeds(tf):
    tf.set_random_seed(-1)
    fetches = [
        tf.random_uniform([2], seed=0),
        tf.random_normal([2], seed=-1),
        tf.random_normal([2], seed=2**31 - 1),
        tf.random_normal([2], seed=2**40 + 7),
        tf.random_normal([2], seed=1.5),
        tf.random_normal([2], seed=True),
    ]
    tf.set_random_seed(0)
    fetches += [tf.random_uniform([2], seed=seed) for seed in (0, 2**31 - 1, None)]
    return fetches, RUNS


def changing_sizes(tf):
    """What an op has used up depends on all its earlier sizes."""
    n = tf.placeholder(tf.int32, [None], name="n")
    rows = tf.placeholder(tf.float32, [None, 2], name="rows")
    fetches = [
        tf.random_normal(n, seed=1),
        tf.random_uniform(n, 0, 10, tf.int32, seed=1),
        tf.truncated_normal(n, seed=1),
        tf.random_shuffle(rows, seed=1),
        tf.multinomial(rows, tf.reduce_sum(n), seed=1),
        tf.random_gamma(n, [1.0, 2.0], seed=1),
        tf.random_poisson([1.0, 20.0], n, seed=1),
    ]
    sizes = [[2], [0], [3, 2], [1]]
    data = [[[1, 2], [1, 2]], [[1, 2], [3, 4], [5, 6]], [[0, 1]], [[4, 4], [5, 6]]]
    return fetches, [{"n:0": a, "rows:0": b} for a, b in zip(sizes, data)]


def tensor_arguments(tf):
    low = tf.constant(2.0)
    fetches = [
        tf.random_uniform([3], low, tf.constant([3.0, 5.0, 9.0]), seed=2),
        tf.random_normal([2], mean=[10.0, -10.0], stddev=low, seed=3),
        tf.truncated_normal([2, 2], tf.constant([[1.0], [100.0]]), [1.0, 0.0], seed=4, name="t/"),
        tf.random_uniform(tf.constant([2, 2], tf.int64), tf.constant(3), 9, tf.int32, seed=5),
    ]
    return fetches, RUNS[:1]


def stateless(tf):
    seed = tf.placeholder(tf.int64, name="seed")
    fetches = [
        tf.random.stateless_uniform([3], [1, 2]),
        tf.random.stateless_uniform([2, 2], seed, -1.0, 1.0, tf.float64),
        tf.random.stateless_uniform([4], seed, -10, 10, tf.int32),
        tf.random.stateless_uniform([2], seed, maxval=2**40, dtype=tf.int64, name="long"),
        tf.random.stateless_normal([3], tf.constant([1, 2]), 1.0, 2.0),
        tf.random.stateless_truncated_normal([5], seed, dtype=tf.float16),
        tf.random.stateless_categorical([[0.0, 1.0], [1.0, 0.0]], 5, seed),
        tf.random.stateless_multinomial([[0.0, 1.0, 2.0]], 5, seed, tf.int32),
    ]
    return fetches, [{"seed:0": [1, 2]}, {"seed:0": [1, 2]}, {"seed:0": [-1, 2**40]}]


def crops(tf):
    tf.set_random_seed(1)
    image = tf.placeholder(tf.float32, [None, None, 1], name="image")
    fetches = [
        tf.random_crop(image, [2, 2, 1]),
        tf.random_crop([[1, 2, 3], [4, 5, 6], [7, 8, 9]], [1, 3], seed=2, name="row"),
        tf.random_crop(3.0, []),
    ]
    pixels = [[[10 * y + x] for x in range(6)] for y in range(4)]
    return fetches, [{"image:0": pixels}, {"image:0": pixels[:2]}, {"image:0": pixels}]


def shapes(tf):
    """What is known of the results' shapes; nothing is run."""
    any_shape = tf.placeholder(tf.float32)
    vector = tf.placeholder(tf.int32, [None])
    pair = tf.placeholder(tf.int64, [2])
    pair32 = tf.placeholder(tf.int32, [2])
    matrix = tf.placeholder(tf.float32, [None, 3])
    count = tf.placeholder(tf.int32, [])
    tf.random_normal(vector)
    tf.random_normal(pair)
    tf.random_uniform([-1, 3])
    tf.random_uniform(tf.shape(matrix))
    tf.random_uniform(pair, 0, count, tf.int32)
    tf.random_shuffle(matrix)
    tf.random_shuffle(any_shape)
    tf.multinomial(matrix, 2)
    tf.multinomial(any_shape, count)
    tf.random_gamma(pair32, matrix)
    tf.random_gamma([2], any_shape)
    tf.random_gamma(vector, 1.0)
    tf.random_poisson(matrix, [2], tf.int32)
    tf.random_poisson(any_shape, pair32)
    tf.random_crop(matrix, [5, 2])
    tf.random_crop(any_shape, pair32)
    tf.random.stateless_normal(pair32, pair)
    tf.random.stateless_categorical(matrix, count, pair)
    return [], []


def gamma_gradient(tf):
    alpha = tf.placeholder(tf.float32, [None, 3], name="alpha")
    beta = tf.constant([1.0, 2.0, 4.0])
    y = tf.random_gamma([2, 2], alpha, beta, seed=1)
    feeds = [{"alpha:0": [[0.2, 1.0, 30.0]]}, {"alpha:0": [[2.0, 0.7, 3.0]] * 2}]
    return tf.gradients(y, [alpha, beta]) + [y], feeds


PROGRAMS = [
    graph_seed,
    op_seeds,
    both_seeds,
    changing_sizes,
    tensor_arguments,
    stateless,
    crops,
    shapes,
    gamma_gradient,
]
