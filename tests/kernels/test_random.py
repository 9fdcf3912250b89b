"""The random kernels against TensorFlow 1.15.5's outputs (made by tests/golden/make_random_vectors.py)."""

from __future__ import annotations

import hashlib
import json
import math
import platform
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowgraph.errors import InvalidArgumentError
from flowgraph.kernels import choices, distributions, libm, philox, rejection, seeds
from flowgraph.kernels.philox import Stream, WordStream

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "random_vectors.json").read_text())
DTYPES = {"bfloat16": ml_dtypes.bfloat16}

GLIBC = platform.libc_ver()[0] == "glibc"
"""Only there are float64's logarithms those that TensorFlow's build was recorded with."""


def elements(record: dict[str, Any]) -> int:
    return math.prod(record["out_shape"])


def from_seeds(record: dict[str, Any], run: int, reserved: int) -> Stream:
    return Stream.seeded(record["seed"], record["seed2"], run * reserved)


def each_element(kernel: Callable[..., Any]) -> Callable[..., Any]:
    def output(record: dict[str, Any], run: int) -> Any:
        dtype = DTYPES.get(record["dtype"], record["dtype"])
        stream = from_seeds(record, run, distributions.reserved(elements(record)))
        return kernel(stream, record["shape"], dtype)

    return output


def stateless(kernel: Callable[..., Any]) -> Callable[..., Any]:
    return lambda record, _run: kernel(Stream.stateless(*record["seeds"]), record["shape"], record["dtype"])


def uniform_int(record: dict[str, Any], run: int) -> Any:
    stream = from_seeds(record, run, distributions.reserved(elements(record)))
    return distributions.uniform_int(stream, record["shape"], record["low"], record["high"], record["dtype"])


def shuffle(record: dict[str, Any], run: int) -> Any:
    rows = np.arange(elements(record)).reshape(record["shape"])
    stream = from_seeds(record, run, choices.permutation_reserved(len(rows), rows.size))
    return rows[choices.permutation(stream, len(rows))]


def multinomial(record: dict[str, Any], run: int) -> Any:
    logits = np.array(record["logits"], record["dtype"])
    stream = from_seeds(record, run, choices.multinomial_reserved(len(logits), record["samples"]))
    return choices.multinomial(stream, logits, record["samples"], np.int64)


def gamma(record: dict[str, Any], run: int) -> Any:
    stream = from_seeds(record, run, distributions.reserved(elements(record)))
    return rejection.gamma(stream, record["shape"], np.array(record["alpha"], record["dtype"]))


def poisson(record: dict[str, Any], run: int) -> Any:
    stream = from_seeds(record, run, distributions.reserved(elements(record)))
    rate = np.array(record["rate"], record["dtype"])
    return rejection.poisson(stream, record["shape"], rate, record["out"])


def long_integers(record: dict[str, Any], run: int) -> Any:
    source = WordStream(Stream.seeded(3, 4, run * 512 * 50))
    return np.array([source.below(record["bound"], bits=64) for _ in range(50)])


def float_then_integer(record: dict[str, Any], run: int) -> Any:
    source = WordStream(Stream.seeded(3, 4, run * 512 * 50))
    return np.array([(source.single(), source.below(record["bound"]))[1] for _ in range(50)])


OUTPUT = {
    "RandomUniform": each_element(distributions.uniform),
    "RandomStandardNormal": each_element(distributions.normal),
    "TruncatedNormal": each_element(distributions.truncated_normal),
    "RandomUniformInt": uniform_int,
    "StatelessRandomUniform": stateless(distributions.uniform),
    "StatelessRandomNormal": stateless(distributions.normal),
    "StatelessTruncatedNormal": stateless(distributions.truncated_normal),
    "RandomShuffle": shuffle,
    "Multinomial": multinomial,
    "RandomGamma": gamma,
    "RandomPoissonV2": poisson,
    "UniformCandidateSampler": long_integers,
    "FixedUnigramCandidateSampler": float_then_integer,
}


def digest(array: Any) -> str:
    wide = array.astype(np.float32) if array.dtype == ml_dtypes.bfloat16 else array
    return hashlib.sha256(wide.astype(wide.dtype.newbyteorder("<")).tobytes()).hexdigest()[:16]


def name(record: dict[str, Any]) -> str:
    facts = {key: value for key, value in record.items() if key not in {"op", "out_shape", "runs"}}
    return record["op"] + "".join(f" {key}={value}" for key, value in facts.items())


@pytest.mark.parametrize("record", GOLDEN["outputs"], ids=name)
def test_same_numbers_as_tensorflow(record):
    for run, (expected_digest, first) in enumerate(record["runs"]):
        output = OUTPUT[record["op"]](record, run)
        assert list(output.shape) == record["out_shape"]
        start = output.reshape(-1)[:4]
        if output.dtype == np.float64 and not GLIBC:
            np.testing.assert_allclose(start, first, rtol=1e-14)
            continue
        np.testing.assert_array_equal(start.astype(np.array(first).dtype), first)
        assert digest(output) == expected_digest


def test_the_textbooks_numbers():
    stream = Stream.seeded(*seeds.graph_seed_pair(None, 1, last_id=0))
    normal = [[-0.8113182, 1.4845988, 0.06532937], [-2.4427042, 0.0992484, 0.5912243]]
    truncated = [[-0.8113182, 1.4845988, 0.06532937], [0.0992484, 0.6396971, 1.6108712]]
    uniform = [[0.2390374, 0.92039955, 0.05051243], [0.49574447, 0.8355223, 0.02647042]]
    for kernel, expected in (
        (distributions.normal, normal),
        (distributions.truncated_normal, truncated),
        (distributions.uniform, uniform),
    ):
        printed = np.array2string(kernel(stream, [2, 3], np.float32), precision=8, separator=",")
        assert json.loads(printed) == expected


@pytest.mark.parametrize("function", ["logf", "sinf", "cosf"])
def test_float_functions_agree_with_the_c_library_on_every_argument(function):
    units = np.arange(2**23) * 2.0**-23
    if function == "logf":
        compute, arguments = libm.log, np.maximum(units, np.float32(1e-7)).astype(np.float32)
    else:
        compute = {"sinf": lambda x: libm.sincos(x)[0], "cosf": lambda x: libm.sincos(x)[1]}[function]
        arguments = (2 * math.pi * units).astype(np.float32)
    values = np.concatenate([compute(part) for part in np.split(arguments, 512)])
    assert digest(values) == GOLDEN["c_functions"][function]


def test_double_functions_agree_with_the_c_library():
    x = np.random.default_rng(0).random(20_000)
    np.testing.assert_array_equal(libm.log64(x), [math.log(value) for value in x])
    np.testing.assert_array_equal(libm.log64(np.exp(600 * x)), [math.log(value) for value in np.exp(600 * x)])
    sine, cosine = libm.sincos64(2 * math.pi * x)
    np.testing.assert_array_equal(sine, [math.sin(2 * math.pi * value) for value in x])
    np.testing.assert_array_equal(cosine, [math.cos(2 * math.pi * value) for value in x])


def test_double_functions_agree_where_no_wider_float_exists(monkeypatch):
    monkeypatch.setattr(libm, "_HAS_WIDER_FLOAT", False)
    x = np.random.default_rng(1).random(1000)
    np.testing.assert_array_equal(libm.log64(x), [math.log(value) for value in x])


# ------------------------------------------------------------------------------------------------ seeds


@pytest.mark.parametrize(("graph_seed", "op_seed", "pair"), GOLDEN["seed_pairs"])
def test_seed_pairs(graph_seed, op_seed, pair):
    assert seeds.graph_seed_pair(graph_seed, op_seed, GOLDEN["last_id"]) == tuple(pair)


def test_seeds_that_are_not_python_integers():
    assert seeds.graph_seed_pair(None, 1.5, 0) == (87654321, 1.5)
    assert seeds.graph_seed_pair(None, True, 0) == (87654321, 1)
    assert seeds.graph_seed_pair(np.int8(-1), np.uint8(7), 0) == (2**31 - 2, 7)
    with pytest.raises(TypeError, match="not all arguments converted during string formatting"):
        seeds.graph_seed_pair(None, "3", 0)
    with pytest.raises(TypeError, match="unsupported operand type"):
        seeds.graph_seed_pair(None, [1], 0)


def test_fresh_pairs_differ():
    assert len({seeds.fresh_pair() for _ in range(100)}) == 100


# -------------------------------------------------------------------------------------- the generator

KEYS = st.integers(0, 2**64 - 1)
NEAR_OVERFLOW = st.tuples(st.sampled_from([32, 64, 96, 128]), st.integers(1, 300), st.integers(0, 2**96))
COUNTERS = st.one_of(
    st.integers(0, 2**128 - 1),
    NEAR_OVERFLOW.map(lambda t: ((t[2] << t[0]) - t[1]) % 2**128),
)
STREAMS = st.builds(Stream, KEYS, COUNTERS)


def test_known_answers():
    """From the authors' own list."""
    ones = Stream(2**64 - 1, 2**128 - 1)
    assert philox.block(Stream(0, 0)) == (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)
    assert philox.block(ones) == (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)
    pi = Stream(0x299F31D0_A4093822, 0x03707344_13198A2E_85A308D3_243F6A88)
    assert philox.block(pi) == (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)


@given(STREAMS, st.integers(0, 600))
def test_array_words_are_the_blocks_words(stream, count):
    blocks = [philox.block(stream.skip(i)) for i in range(-(-count // 4))]
    assert philox.words(stream, count).tolist() == [word for block in blocks for word in block][:count]


@given(STREAMS, st.lists(st.integers(0, 2**40), unique=True, max_size=40))
def test_blocks_anywhere(stream, offsets):
    offsets.sort()
    four = philox.Blocks(stream.key, len(offsets)).at(stream.counter, np.array(offsets, np.uint64))
    assert [tuple(block) for block in np.transpose(four).tolist()] == [
        philox.block(stream.skip(offset)) for offset in offsets
    ]


@given(STREAMS, st.integers(1, 300), st.integers(0, 300))
def test_a_run_in_two_parts_gives_the_same_words(stream, first, second):
    whole = philox.words(stream, 4 * first + second)
    parts = philox.words(stream, 4 * first), philox.words(stream.skip(first), second)
    np.testing.assert_array_equal(whole, np.concatenate(parts))


@given(st.integers(-1000, 1000))
def test_long_runs_go_on_over_pieces(shift):
    stream = Stream(7, 2**32 - philox.PIECE + shift)
    count = 4 * (2 * philox.PIECE + 5)
    late = philox.words(stream.skip(philox.PIECE - 10), 100)
    np.testing.assert_array_equal(philox.words(stream, count)[4 * philox.PIECE - 40 :][:100], late)


@given(STREAMS, st.integers(0, 400), st.integers(0, 400), st.sampled_from(["float16", "float32", "float64"]))
def test_shorter_outputs_are_the_start_of_longer_ones(stream, short, more, dtype):
    for kernel in distributions.uniform, distributions.normal, distributions.truncated_normal:
        long = kernel(stream, short + more, dtype)
        np.testing.assert_array_equal(long[:short], kernel(stream, short, dtype))


@given(STREAMS, st.integers(0, 60), st.sampled_from([(np.float32, 4), (np.float64, 2)]))
def test_truncated_normals_are_the_inner_normals_of_each_groups_stream(stream, count, kind):
    dtype, width = kind
    expected: list[float] = []
    for group in range(-(-count // width)):
        numbers = distributions.normal(stream.skip(group * 64 * width), 60, dtype)
        expected += numbers[abs(numbers) < 2][:width].tolist()
    assert distributions.truncated_normal(stream, count, dtype).tolist() == expected[:count]


DRAWS = st.lists(st.sampled_from(["word", "long", "single", "double"]), max_size=30)


@given(STREAMS, DRAWS, st.integers(0, 30))
def test_word_streams_can_be_taken_up_again(stream, calls, pause):
    def draw(source: WordStream, names: list[str]) -> list[float]:
        return [getattr(source, name)() for name in names]

    whole = draw(WordStream(stream), calls)
    source = WordStream(stream)
    before = draw(source, calls[:pause])
    assert whole == before + draw(WordStream(stream, source.taken), calls[pause:])


@given(STREAMS)
def test_word_streams_numbers_are_those_of_the_distributions(stream):
    source = WordStream(stream)
    assert [source.single() for _ in range(9)] == distributions.uniform(stream, 9, np.float32).tolist()
    source = WordStream(stream)
    assert [source.double() for _ in range(9)] == distributions.uniform(stream, 9, np.float64).tolist()


def test_threads_do_not_disturb_each_other():
    streams = [Stream.seeded(seed, 1) for seed in range(16)]

    def work(stream: Stream) -> bytes:
        return distributions.truncated_normal(stream, 20_000, np.float32).tobytes()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, streams)) == [work(stream) for stream in streams]


# ------------------------------------------------------------------------------------------------ errors


def test_empty_ranges_are_errors_only_when_a_number_is_wanted():
    stream = Stream.seeded(1, 2)
    with pytest.raises(InvalidArgumentError, match=r"^Need minval < maxval, got 3 >= 3"):
        distributions.uniform_int(stream, [2], 3, 3, np.int32)
    assert distributions.uniform_int(stream, [0, 2], 3, 3, np.int32).shape == (0, 2)


def test_multinomial_errors():
    stream = Stream.seeded(1, 2)
    with pytest.raises(InvalidArgumentError, match=r"^num_samples should be nonnegative, got -1"):
        choices.multinomial(stream, np.zeros([1, 2]), -1, np.int64)
    with pytest.raises(InvalidArgumentError, match=r"^num_classes should be positive, got 0"):
        choices.multinomial(stream, np.zeros([1, 0]), 1, np.int64)


@pytest.mark.parametrize("rate", [np.inf, np.nan, 1e30])
def test_poisson_rates_without_an_answer(rate):
    with pytest.raises(InvalidArgumentError, match="Poisson"):
        rejection.poisson(Stream.seeded(1, 2), [3], np.array([1.0, rate]), np.int32)


def test_types_without_random_numbers():
    with pytest.raises(TypeError, match="int32"):
        distributions.uniform(Stream.seeded(1, 2), [3], np.int32)
    with pytest.raises(TypeError, match="uint8"):
        distributions.uniform_int(Stream.seeded(1, 2), [3], 0, 2, np.uint8)
