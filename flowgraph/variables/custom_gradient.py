"""Functions that bring their own gradient: tf.custom_gradient, tf.grad_pass_through, tf.recompute_grad.

What such a function returns goes through one IdentityN together with what it was given, and the gradient of that
IdentityN is the function's own:

    x ──► f's ops ──► y ──┐
    │                     ├── IdentityN ──► y
    └─────────────────────┘      ▲ gradient: grad_fn, for x and for the variables that f uses
"""

from __future__ import annotations

import functools
import inspect
import itertools
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from flowgraph import errors, nest
from flowgraph.autodiff import gradients_of_call
from flowgraph.ir.convert import to_tensor
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import GraphKeys, control_dependencies, get_collection, get_default_graph
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.identity import identity, identity_n
from flowgraph.ops.registry import custom_gradients, is_differentiable
from flowgraph.variables.scope import get_variable_scope

_numbers = itertools.count()
_VARIABLES = ("VariableV2", "VarHandleOp")


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator that gives a function a gradient of its own.

    `f(*args)` returns its result and a function `grad_fn(*dys)` that turns a gradient for each tensor of the result
    into one for each argument. A function that uses variables which are not among its arguments takes them, too:
    `grad_fn(*dys, variables=None)` gets them as a list, and returns the gradients of the arguments and a list of
    those of the variables.

    Args:
      f: a function of tensors that returns `(result, grad_fn)`; the result is a tensor or a structure of tensors.

    Returns:
      A function that returns the result alone. It takes no keyword arguments. It raises TypeError when `f` uses
      variables but `grad_fn` takes none, or makes variables that are no resource variables.

    >>> @custom_gradient
    ... def log1pexp(x):
    ...     e = tf.exp(x)
    ...     return tf.log(1 + e), lambda dy: dy * (1 - 1 / (1 + e))
    >>> x = tf.constant(100.0)
    >>> run(tf.gradients(log1pexp(x), x))  # exp(100) overflows, and a gradient through it is nan
    [1.0]
    """
    return _with_gradient(f, expects_variables=False)


def _with_gradient(f: Callable[..., Any], expects_variables: bool) -> Callable[..., Any]:
    """`custom_gradient`; `expects_variables`: whether grad_fn takes variables only in case that there are some."""

    @functools.wraps(f)
    def decorated(*args: Any, **kwargs: Any) -> Any:
        if kwargs:
            raise ValueError(
                errors.explain(
                    "The custom_gradient decorator currently supports keywords arguments only when eager execution "
                    "is enabled.",
                    mend="Pass them by position, or close over what needs no gradient.",
                    where=user_site(),
                )
            )
        return _call(f, [to_tensor(arg) for arg in args], expects_variables)

    return decorated


def _call(f: Callable[..., Any], args: list[Tensor], expects_variables: bool) -> Any:
    graph = get_default_graph()
    first = graph.version
    before = _known_variables()
    result, grad_fn = f(*args)
    _refuse_new_refs(before)
    used = _variables_between(args, result)
    used.update(dict.fromkeys(_variables_read(graph.get_operations()[first:])))
    variables = sorted(used, key=lambda v: v.op._id)
    _check_signature(grad_fn, variables, expects_variables)
    flat = nest.flatten(result)

    def gradient(_op: Operation, *dys: Any) -> list[Any]:
        return [None] * len(flat) + _own_gradient(grad_fn, dys[: len(flat)], variables)

    name = f"CustomGradient-{next(_numbers)}"
    custom_gradients(graph)[name] = gradient
    through = [*flat, *args, *variables]
    with graph.gradient_override_map({"IdentityN": name}):
        outputs = identity_n(through)
    for item in through:
        to_tensor(item)  # a resource variable is read here once more
    return nest.pack_sequence_as(result, outputs[: len(flat)])


def _known_variables() -> list[Any]:
    scope = get_variable_scope()
    return [*scope.global_variables(), *scope.local_variables()]


def _refuse_new_refs(before: Sequence[Any]) -> None:
    known = {id(variable) for variable in before}
    for variable in _known_variables():
        if id(variable) not in known and variable.op.type != "VarHandleOp":
            raise TypeError(
                errors.explain(
                    "All variables used by a function wrapped with @custom_gradient must be `ResourceVariable`s. "
                    "Ensure that no `variable_scope` is created with `use_resource=False`.",
                    details=[f"the function made {variable.name}, which is a reference variable"],
                    mend="Make the variable before the call, or inside tf.variable_scope(name, use_resource=True).",
                    where=user_site(),
                )
            )


def _variables_between(args: Sequence[Tensor], result: Any) -> dict[Any, None]:
    """The trainable variables on whose way to the result gradients flow, past the arguments."""
    # the walk must not end where it begins when an argument is returned as it is
    queue = [tensor.op for tensor in nest.flatten(nest.map_structure(identity, result))]
    stops = set(args)
    seen = set(queue)
    found: dict[Any, None] = {}
    while queue:
        op = queue.pop()
        if op.type in _VARIABLES:
            found.update(dict.fromkeys(_variable_of(op)))
        if is_differentiable(op):
            sources = [tensor.op for tensor in op.inputs if tensor not in stops]
            queue.extend(source for source in dict.fromkeys(sources) if source not in seen)
            seen.update(sources)
    return found


def _variables_read(ops: Sequence[Operation]) -> list[Any]:
    """The trainable resource variables that ops read, whether or not gradients flow from there."""
    handles = [op.inputs[0].op for op in ops if op.type in ("ReadVariableOp", "ResourceGather")]
    return [variable for op in handles if op.type == "VarHandleOp" for variable in _variable_of(op)]


def _variable_of(op: Operation) -> list[Any]:
    candidates = get_collection(GraphKeys.GLOBAL_VARIABLES, scope=f"{op.name}:0")
    if not candidates:
        raise ValueError(
            errors.explain(
                f"Unsuccessful at finding variable {op.name}.",
                details=["it is not in the collection GraphKeys.GLOBAL_VARIABLES"],
                mend="Pass it as an argument, or add it to that collection.",
                where=op.site,
            )
        )
    return [variable for variable in candidates if variable.trainable]


def _check_signature(grad_fn: Callable[..., Any], variables: Sequence[Any], is_quiet: bool) -> None:
    """A gradient function takes `variables` if and only if the function uses some."""
    spec = inspect.getfullargspec(grad_fn)
    expects = "variables" in spec.args or spec.varkw is not None
    line = "If using @custom_gradient with a function that uses variables, "
    if variables and not expects and "variables" not in spec.kwonlyargs:
        raise TypeError(
            errors.explain(
                f"{line}then grad_fn must accept a keyword argument 'variables'.",
                details=["the function uses " + ", ".join(variable.name for variable in variables)],
                mend="def grad_fn(*dys, variables=None): ... return gradients_of_args, gradients_of_variables",
                where=user_site(),
            )
        )
    if expects and not variables:
        if not get_variable_scope().use_resource:
            raise TypeError(
                errors.explain(
                    f"{line}the enclosing variable scope must have use_resource=True.",
                    details=["grad_fn takes 'variables', but the function uses none"],
                    mend="Leave the argument 'variables' away, or call it inside "
                    "tf.variable_scope(name, use_resource=True).",
                    where=user_site(),
                )
            )
        if not is_quiet:
            warnings.warn(
                "@custom_gradient grad_fn has 'variables' in signature, but no ResourceVariables were used on the "
                "forward pass.",
                stacklevel=4,
            )


def _own_gradient(grad_fn: Callable[..., Any], dys: Sequence[Any], variables: list[Any]) -> list[Any]:
    if not variables:
        return nest.flatten(grad_fn(*dys))
    of_args, of_variables = grad_fn(*dys, variables=variables)
    if len(of_variables) != len(variables):
        raise ValueError("Must return gradient for each variable from @custom_gradient grad_fn.")
    return nest.flatten(of_args) + list(of_variables)


def grad_pass_through(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function that returns what `f` returns, while gradients flow through it as through an identity.

    As in TensorFlow 1.15, a call must stand inside a `tf.variable_scope(..., use_resource=True)` unless `f` uses
    variables.

    Args:
      f: a function of tensors whose result has the shapes of its arguments.

    >>> x = tf.constant(2.6)
    >>> with tf.variable_scope("rounded", use_resource=True):
    ...     y = grad_pass_through(tf.round)(x)
    >>> run([y, tf.gradients(y, x)])
    [3.0, [1.0]]
    """

    @functools.wraps(f)
    def passing(*args: Any, **kwargs: Any) -> Any:
        def grad(*dys: Any, **given: Any) -> Any:
            variables = given.get("variables")
            return dys if variables is None else (dys, [None] * len(variables))

        return f(*args, **kwargs), grad

    return _with_gradient(passing, expects_variables=True)


def recompute_grad(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function that returns what `f` returns, and whose gradient computes `f` once more instead of keeping it.

    As in TensorFlow 1.15, a call must stand inside a `tf.variable_scope(..., use_resource=True)` unless `f` uses
    variables.

    Args:
      f: a function of tensors that returns one tensor.

    >>> x = tf.constant(3.0)
    >>> with tf.variable_scope("cheap", use_resource=True):
    ...     y = recompute_grad(tf.square)(x)
    >>> run([y, tf.gradients(y, x)])
    [9.0, [6.0]]
    """

    @functools.wraps(f)
    def inner(*args: Any, **kwargs: Any) -> Any:
        def grad(dresult: Any, variables: Any = None) -> Any:
            with control_dependencies([dresult]):
                again = f(*args, **kwargs)
            found = gradients_of_call(again, list(args), variables or [], dresult)
            return found[: len(args)], found[len(args) :]

        return f(*args, **kwargs), grad

    return _with_gradient(inner, expects_variables=True)
