"""Assertions about arrays and tensors, as methods for test cases (tf.test.TestCase)."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.ragged_tensor import RaggedTensor
from flowgraph.ops.ragged_value import RaggedTensorValue


class ArrayAssertions:
    """What `tf.test.TestCase` asserts beside what any `unittest.TestCase` does."""

    evaluate: Callable[[Any], Any]
    assertEqual: Callable[..., None]
    assertCountEqual: Callable[..., None]
    assertTrue: Callable[..., None]
    assertGreater: Callable[..., None]
    assertGreaterEqual: Callable[..., None]
    assertLess: Callable[..., None]
    assertLessEqual: Callable[..., None]
    assertRaisesRegex: Callable[..., Any]
    fail: Callable[..., Any]

    # -- near and equal ------------------------------------------------------------------------------------

    def assertNear(self, f1: Any, f2: Any, err: Any, msg: Any = None) -> None:
        """Fail unless two numbers differ by at most `err`."""
        is_near = f1 == f2 or math.fabs(f1 - f2) <= err
        self.assertTrue(is_near, f"{f1:f} != {f2:f} +/- {err:f}{'' if msg is None else f' ({msg})'}")

    def assertArrayNear(self, farray1: Any, farray2: Any, err: Any, msg: Any = None) -> None:
        """Fail unless two lists of numbers are of one length, and entries differ by at most `err`."""
        self.assertEqual(len(farray1), len(farray2), msg=msg)
        for f1, f2 in zip(farray1, farray2, strict=True):
            self.assertNear(float(f1), float(f2), err, msg=msg)

    def assertNDArrayNear(self, ndarray1: Any, ndarray2: Any, err: Any, msg: Any = None) -> None:
        """Fail unless the difference of two arrays has a norm below `err`."""
        self.assertTrue(np.linalg.norm(ndarray1 - ndarray2) < err, msg=msg)

    def assertAllClose(self, a: Any, b: Any, rtol: float = 1e-6, atol: float = 1e-6, msg: Any = None) -> None:
        """Fail unless two arrays, tensors, or structures of them have the same shapes and nearly the same values.

        Args:
          a, b: arrays, tensors, numbers; or lists, tuples and dicts of these.
          rtol, atol: entries may differ by `atol + rtol * abs(b)`.
          msg: what the failure says besides.

        Raises:
          ValueError: one is a dict and the other is not, or lists differ in length.
        """
        if _is_ragged(a) or _is_ragged(b):
            self._compare_ragged(a, b, lambda x, y: self._close(x, y, rtol, atol, "value", msg), msg)
        else:
            self._close(a, b, rtol, atol, "", msg)

    def assertAllCloseAccordingToType(
        self,
        a: Any,
        b: Any,
        rtol: float = 1e-6,
        atol: float = 1e-6,
        float_rtol: float = 1e-6,
        float_atol: float = 1e-6,
        half_rtol: float = 1e-3,
        half_atol: float = 1e-3,
        bfloat16_rtol: float = 1e-2,
        bfloat16_atol: float = 1e-2,
        msg: Any = None,
    ) -> None:
        """`assertAllClose` with the largest tolerance that the dtype of one of the two asks for."""
        a, b = self._array(a), self._array(b)
        found = {a.dtype.name, b.dtype.name}
        for names, more_rtol, more_atol in (
            ({"float32", "complex64"}, float_rtol, float_atol),
            ({"float16"}, half_rtol, half_atol),
            ({"bfloat16"}, bfloat16_rtol, bfloat16_atol),
        ):
            if found & names:
                rtol, atol = max(rtol, more_rtol), max(atol, more_atol)
        self.assertAllClose(a, b, rtol=rtol, atol=atol, msg=msg)

    def assertNotAllClose(self, a: Any, b: Any, **kwargs: Any) -> None:
        """Fail if `assertAllClose` would not."""
        try:
            self.assertAllClose(a, b, **kwargs)
        except AssertionError:
            return
        raise AssertionError("The two values are close at all elements")

    def assertAllEqual(self, a: Any, b: Any, msg: Any = None) -> None:
        """Fail unless two arrays or tensors have the same shape and the same values; a NaN equals a NaN."""
        if _is_ragged(a) or _is_ragged(b):
            self._compare_ragged(a, b, lambda x, y: self.assertEqual(x, y, msg), msg)
            return
        a, b = self._array(a), self._array(b)
        self._same_shape(a, b, msg)
        same = a == b
        if _is_float(a):
            same = np.logical_or(same, np.logical_and(np.isnan(a), np.isnan(b)))
        if not np.all(same):
            told = [*([msg] if msg else []), *_differences(a, b, np.logical_not(same), "equal")]
            np.testing.assert_array_equal(a, b, err_msg="\n".join(map(str, told)))

    def assertNotAllEqual(self, a: Any, b: Any, msg: Any = None) -> None:
        """Fail if `assertAllEqual` would not."""
        try:
            self.assertAllEqual(a, b, msg)
        except AssertionError:
            return
        raise AssertionError("The two values are equal at all elements")

    # -- orders, ranges, sets ------------------------------------------------------------------------------

    def assertAllGreater(self, a: Any, comparison_target: Any) -> None:
        """Fail unless all entries are greater than a number."""
        self.assertGreater(np.min(self._array(a)), comparison_target)

    def assertAllLess(self, a: Any, comparison_target: Any) -> None:
        """Fail unless all entries are less than a number."""
        self.assertLess(np.max(self._array(a)), comparison_target)

    def assertAllGreaterEqual(self, a: Any, comparison_target: Any) -> None:
        """Fail unless all entries are greater than or equal to a number."""
        self.assertGreaterEqual(np.min(self._array(a)), comparison_target)

    def assertAllLessEqual(self, a: Any, comparison_target: Any) -> None:
        """Fail unless all entries are less than or equal to a number."""
        self.assertLessEqual(np.max(self._array(a)), comparison_target)

    def assertAllInRange(
        self,
        target: Any,
        lower_bound: Any,
        upper_bound: Any,
        open_lower_bound: bool = False,
        open_upper_bound: bool = False,
    ) -> None:
        """Fail unless all entries are numbers between two bounds; an open bound does not belong to the range."""
        target = self._array(target)
        if not (np.issubdtype(target.dtype, np.integer) or _is_float(target)):
            raise AssertionError(
                f"The value of {target} does not have an ordered numeric type, instead it has type: {target.dtype}"
            )
        count = f"of the {target.size} element(s) are"
        if (nans := np.isnan(target)).any():
            lead = f"{nans.sum()} {count} NaN. Subscripts(s) and value(s) of the NaN element(s):"
            raise AssertionError("\n".join([lead, *_entries(target, nans)]))
        below = target <= lower_bound if open_lower_bound else target < lower_bound
        above = target >= upper_bound if open_upper_bound else target > upper_bound
        if (outside := np.logical_or(below, above)).any():
            span = f"{'(' if open_lower_bound else '['}{lower_bound}, {upper_bound}{')' if open_upper_bound else ']'}"
            lead = f"{outside.sum()} {count} outside the range {span}. "
            lead += "Subscript(s) and value(s) of the offending elements:"
            raise AssertionError("\n".join([lead, *_entries(target, outside)]))

    def assertAllInSet(self, target: Any, expected_set: Any) -> None:
        """Fail unless all entries are members of a set (or list, or tuple)."""
        others = np.setdiff1d(self._array(target).flatten(), list(expected_set))
        if others.size:
            raise AssertionError(f"{others.size} unique element(s) are not in the set {expected_set}: {others}")

    # -- dtypes, shapes, texts, errors ---------------------------------------------------------------------

    def assertDTypeEqual(self, target: Any, expected_dtype: Any) -> None:
        """Fail unless an array has this dtype of numpy."""
        self.assertEqual(self._array(target).dtype, expected_dtype)

    def assertShapeEqual(self, np_array: Any, tf_tensor: Any, msg: Any = None) -> None:
        """Fail unless an array and a tensor have the same static shape.

        Raises:
          TypeError: the first is no array, or the second no tensor.
        """
        if not isinstance(np_array, np.ndarray | np.generic):
            raise TypeError("np_array must be a Numpy ndarray or Numpy scalar")
        if not isinstance(tf_tensor, Tensor):
            raise TypeError("tf_tensor must be a Tensor")
        self.assertAllEqual(np_array.shape, tf_tensor.get_shape().as_list(), msg=msg)

    def assertStartsWith(self, actual: str, expected_start: str, msg: Any = None) -> None:
        """Fail unless a text starts with another."""
        if not actual.startswith(expected_start):
            self.fail(f"{actual!r} does not start with {expected_start!r}{f' : {msg!r}' if msg else ''}")

    def assertItemsEqual(self, first: Any, second: Any, msg: Any = None) -> None:
        """Fail unless two lists have the same members, in any order."""
        self.assertCountEqual(first, second, msg)

    def assertRaisesRegexp(self, expected_exception: Any, expected_regex: Any, *args: Any, **kwargs: Any) -> Any:
        """The old name of unittest's `assertRaisesRegex`."""
        return self.assertRaisesRegex(expected_exception, expected_regex, *args, **kwargs)

    @contextlib.contextmanager
    def assertRaisesWithPredicateMatch(
        self, exception_type: type[BaseException], expected_err_re_or_predicate: Any
    ) -> Iterator[None]:
        """Fail unless the block raises such an exception.

        Args:
          exception_type: its class.
          expected_err_re_or_predicate: a regular expression that is found in its message, or, behind "Caused by: ", in
            the name of its op; or a function that is given the exception and says whether it is the one.
        """
        matches = expected_err_re_or_predicate
        if not callable(matches):

            def matches(error: BaseException) -> Any:
                return re.search(expected_err_re_or_predicate, _story(error))

        try:
            yield
            self.fail(f"{exception_type.__name__} not raised")
        except Exception as error:
            if not isinstance(error, exception_type) or not matches(error):
                raise AssertionError(f"Exception of type {type(error)}: {error}") from error

    def assertRaisesOpError(self, expected_err_re_or_predicate: Any) -> Any:
        """`assertRaisesWithPredicateMatch` for errors of the run, `tf.errors.OpError`."""
        return self.assertRaisesWithPredicateMatch(errors.OpError, expected_err_re_or_predicate)

    # -- how values are compared ---------------------------------------------------------------------------

    def _array(self, value: Any) -> Any:
        """The value of a tensor, or of what can be an array."""
        found = self.evaluate(value) if isinstance(value, Tensor) else value
        return found if isinstance(found, np.ndarray) else np.array(found)

    def _same_shape(self, a: Any, b: Any, msg: Any) -> None:
        contents = f" Contents: {b}." if b.ndim <= 3 or b.size < 500 else ""
        self.assertEqual(a.shape, b.shape, f"Shape mismatch: expected {a.shape}, got {b.shape}.{contents} {msg or ''}")

    def _close(self, a: Any, b: Any, rtol: float, atol: float, path: str, msg: Any) -> None:
        a, b = (x._asdict() if hasattr(x, "_asdict") else x for x in (a, b))
        if isinstance(a, Mapping) != isinstance(b, Mapping):
            raise ValueError(f"Can't compare dict to non-dict, a{path} vs b{path}. {msg or ''}")
        if isinstance(a, Mapping):
            keys = f"mismatched keys: a{path} has keys {a.keys()}, but b{path} has keys {b.keys()}. {msg or ''}"
            self.assertItemsEqual(a.keys(), b.keys(), msg=keys)
            for key in a:
                self._close(a[key], b[key], rtol, atol, f"{path}[{key}]", msg)
            return
        told = f"Mismatched value: a{path} is different from b{path}. {msg or ''}"
        try:
            self._arrays_close(self._array(a), self._array(b), rtol, atol, told)
        except (ValueError, TypeError, NotImplementedError):  # the last one for lists of tensors
            if not isinstance(a, list | tuple):
                raise
            if len(a) != len(b):
                line = f"Mismatched length: a{path} has {len(a)} items, but b{path} has {len(b)} items. {msg or ''}"
                raise ValueError(line) from None
            for i, (x, y) in enumerate(zip(a, b, strict=True)):
                self._close(x, y, rtol, atol, f"{path}[{i}]", msg)

    def _arrays_close(self, a: Any, b: Any, rtol: float, atol: float, msg: str) -> None:
        if object in (a.dtype, b.dtype):
            raise TypeError(f"no arrays: {a}, {b}")
        self._same_shape(a, b, msg)
        if not np.allclose(a, b, rtol=rtol, atol=atol):
            apart = np.logical_or(np.abs(a - b) > atol + rtol * np.abs(b), np.isnan(a) != np.isnan(b))
            told = "\n".join([msg, *_differences(a, b, apart, "close", (rtol, atol))])
            np.testing.assert_allclose(a, b, rtol=rtol, atol=atol, err_msg=told, equal_nan=True)

    def _compare_ragged(self, a: Any, b: Any, compare: Callable[[Any, Any], None], msg: Any) -> None:
        compare(*(self._nested_list(x) for x in (a, b)))
        if not (isinstance(a, list | tuple) or isinstance(b, list | tuple)):
            self.assertEqual(*(x.ragged_rank if _is_ragged(x) else 0 for x in (a, b)), msg)

    def _nested_list(self, value: Any) -> Any:
        if _is_ragged(value):
            return (self.evaluate(value) if isinstance(value, RaggedTensor) else value).to_list()
        return self._array(value).tolist() if not isinstance(value, list | tuple) else list(value)


def _is_ragged(value: Any) -> bool:
    return isinstance(value, RaggedTensor | RaggedTensorValue)


def _is_float(array: Any) -> bool:
    return bool(np.issubdtype(array.dtype, np.floating)) or dt.as_dtype(array.dtype) == dt.bfloat16


def _differences(a: Any, b: Any, where: Any, what: str, tolerances: tuple[float, ...] = ()) -> list[str]:
    """Where two arrays differ, and what they have there."""
    x, y = (a[where], b[where]) if a.ndim else (a, b)
    told = [f"not {what} where = {np.where(where)}"] if a.ndim else []
    told += [f"not {what} lhs = {x}", f"not {what} rhs = {y}"]
    if tolerances:
        rtol, atol = tolerances
        told += [f"not {what} dif = {np.abs(x - y)}", f"not {what} tol = {atol + rtol * np.abs(y)}"]
    return [*told, f"dtype = {a.dtype}, shape = {a.shape}"]


def _entries(array: Any, where: Any, limit: int = 10) -> list[str]:
    """Some entries of an array, with their places, one a line."""
    places = np.argwhere(where)
    lines = [f"  {place} : {array[tuple(place)]}" for place in islice(places, limit)]
    return lines + ["  ..."] * (len(places) > limit)


def _story(error: BaseException) -> str:
    """An exception's message, and the op that raised it."""
    if not isinstance(error, errors.OpError):
        return str(error)
    op = error.op
    return error.message if op is None else f"{error.message}\nCaused by: {op.name}"
