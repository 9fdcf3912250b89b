"""Arithmetic, comparisons, casts, reductions and matrix products."""

from __future__ import annotations

import itertools

import numpy as np

from .value_cases import (
    AXES,
    HALVES,
    INF,
    NAN,
    PAIRED,
    SPECIAL,
    Dtype,
    case,
    counted,
    edge_ints,
    floats,
    small_ints,
    wavy,
    words,
)


def unary():
    smooth = "sqrt rsqrt reciprocal exp expm1 log log1p sin cos tan asin acos atan sinh cosh tanh sigmoid"
    steps = "negative abs sign square floor ceil round is_nan is_inf is_finite identity zeros_like ones_like"
    neural = "nn.relu nn.relu6 nn.elu nn.selu nn.softplus nn.softsign nn.leaky_relu"
    for name in words(smooth, steps, neural):
        yield case(name, floats(SPECIAL))
        yield case(name, floats(SPECIAL, "float64"))
        if name not in ("sinh", "cosh"):  # of a half NaN they are 0 in TensorFlow
            yield case(name, floats(HALVES, "float16"))
        yield case(name, floats([]).reshape(0, 3))
    for name in words("negative abs sign square zeros_like ones_like"):
        for dtype in ("int32", "int64"):
            yield case(name, edge_ints(dtype))
    for name in words("square negative sqrt exp log sin reciprocal tanh sigmoid abs real imag conj angle"):
        yield case(name, np.array([0, 1 + 2j, -1.5j, -2 - 0.5j], "complex64"))
    for dtype in ("int8", "uint8", "int16", "uint16"):
        yield case("nn.relu", edge_ints(dtype))
        yield case("zeros_like", edge_ints(dtype))
    yield case("nn.relu", edge_ints("int32"))
    yield case("logical_not", np.array([[True, False]]))
    yield case("zeros_like", np.array([True]))
    yield case("ones_like", np.array([False]))
    yield case("zeros_like", np.array([b"a"], object))


def binary():
    arithmetic = "add subtract multiply divide truediv floordiv mod div pow maximum minimum squared_difference"
    comparisons = "equal not_equal less less_equal greater greater_equal"
    for name in words(arithmetic, comparisons, "atan2 div_no_nan"):
        for dtype in ("float32", "float64", "float16"):
            yield case(name, floats(PAIRED, dtype).reshape(-1, 1), floats(PAIRED, dtype))
        yield case(name, floats([]), floats([1.0]))
    for name in words(arithmetic, comparisons, "truncatediv truncatemod"):
        divides = any(word in name for word in ("div", "mod"))
        for dtype in ("int32", "int64", "uint8", "int8", "int16", "uint16"):
            x = small_ints(dtype) if divides else edge_ints(dtype)
            y = x[x != 0] if divides else x[x >= 0][:5] if name == "pow" else x
            yield case(name, x.reshape(-1, 1), y)
        if name in ("div", "floordiv", "mod", "pow"):
            yield case(name, np.int32([1, 2]), np.int32([0, 1]) if divides else np.int32([2, -1]))
    for name in words("add subtract multiply divide pow equal not_equal"):
        x = np.array([0, 1 + 2j, -1.5j], "complex64")
        yield case(name, x.reshape(-1, 1), x[1:])
    for name in words("logical_and logical_or logical_xor equal not_equal"):
        yield case(name, np.array([[True], [False]]), np.array([True, False]))
    yield case("equal", np.array([b"a", b"b"], object), np.array([b"a", b"c"], object))
    yield case("not_equal", np.array([b"a", b""], object), np.array([b""], object))
    for shapes in (((2, 1, 3), (4, 1)), ((0, 3), (1, 3)), ((), (2, 2)), ((1,), (0,)), ((3, 1), (1, 3))):
        yield case("add", counted(*shapes[0]), counted(*shapes[1], start=1))
        yield case("less", counted(*shapes[0]), counted(*shapes[1], start=1))
    for name in ("add_n", "accumulate_n"):
        yield case(name, [wavy(2, 3), counted(2, 3), floats(SPECIAL[:6]).reshape(2, 3)])
        yield case(name, [counted(2, dtype="int32")])


def casts():
    for source in ("int32", "int64", "uint8", "int8", "int16", "bool", "uint16"):
        x = np.array([True, False]) if source == "bool" else edge_ints(source)
        for target in (
            "float32",
            "float64",
            "float16",
            "int32",
            "int64",
            "uint8",
            "int8",
            "bool",
            "complex64",
        ):
            yield case("cast", x, Dtype(target))
    for source in ("float32", "float64", "float16"):
        x = floats([0.0, -0.0, 0.5, -0.5, 1.9, -1.9, 100.7, -100.7], source)
        for target in ("float32", "float64", "float16", "int32", "int64", "int8", "bool", "complex64"):
            yield case("cast", x, Dtype(target))
        yield case("cast", floats([NAN, INF, -INF], source), Dtype("float64"))
        yield case("cast", floats([NAN, INF, -INF], source), Dtype("bool"))
    yield case("cast", floats([65519.0, 65520.0, 1e10, 1e-8]), Dtype("float16"))
    yield case("cast", floats([1e300, 1e-300, 0.1], "float64"), Dtype("float32"))
    yield case("saturate_cast", floats([300.0, -5.0, 7.5]), Dtype("uint8"))
    yield case("saturate_cast", np.int32([300, -300]), Dtype("int8"))
    for name in ("to_int32", "to_int64", "to_float", "to_double"):
        yield case(name, floats([1.5, -2.5]))


def reductions():
    for name in words("reduce_sum reduce_mean reduce_max reduce_min reduce_prod reduce_logsumexp"):
        for kwargs in AXES:
            yield case(name, wavy(2, 3), **kwargs)
        for dtype in ("float64", "float16", "int32", "int64", "uint8"):
            if dtype.startswith("float") or name != "reduce_logsumexp":
                yield case(name, counted(2, 3, dtype=dtype, start=1), axis=1)
        for special in ([INF, -INF], [INF, 1.0], [-INF, -INF], [-0.0, 0.0], [1e38, 1e38, 1e38]):
            yield case(name, floats(special))
        if name not in ("reduce_max", "reduce_min"):
            yield case(name, floats([NAN, 1.0]))
        for shape, axis in (((0,), None), ((0, 3), 0), ((0, 3), 1), ((3, 0), 1), ((2, 0, 2), [0, 1])):
            yield case(name, np.zeros(shape, np.float32), axis=axis)
        if name != "reduce_logsumexp":
            yield case(name, np.zeros([0, 2], np.int32), axis=0)
        yield case(name, np.float32(3.0))
        for axis in (1, [], None):
            yield case(name, floats([[-0.0]]), axis=axis)
    yield case("reduce_sum", np.complex64([[1, 2j], [3, -1j]]), axis=1)
    yield case("reduce_mean", np.int32([1, 2]))
    yield case("reduce_mean", np.int32([-1, -2]))
    yield case("reduce_sum", edge_ints("int32"))
    yield case("reduce_prod", np.int32([65536, 65536, 3]))
    yield case("reduce_sum", np.full([100000], 0.5, np.float32))
    yield case("reduce_mean", np.full([4097], 0.5, np.float32))


def more_reductions():
    for name in ("reduce_all", "reduce_any"):
        for kwargs in AXES:
            yield case(name, np.array([[True, False, True], [True, True, True]]), **kwargs)
        yield case(name, np.zeros([0, 2], bool), axis=0)
    for name in ("argmax", "argmin"):
        for kwargs in ({}, {"axis": 1}, {"axis": -1, "output_type": Dtype("int32")}):
            yield case(name, floats([[1, 3, 3], [3, 0, 0]]), **kwargs)
        yield case(name, floats([NAN, 1.0, 2.0]), 0)
        yield case(name, floats([1.0, NAN, 2.0]), 0)
        yield case(name, floats([INF, INF, -INF, -INF]), 0)
        yield case(name, np.zeros([2, 0, 3], np.float32), 0)
        for dtype in ("int32", "int64", "uint8", "float64"):
            yield case(name, np.array([3, 9, 9, 1], dtype), 0)
    for kwargs in (
        {},
        {"exclusive": True},
        {"reverse": True},
        {"exclusive": True, "reverse": True},
        {"axis": 1},
    ):
        yield case("cumsum", counted(2, 3, start=1), **kwargs)
        yield case("cumprod", counted(2, 3, dtype="int32", start=1), **kwargs)
    for kwargs in (
        {},
        {"axis": 1},
        {"ord": 1},
        {"ord": np.inf, "axis": 0},
        {"ord": 3, "axis": 1, "keepdims": True},
    ):
        yield case("norm", wavy(2, 3), **kwargs)
    yield case("count_nonzero", floats([[0.0, -0.0, NAN], [1.0, 0.0, 2.0]]), axis=1)
    yield case("nn.l2_loss", wavy(2, 3))
    yield case("nn.moments", wavy(3, 4), [0])
    yield case("nn.moments", wavy(3, 4), [0, 1], keep_dims=True)
    yield case("nn.l2_normalize", floats([[3.0, 4.0], [0.0, 0.0]]), 1)
    yield case("clip_by_norm", floats([3.0, 4.0]), 1.0)
    yield case("clip_by_norm", floats([0.0, 0.0]), 1.0)
    yield case("global_norm", [floats([3.0]), floats([4.0])])
    yield case("trace", wavy(3, 3))


def matmuls():
    for a, b in itertools.product((False, True), repeat=2):
        x, y = wavy(*((3, 2) if a else (2, 3))), counted(*((4, 3) if b else (3, 4)))
        yield case("matmul", x, y, transpose_a=a, transpose_b=b)
        yield case("matmul", np.stack([x, x]), np.stack([y, -y]), transpose_a=a, transpose_b=b)
        yield case("matmul", (x + 1j).astype("complex64"), y.astype("complex64"), adjoint_a=a, adjoint_b=b)
    for dtype in ("float64", "float16", "int32", "int64"):
        yield case("matmul", counted(2, 3, dtype=dtype), counted(3, 2, dtype=dtype))
    yield case("matmul", np.zeros([2, 0], np.float32), np.zeros([0, 3], np.float32))
    yield case("matmul", np.zeros([0, 2], np.float32), np.zeros([2, 3], np.float32))
    yield case("matmul", np.zeros([2, 0, 3], np.float32), np.zeros([2, 3, 1], np.float32))
    yield case("matmul", floats([[INF, 0.0], [NAN, 1.0]]), floats([[0.0, 1.0], [1.0, 0.0]]))
    yield case("matmul", np.int32([[2**31 - 1]]), np.int32([[2]]))
    yield case("matmul", wavy(2, 1, 2, 3), wavy(4, 3, 2))
    yield case("tensordot", wavy(2, 3, 4), wavy(4, 3), [[2, 1], [0, 1]])
