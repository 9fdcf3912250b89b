"""Initializers: objects that make the initial value of a variable once its shape is known.

Each is called as `initializer(shape, dtype=None, partition_info=None)` and returns a tensor.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.dtypes import DType, as_dtype
from flowgraph.ir.graph import user_site
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import ones, zeros
from flowgraph.ops.constant import constant
from flowgraph.ops.diagonal import eye
from flowgraph.ops.random import random_normal, random_uniform, truncated_normal
from flowgraph.ops.slicing import slice
from flowgraph.shapes import TensorShape


class Initializer:
    """What all initializers have in common.

    Args:
      dtype: the dtype of the tensors that it makes when it is not told another.
    """

    def __init__(self, dtype: Any = dt.float32) -> None:
        self.dtype = as_dtype(dtype)

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        """The initial value.

        Args:
          shape: its shape: a list of ints, or a TensorShape.
          dtype: its dtype; by default the initializer's own.
          partition_info: of a piece of a variable: what is known of the whole (`full_shape`).
        """
        whole = shape if partition_info is None else partition_info.full_shape
        return self._make(shape, self.dtype if dtype is None else as_dtype(dtype), whole)

    def _make(self, shape: Any, dtype: DType, _whole: Any) -> Tensor:
        """The tensor; `_whole` is the shape of the variable of which this may be a piece."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as plain values."""
        return {"dtype": self.dtype.name}

    def __repr__(self) -> str:
        settings = ", ".join(f"{key}={value!r}" for key, value in self.get_config().items())
        return f"{type(self).__name__}({settings})"

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Initializer:
        """An initializer made of what `get_config` gave.

        >>> Constant.from_config(Constant(3).get_config())([2])
        <tf.Tensor 'Const:0' shape=(2,) dtype=float32>
        """
        return cls(**config)


def float_dtype(dtype: Any) -> DType:
    """The dtype, if it is one of floats.

    Raises:
      ValueError: it is not.
    """
    found = as_dtype(dtype)
    if not found.is_floating:
        raise ValueError(errors.explain(f"Expected floating point type, got {found!s}.", where=user_site()))
    return found


class Zeros(Initializer):
    """Zeros.

    >>> run(Zeros()([2]))
    array([0., 0.], dtype=float32)
    """

    def _make(self, shape: Any, dtype: DType, _whole: Any) -> Tensor:
        return zeros(shape, dtype)


class Ones(Initializer):
    """Ones.

    >>> run(Ones()([2], dtype=tf.int32))
    array([1, 1], dtype=int32)
    """

    def _make(self, shape: Any, dtype: DType, _whole: Any) -> Tensor:
        return ones(shape, dtype)


class Constant(Initializer):
    """Given values: one for all entries, or a list whose last one fills up what is left.

    Args:
      value: a number, list, tuple or numpy array.
      dtype: the dtype of the tensors that it makes when it is not told another.
      verify_shape: whether a value that does not have exactly the variable's shape is an error.

    Raises:
      TypeError: `value` is none of these.

    >>> run(Constant([1.0, 2.0])([2, 2]))
    array([[1., 2.],
           [2., 2.]], dtype=float32)
    """

    def __init__(self, value: Any = 0, dtype: Any = dt.float32, verify_shape: bool = False) -> None:
        if not (np.isscalar(value) or isinstance(value, list | tuple | np.ndarray)):
            raise TypeError(
                f"Invalid type for initial value: {type(value)} (expected Python scalar, list or tuple of "
                "values, or numpy.ndarray)."
            )
        super().__init__(dtype)
        self.value = value
        self._verify_shape = verify_shape

    def __call__(
        self, shape: Any, dtype: Any = None, partition_info: Any = None, verify_shape: bool | None = None
    ) -> Tensor:
        """The initial value; `verify_shape` overrides the constructor's."""
        if verify_shape is not None:
            return type(self)(self.value, self.dtype, verify_shape)(shape, dtype, partition_info)
        return super().__call__(shape, dtype, partition_info)

    def _make(self, shape: Any, dtype: DType, _whole: Any) -> Tensor:
        return constant(self.value, dtype, shape, verify_shape=self._verify_shape)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as plain values."""
        return {"value": self.value, "dtype": self.dtype.name}


class RandomUniform(Initializer):
    """Random numbers between two bounds, all equally likely.

    Args:
      minval: the smallest number.
      maxval: the bound that is not reached; None: 1 for floats.
      seed: the seed of the op.
      dtype: the dtype of the tensors that it makes when it is not told another.
    """

    def __init__(self, minval: Any = 0, maxval: Any = None, seed: Any = None, dtype: Any = dt.float32) -> None:
        super().__init__(dtype)
        self.minval, self.maxval, self.seed = minval, maxval, seed

    def _make(self, shape: Any, dtype: DType, _whole: Any) -> Tensor:
        return random_uniform(shape, self.minval, self.maxval, dtype, seed=self.seed)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as plain values."""
        return {"minval": self.minval, "maxval": self.maxval, "seed": self.seed, "dtype": self.dtype.name}


class RandomNormal(Initializer):
    """Normally distributed random numbers.

    Args:
      mean: their mean.
      stddev: their standard deviation.
      seed: the seed of the op.
      dtype: the dtype of the tensors that it makes when it is not told another.

    Raises:
      ValueError: `dtype` is no floating type.

    >>> run(RandomNormal(stddev=1.0, seed=1)([2, 3]))
    array([[-0.811318,  1.484599,  0.065329],
           [-2.442704,  0.099248,  0.591224]], dtype=float32)
    """

    def __init__(self, mean: Any = 0.0, stddev: Any = 1.0, seed: Any = None, dtype: Any = dt.float32) -> None:
        super().__init__(float_dtype(dtype))
        self.mean, self.stddev, self.seed = mean, stddev, seed

    def _make(self, shape: Any, dtype: DType, _whole: Any) -> Tensor:
        return random_normal(shape, self.mean, self.stddev, dtype, seed=self.seed)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as plain values."""
        return {"mean": self.mean, "stddev": self.stddev, "seed": self.seed, "dtype": self.dtype.name}


class TruncatedNormal(RandomNormal):
    """Normal random numbers; those further than two standard deviations from the mean are drawn again.

    Its arguments are those of `RandomNormal`.
    """

    def _make(self, shape: Any, dtype: DType, _whole: Any) -> Tensor:
        return truncated_normal(shape, self.mean, self.stddev, dtype, seed=self.seed)


class UniformUnitScaling(Initializer):
    """Uniform random numbers that keep the size of what a layer's weights are multiplied with.

    Args:
      factor: what the bounds are multiplied by.
      seed: the seed of the op.
      dtype: the dtype of the tensors that it makes when it is not told another.

    Raises:
      ValueError: `dtype` is no floating type.
    """

    def __init__(self, factor: float = 1.0, seed: Any = None, dtype: Any = dt.float32) -> None:
        super().__init__(float_dtype(dtype))
        self.factor, self.seed = factor, seed

    def _make(self, shape: Any, dtype: DType, _whole: Any) -> Tensor:
        inputs = max(1.0, math.prod(map(float, _as_list(_whole)[:-1])))
        bound = math.sqrt(3 / inputs) * self.factor
        return random_uniform(shape, -bound, bound, dtype, seed=self.seed)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as plain values."""
        return {"factor": self.factor, "seed": self.seed, "dtype": self.dtype.name}


class Identity(Initializer):
    """Matrices with ones on the diagonal and zeros elsewhere.

    Args:
      gain: what they are multiplied by.
      dtype: the dtype of the tensors that it makes when it is not told another.

    Raises:
      ValueError: `dtype` is no floating type; when called: the shape is not that of a matrix.

    >>> run(Identity(2.0)([2, 3]))
    array([[2., 0., 0.],
           [0., 2., 0.]], dtype=float32)
    """

    def __init__(self, gain: float = 1.0, dtype: Any = dt.float32) -> None:
        super().__init__(float_dtype(dtype))
        self.gain = gain

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        """The initial value."""
        whole = _as_list(shape if partition_info is None else partition_info.full_shape)
        if len(whole) != 2:
            raise ValueError("Identity matrix initializer can only be used for 2D matrices.")
        made = eye(whole[0], whole[1], dtype=self.dtype if dtype is None else as_dtype(dtype))
        if partition_info is not None:
            made = slice(made, partition_info.var_offset, shape)
        return self.gain * made

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as plain values."""
        return {"gain": self.gain, "dtype": self.dtype.name}


_TRUNCATION = 0.87962566103423978
"""The standard deviation of the standard normal distribution cut off at -2 and 2."""

_MODES = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = ("normal", "uniform", "truncated_normal", "untruncated_normal")


class VarianceScaling(Initializer):
    """Random numbers whose variance is `scale` divided by the number of inputs, of outputs, or their mean.

    Args:
      scale: a positive number.
      mode: "fan_in", "fan_out" or "fan_avg".
      distribution: "truncated_normal" (or "normal"), "untruncated_normal" or "uniform".
      seed: the seed of the op.
      dtype: the dtype of the tensors that it makes when it is not told another.

    Raises:
      ValueError: an argument is none of these.
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Any = None,
        dtype: Any = dt.float32,
    ) -> None:
        if scale <= 0.0:
            raise ValueError("`scale` must be positive float.")
        if mode not in _MODES:
            raise ValueError("Invalid `mode` argument:", mode)
        if distribution.lower() not in _DISTRIBUTIONS:
            raise ValueError("Invalid `distribution` argument:", distribution.lower())
        super().__init__(float_dtype(dtype))
        self.scale, self.mode, self.distribution, self.seed = scale, mode, distribution.lower(), seed

    def _make(self, shape: Any, dtype: DType, _whole: Any) -> Tensor:
        fan_in, fan_out = compute_fans(_as_list(_whole))
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2.0}[self.mode]
        variance = self.scale / max(1.0, fan)
        if self.distribution == "uniform":
            bound = math.sqrt(3.0 * variance)
            return random_uniform(shape, -bound, bound, dtype, seed=self.seed)
        if self.distribution == "untruncated_normal":
            return random_normal(shape, 0.0, math.sqrt(variance), dtype, seed=self.seed)
        return truncated_normal(shape, 0.0, math.sqrt(variance) / _TRUNCATION, dtype, seed=self.seed)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as plain values."""
        return {
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            "seed": self.seed,
            "dtype": self.dtype.name,
        }


def _as_list(shape: Any) -> Any:
    return shape.as_list() if isinstance(shape, TensorShape) else shape


def compute_fans(shape: Sequence[int]) -> tuple[int, int]:
    """How many inputs and outputs an entry of weights has; of a convolution's, the window counts.

    >>> compute_fans([784, 10]), compute_fans([5, 5, 1, 32]), compute_fans([7]), compute_fans([])
    ((784, 10), (25, 800), (7, 7), (1, 1))
    """
    if len(shape) < 2:
        size = int(shape[0]) if len(shape) else 1
        return size, size
    window = math.prod(shape[:-2])
    return int(shape[-2] * window), int(shape[-1] * window)


class GlorotUniform(VarianceScaling):
    """Uniform random numbers of variance 2 / (inputs + outputs): the default of `tf.get_variable`.

    Args:
      seed: the seed of the op.
      dtype: the dtype of the tensors that it makes when it is not told another.
    """

    def __init__(self, seed: Any = None, dtype: Any = dt.float32) -> None:
        super().__init__(1.0, "fan_avg", "uniform", seed, dtype)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as plain values."""
        return {"seed": self.seed, "dtype": self.dtype.name}


class GlorotNormal(VarianceScaling):
    """Truncated normal random numbers of variance 2 / (inputs + outputs).

    Args:
      seed: the seed of the op.
      dtype: the dtype of the tensors that it makes when it is not told another.
    """

    def __init__(self, seed: Any = None, dtype: Any = dt.float32) -> None:
        super().__init__(1.0, "fan_avg", "truncated_normal", seed, dtype)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as plain values."""
        return {"seed": self.seed, "dtype": self.dtype.name}


def lecun_normal(seed: Any = None) -> VarianceScaling:
    """LeCun's initializer: truncated normal numbers of variance 1 / inputs."""
    return VarianceScaling(1.0, "fan_in", "truncated_normal", seed)


def lecun_uniform(seed: Any = None) -> VarianceScaling:
    """LeCun's initializer: uniform numbers of variance 1 / inputs."""
    return VarianceScaling(1.0, "fan_in", "uniform", seed)


def he_normal(seed: Any = None) -> VarianceScaling:
    """He's initializer, for relu: truncated normal numbers of variance 2 / inputs."""
    return VarianceScaling(2.0, "fan_in", "truncated_normal", seed)


def he_uniform(seed: Any = None) -> VarianceScaling:
    """He's initializer, for relu: uniform numbers of variance 2 / inputs."""
    return VarianceScaling(2.0, "fan_in", "uniform", seed)
