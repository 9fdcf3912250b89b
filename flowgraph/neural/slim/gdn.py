"""Generalized divisive normalization (tf.contrib.layers.gdn)."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import get_default_graph, name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.neural.layers.base import Layer
from flowgraph.neural.layers.options import InputSpec
from flowgraph.ops.array import ones, reshape, shape
from flowgraph.ops.bias import bias_add
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import logical_or
from flowgraph.ops.constant import constant
from flowgraph.ops.convolution import convolution
from flowgraph.ops.diagonal import eye
from flowgraph.ops.math import maximum
from flowgraph.ops.registry import RegisterGradient
from flowgraph.ops.shaping import expand_dims, squeeze
from flowgraph.ops.unary import sqrt, square
from flowgraph.shapes import TensorShape

_AXES = {"channels_first": 1, "channels_last": -1}


@RegisterGradient("GDNLowerBound")
def _gradient_at_bound(op: Operation, grad: Tensor) -> list[Tensor | None]:
    """Pass on what does not push the inputs further below the bound."""
    inputs, bound = op.inputs
    passes = logical_or(inputs >= bound, grad < 0)
    return [cast(passes, grad.dtype) * grad, None]


def _at_least(inputs: Any, bound: Tensor) -> Tensor:
    """The inputs, none below the bound; a gradient that would raise one at the bound goes through."""
    with name_scope(None, "GDNLowerBound", [inputs, bound]) as scope:
        inputs = convert_to_tensor(inputs, name="inputs")
        bound = convert_to_tensor(bound, name="bound")
        with get_default_graph().gradient_override_map({"Maximum": "GDNLowerBound"}):
            return maximum(inputs, bound, name=scope)


class GDN(Layer):
    """Each channel, divided by what all channels at the same place amount to: x / sqrt(beta + gamma x**2).

    See Balle, Laparra and Simoncelli, "Density modeling of images using a generalized normalization transformation".

    Args:
      inverse: whether to multiply instead.
      beta_min: the least that beta may become.
      gamma_init: the initial value of gamma's diagonal.
      reparam_offset: what keeps the parameters away from 0, where their gradients vanish.
      data_format: "channels_last" or "channels_first".
      activity_regularizer: a function from the output to a penalty.
      trainable: whether its variables are trained.
      name: its name.
      **kwargs: `dtype`, see `tf.layers.Layer`.

    Raises:
      ValueError: the data format is none of these; when called, if the number of channels is unknown.

    >>> GDN()(tf.zeros([1, 4, 4, 3])).shape.as_list()
    [1, 4, 4, 3]
    """

    def __init__(
        self,
        inverse: bool = False,
        beta_min: float = 1e-6,
        gamma_init: float = 0.1,
        reparam_offset: float = 2**-18,
        data_format: str = "channels_last",
        activity_regularizer: Any = None,
        trainable: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(trainable=trainable, name=name, activity_regularizer=activity_regularizer, **kwargs)
        if data_format not in _AXES:
            raise refusal(f"Unsupported `data_format` for GDN layer: {data_format}.")
        self.inverse, self.data_format = inverse, data_format
        self._beta_min, self._gamma_init, self._reparam_offset = beta_min, gamma_init, reparam_offset
        self.input_spec = InputSpec(min_ndim=3, max_ndim=5)

    def build(self, input_shape: Any) -> None:
        """Make beta and gamma: squares of variables, less a little."""
        axis, sizes = _AXES[self.data_format], TensorShape(input_shape)
        channels = sizes[axis].value
        if channels is None:
            raise refusal("The channel dimension of the inputs to `GDN` must be defined.")
        self.input_spec = InputSpec(ndim=sizes.ndims, axes={axis: channels})
        little = self._reparam_offset**2
        pedestal = constant(little, dtype=self.dtype)
        beta_bound = constant((self._beta_min + little) ** 0.5, dtype=self.dtype)
        gamma_bound = constant(self._reparam_offset, dtype=self.dtype)

        def first_beta(shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:  # noqa: ARG001
            raised = constant(little, dtype=self.dtype)
            return sqrt(ones(shape, dtype=dtype) + raised)

        def first_gamma(shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:  # noqa: ARG001
            unit = eye(shape[0], dtype=dtype)
            raised = constant(little, dtype=self.dtype)
            return sqrt(self._gamma_init * unit + raised)

        beta = self.add_weight("reparam_beta", [channels], initializer=first_beta, dtype=self.dtype, trainable=True)
        self.beta = square(_at_least(beta, beta_bound)) - pedestal
        gamma = self.add_weight(
            "reparam_gamma", [channels, channels], initializer=first_gamma, dtype=self.dtype, trainable=True
        )
        self.gamma = square(_at_least(gamma, gamma_bound)) - pedestal
        self.built = True

    def call(self, inputs: Any) -> Tensor:
        """The inputs, divided or multiplied."""
        inputs = convert_to_tensor(inputs, dtype=self.dtype)
        rank = inputs.shape.ndims
        mixing = reshape(self.gamma, [1] * (rank - 2) + self.gamma.shape.as_list())
        norm = sqrt(self._with_beta(inputs, mixing, rank))
        outputs = inputs * norm if self.inverse else inputs / norm
        outputs.set_shape(inputs.shape)
        return outputs

    def _with_beta(self, inputs: Tensor, mixing: Tensor, rank: int) -> Tensor:
        if self.data_format == "channels_last":
            return bias_add(convolution(square(inputs), mixing, "VALID"), self.beta, data_format="NHWC")
        pool = convolution(square(inputs), mixing, "VALID", data_format="NC" + "DHW"[-(rank - 2) :])
        if rank == 3:
            return squeeze(bias_add(expand_dims(pool, 2), self.beta, data_format="NCHW"), [2])
        if rank == 4:
            return bias_add(pool, self.beta, data_format="NCHW")
        sizes = shape(pool)
        flat = reshape(pool, sizes[:3] + [-1])
        return reshape(bias_add(flat, self.beta, data_format="NCHW"), sizes)


def gdn(
    inputs: Any,
    inverse: bool = False,
    beta_min: float = 1e-6,
    gamma_init: float = 0.1,
    reparam_offset: float = 2**-18,
    data_format: str = "channels_last",
    activity_regularizer: Any = None,
    trainable: bool = True,
    name: str | None = None,
    reuse: Any = None,
) -> Tensor:
    """A `GDN` layer, called once."""
    layer = GDN(
        inverse, beta_min, gamma_init, reparam_offset, data_format, activity_regularizer, trainable, name,
        dtype=inputs.dtype.base_dtype, _scope=name, _reuse=reuse,
    )  # fmt: skip
    return layer(inputs)
