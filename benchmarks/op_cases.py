"""The calls that `ops.py` times: for each family of ops, names and functions of the library and of makers of inputs.

Inputs have about a million entries unless the name says otherwise, and lie in variables, so that neither library can
compute anything in advance. Texts are 100,000. It runs under Python 3.7 as well, for TF 1.15.
"""

# ruff: noqa: D102  (the makers are as plain as their names)

from __future__ import annotations

import numpy as np

N = 1000  # N x N is a million


class Inputs:
    """Makers of variables with seeded numbers."""

    def __init__(self, tf):
        self.tf, self.random = tf, np.random.RandomState(0)

    def var(self, value):
        return self.tf.Variable(value, trainable=False)

    def f(self, *shape, low=-1.0, high=1.0, dtype=np.float32):
        return self.var(self.random.uniform(low, high, shape or (N, N)).astype(dtype))

    def pos(self, *shape, low=0.1, high=4.0):
        return self.f(*shape, low=low, high=high)

    def d(self, *shape):
        return self.f(*shape, dtype=np.float64)

    def i(self, *shape, low=0, high=1000, dtype=np.int32):
        return self.var(self.random.randint(low, high, shape or (N, N)).astype(dtype))

    def rising(self, count, high):
        return self.var(np.sort(self.random.randint(0, high, count)).astype(np.int32))

    def b(self, *shape):
        return self.var(self.random.rand(*(shape or (N, N))) < 0.5)

    def c(self, *shape):
        shape = shape or (N, N)
        return self.var((self.random.randn(*shape) + 1j * self.random.randn(*shape)).astype(np.complex64))

    def spd(self, n, *batch):
        a = self.random.randn(*batch, n, n)
        return self.var((a @ np.swapaxes(a, -1, -2) + n * np.eye(n)).astype(np.float32))

    def images(self, *shape):
        return self.f(*(shape or (4, 288, 288, 3)), low=0.0, high=1.0)

    def texts(self, count=100000):
        words = np.array(["alpha", "Beta 7", "gamma,delta", "  epsilon ", "12.75", "zeta-eta-theta"])
        return self.var(words[self.random.randint(0, len(words), count)].astype(object))

    def sparse(self, rows=N, cols=N, every=10):
        """A SparseTensor, of which one entry in `every` is there."""
        places = np.flatnonzero(self.random.rand(rows * cols) < 1.0 / every)
        indices = np.stack([places // cols, places % cols], 1).astype(np.int64)
        values = self.random.rand(len(places)).astype(np.float32)
        return self.tf.SparseTensor(self.var(indices), self.var(values), np.array([rows, cols], np.int64))


def gradient(call, *take):
    """The gradient of a call for its inputs (or those of the places `take`), the call itself included."""

    def both(tf, x):
        kept = []
        make = Recorder(x, kept)
        y = call(tf, make)
        y = y[0] if isinstance(y, (list, tuple)) else y
        dy = tf.Variable(np.float32(np.random.RandomState(1).random_sample(y.shape.as_list())))  # no constant to fold
        return tf.gradients(y, [kept[place] for place in take] if take else kept, dy)

    return both


class Recorder:
    """Makers of inputs that remember what they made."""

    def __init__(self, x, kept):
        self.x, self.kept = x, kept

    def __getattr__(self, name):
        def make(*args, **kwargs):
            value = getattr(self.x, name)(*args, **kwargs)
            self.kept.append(value)
            return value

        return make


def _unary(names, maker="f", **options):
    """Functions of one argument, by their full public names."""
    return {name: lambda tf, x, name=name: find(tf, name)(getattr(x, maker)(**options)) for name in names.split()}


def _binary(names, maker="f", **options):
    return {
        name: lambda tf, x, name=name: find(tf, name)(getattr(x, maker)(**options), getattr(x, maker)(**options))
        for name in names.split()
    }


def _named(suffix, cases):
    return {f"{name} {suffix}": case for name, case in cases.items()}


def find(tf, name):
    for part in name.split("."):
        tf = getattr(tf, part)
    return tf


UNARY = {
    **_unary(
        "abs negative sign square exp sin cos tan asin acos atan sinh cosh tanh asinh atanh sigmoid "
        "math.expm1 math.erf math.erfc math.softplus math.log_sigmoid floor math.ceil round math.rint "
        "math.is_nan math.is_inf math.is_finite identity to_double to_int32 zeros_like ones_like "
        "nn.relu nn.relu6 nn.elu nn.selu nn.leaky_relu nn.crelu nn.swish nn.softsign nn.l2_loss "
        "math.bessel_i0e math.bessel_i1e check_numerics"
    ),
    **_unary("sqrt math.rsqrt math.reciprocal log math.log1p math.lgamma math.digamma", maker="pos"),
    "acosh": lambda tf, x: tf.acosh(x.pos(low=1.0, high=9.0)),
    "check_numerics": lambda tf, x: tf.check_numerics(x.f(), "here"),
    "logical_not": lambda tf, x: tf.logical_not(x.b()),
    "bitwise.invert": lambda tf, x: tf.bitwise.invert(x.i()),
    "cast int32 to float32": lambda tf, x: tf.cast(x.i(), tf.float32),
    "cast float32 to float16": lambda tf, x: tf.cast(x.f(), tf.float16),
    "cast float32 to uint8": lambda tf, x: tf.cast(x.f(low=0.0, high=255.0), tf.uint8),
    "cast bool to float32": lambda tf, x: tf.cast(x.b(), tf.float32),
    "saturate_cast": lambda tf, x: tf.saturate_cast(x.f(low=-9.0, high=999.0), tf.uint8),
    "bitcast": lambda tf, x: tf.bitcast(x.f(), tf.int32),
    "complex": lambda tf, x: tf.complex(x.f(), x.f()),
    **_named("complex64", _unary("abs math.real math.imag math.conj math.angle exp square", maker="c")),
    **_named("int32", _unary("abs negative square sign", maker="i")),
    "exp float64": lambda tf, x: tf.exp(x.d()),
    "tanh float64": lambda tf, x: tf.tanh(x.d()),
    "exp float16": lambda tf, x: tf.exp(x.f(dtype=np.float16)),
}

BINARY = {
    **_binary(
        "add subtract multiply divide maximum minimum math.squared_difference math.atan2 less less_equal greater "
        "equal not_equal math.divide_no_nan"
    ),
    **_binary("pow floordiv math.floormod truncatemod math.xdivy math.xlogy math.igamma math.igammac", maker="pos"),
    **_binary("math.zeta", maker="pos", low=1.5, high=6.0),
    "math.polygamma": lambda tf, x: tf.math.polygamma(x.var(np.full((N, N), 2, np.float32)), x.pos()),
    "math.betainc": lambda tf, x: tf.math.betainc(x.pos(), x.pos(), x.images(N, N)),
    "math.lbeta": lambda tf, x: tf.math.lbeta(x.pos()),
    **_named(
        "int32",
        _binary(
            "add multiply maximum floordiv math.floormod truncatediv truediv less equal bitwise.bitwise_and "
            "bitwise.left_shift",
            maker="i",
            low=1,
            high=30,
        ),
    ),
    **_binary("logical_and logical_xor", maker="b"),
    "add a row": lambda tf, x: x.f() + x.f(N),
    "add a column": lambda tf, x: x.f() + x.f(N, 1),
    "multiply by a number": lambda tf, x: x.f() * 3.0,
    "square by pow": lambda tf, x: x.f() ** 2,
    "multiply complex64": lambda tf, x: x.c() * x.c(),
    "add_n of 4": lambda tf, x: tf.add_n([x.f() for _ in range(4)]),
    "accumulate_n of 4": lambda tf, x: tf.accumulate_n([x.f() for _ in range(4)]),
    "clip_by_value": lambda tf, x: tf.clip_by_value(x.f(), -0.5, 0.5),
    "clip_by_norm": lambda tf, x: tf.clip_by_norm(x.f(), 5.0),
    "clip_by_global_norm": lambda tf, x: tf.clip_by_global_norm([x.f(), x.f()], 5.0)[0],
    "where": lambda tf, x: tf.where(x.b(), x.f(), x.f()),
    "where, rows": lambda tf, x: tf.where(x.b(N), x.f(), x.f()),
    "where, indices": lambda tf, x: tf.where(x.b()),
    "cross": lambda tf, x: tf.linalg.cross(x.f(333333, 3), x.f(333333, 3)),
}

_REDUCTIONS = "reduce_sum reduce_mean reduce_max reduce_min reduce_prod reduce_logsumexp"
REDUCTION = {
    **_unary(_REDUCTIONS),
    **_named("axis 0", {n: lambda tf, x, n=n: find(tf, n)(x.f(), 0) for n in _REDUCTIONS.split()}),
    **_named("axis 1", {n: lambda tf, x, n=n: find(tf, n)(x.f(), 1) for n in _REDUCTIONS.split()}),
    "reduce_sum int32": lambda tf, x: tf.reduce_sum(x.i()),
    "reduce_mean int32": lambda tf, x: tf.reduce_mean(x.i(), 1),
    "reduce_sum axes 0 and 2": lambda tf, x: tf.reduce_sum(x.f(100, 100, 100), [0, 2]),
    "reduce_sum float16": lambda tf, x: tf.reduce_sum(x.f(dtype=np.float16), 1),
    **_unary("reduce_any reduce_all", maker="b"),
    "reduce_any axis 1": lambda tf, x: tf.reduce_any(x.b(), 1),
    **_unary("math.reduce_std math.reduce_variance norm math.reduce_euclidean_norm"),
    "argmax axis 0": lambda tf, x: tf.argmax(x.f(), 0),
    "argmax axis 1": lambda tf, x: tf.argmax(x.f(), 1),
    "argmin axis 1": lambda tf, x: tf.argmin(x.f(), 1),
    **_named("axis 0", {n: lambda tf, x, n=n: find(tf, n)(x.f(), 0) for n in ["cumsum", "math.cumprod"]}),
    **_named("axis 1", {n: lambda tf, x, n=n: find(tf, n)(x.f(), 1) for n in ["cumsum", "math.cumprod"]}),
    "cumsum exclusive reverse": lambda tf, x: tf.cumsum(x.f(), 1, exclusive=True, reverse=True),
    "count_nonzero": lambda tf, x: tf.math.count_nonzero(x.i(high=2)),
    "histogram_fixed_width": lambda tf, x: tf.histogram_fixed_width(x.f(), [-1.0, 1.0], 100),
    "math.bincount": lambda tf, x: tf.math.bincount(x.i()),
    "confusion_matrix": lambda tf, x: tf.math.confusion_matrix(x.i(N * N, high=10), x.i(N * N, high=10), 10),
    **{
        name: lambda tf, x, name=name: find(tf, name)(x.f(10000, 100), x.rising(10000, 500))
        for name in ("math.segment_sum", "math.segment_mean", "math.segment_max", "math.segment_prod")
    },
    **{
        name: lambda tf, x, name=name: find(tf, name)(x.f(10000, 100), x.i(10000, high=500), 500)
        for name in ("math.unsorted_segment_sum", "math.unsorted_segment_mean", "math.unsorted_segment_max")
    },
    "math.unsorted_segment_sum of numbers": lambda tf, x: tf.math.unsorted_segment_sum(x.f(N * N), x.i(N * N), 1000),
    "math.segment_sum of numbers": lambda tf, x: tf.math.segment_sum(x.f(N * N), x.rising(N * N, 1000)),
    "sparse.segment_sum": lambda tf, x: tf.sparse.segment_sum(x.f(), x.i(1000), x.rising(1000, 100)),
    "nn.moments": lambda tf, x: tf.nn.moments(x.f(), [0]),
    "nn.zero_fraction": lambda tf, x: tf.nn.zero_fraction(x.f()),
    "nn.sufficient_statistics": lambda tf, x: tf.nn.sufficient_statistics(x.f(), [0])[1:3],
}

ARRAY = {
    "transpose": lambda tf, x: tf.transpose(x.f()),
    "transpose 4-d": lambda tf, x: tf.transpose(x.f(32, 32, 32, 32), [0, 3, 1, 2]),
    "concat axis 0": lambda tf, x: tf.concat([x.f(500, N), x.f(500, N)], 0),
    "concat axis 1": lambda tf, x: tf.concat([x.f(N, 500), x.f(N, 500)], 1),
    "stack": lambda tf, x: tf.stack([x.f(500, N), x.f(500, N)], 1),
    "unstack": lambda tf, x: tf.unstack(x.f(10, 100000)),
    "unstack axis 1": lambda tf, x: tf.unstack(x.f(100000, 10), axis=1),
    "split axis 1": lambda tf, x: tf.split(x.f(), 4, 1),
    "slice": lambda tf, x: tf.slice(x.f(N, 2 * N), [0, 500], [N, N]),
    "strided_slice": lambda tf, x: x.f(2 * N, N)[::2],
    "strided_slice, columns": lambda tf, x: x.f(N, 2 * N)[:, ::-2],
    "pad": lambda tf, x: tf.pad(x.f(), [[5, 5], [5, 5]]),
    "pad reflect": lambda tf, x: tf.pad(x.f(), [[5, 5], [5, 5]], "REFLECT"),
    "tile": lambda tf, x: tf.tile(x.f(100, 1000), [10, 1]),
    "tile numbers": lambda tf, x: tf.tile(x.f(1000, 1), [1, 1000]),
    "broadcast_to": lambda tf, x: tf.broadcast_to(x.f(N), [N, N]),
    "repeat": lambda tf, x: tf.repeat(x.f(100000), 10),
    "fill": lambda tf, x: tf.fill(x.var(np.array([N, N], np.int32)), 2.0),
    "range": lambda tf, x: tf.range(x.var(np.int32(N * N))),
    "linspace": lambda tf, x: tf.linspace(x.var(np.float32(0)), 1.0, N * N),
    "eye": lambda tf, x: tf.eye(tf.identity(x.var(np.int32(N)))),
    "meshgrid": lambda tf, x: tf.meshgrid(x.f(N), x.f(N)),
    "gather rows": lambda tf, x: tf.gather(x.f(), x.i(N)),
    "gather numbers": lambda tf, x: tf.gather(x.f(N), x.i(N * N)),
    "gather axis 1": lambda tf, x: tf.gather(x.f(), x.i(N), axis=1),
    "gather batch_dims": lambda tf, x: tf.gather(x.f(), x.i(), batch_dims=1),
    "gather_nd rows": lambda tf, x: tf.gather_nd(x.f(), x.i(N, 1)),
    "gather_nd numbers": lambda tf, x: tf.gather_nd(x.f(), x.i(N * N, 2)),
    "scatter_nd rows": lambda tf, x: tf.scatter_nd(x.i(N, 1), x.f(), [N, N]),
    "scatter_nd numbers": lambda tf, x: tf.scatter_nd(x.i(N * N, 1), x.f(N * N), [N]),
    "tensor_scatter_nd_update": lambda tf, x: tf.tensor_scatter_nd_update(x.f(), x.i(N, 1), x.f()),
    "tensor_scatter_nd_add": lambda tf, x: tf.tensor_scatter_nd_add(x.f(), x.i(N, 1), x.f()),
    "one_hot": lambda tf, x: tf.one_hot(x.i(N), N),
    "reverse": lambda tf, x: tf.reverse(x.f(), [1]),
    "reverse_sequence": lambda tf, x: tf.reverse_sequence(x.f(), x.i(N), 1, 0),
    "sequence_mask": lambda tf, x: tf.sequence_mask(x.i(N), N),
    "boolean_mask": lambda tf, x: tf.boolean_mask(x.f(), x.b()),
    "unique": lambda tf, x: tf.unique(x.i(N * N)),
    "unique, many": lambda tf, x: tf.unique(x.i(N * N, high=10**9)),
    "unique_with_counts": lambda tf, x: tf.unique_with_counts(x.i(N * N)),
    "setdiff1d": lambda tf, x: tf.setdiff1d(x.i(N * N, high=10**6), x.i(N, high=10**6)),
    "searchsorted": lambda tf, x: tf.searchsorted(tf.range(0.0, 1000.0), x.f(N * N, high=1000.0)),
    "sort": lambda tf, x: tf.sort(x.f()),
    "argsort": lambda tf, x: tf.argsort(x.f()),
    "nn.top_k 10": lambda tf, x: tf.nn.top_k(x.f(), 10),
    "nn.top_k all": lambda tf, x: tf.nn.top_k(x.f(), N),
    "nn.in_top_k": lambda tf, x: tf.nn.in_top_k(x.f(), x.i(N), 5),
    "invert_permutation": lambda tf, x: tf.math.invert_permutation(x.var(x.random.permutation(N * N).astype(np.int32))),
    "roll": lambda tf, x: tf.roll(x.f(), 7, 1),
    "space_to_depth": lambda tf, x: tf.space_to_depth(x.f(4, 256, 256, 4), 2),
    "depth_to_space": lambda tf, x: tf.depth_to_space(x.f(4, 256, 256, 4), 2),
    "space_to_batch": lambda tf, x: tf.space_to_batch(x.f(4, 256, 256, 4), [[0, 0], [0, 0]], block_size=2),
    "batch_to_space": lambda tf, x: tf.batch_to_space(x.f(4, 256, 256, 4), [[0, 0], [0, 0]], block_size=2),
    "dynamic_partition": lambda tf, x: tf.dynamic_partition(x.f(N * N), x.i(N * N, high=4), 4),
    "dynamic_stitch": lambda tf, x: tf.dynamic_stitch([x.i(N), x.i(N)], [x.f(), x.f()]),
    "extract_image_patches": lambda tf, x: tf.image.extract_image_patches(
        x.f(4, 64, 64, 7), [1, 3, 3, 1], [1, 1, 1, 1], [1, 1, 1, 1], "SAME"
    ),
    "quantization.quantize": lambda tf, x: tf.quantization.quantize(x.f(), -1.0, 1.0, tf.quint8),
    "quantization.quantize MIN_FIRST": lambda tf, x: tf.quantization.quantize(
        x.f(), -1.0, 1.0, tf.quint8, mode="MIN_FIRST"
    ),
    "quantization.dequantize": lambda tf, x: tf.quantization.dequantize(
        tf.quantization.quantize(x.f(), -1.0, 1.0, tf.quint8).output, -1.0, 1.0
    ),
    "quantization.fake_quant_with_min_max_args": lambda tf, x: tf.quantization.fake_quant_with_min_max_args(x.f()),
    "quantization.fake_quant_with_min_max_vars_per_channel": lambda tf, x: (
        tf.quantization.fake_quant_with_min_max_vars_per_channel(x.f(), tf.fill([N], -1.0), tf.fill([N], 1.0))
    ),
    "assign": lambda tf, x: tf.assign(x.f(), x.f()),
    "assign_add": lambda tf, x: tf.assign_add(x.f(), x.f()),
    "scatter_add": lambda tf, x: tf.scatter_add(x.f(), x.i(N), x.f()),
    "scatter_update": lambda tf, x: tf.scatter_update(x.f(), x.i(N), x.f()),
}

RANDOM = {
    "uniform": lambda tf, x: tf.random.uniform([N, N], seed=1),
    "uniform int32": lambda tf, x: tf.random.uniform([N, N], 0, 100, tf.int32, seed=1),
    "normal": lambda tf, x: tf.random.normal([N, N], seed=1),
    "truncated_normal": lambda tf, x: tf.random.truncated_normal([N, N], seed=1),
    "gamma": lambda tf, x: tf.random.gamma([100000], [2.0, 0.5], seed=1),
    "poisson": lambda tf, x: tf.random.poisson([2.0, 20.0], [100000], seed=1),
    "categorical": lambda tf, x: tf.random.categorical(x.f(1000, 100), 100, seed=1),
    "shuffle": lambda tf, x: tf.random.shuffle(x.f(), seed=1),
    "shuffle numbers": lambda tf, x: tf.random.shuffle(x.f(N * N), seed=1),
    "stateless_uniform": lambda tf, x: tf.random.stateless_uniform([N, N], x.i(2)),
    "stateless_normal": lambda tf, x: tf.random.stateless_normal([N, N], x.i(2)),
    "log_uniform_candidate_sampler": lambda tf, x: tf.random.log_uniform_candidate_sampler(
        x.var(np.zeros((1, 1), np.int64)), 1, 10000, True, 100000, seed=1
    ),
}
