"""Ops that move, make and choose entries."""

from __future__ import annotations

import numpy as np

from .value_cases import INF, NAN, SPECIAL, Dtype, case, counted, edge_ints, floats


def shuffles():
    x = counted(2, 3)
    for dtype in ("int32", "bool", "complex64", "int64", "uint8"):
        yield case("transpose", counted(2, 3, dtype=dtype))
    for perm in ([0, 2, 1], [2, 0, 1], [2, 1, 0], [0, 1, 2]):
        yield case("transpose", counted(2, 3, 4), perm)
    yield case("transpose", counted(0, 3))
    for shape in ([6], [-1], [3, -1], [1, 2, 3, 1], [-1, 6], [2, -1, 1]):
        yield case("reshape", x, shape)
    yield case("reshape", np.zeros([0, 3], np.float32), [3, 0])
    yield case("reshape", np.zeros([0, 3], np.float32), [-1, 3])
    yield case("reshape", np.zeros([0, 3], np.float32), [0, 7])
    for axis in (0, 1, -1, -2, 2):
        yield case("expand_dims", x, axis)
        yield case("stack", [x, x + 10], axis)
        if axis < 2:
            yield case("concat", [x, x + 10, x[:, :]], axis)
            yield case("unstack", x, axis=axis)
            yield case("split", x, 3 if axis in (1, -1) else 2, axis)
            yield case("reverse", x, [axis])
    yield case("concat", [x, np.zeros([0, 3], np.float32), x], 0)
    yield case("concat", [np.array([b"a"], object), np.array([b"b", b"c"], object)], 0)
    yield case("split", x, [1, 0, 2], 1)
    yield case("split", x, [1, -1], 1)
    yield case("squeeze", counted(1, 2, 1))
    yield case("squeeze", counted(1, 2, 1), [0])
    yield case("squeeze", counted(1, 2, 1), axis=[-1, 0])


def regions():
    x = counted(2, 3)
    yield case("tile", x, [2, 1])
    yield case("tile", x, [0, 2])
    yield case("tile", np.int32([1, 2]), [3])
    for padding in ([[1, 0], [0, 2]], [[0, 0], [0, 0]]):
        yield case("pad", x, padding)
        yield case("pad", x, padding, constant_values=-1.5)
    yield case("pad", x, [[1, 1], [2, 1]], mode="REFLECT")
    yield case("pad", x, [[2, 1], [3, 0]], mode="SYMMETRIC")
    yield case("slice", x, [0, 1], [2, 2])
    yield case("slice", x, [1, 0], [-1, -1])
    yield case("slice", x, [2, 3], [0, 0])
    for arguments in (
        ([0, 0], [2, 3], [1, 2]),
        ([1, -1], [-3, -4], [-1, -1]),
        ([0, 5], [9, 9], [1, 1]),
        ([-9, -2], [9, 9]),
    ):
        yield case("strided_slice", x, *arguments)
    yield case("strided_slice", x, [1, 1], [2, 2], begin_mask=1, end_mask=2)
    yield case("strided_slice", x, [0, 1], [0, 2], [1, 1], ellipsis_mask=1, shrink_axis_mask=2)
    yield case("strided_slice", x, [0, 0, 1], [0, 0, 2], [1, 1, 1], new_axis_mask=2, shrink_axis_mask=1)
    for axis in (0, 1, -1):
        yield case("gather", x, np.int32([[1, 0], [0, 1]]), axis=axis)
    yield case("gather", x, np.int64(1))
    yield case("gather", x, np.zeros([0], np.int32))
    yield case("gather", np.array([b"a", b"b"], object), np.int32([1]))
    yield case("gather_nd", x, np.int32([[0, 1], [1, 2]]))
    yield case("gather_nd", x, np.int32([[1], [0]]))
    yield case("boolean_mask", x, np.array([False, True]))
    yield case("boolean_mask", x, np.array([[True, False, True], [False, False, True]]))
    yield case("invert_permutation", np.int32([2, 0, 1]))
    yield case("broadcast_to", np.float32([1, 2]), [2, 2])
    yield case("matrix_transpose", counted(2, 2, 3))
    yield case("diag", floats([1, 2]))
    yield case("diag_part", counted(2, 2))
    yield case("matrix_band_part", counted(3, 3), 1, 0)
    yield case("scatter_nd", np.int32([[1], [3], [1]]), floats([9, 10, 11]), [5])
    yield case("roll", counted(5), 2, 0)
    yield case("sequence_mask", np.int32([1, 3, 0]), 3)
    yield case("unique", np.int32([4, 1, 4, 2]))
    yield case("nn.top_k", floats([1.0, 3.0, 3.0, 2.0]), 2)
    yield case("nn.in_top_k", floats([[0.1, 0.9, 0.9], [0.5, 0.2, 0.3]]), np.int32([2, 1]), 1)
    yield case("nn.in_top_k", floats([[NAN, 1.0], [INF, 0.0]]), np.int32([1, 0]), 1)
    yield case("dynamic_partition", x, np.int32([1, 0]), 2)
    yield case("dynamic_stitch", [np.int32([0, 2]), np.int32([1])], [floats([1, 3]), floats([2])])


def makers():
    for value in (5, [1, 2], [[True]], "text", 2.5, [1.0, 2], 2**40):
        yield case("constant", value)
    for shape in ([], [2], [2, 0], [3, 2]):
        yield case("zeros", shape)
        yield case("ones", shape, Dtype("int32"))
        yield case("fill", shape, 2.5)
    for arguments in (
        (5,),
        (2, 7),
        (1, 10, 3),
        (10, 0, -3),
        (0.0, 1.0, 0.3),
        (3.0,),
        (0, 1, 0.25),
        (5, 5),
        (0,),
    ):
        yield case("range", *arguments)
    yield case("range", 3, dtype=Dtype("float64"))
    for count in (1, 2, 5):
        yield case("linspace", -1.0, 2.0, count)
        yield case("linspace", floats(0.1), floats(0.7), count)
    yield case("eye", 3)
    yield case("eye", 2, 3)
    for x in (counted(2, 3), np.float32(1), np.zeros([0, 4], np.int32)):
        yield case("shape", x)
        yield case("shape", x, out_type=Dtype("int64"))
        yield case("rank", x)
        yield case("size", x)
    yield case("shape_n", [counted(2, 3), counted(4)])


def choices():
    x, y = floats([[1.0, NAN], [INF, -0.0]]), floats([[5.0, 6.0], [7.0, 8.0]])
    yield case("where", np.array([[True, False], [False, True]]), x, y)
    yield case("where", np.array([True, False]), x, y)
    yield case("where", np.array(True), x, y)
    yield case("where", np.array([[True, False], [True, True]]))
    yield case("where", np.array([False, False]))
    yield case("where", floats([0.0, -0.0, NAN, 2.0]))
    yield case("clip_by_value", floats(SPECIAL), -1.0, 1.5)
    yield case("clip_by_value", floats(SPECIAL), 1.5, -1.0)
    yield case("clip_by_value", floats([[1.0, 5.0], [-3.0, 0.0]]), floats([0.0, 1.0]), floats([2.0, 3.0]))
    yield case("clip_by_value", edge_ints("int32"), -5, 5)
    yield case("clip_by_value", floats([NAN, 1.0]), NAN, 2.0)
    for ids in (np.int32([0, 2, -1, 3]), np.int64([[1], [0]]), np.uint8([1, 200]), np.int32(1)):
        yield case("one_hot", ids, 3)
    for axis in (0, 1, -1):
        yield case("one_hot", np.int32([[0, 2], [1, 5]]), 3, axis=axis)
    yield case("one_hot", np.int32([0, 1]), 2, on_value=5, off_value=-1)
    yield case("one_hot", np.int32([0, 1]), 2, dtype=Dtype("bool"))
    yield case("one_hot", np.int32([0, 1]), 0)
