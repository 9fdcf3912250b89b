"""From strings to numbered buckets, by their hashes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import NO_GRADIENT, REQUIRED, OpDef
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.hashing import fingerprint64, hash64, siphash
from flowgraph.kernels.strings import entries
from flowgraph.ops.attributes import ints, whole
from flowgraph.ops.broadcast import same
from flowgraph.ops.reduction import one_of

_WORDS = VALUE([b"Hello", b"TensorFlow", b""], dt.string)


def _buckets(hash_of: Callable[[bytes], int], words: Any, num_buckets: int) -> Any:
    listed = list(entries(words))
    bucket_of = {word: hash_of(word) % num_buckets for word in set(listed)}  # words come again and again
    numbers = [bucket_of[word] for word in listed]
    return np.array(numbers, np.int64).reshape(np.shape(words))


def _count(num_buckets: Any, op_type: str) -> int:
    """The number of buckets, if it is one."""
    count = whole("num_buckets", num_buckets)
    if count < 1:
        line = f"Attr 'num_buckets' of '{op_type}' Op passed {count} less than minimum 1."
        raise ValueError(errors.explain(line, where=user_site()))
    return count


STRING_TO_HASH_BUCKET_FAST = OpDef(
    "StringToHashBucketFast(input: string) -> output: int64",
    attrs={"num_buckets": REQUIRED},
    infer=same,
    forward=lambda xp, words, *, num_buckets: _buckets(fingerprint64, words, num_buckets),
    gradient=NO_GRADIENT,
    cases=[case(_WORDS, num_buckets=3), case(VALUE([], dt.string), num_buckets=3)],
)

STRING_TO_HASH_BUCKET = OpDef(
    "StringToHashBucket(string_tensor: string) -> output: int64",
    attrs={"num_buckets": REQUIRED},
    infer=same,
    forward=lambda xp, words, *, num_buckets: _buckets(hash64, words, num_buckets),
    gradient=NO_GRADIENT,
    cases=[case(_WORDS, num_buckets=10)],
)


def _strong(_xp: Any, words: Any, *, num_buckets: int, key: tuple[int, ...]) -> Any:
    if len(key) != 2:
        raise errors.InvalidArgumentError(None, None, "Key must have 2 elements")
    return _buckets(lambda word: siphash(word, (key[0], key[1])), words, num_buckets)


STRING_TO_HASH_BUCKET_STRONG = OpDef(
    "StringToHashBucketStrong(input: string) -> output: int64",
    attrs={"num_buckets": REQUIRED, "key": REQUIRED},
    infer=same,
    forward=_strong,
    gradient=NO_GRADIENT,
    cases=[case(_WORDS, num_buckets=3, key=(1, 2))],
)


def string_to_hash_bucket_fast(input: Any, num_buckets: int, name: str | None = None) -> Tensor:
    """The bucket of each string: FarmHash's 64-bit fingerprint modulo the number of buckets.

    Args:
      input: the strings.
      num_buckets: how many buckets there are.
      name: the op's name.

    Returns:
      int64 numbers from 0 to num_buckets - 1, the same ones on every machine.

    Raises:
      ValueError: there is no bucket.

    >>> run(string_to_hash_bucket_fast(["Hello", "TensorFlow", "2.x"], 3))
    array([0, 2, 2])
    """
    count = _count(num_buckets, "StringToHashBucketFast")
    return emit(STRING_TO_HASH_BUCKET_FAST, input, num_buckets=count, name=name)


def string_to_hash_bucket_strong(input: Any, num_buckets: int, key: Sequence[int], name: str | None = None) -> Tensor:
    """The bucket of each string by a keyed hash, SipHash: who does not know the key cannot crowd one bucket.

    Args:
      input: the strings.
      num_buckets: how many buckets there are.
      key: two integers.
      name: the op's name.

    Raises:
      TypeError: `key` is no list.
      ValueError: there is no bucket.
      InvalidArgumentError: (when run) the key does not have two numbers.

    >>> run(string_to_hash_bucket_strong(["Hello", "TF"], 3, [1, 2]))
    array([2, 0])
    """
    count = _count(num_buckets, "StringToHashBucketStrong")
    numbers = ints("key", key, "string_to_hash_bucket_strong")
    return emit(STRING_TO_HASH_BUCKET_STRONG, input, num_buckets=count, key=numbers, name=name)


def string_to_hash_bucket(
    string_tensor: Any = None, num_buckets: Any = None, name: str | None = None, input: Any = None
) -> Tensor:
    """The bucket of each string by TF's older hash; see `string_to_hash_bucket_fast`.

    >>> run(string_to_hash_bucket(["a", "b"], 10))
    array([8, 0])
    """
    words = one_of("input", input, "string_tensor", string_tensor)
    return emit(STRING_TO_HASH_BUCKET, words, num_buckets=_count(num_buckets, "StringToHashBucket"), name=name)
