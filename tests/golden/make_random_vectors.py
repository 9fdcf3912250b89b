"""Record TensorFlow 1.15.5's random numbers in random_vectors.json, for tests/kernels/test_random.py.

    python3.7 tests/golden/make_random_vectors.py      (TensorFlow 1.15.5, x86-64 Linux, glibc 2.28 or later)

Outputs are kept as their first values and a hash of all: SHA-256 of the bytes in C order, little-endian,
bfloat16 widened to float32. One intra-op thread, because multinomial's numbers depend on how many there are.
"""

import ctypes
import hashlib
import json
import math
import os

import numpy as np
import tensorflow as tf

FLOATS = ["float16", "bfloat16", "float32", "float64"]
FIRST = (87654321, 1)
SEEDS = [(0, 2147483647), (-7, -9), (1099511627781, -1125899906842621)]
SHAPES = [[0], [], [1], [7], [3, 5, 7], [1001]]
LONG = [70001]  # more than is worked on at a time
RANGES = {
    "int32": [(-5, 5), (0, 2**31 - 1), (-(2**31), 2**31 - 1), (3, 4)],
    "int64": [(-5, 5), (0, 2**63 - 1), (-(2**63), 2**63 - 1), (-3, 2**40)],
}
GRAPH_SEEDS = [None, 0, 1, 42, -1, 2**31 - 2, 2**31 - 1, 2**31, 2**40 + 7]
OP_SEEDS = [None, 0, 1, -1, -3, 2**31 - 1, 2**33]
NAN, INF = float("nan"), float("inf")


def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]


def record(op, inputs, facts, runs=2):
    """Run an op several times in one session; `facts` are what the test needs to know about it."""
    with tf.Graph().as_default():
        output = getattr(tf.raw_ops, op)(**inputs)
        if isinstance(output, tuple):  # a candidate sampler's
            output = output.sampled_candidates
        if output.dtype == tf.bfloat16:
            output = tf.cast(output, tf.float32)
        with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1)) as session:
            arrays = [session.run(output) for _ in range(runs)]
    values = [[digest(array), array.reshape(-1)[:4].tolist()] for array in arrays]
    return {"op": op, **facts, "out_shape": list(arrays[0].shape), "runs": values}


def floats():
    cases = [(shape, FIRST) for shape in SHAPES] + [([7], seeds) for seeds in SEEDS] + [(LONG, (3, 4))]
    for op in "RandomUniform", "RandomStandardNormal", "TruncatedNormal":
        for dtype in FLOATS:
            for shape, (seed, seed2) in cases:
                facts = {"dtype": dtype, "shape": shape, "seed": seed, "seed2": seed2}
                inputs = {**facts, "dtype": tf.as_dtype(dtype), "shape": np.array(shape, np.int32)}
                yield record(op, inputs, facts)


def integers():
    for dtype, ranges in RANGES.items():
        cases = [(low, high, [7], FIRST) for low, high in ranges]
        cases += [(-5, 5, shape, FIRST) for shape in SHAPES if shape != [7]]
        cases += [(-5, 5, [7], seeds) for seeds in SEEDS] + [(0, 1000, LONG, (3, 4))]
        for low, high, shape, (seed, seed2) in cases:
            seeds = {"seed": seed, "seed2": seed2}
            bounds = {"minval": np.array(low, dtype), "maxval": np.array(high, dtype)}
            inputs = {"shape": np.array(shape, np.int32), **bounds, **seeds}
            facts = {"dtype": dtype, "shape": shape, "low": low, "high": high, **seeds}
            yield record("RandomUniformInt", inputs, facts)


def stateless():
    for seeds in [[1, 2], [-1, 2**45]]:
        for op in "StatelessRandomUniform", "StatelessRandomNormal", "StatelessTruncatedNormal":
            for dtype in "float32", "float64":
                inputs = {"shape": [3, 5, 7], "seed": np.array(seeds), "dtype": tf.as_dtype(dtype)}
                facts = {"shape": [3, 5, 7], "seeds": seeds, "dtype": dtype}
                yield record(op, inputs, facts, runs=1)


def choices():
    seeds = {"seed": -7, "seed2": 9}
    for shape in [[0], [1], [2], [13, 1], [5, 0], [1000]]:
        rows = np.arange(np.prod(shape, dtype=int)).reshape(shape)
        yield record("RandomShuffle", {"value": rows, **seeds}, {"shape": shape, **seeds})
    logits = [[0.5, -1.0, 2.0, 0.25], [-INF, 0.0, NAN, 1.0], [-INF, -INF, -INF, -INF]]
    for dtype in "float16", "float64":
        for samples in 0, 1, 6, 500:
            inputs = {"logits": np.array(logits, dtype), "num_samples": samples, **seeds}
            yield record("Multinomial", inputs, {"dtype": dtype, "logits": logits, "samples": samples, **seeds})


def rejections():
    seeds = {"seed": 5, "seed2": 6}
    alphas = [
        ([0.3, 1.0, 2.5, 100.0], [50]),
        ([0.0, -0.3, NAN, INF], [3]),
        (2.5, [2, 3]),
        ([0.5, 3.0], [9000]),
    ]
    rates = [[0.0, 0.5], [9.99, 10.0], [55.5, 1e4]]
    for dtype in "float16", "float32", "float64":
        for alpha, shape in alphas:
            inputs = {"shape": shape, "alpha": np.array(alpha, dtype), **seeds}
            yield record("RandomGamma", inputs, {"dtype": dtype, "shape": shape, "alpha": alpha, **seeds})
        for out in dtype, "int64":
            inputs = {"shape": [50], "rate": np.array(rates, dtype), "dtype": tf.as_dtype(out), **seeds}
            facts = {"dtype": dtype, "shape": [50], "rate": rates, "out": out, **seeds}
            yield record("RandomPoissonV2", inputs, facts)


def word_streams():
    """Samplers that draw one exact integer for each output, the second after a float."""
    common = {"true_classes": np.zeros([1, 1], np.int64), "num_true": 1, "num_sampled": 50, "unique": False}
    common.update(seed=3, seed2=4)
    for bound in 2**40 + 1, 3 * 2**61, 2**20:
        yield record("UniformCandidateSampler", {"range_max": bound, **common}, {"bound": bound})
    for bound in 1000, 1024:
        inputs = {"range_max": bound, "unigrams": [1.0] * bound, **common}
        yield record("FixedUnigramCandidateSampler", inputs, {"bound": bound})


def seed_pairs():
    for graph_seed in GRAPH_SEEDS:
        for op_seed in OP_SEEDS:
            with tf.Graph().as_default():
                tf.set_random_seed(graph_seed)
                tf.constant(0)
                tf.constant(1)
                yield [graph_seed, op_seed, list(tf.get_seed(op_seed))]


def c_functions():
    """Hashes of the C library's float functions on each argument that the Box-Muller transform can meet."""
    libm = ctypes.CDLL("libm.so.6")
    units = np.arange(2**23) * 2.0**-23
    angles = 2 * math.pi * units
    arguments = {"cosf": angles, "logf": np.maximum(units, np.float32(1e-7)), "sinf": angles}
    hashes = {}
    for name, values in arguments.items():
        function = getattr(libm, name)
        function.restype, function.argtypes = ctypes.c_float, [ctypes.c_float]
        results = np.fromiter(map(function, values.astype(np.float32).tolist()), np.float32, len(values))
        hashes[name] = digest(results)
    return hashes


def main():
    families = floats, integers, stateless, choices, rejections, word_streams
    rows = {
        "seed_pairs": list(seed_pairs()),
        "outputs": [entry for family in families for entry in family()],
    }
    parts = ['"last_id": 2', '"c_functions": ' + json.dumps(c_functions())]
    for key, entries in rows.items():
        lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries)
        parts.append('"{}": [\n{}\n]'.format(key, lines))
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "random_vectors.json"), "w") as file:
        file.write("{\n" + ",\n".join(parts) + "\n}\n")


if __name__ == "__main__":
    main()
