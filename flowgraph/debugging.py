"""`tf.debugging`: checks that run as part of the graph."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph.ops.assertion import Assert
from flowgraph.ops.checks import (
    assert_equal, assert_greater, assert_greater_equal, assert_less, assert_less_equal, assert_negative,
    assert_non_negative, assert_non_positive, assert_none_equal, assert_positive,
)
from flowgraph.ops.compare import is_finite, is_inf, is_nan

__all__ = [
    "Assert", "assert_equal", "assert_greater", "assert_greater_equal", "assert_less", "assert_less_equal",
    "assert_negative", "assert_non_negative", "assert_non_positive", "assert_none_equal", "assert_positive",
    "is_finite", "is_inf", "is_nan",
]
