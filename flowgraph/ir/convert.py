"""From anything a user hands over to a Tensor: `convert_to_tensor` and the hook by which types teach it to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import errors
from flowgraph.dtypes import DType, as_dtype
from flowgraph.ir.graph import user_site
from flowgraph.ir.tensor import Operation, Tensor

Converter = Callable[..., Any]

# by priority, then in order of registration; `object` (numbers, lists, arrays) is registered by the constant op
_converters: dict[int, list[tuple[Any, Converter]]] = {}
_for_type: dict[type, list[tuple[Any, Converter]]] = {}


def register_tensor_conversion_function(base_type: Any, conversion_func: Converter, priority: int = 100) -> None:
    """Let values of `base_type` (a type or a tuple of types) be used wherever a tensor is expected.

    Args:
      base_type: what `isinstance` is asked.
      conversion_func: `func(value, dtype=None, name=None, as_ref=False) -> Tensor`, or NotImplemented to pass on.
      priority: smaller numbers are asked first.
    """
    if not (
        isinstance(base_type, type) or (isinstance(base_type, tuple) and all(isinstance(t, type) for t in base_type))
    ):
        raise TypeError("base_type must be a type or a tuple of types.")
    if not callable(conversion_func):
        raise TypeError("conversion_func must be callable.")
    _converters.setdefault(priority, []).append((base_type, conversion_func))
    _for_type.clear()


def converters_for(kind: type) -> list[tuple[Any, Converter]]:
    """The registered converters that apply to a type, in the order in which they are asked."""
    found = _for_type.get(kind)
    if found is None:
        found = [
            (base, function)
            for _, group in sorted(_converters.items(), key=lambda item: item[0])
            for base, function in group
            if issubclass(kind, base)
        ]
        _for_type[kind] = found
    return found


def to_tensor(
    value: Any,
    dtype: DType | None = None,
    name: str | None = None,
    preferred_dtype: DType | None = None,
    as_ref: bool = False,
) -> Any:
    """See `convert_to_tensor`; `as_ref` keeps a variable a variable."""
    if isinstance(value, Tensor):
        if dtype is not None and dtype is not value.dtype and not dtype.is_compatible_with(value.dtype):
            raise ValueError(
                errors.explain(
                    f"Tensor conversion requested dtype {dtype.name} for Tensor with dtype {value.dtype.name}: "
                    f"{value!r}",
                    mend=f"tf.cast(tensor, tf.{dtype.name}) converts it.",
                    where=user_site(),
                )
            )
        return value
    kind = type(value)
    for base, function in converters_for(kind):
        result = NotImplemented
        if dtype is None and preferred_dtype is not None:
            try:
                result = function(value, dtype=preferred_dtype, name=name, as_ref=as_ref)
            except (TypeError, ValueError):
                result = NotImplemented  # a preference is no demand
        if result is NotImplemented:
            result = function(value, dtype=dtype, name=name, as_ref=as_ref)
        if result is NotImplemented:
            continue
        if not isinstance(result, Tensor) and not hasattr(result, "dense_shape"):
            raise RuntimeError(
                f"Error converting {name!r} to Tensor: Conversion function {function!r} for type {base} returned "
                f"non-Tensor: {result!r}"
            )
        return result
    raise TypeError(f"Cannot convert {value!r} with type {kind} to Tensor: no conversion function registered.")


def convert_to_tensor(
    value: Any,
    dtype: Any = None,
    name: str | None = None,
    preferred_dtype: Any = None,
    dtype_hint: Any = None,
) -> Tensor:
    """The Tensor that stands for `value`: itself, a variable's value, or a constant made of a number, list or array.

    Args:
      value: a Tensor, Variable, number, string, (nested) list, numpy array, or a type with a registered conversion.
      dtype: the dtype that the tensor must have.
      name: the name of the constant, if one is made.
      preferred_dtype, dtype_hint: the dtype to have if possible.

    Raises:
      TypeError: no conversion is known, or not to `dtype`.
      ValueError: `value` is a Tensor of another dtype.

    >>> convert_to_tensor([1.0, 2.0])
    <tf.Tensor 'Const:0' shape=(2,) dtype=float32>
    """
    hint = preferred_dtype if preferred_dtype is not None else dtype_hint
    return to_tensor(
        value,
        None if dtype is None else as_dtype(dtype).base_dtype,
        name,
        None if hint is None else as_dtype(hint).base_dtype,
    )


def is_tensor(x: Any) -> bool:
    """Whether `x` is a Tensor, a Variable, or another type that stands for tensors in a graph."""
    return isinstance(x, Tensor) or getattr(x, "is_tensor_like", False) is True


def _refuse_operation(value: Operation, dtype: Any = None, name: str | None = None, as_ref: bool = False) -> Any:
    raise TypeError(
        errors.explain(
            f"Can't convert Operation '{value.name}' to Tensor (target dtype={dtype!r}, name={name!r}, "
            f"as_ref={as_ref!r})",
            details=[f"{value.name} ({value.type}) has {len(value.outputs)} outputs"],
            mend="Use one of its outputs: op.outputs[0].",
            where=user_site(),
        )
    )


register_tensor_conversion_function(Operation, _refuse_operation, 0)
