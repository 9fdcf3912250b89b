"""Candidate samplers: a few of many classes, for losses that need not look at all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.errors import InvalidArgumentError, NotFoundError
from flowgraph.ir.cases import INT, case
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import NO_GRADIENT, REQUIRED, Effect, OpDef
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import candidates as kernel
from flowgraph.ops.attributes import flag, text, whole
from flowgraph.ops.random import own_stream, seed_attrs
from flowgraph.sizes import Sizes


class Candidates(NamedTuple):
    """What a sampler returns: int64 classes [num_sampled], and how often the true ones and they were to be expected."""

    sampled_candidates: Tensor
    true_expected_count: Tensor
    sampled_expected_count: Tensor


class AccidentalHits(NamedTuple):
    """What `compute_accidental_hits` returns: rows of true_classes, positions among the candidates, and -FLT_MAX."""

    indices: Tensor
    ids: Tensor
    weights: Tensor


_SEEDS = {"seed": 0, "seed2": 0}
_SAMPLER = {
    "num_true": REQUIRED, "num_sampled": REQUIRED, "unique": REQUIRED, "range_max": REQUIRED, **_SEEDS,
}  # fmt: skip
_SIGNATURE = (
    "(true_classes: int64) -> "
    "(sampled_candidates: int64, true_expected_count: float32, sampled_expected_count: float32)"
)


def _sampled_sizes(true_classes: Any, *, num_true: int, num_sampled: int, **_: Any) -> list[Sizes]:
    sizes = true_classes.sizes
    if sizes is not None and len(sizes) != 2:
        raise ValueError(f"Shape must be rank 2 but is rank {len(sizes)}")
    return [(num_sampled,), (None if sizes is None else sizes[0], num_true), (num_sampled,)]


def _sampler(make: Callable[..., kernel.Range], is_table: bool = False) -> Callable[..., tuple[Any, ...]]:
    """The forward of an op that draws from a range of classes; one with a table knows no classes outside it."""

    def forward(
        ctx: Any, true_classes: Any, *, num_true: int, num_sampled: int, unique: bool, range_max: int, seed: int,
        seed2: int, **rest: Any,
    ) -> tuple[Any, ...]:  # fmt: skip
        kernel.check_true_classes(true_classes, num_true, range_max if is_table else None)
        classes = ctx.keep(lambda: make(range_max, **rest))
        stream = own_stream(ctx, seed, seed2, kernel.BLOCKS_OF_A_SAMPLE * num_sampled)
        drawn = kernel.sample(stream, classes, num_sampled, unique, true_classes)
        if isinstance(classes, kernel.UnigramRange):
            classes.learn(true_classes)
        return drawn

    return forward


_TRUE = INT([[1, 0], [3, 2]], dt.int64)
_CASES = [
    case(_TRUE, num_true=2, num_sampled=4, unique=unique, range_max=9, seed=1, seed2=2) for unique in (True, False)
]

UNIFORM_SAMPLER = OpDef(
    "UniformCandidateSampler" + _SIGNATURE,
    attrs=_SAMPLER,
    infer=_sampled_sizes,
    effect=Effect.RANDOM,
    forward=_sampler(kernel.UniformRange),
    gradient=NO_GRADIENT,
    cases=_CASES,
)

LOG_UNIFORM_SAMPLER = OpDef(
    "LogUniformCandidateSampler" + _SIGNATURE,
    attrs=_SAMPLER,
    infer=_sampled_sizes,
    effect=Effect.RANDOM,
    forward=_sampler(kernel.LogUniformRange),
    gradient=NO_GRADIENT,
    cases=_CASES,
)

LEARNED_UNIGRAM_SAMPLER = OpDef(
    "LearnedUnigramCandidateSampler" + _SIGNATURE,
    attrs=_SAMPLER,
    infer=_sampled_sizes,
    effect=Effect.RANDOM,
    forward=_sampler(kernel.UnigramRange, is_table=True),
    gradient=NO_GRADIENT,
    cases=_CASES,
)


def _fixed_range(
    range_max: int,
    vocab_file: str,
    unigrams: tuple[float, ...],
    distortion: float,
    num_reserved_ids: int,
    num_shards: int,
    shard: int,
) -> kernel.FixedUnigramRange:
    if not vocab_file and not unigrams:
        raise InvalidArgumentError(None, None, "Must provide either vocab_file or unigrams.")
    if vocab_file and unigrams:
        raise InvalidArgumentError(None, None, "Must only provide one of vocab_file and unigrams.")
    try:
        weights = kernel.fixed_weights(vocab_file, unigrams, distortion, num_reserved_ids, num_shards, shard)
    except FileNotFoundError:
        raise NotFoundError(None, None, f"{vocab_file}; No such file or directory") from None
    except ValueError as error:
        line = f"{vocab_file}: each line must end with a comma and a weight: {error}"
        raise InvalidArgumentError(None, None, line) from None
    if len(weights) != range_max and num_shards == 1:
        line = f"range_max is {range_max}, but there are {len(weights)} weights, with those of reserved ids"
        raise InvalidArgumentError(None, None, line)
    return kernel.FixedUnigramRange(weights)


FIXED_UNIGRAM_SAMPLER = OpDef(
    "FixedUnigramCandidateSampler" + _SIGNATURE,
    attrs={
        "num_true": REQUIRED, "num_sampled": REQUIRED, "unique": REQUIRED, "range_max": REQUIRED, "vocab_file": "",
        "distortion": 1.0, "num_reserved_ids": 0, "num_shards": 1, "shard": 0, "unigrams": (), **_SEEDS,
    },
    infer=_sampled_sizes,
    effect=Effect.RANDOM,
    forward=_sampler(_fixed_range, is_table=True),
    gradient=NO_GRADIENT,
    cases=[
        case(
            _TRUE, num_true=2, num_sampled=3, unique=True, range_max=5, seed=1, seed2=2,
            unigrams=(1.0, 5.0, 3.0, 0.5), num_reserved_ids=1, distortion=0.75,
        ),
    ],
)  # fmt: skip


def _all(ctx: Any, true_classes: Any, *, num_true: int, num_sampled: int, **_: Any) -> tuple[Any, ...]:
    kernel.check_true_classes(true_classes, num_true, None)
    ones = ctx.xp.ones
    return np.arange(num_sampled), ones(true_classes.shape, np.float32), ones(num_sampled, np.float32)


ALL_SAMPLER = OpDef(
    "AllCandidateSampler" + _SIGNATURE,
    attrs={"num_true": REQUIRED, "num_sampled": REQUIRED, "unique": REQUIRED, **_SEEDS},
    infer=_sampled_sizes,
    effect=Effect.RANDOM,
    forward=_all,
    gradient=NO_GRADIENT,
    cases=[case(_TRUE, num_true=2, num_sampled=4, unique=True)],
)


def _hit_sizes(true_classes: Any, sampled: Any, *, num_true: int, **_: Any) -> list[Sizes]:
    sizes = true_classes.sizes
    if sizes is not None and len(sizes) != 2:
        raise ValueError(f"Shape must be rank 2 but is rank {len(sizes)}")
    if sampled.sizes is not None and len(sampled.sizes) != 1:
        raise ValueError(f"Shape must be rank 1 but is rank {len(sampled.sizes)}")
    if sizes is not None and sizes[1] not in (None, num_true):
        raise ValueError(f"Dimension must be {num_true} but is {sizes[1]}")
    return [(None,), (None,), (None,)]


COMPUTE_ACCIDENTAL_HITS = OpDef(
    "ComputeAccidentalHits(true_classes: int64, sampled_candidates: int64) -> "
    "(indices: int32, ids: int64, weights: float32)",
    attrs={"num_true": REQUIRED, **_SEEDS},
    infer=_hit_sizes,
    forward=lambda xp, true_classes, sampled, num_true, **_: kernel.accidental_hits(true_classes, sampled, num_true),
    gradient=NO_GRADIENT,
    data_shape=True,
    cases=[case(_TRUE, INT([2, 0, 5], dt.int64), num_true=2)],
)

# -- the public functions --------------------------------------------------------------------------------


def _at_least(op_type: str, fewest: int, **numbers: Any) -> dict[str, int]:
    found = {}
    for name, value in numbers.items():
        found[name] = whole(name, value)
        if found[name] < fewest:
            line = f"Attr '{name}' of '{op_type}' Op passed {found[name]} less than minimum {fewest}."
            raise ValueError(errors.explain(line, where=user_site()))
    return found


def _draw(
    opdef: OpDef, true_classes: Any, num_true: Any, num_sampled: Any, unique: Any, range_max: Any, seed: Any,
    name: str | None, **rest: Any,
) -> Candidates:  # fmt: skip
    seeds = seed_attrs(seed)
    numbers = _at_least(opdef.name, 1, num_true=num_true, num_sampled=num_sampled, range_max=range_max)
    outputs = emit(
        opdef, true_classes, name=name, **numbers, unique=flag("unique", unique, needed=True), **rest, **seeds
    )
    return Candidates(*outputs)


def uniform_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: Any = None,
    name: str | None = None,
) -> Candidates:
    """Draw classes, each as likely as any other.

    Args:
      true_classes: int64 [batch, num_true].
      num_true: how many true classes each example has.
      num_sampled: how many classes to draw, for the whole batch.
      unique: whether no class is drawn twice.
      range_max: how many classes there are.
      seed: the op's seed; see `tf.set_random_seed`.
      name: the op's name.

    Returns:
      sampled_candidates, int64 [num_sampled]; true_expected_count, float32 [batch, num_true]: how often each true class
      was to be expected; sampled_expected_count, float32 [num_sampled]: the same for those drawn.

    Raises:
      InvalidArgumentError: when it runs, and `unique` and there are fewer classes than `num_sampled`.

    >>> drawn = uniform_candidate_sampler([[1]], 1, 3, True, 10, seed=1)
    >>> run(drawn.sampled_candidates)
    array([1, 5, 4])
    """
    return _draw(UNIFORM_SAMPLER, true_classes, num_true, num_sampled, unique, range_max, seed, name)


def log_uniform_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: Any = None,
    name: str | None = None,
) -> Candidates:
    """Draw classes, class k with probability log((k + 2) / (k + 1)) / log(range_max + 1): words sorted by frequency.

    Args and returns: see `uniform_candidate_sampler`.

    >>> drawn = log_uniform_candidate_sampler([[1, 2]], 2, 4, True, 100, seed=1)
    >>> run(drawn.sampled_candidates)
    array([66,  5, 22, 24])
    """
    return _draw(LOG_UNIFORM_SAMPLER, true_classes, num_true, num_sampled, unique, range_max, seed, name)


def learned_unigram_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: Any = None,
    name: str | None = None,
) -> Candidates:
    """Draw classes as often as they were true ones in this op's runs before, and once more.

    Args and returns: see `uniform_candidate_sampler`.

    >>> drawn = learned_unigram_candidate_sampler([[1]], 1, 2, True, 10, seed=1)
    >>> run(drawn.true_expected_count)
    array([[0.2]], dtype=float32)
    """
    return _draw(LEARNED_UNIGRAM_SAMPLER, true_classes, num_true, num_sampled, unique, range_max, seed, name)


def fixed_unigram_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    vocab_file: str = "",
    distortion: float = 1.0,
    num_reserved_ids: int = 0,
    num_shards: int = 1,
    shard: int = 0,
    unigrams: Any = (),
    seed: Any = None,
    name: str | None = None,
) -> Candidates:
    """Draw classes as often as given weights say.

    Args:
      true_classes, num_true, num_sampled, unique, range_max, seed, name: see `uniform_candidate_sampler`.
      vocab_file: a file with a line for each class, which ends with a comma and the weight.
      distortion: weights are raised to this power; word2vec takes 0.75.
      num_reserved_ids: so many classes at the start have no weight in the list, and are never drawn.
      num_shards, shard: of every `num_shards` weights take the one at `shard`.
      unigrams: the weights, instead of a file.

    Returns: see `uniform_candidate_sampler`.

    Raises:
      InvalidArgumentError: when it runs, and there is no list and no file, or both.
      NotFoundError: when it runs, and there is no such file.

    >>> drawn = fixed_unigram_candidate_sampler([[1]], 1, 2, False, 3, unigrams=[0.0, 1.0, 0.0], seed=1)
    >>> run(drawn.sampled_candidates)
    array([1, 1])
    """
    opdef = FIXED_UNIGRAM_SAMPLER
    rest = {
        "vocab_file": text("vocab_file", vocab_file),
        "distortion": float(distortion),
        "num_reserved_ids": whole("num_reserved_ids", num_reserved_ids),
        **_at_least(opdef.name, 1, num_shards=num_shards),
        **_at_least(opdef.name, 0, shard=shard),
        "unigrams": tuple(float(weight) for weight in unigrams),
    }
    return _draw(opdef, true_classes, num_true, num_sampled, unique, range_max, seed, name, **rest)


def all_candidate_sampler(
    true_classes: Any, num_true: int, num_sampled: int, unique: bool, seed: Any = None, name: str | None = None
) -> Candidates:
    """All classes from 0 to num_sampled - 1: to see what a loss is without sampling.

    Args and returns: see `uniform_candidate_sampler`.

    >>> run(all_candidate_sampler([[1]], 1, 3, True).sampled_candidates)
    array([0, 1, 2])
    """
    seeds = seed_attrs(seed)
    numbers = _at_least("AllCandidateSampler", 1, num_true=num_true, num_sampled=num_sampled)
    return Candidates(
        *emit(ALL_SAMPLER, true_classes, name=name, **numbers, unique=flag("unique", unique, needed=True), **seeds)
    )


def compute_accidental_hits(
    true_classes: Any, sampled_candidates: Any, num_true: int, seed: Any = None, name: str | None = None
) -> AccidentalHits:
    """Find the sampled candidates that are true classes of a row.

    Args:
      true_classes: int64 [batch, num_true].
      sampled_candidates: int64 [num_sampled].
      num_true: how many true classes each example has.
      seed: recorded in the op; nothing here is random.
      name: the op's name.

    Returns:
      indices, int32: the rows; ids, int64: the positions among the candidates; weights, float32: -FLT_MAX, to be added
      to the logits there.

    >>> hits = compute_accidental_hits([[3], [5]], [5, 4, 3], 1)
    >>> run([hits.indices, hits.ids])
    [array([0, 1], dtype=int32), array([2, 0])]
    """
    seeds = seed_attrs(seed)
    num_true = whole("num_true", num_true)
    return AccidentalHits(
        *emit(COMPUTE_ACCIDENTAL_HITS, true_classes, sampled_candidates, name=name, num_true=num_true, **seeds)
    )
