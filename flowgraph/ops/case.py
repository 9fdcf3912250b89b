"""tf.case: the first of several branches whose predicate holds; and branches that may be chosen while building."""

from __future__ import annotations

import functools
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import nest
from flowgraph.ir.convert import to_tensor
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.assertion import Assert
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import equal, less_equal
from flowgraph.ops.cond import cond
from flowgraph.ops.constant import constant
from flowgraph.ops.joining import stack
from flowgraph.ops.reduction import reduce_sum

_log = logging.getLogger("flowgraph")

Action = Callable[[], Any]


def case(
    pred_fn_pairs: Any,
    default: Action | None = None,
    exclusive: bool = False,
    strict: bool = False,
    name: str = "case",
) -> Any:
    """What the function of the first pair returns whose predicate is true in a run.

    Args:
      pred_fn_pairs: a list of pairs (bool scalar Tensor, function without arguments), or a dict of them, which is
        sorted by the names of the predicates unless it is an OrderedDict.
      default: the function for when no predicate is true; without it that is an error of the run.
      exclusive: whether it is an error of the run that two predicates are true.
      strict: whether a list or tuple of one that a function returns stays one.
      name: the scope of the new ops.

    Raises:
      TypeError: the pairs are no pairs, a predicate is no bool Tensor, or a function cannot be called.

    >>> x = tf.placeholder(tf.int32, [])
    >>> sign = case([(x < 0, lambda: tf.constant("-")), (x > 0, lambda: tf.constant("+"))],
    ...             default=lambda: tf.constant("0"))
    >>> run(sign, {x: -5}), run(sign, {x: 0})
    (b'-', b'0')
    """
    one = functools.partial(cond, strict=strict)
    return _first_true(one, pred_fn_pairs, default, exclusive, name, allow_python_preds=False)


def switch_case(branch_index: Any, branch_fns: Any, default: Action | None = None, name: str = "switch_case") -> Any:
    """What the function returns that has the number `branch_index`; the last one's result for any other number.

    The values are those of TensorFlow, the nodes are not: it adds one Case op with a function for each branch, here
    each number is asked for by a `tf.cond`.

    Args:
      branch_index: an integer scalar, a Tensor.
      branch_fns: a list of functions without arguments, or their numbers with them: pairs, or a dict. The numbers go
        from 0 up without gaps.
      default: the function for other numbers; without it that is the last of `branch_fns`.
      name: the scope of the new ops.

    Raises:
      TypeError: `branch_index` is no integer Tensor, the functions are no functions, or their numbers no ints.
      ValueError: there is no function, a number is missing, or two functions return different things.

    >>> x = tf.placeholder(tf.int32, [])
    >>> word = switch_case(x, [lambda: tf.constant("zero"), lambda: tf.constant("one")], lambda: tf.constant("many"))
    >>> run(word, {x: 1}), run(word, {x: 7})
    (b'one', b'many')
    """
    actions = _numbered(branch_index, branch_fns)
    if default is not None:
        actions.append(default)
    with name_scope(name, "case", [branch_index]):
        if len(actions) == 1:
            return nest.map_structure(to_tensor, actions[0]())
        chosen = actions[-1]
        for number, action in reversed(list(enumerate(actions[:-1]))):
            asked = equal(branch_index, constant(number, branch_index.dtype))
            chosen = functools.partial(cond, asked, true_fn=action, false_fn=chosen, strict=True)
        return chosen()


def _numbered(branch_index: Any, branch_fns: Any) -> list[Action]:
    """The functions in the order of their numbers, checked."""
    if not isinstance(branch_index, Tensor):
        raise TypeError(f"branch_index must a Tensor, got {type(branch_index)}")
    if not branch_index.dtype.is_integer:
        raise TypeError(f"branch_index must an integer Tensor, got {branch_index.dtype}")
    if not branch_fns:
        raise ValueError("Must provide at least one item in branch_fns")
    if not isinstance(branch_fns, list | tuple | dict):
        raise TypeError("branch_fns must be a list, tuple, or dict")
    pairs = list(branch_fns.items() if isinstance(branch_fns, dict) else branch_fns)
    if all(callable(action) for action in pairs):
        pairs = list(enumerate(pairs))
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError("Each entry in branch_fns must be a 2-tuple")
        number, action = pair
        if not isinstance(number, int):
            raise TypeError(f"key must be a Python `int`, got {type(number)}")
        if not callable(action):
            raise TypeError(f"fn for key {number} must be callable.")
    numbers = sorted(number for number, _ in pairs)
    if numbers != list(range(len(pairs))):
        found = ",".join(map(str, numbers))
        raise ValueError(
            f"branch indices (keys) must form contiguous range of [0 to {len(pairs)}) but found {{{found}}}"
        )
    return [action for _, action in sorted(pairs, key=lambda pair: pair[0])]


def smart_case(
    pred_fn_pairs: Any, default: Action | None = None, exclusive: bool = False, name: str = "smart_case"
) -> Any:
    """As `case`; predicates that are Python bools, or known while the graph is built, choose at once."""
    return _first_true(smart_cond, pred_fn_pairs, default, exclusive, name, allow_python_preds=True)


def smart_cond(
    pred: Any, true_fn: Action | None = None, false_fn: Action | None = None, name: str | None = None
) -> Any:
    """What `true_fn()` or `false_fn()` returns: chosen now where `pred` is known, else by `tf.cond` in each run.

    Args:
      pred: a Python bool, 0 or 1, or a bool scalar Tensor.
      true_fn, false_fn: functions without arguments.
      name: the scope of the ops of a `tf.cond`.

    Raises:
      TypeError: a function cannot be called, or `pred` is none of these.

    >>> smart_cond(True, lambda: "a", lambda: "b")
    'a'
    """
    if not callable(true_fn):
        raise TypeError("`true_fn` must be callable.")
    if not callable(false_fn):
        raise TypeError("`false_fn` must be callable.")
    value = smart_constant_value(pred)
    if value is None:
        return cond(pred, true_fn=true_fn, false_fn=false_fn, name=name)
    return true_fn() if value else false_fn()


def smart_constant_value(pred: Any) -> Any:
    """The value of a predicate if it is known while the graph is built, else None.

    Raises:
      TypeError: `pred` is neither a Tensor nor a bool, 0 or 1.
    """
    if isinstance(pred, Tensor):
        return pred.constant()
    if pred in {0, 1}:
        return bool(pred)
    raise TypeError(f"`pred` must be a Tensor, or a Python bool, or 1 or 0. Found instead: {type(pred)}")


def _first_true(
    one: Callable[..., Any],
    pairs: Any,
    default: Action | None,
    exclusive: bool,
    name: str,
    allow_python_preds: bool,
) -> Any:
    predicates, actions = _pairs(pairs, exclusive, name, allow_python_preds)
    with name_scope(name, "case", [predicates]):
        if default is None:
            default, predicates, actions = _default_of(predicates, actions)
        chosen = default
        for predicate, action in reversed(list(zip(predicates, actions, strict=True))):
            chosen = functools.partial(one, predicate, true_fn=action, false_fn=chosen)
        if not exclusive:
            return chosen()
        with control_dependencies([_at_most(predicates, 1, "Input error: exclusive=True")]):
            return chosen()


def _pairs(pairs: Any, exclusive: bool, name: str, allow_python_preds: bool) -> tuple[Sequence[Any], Sequence[Action]]:
    """The predicates and the functions, checked."""
    if not isinstance(pairs, list | tuple | dict):
        raise TypeError("fns must be a list, tuple, or dict")
    if isinstance(pairs, OrderedDict):
        pairs = pairs.items()
    elif isinstance(pairs, dict):
        pairs = sorted(pairs.items(), key=lambda pair: pair[0].name)
        if not exclusive:
            _log.warning(
                "%s: An unordered dictionary of predicate/fn pairs was provided, but exclusive=False. The order of "
                "conditional tests is deterministic but not guaranteed.",
                name,
            )
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError("Each entry in pred_fn_pairs must be a 2-tuple")
        pred, action = pair
        if isinstance(pred, Tensor):
            if pred.dtype != dt.bool:
                raise TypeError(f"pred must be Tensor of type bool: {pred.name}")
        elif not allow_python_preds:
            raise TypeError(f"pred must be a Tensor, got: {pred}")
        elif not isinstance(pred, bool):
            raise TypeError(f"pred must be a Tensor or bool, got: {pred}")
        if not callable(action):
            raise TypeError(f"fn for pred {getattr(pred, 'name', pred)} must be callable.")
    predicates, actions = zip(*pairs, strict=True)
    return predicates, actions


def _at_most(predicates: Sequence[Any], count: int, complaint: str) -> Operation:
    """An Assert that no more than `count` predicates are true."""
    values = stack(predicates, name="preds_c")
    true = reduce_sum(cast(values, dt.int32), name="num_true_conds")
    holds = less_equal(true, constant(count, name="n_true_conds"))
    names = ", ".join(getattr(predicate, "name", "?") for predicate in predicates)
    said = f"{complaint}: more than {count} conditions ({names}) evaluated as True:"
    return Assert(holds, data=[said, values], summarize=len(predicates))


def _default_of(predicates: Sequence[Any], actions: Sequence[Action]) -> tuple[Action, Sequence[Any], Sequence[Action]]:
    """The last pair as the default, which asserts its predicate; and the pairs before it."""
    *others, predicate = predicates
    *before, action = actions

    def default() -> Any:
        said = (
            "Input error: None of conditions evaluated as True:",
            stack(predicates, name="preds_c"),
        )
        complaint = (
            f"Implementation error: selected default action #{len(others)} was called, "
            "but some of other predicates are True: "
        )
        with control_dependencies([_at_most(others, 0, complaint), Assert(predicate, data=said)]):
            return action()

    return default, others, before
