"""flowgraph: TensorFlow 1.x's graph-and-session model, alive on modern Python.

import flowgraph as tf
"""
# ruff: noqa: I001  # wrapped lists: with one name a line this file would fill ten screens
# ruff: noqa: E402  # the collector rests before anything else is imported
# fmt: off

import typing as _typing

from flowgraph import absent as _absent
from flowgraph.ir.pause import collector_paused as _collector_paused

_pause = _collector_paused()  # (it ends with this module should an import fail)
_pause.__enter__()

# A public name stands twice, sorted: in the import from the room that it lives in, and in __all__.

# graphs, sessions and gradients
from flowgraph.autodiff import AggregationMethod, UnconnectedGradients, gradients
from flowgraph.autodiff.hessians import hessians
from flowgraph.config import ConfigProto, GPUOptions, GraphOptions, OptimizerOptions, RunOptions
from flowgraph.dtypes import (
    QUANTIZED_DTYPES, DType, as_dtype, bfloat16, bool, complex64, complex128, double, float16, float32, float64, half,
    int8, int16, int32, int64, qint8, qint16, qint32, quint8, quint16, resource, string, uint8, uint16, uint32, uint64,
    variant,
)
from flowgraph.errors import OpError
from flowgraph.ir.device_spec import DeviceSpec
from flowgraph.ir.convert import convert_to_tensor, is_tensor, register_tensor_conversion_function
from flowgraph.ir.graph import Graph
from flowgraph.ir.scope import (
    GraphKeys, add_to_collection, add_to_collections, colocate_with, container, control_dependencies, device,
    executing_eagerly, get_collection, get_collection_ref, get_default_graph, get_default_session, init_scope,
    name_scope, op_scope, reset_default_graph, set_random_seed,
)
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.accumulators import (
    ConditionalAccumulator, ConditionalAccumulatorBase, SparseConditionalAccumulator,
)
from flowgraph.ops.queues import FIFOQueue, PaddingFIFOQueue, PriorityQueue, QueueBase, RandomShuffleQueue
from flowgraph.protos.tensors import make_ndarray, make_tensor_proto
from flowgraph.session import InteractiveSession, Session
from flowgraph.shapes import (
    Dimension, TensorShape, dimension_at_index, dimension_value, disable_v2_tensorshape, enable_v2_tensorshape,
)

# ops
from flowgraph.ops.add_n import accumulate_n
from flowgraph.ops.array import fill, ones, shape, shape_n, zeros
from flowgraph.ops.assertion import Assert
from flowgraph.ops.batch_gather import meshgrid, repeat
from flowgraph.ops.broadcasting import (
    broadcast_dynamic_shape, broadcast_static_shape, broadcast_to, reverse, reverse_v2,
)
from flowgraph.ops.cast import (
    bitcast, to_bfloat16, to_complex64, to_complex128, to_double, to_float, to_int32, to_int64,
)
from flowgraph.ops.checks import (
    assert_equal, assert_greater, assert_greater_equal, assert_less, assert_less_equal, assert_negative,
    assert_non_negative, assert_non_positive, assert_none_equal, assert_positive,
)
from flowgraph.ops.clip import clip_by_average_norm, clip_by_global_norm, clip_by_norm, global_norm
from flowgraph.ops.case import case, switch_case
from flowgraph.ops.clock import timestamp
from flowgraph.ops.cond import cond
from flowgraph.ops.confusion import confusion_matrix
from flowgraph.ops.constant import constant, placeholder, placeholder_with_default
from flowgraph.ops.control_flow import group, no_op, tuple
from flowgraph.ops.cumulative import cumprod, cumsum
from flowgraph.ops.determinant import matrix_determinant
from flowgraph.ops.diagonal import (
    diag, diag_part, eye, matrix_band_part, matrix_diag, matrix_diag_part, matrix_set_diag, trace,
)
from flowgraph.ops.division import div, floor_div, mod
from flowgraph.ops.edit_distance import edit_distance
from flowgraph.ops.einsum import einsum
from flowgraph.ops.factorize import cholesky, qr, self_adjoint_eig, self_adjoint_eigvals
from flowgraph.ops.fake_quant import (
    fake_quant_with_min_max_args, fake_quant_with_min_max_args_gradient, fake_quant_with_min_max_vars,
    fake_quant_with_min_max_vars_gradient, fake_quant_with_min_max_vars_per_channel,
    fake_quant_with_min_max_vars_per_channel_gradient,
)
from flowgraph.ops.features import FixedLenFeature, FixedLenSequenceFeature, SparseFeature, VarLenFeature
from flowgraph.ops.files import matching_files, read_file, write_file
from flowgraph.ops.fft import fft, fft2d, fft3d, ifft, ifft2d, ifft3d
from flowgraph.ops.graph_import import import_graph_def
from flowgraph.ops.histogram import bincount, histogram_fixed_width, histogram_fixed_width_bins
from flowgraph.ops.hyperbolic import sigmoid, tanh
from flowgraph.ops.identity import guarantee_const, identity_n, stop_gradient
from flowgraph.ops.incomplete import betainc, igamma, igammac, lbeta
from flowgraph.ops.indexed_slices import IndexedSlices, convert_to_tensor_or_indexed_slices
from flowgraph.ops.joining import parallel_stack, unstack
from flowgraph.ops.masking import boolean_mask, sequence_mask
from flowgraph.ops.math import scalar_mul
from flowgraph.ops.matmul import matmul, sparse_matmul
from flowgraph.ops.matrix_functions import sqrtm as matrix_square_root
from flowgraph.linear.norms import norm
from flowgraph.ops.numerics import add_check_numerics_ops, verify_tensor_all_finite
from flowgraph.ops.padding import pad
from flowgraph.ops.parse_example import decode_json_example
from flowgraph.ops.parse_functions import (
    parse_example,
    parse_single_example,
    parse_single_sequence_example,
)
from flowgraph.ops.parsing import decode_csv, decode_raw
from flowgraph.ops.partition import dynamic_stitch
from flowgraph.ops.print_v2 import print_v2 as print
from flowgraph.ops.patches import extract_image_patches, extract_volume_patches
from flowgraph.ops.printing import Print
from flowgraph.ops.py_func import numpy_function, py_func
from flowgraph.ops.py_function import py_function
from flowgraph.ops.quantize import dequantize, quantize, quantize_v2, quantized_concat
from flowgraph.ops.ragged_public import (
    abs, acos, acosh, add, add_n, angle, as_string, asin, asinh, atan, atan2, atanh, batch_gather, cast, ceil,
    check_numerics, clip_by_value, complex, concat, conj, cos, cosh, decode_base64, decode_compressed, digamma,
    div_no_nan, divide, dynamic_partition, encode_base64, equal, erf, erfc, exp, expand_dims, expm1, floor, floordiv,
    floormod, gather, gather_nd, greater, greater_equal, identity, imag, is_finite, is_inf, is_nan, less, less_equal,
    lgamma, log, log1p, log_sigmoid, logical_and, logical_not, logical_or, logical_xor, maximum, minimum, multiply,
    negative, not_equal, one_hot, ones_like, pow, rank, real, realdiv, reciprocal, reduce_all, reduce_any,
    reduce_join, reduce_max, reduce_mean, reduce_min, reduce_prod, reduce_sum, regex_replace, rint, round, rsqrt,
    saturate_cast, sign, sin, sinh, size, sqrt, square, squared_difference, squeeze, stack, string_join, string_strip,
    string_to_hash_bucket_fast, string_to_hash_bucket_strong, substr, subtract, tan, tile, truediv, truncatediv,
    truncatemod, unsorted_segment_max, unsorted_segment_mean, unsorted_segment_min, unsorted_segment_prod,
    unsorted_segment_sqrt_n, unsorted_segment_sum, where, zeros_like,
)
from flowgraph.ops.ragged_tensor import RaggedTensor
from flowgraph.ops.random import get_seed, random_normal, random_uniform, truncated_normal
from flowgraph.ops.random_choice import multinomial, random_shuffle
from flowgraph.ops.random_crop import random_crop
from flowgraph.ops.random_gamma import random_gamma, random_poisson
from flowgraph.ops.range import lin_space, linspace, range
from flowgraph.ops.rank_checks import (
    assert_integer, assert_near, assert_proper_iterable, assert_rank, assert_rank_at_least, assert_rank_in,
    assert_same_float_dtype, assert_scalar, assert_type, is_non_decreasing, is_numeric_tensor, is_strictly_increasing,
)
from flowgraph.ops.ranking import arg_max, arg_min, argmax, argmin
from flowgraph.ops.registry import NoGradient, NotDifferentiable, RegisterGradient
from flowgraph.ops.reshape import reshape
from flowgraph.ops.rolling import reverse_sequence, roll
from flowgraph.ops.scatter import (
    scatter_add, scatter_div, scatter_max, scatter_min, scatter_mul, scatter_sub, scatter_update,
)
from flowgraph.ops.scatter_nd import batch_scatter_update, scatter_nd_add, scatter_nd_sub, scatter_nd_update
from flowgraph.ops.scattering import (
    scatter_nd, tensor_scatter_add, tensor_scatter_add as tensor_scatter_nd_add, tensor_scatter_sub,
    tensor_scatter_sub as tensor_scatter_nd_sub, tensor_scatter_update,
    tensor_scatter_update as tensor_scatter_nd_update,
)
from flowgraph.ops.segment import segment_max, segment_mean, segment_min, segment_prod, segment_sum
from flowgraph.ops.select import where_v2
from flowgraph.ops.readers import (
    FixedLengthRecordReader, IdentityReader, ReaderBase, TextLineReader, TFRecordReader, WholeFileReader,
)
from flowgraph.ops.serialize import parse_tensor, serialize_tensor
from flowgraph.ops.session_handle import delete_session_tensor, get_session_handle, get_session_tensor
from flowgraph.ops.sets import setdiff1d, unique, unique_with_counts
from flowgraph.ops.shaping import invert_permutation, matrix_transpose, transpose
from flowgraph.ops.slicing import newaxis, slice, strided_slice
from flowgraph.ops.solve import (
    cholesky_solve, matrix_inverse, matrix_solve, matrix_solve_ls, matrix_triangular_solve,
)
from flowgraph.ops.sorting import argsort, searchsorted, sort
from flowgraph.ops.space_batch import (
    batch_to_space, batch_to_space_nd, required_space_to_batch_paddings, space_to_batch, space_to_batch_nd,
)
from flowgraph.ops.space_depth import depth_to_space, space_to_depth
from flowgraph.ops.sparse_add import sparse_add, sparse_maximum, sparse_minimum
from flowgraph.ops.sparse_arrange import sparse_reorder, sparse_reshape, sparse_transpose
from flowgraph.ops.sparse_dense import sparse_tensor_to_dense, sparse_to_dense
from flowgraph.ops.sparse_math import sparse_softmax
from flowgraph.ops.sparse_matmul import sparse_tensor_dense_matmul
from flowgraph.ops.sparse_parts import sparse_merge, sparse_reset_shape, sparse_retain, sparse_to_indicator
from flowgraph.ops.sparse_reduce import (
    sparse_reduce_max, sparse_reduce_max_sparse, sparse_reduce_sum, sparse_reduce_sum_sparse,
)
from flowgraph.ops.sparse_rows import sparse_fill_empty_rows, sparse_mask
from flowgraph.ops.sparse_segment import sparse_segment_mean, sparse_segment_sqrt_n, sparse_segment_sum
from flowgraph.ops.sparse_serialize import deserialize_many_sparse, serialize_many_sparse, serialize_sparse
from flowgraph.ops.sparse_slices import sparse_concat, sparse_slice, sparse_split
from flowgraph.ops.sparse_tensor import (
    SparseTensor, SparseTensorValue, convert_to_tensor_or_sparse_tensor, sparse_placeholder,
)
from flowgraph.ops.special import polygamma, zeta
from flowgraph.ops.splitting import split
from flowgraph.ops.state import assign, assign_add, assign_sub, count_up_to, is_variable_initialized
from flowgraph.ops.static_value import get_static_value
from flowgraph.ops.statistics import count_nonzero, reduce_logsumexp
from flowgraph.ops.string_hash import string_to_hash_bucket
from flowgraph.ops.string_numbers import string_to_number
from flowgraph.ops.string_split import string_split
from flowgraph.ops.tables import initialize_all_tables, tables_initializer
from flowgraph.ops.tensor_array import TensorArray
from flowgraph.ops.tensordot import tensordot
from flowgraph.ops.vectors import cross, ensure_shape, unravel_index
from flowgraph.ops.svd import svd
from flowgraph.ops.while_loop import while_loop
from flowgraph.ops import operators as _operators, packing as _packing  # noqa: F401  # teach tensors + - *, and lists

# functions of functions
from flowgraph.functional.fold import foldl, foldr
from flowgraph.functional.map_fn import map_fn, vectorized_map
from flowgraph.functional.scan import scan

# variables
from flowgraph.initializers import (
    constant as constant_initializer, glorot_normal as glorot_normal_initializer,
    glorot_uniform as glorot_uniform_initializer, ones as ones_initializer, orthogonal as orthogonal_initializer,
    random_normal as random_normal_initializer,
    random_uniform as random_uniform_initializer, truncated_normal as truncated_normal_initializer,
    uniform_unit_scaling as uniform_unit_scaling_initializer, variance_scaling as variance_scaling_initializer,
    zeros as zeros_initializer,
)
from flowgraph.variables.block import variable_op_scope, variable_scope
from flowgraph.variables.custom_gradient import custom_gradient, grad_pass_through, recompute_grad
from flowgraph.variables.lists import (
    all_variables, assert_variables_initialized, global_variables, global_variables_initializer,
    initialize_all_variables, initialize_local_variables, initialize_variables, local_variables,
    local_variables_initializer, model_variables, moving_average_variables, report_uninitialized_variables,
    trainable_variables, variables_initializer,
)
from flowgraph.variables.options import (
    VariableAggregation, VariableSynchronization, disable_resource_variables, enable_resource_variables,
    resource_variables_enabled,
)
from flowgraph.variables.partitioners import (
    create_partitioned_variables, fixed_size_partitioner, min_max_variable_partitioner, variable_axis_size_partitioner,
)
from flowgraph.tracking.module import Module
from flowgraph.variables.scope import (
    AUTO_REUSE, VariableScope, get_local_variable, get_variable, get_variable_scope, no_regularizer,
)
from flowgraph.variables.switches import (
    control_flow_v2_enabled, disable_control_flow_v2, disable_eager_execution, disable_tensor_equality,
    disable_v2_behavior, enable_control_flow_v2, enable_eager_execution, enable_tensor_equality, enable_v2_behavior,
)
from flowgraph.variables.template import make_template
from flowgraph.variables.variable import Variable, variable_creator_scope

# input
from flowgraph.datasets.structure import TensorSpec

# modules
from flowgraph import (
    app, audio, bitwise, compat, data, debugging, distributions, dtypes, errors, gfile, graph_util, image,
    initializers, interop, io, layers, linalg, logging, lookup, losses, manip, math, metrics, nest, nn, python_io,
    quantization, queue, ragged, random, resource_loader, saved_model, sets, signal, sparse, spectral, strings,
    summary, sysconfig, test, train, user_ops, version,
)
from flowgraph.sysconfig import CXX11_ABI_FLAG, MONOLITHIC_BUILD
from flowgraph.version import (
    COMPILER_VERSION, GIT_VERSION, GRAPH_DEF_VERSION, GRAPH_DEF_VERSION_MIN_CONSUMER, GRAPH_DEF_VERSION_MIN_PRODUCER,
    VERSION,
)
from flowgraph.platform.libraries import load_file_system_library, load_library, load_op_library
from flowgraph.platform.logs import get_logger

if _typing.TYPE_CHECKING:
    from flowgraph import debug, flags, viz

no_gradient = NotDifferentiable

flowgraph_version = "0.1.0"
"""Of this library. `tf.__version__` and `tf.VERSION` are TensorFlow's, whose behaviour it has: scripts ask for it."""
__version__ = VERSION

__all__ = [
    "AUTO_REUSE", "COMPILER_VERSION", "CXX11_ABI_FLAG", "GIT_VERSION", "GRAPH_DEF_VERSION",
    "GRAPH_DEF_VERSION_MIN_CONSUMER", "GRAPH_DEF_VERSION_MIN_PRODUCER", "MONOLITHIC_BUILD", "QUANTIZED_DTYPES",
    "VERSION", "AggregationMethod", "Assert", "AttrValue", "ConditionalAccumulator", "ConditionalAccumulatorBase",
    "ConfigProto", "DType", "DeviceSpec", "Dimension", "Event", "FIFOQueue", "FixedLenFeature",
    "FixedLenSequenceFeature", "FixedLengthRecordReader", "GPUOptions", "Graph", "GraphDef", "GraphKeys",
    "GraphOptions", "HistogramProto", "IdentityReader", "IndexedSlices", "InteractiveSession", "LogMessage",
    "MetaGraphDef", "Module", "NameAttrList", "NoGradient", "NodeDef", "NotDifferentiable", "OpError", "Operation",
    "OptimizerOptions", "PaddingFIFOQueue", "Print", "PriorityQueue", "QueueBase", "RaggedTensor",
    "RandomShuffleQueue", "ReaderBase", "RegisterGradient", "RunMetadata", "RunOptions", "Session", "SessionLog",
    "SparseConditionalAccumulator", "SparseFeature", "SparseTensor", "SparseTensorValue", "Summary",
    "SummaryMetadata", "TFRecordReader", "Tensor", "TensorArray", "TensorInfo", "TensorShape", "TensorSpec",
    "TextLineReader",
    "UnconnectedGradients", "VarLenFeature", "Variable", "VariableAggregation", "VariableScope",
    "VariableSynchronization", "WholeFileReader", "abs", "accumulate_n", "acos", "acosh", "add",
    "add_check_numerics_ops", "add_n", "add_to_collection", "add_to_collections", "all_variables", "angle", "app",
    "arg_max", "arg_min", "argmax", "argmin", "argsort", "as_dtype", "as_string", "asin", "asinh", "assert_equal",
    "assert_greater", "assert_greater_equal", "assert_integer", "assert_less", "assert_less_equal", "assert_near",
    "assert_negative", "assert_non_negative", "assert_non_positive", "assert_none_equal", "assert_positive",
    "assert_proper_iterable", "assert_rank", "assert_rank_at_least", "assert_rank_in", "assert_same_float_dtype",
    "assert_scalar", "assert_type", "assert_variables_initialized", "assign", "assign_add", "assign_sub", "atan",
    "atan2", "atanh", "audio", "batch_gather", "batch_scatter_update", "batch_to_space", "batch_to_space_nd",
    "betainc", "bfloat16", "bincount", "bitcast", "bitwise", "bool", "boolean_mask", "broadcast_dynamic_shape",
    "broadcast_static_shape", "broadcast_to", "case", "cast", "ceil", "check_numerics", "cholesky",
    "cholesky_solve", "clip_by_average_norm", "clip_by_global_norm", "clip_by_norm", "clip_by_value",
    "colocate_with", "compat", "complex", "complex64", "complex128", "concat", "cond", "confusion_matrix", "conj",
    "constant", "constant_initializer", "container", "contrib", "control_dependencies", "control_flow_v2_enabled",
    "convert_to_tensor", "convert_to_tensor_or_indexed_slices", "convert_to_tensor_or_sparse_tensor", "cos", "cosh",
    "count_nonzero", "count_up_to", "create_partitioned_variables", "cross", "cumprod", "cumsum", "custom_gradient",
    "data", "debug", "debugging", "decode_base64", "decode_compressed", "decode_csv", "decode_json_example",
    "decode_raw", "delete_session_tensor", "depth_to_space", "dequantize", "deserialize_many_sparse", "device", "diag",
    "diag_part", "digamma", "dimension_at_index", "dimension_value", "disable_control_flow_v2",
    "disable_eager_execution", "disable_resource_variables", "disable_tensor_equality", "disable_v2_behavior",
    "disable_v2_tensorshape", "distributions", "div", "div_no_nan", "divide", "double", "dtypes",
    "dynamic_partition", "dynamic_stitch", "edit_distance", "einsum", "enable_control_flow_v2",
    "enable_eager_execution", "enable_resource_variables", "enable_tensor_equality", "enable_v2_behavior",
    "enable_v2_tensorshape", "encode_base64", "ensure_shape", "equal", "erf", "erfc", "errors", "executing_eagerly",
    "exp", "expand_dims", "expm1", "extract_image_patches", "extract_volume_patches", "eye",
    "fake_quant_with_min_max_args", "fake_quant_with_min_max_args_gradient", "fake_quant_with_min_max_vars",
    "fake_quant_with_min_max_vars_gradient", "fake_quant_with_min_max_vars_per_channel",
    "fake_quant_with_min_max_vars_per_channel_gradient", "fft", "fft2d", "fft3d", "fill", "fixed_size_partitioner",
    "flags", "float16", "float32", "float64", "floor", "floor_div", "floordiv", "floormod", "flowgraph_version",
    "foldl", "foldr", "gather", "gather_nd", "get_collection", "get_collection_ref", "get_default_graph",
    "get_default_session", "get_local_variable", "get_logger", "get_seed", "get_session_handle",
    "get_session_tensor", "get_static_value", "get_variable", "get_variable_scope", "gfile", "global_norm",
    "global_variables", "global_variables_initializer", "glorot_normal_initializer", "glorot_uniform_initializer",
    "grad_pass_through", "gradients", "graph_util", "greater", "greater_equal", "group", "guarantee_const", "half",
    "hessians", "histogram_fixed_width", "histogram_fixed_width_bins", "identity", "identity_n", "ifft", "ifft2d",
    "ifft3d", "igamma", "igammac", "imag", "image", "import_graph_def", "init_scope", "initialize_all_tables",
    "initialize_all_variables", "initialize_local_variables", "initialize_variables", "initializers", "int8",
    "int16", "int32", "int64", "interop", "invert_permutation", "io", "is_finite", "is_inf", "is_nan",
    "is_non_decreasing", "is_numeric_tensor", "is_strictly_increasing", "is_tensor", "is_variable_initialized",
    "layers", "lbeta", "less", "less_equal", "lgamma", "lin_space", "linalg", "linspace",
    "load_file_system_library", "load_library", "load_op_library", "local_variables", "local_variables_initializer",
    "log", "log1p", "log_sigmoid", "logging", "logical_and", "logical_not", "logical_or", "logical_xor", "lookup",
    "losses", "make_ndarray", "make_template", "make_tensor_proto", "manip", "map_fn", "matching_files", "math",
    "matmul", "matrix_band_part", "matrix_determinant", "matrix_diag", "matrix_diag_part", "matrix_inverse",
    "matrix_set_diag", "matrix_solve", "matrix_solve_ls", "matrix_square_root", "matrix_transpose",
    "matrix_triangular_solve", "maximum", "meshgrid", "metrics", "min_max_variable_partitioner", "minimum", "mod",
    "model_variables", "moving_average_variables", "multinomial", "multiply", "name_scope", "negative", "nest",
    "newaxis", "nn", "no_gradient", "no_op", "no_regularizer", "norm", "not_equal", "numpy_function", "one_hot",
    "ones", "ones_initializer", "ones_like", "op_scope", "orthogonal_initializer", "pad", "parallel_stack",
    "parse_example", "parse_single_example", "parse_single_sequence_example", "parse_tensor", "placeholder",
    "placeholder_with_default", "polygamma", "pow", "print", "py_func", "py_function", "python_io", "qint8",
    "qint16", "qint32", "qr", "quantization", "quantize", "quantize_v2", "quantized_concat", "queue", "quint8",
    "quint16", "ragged", "random", "random_crop", "random_gamma", "random_normal", "random_normal_initializer",
    "random_poisson", "random_shuffle", "random_uniform", "random_uniform_initializer", "range", "rank",
    "read_file", "real", "realdiv", "reciprocal", "recompute_grad", "reduce_all", "reduce_any", "reduce_join",
    "reduce_logsumexp", "reduce_max", "reduce_mean", "reduce_min", "reduce_prod", "reduce_sum", "regex_replace",
    "register_tensor_conversion_function", "repeat", "report_uninitialized_variables",
    "required_space_to_batch_paddings", "reset_default_graph", "reshape", "resource", "resource_loader",
    "resource_variables_enabled", "reverse", "reverse_sequence", "reverse_v2", "rint", "roll", "round", "rsqrt",
    "saturate_cast", "saved_model", "scalar_mul", "scan", "scatter_add", "scatter_div", "scatter_max",
    "scatter_min", "scatter_mul", "scatter_nd", "scatter_nd_add", "scatter_nd_sub", "scatter_nd_update",
    "scatter_sub", "scatter_update", "searchsorted", "segment_max", "segment_mean", "segment_min", "segment_prod",
    "segment_sum", "self_adjoint_eig", "self_adjoint_eigvals", "sequence_mask", "serialize_many_sparse",
    "serialize_sparse", "serialize_tensor", "set_random_seed", "setdiff1d", "sets", "shape", "shape_n", "sigmoid",
    "sign", "signal", "sin", "sinh", "size", "slice", "sort", "space_to_batch", "space_to_batch_nd",
    "space_to_depth", "sparse", "sparse_add", "sparse_concat", "sparse_fill_empty_rows", "sparse_mask",
    "sparse_matmul", "sparse_maximum", "sparse_merge", "sparse_minimum", "sparse_placeholder", "sparse_reduce_max",
    "sparse_reduce_max_sparse", "sparse_reduce_sum", "sparse_reduce_sum_sparse", "sparse_reorder",
    "sparse_reset_shape", "sparse_reshape", "sparse_retain", "sparse_segment_mean", "sparse_segment_sqrt_n",
    "sparse_segment_sum", "sparse_slice", "sparse_softmax", "sparse_split", "sparse_tensor_dense_matmul",
    "sparse_tensor_to_dense", "sparse_to_dense", "sparse_to_indicator", "sparse_transpose", "spectral", "split",
    "sqrt", "square", "squared_difference", "squeeze", "stack", "stop_gradient", "strided_slice", "string",
    "string_join", "string_split", "string_strip", "string_to_hash_bucket", "string_to_hash_bucket_fast",
    "string_to_hash_bucket_strong", "string_to_number", "strings", "substr", "subtract", "summary", "svd",
    "switch_case", "sysconfig", "tables_initializer", "tan", "tanh", "tensor_scatter_add", "tensor_scatter_nd_add",
    "tensor_scatter_nd_sub", "tensor_scatter_nd_update", "tensor_scatter_sub", "tensor_scatter_update", "tensordot",
    "test", "tile", "timestamp", "to_bfloat16", "to_complex64", "to_complex128", "to_double", "to_float",
    "to_int32", "to_int64", "trace", "train", "trainable_variables", "transpose", "truediv", "truncated_normal",
    "truncated_normal_initializer", "truncatediv", "truncatemod", "tuple", "uint8", "uint16", "uint32", "uint64",
    "uniform_unit_scaling_initializer", "unique", "unique_with_counts", "unravel_index", "unsorted_segment_max",
    "unsorted_segment_mean", "unsorted_segment_min", "unsorted_segment_prod", "unsorted_segment_sqrt_n",
    "unsorted_segment_sum", "unstack", "user_ops", "variable_axis_size_partitioner", "variable_creator_scope",
    "variable_op_scope", "variable_scope", "variables_initializer", "variance_scaling_initializer", "variant",
    "vectorized_map", "verify_tensor_all_finite", "version", "viz", "where", "where_v2", "while_loop", "write_file",
    "zeros", "zeros_initializer", "zeros_like", "zeta",
]


_MESSAGES = (
    "AttrValue", "Event", "GraphDef", "HistogramProto", "LogMessage", "MetaGraphDef", "NameAttrList", "NodeDef",
    "RunMetadata", "SessionLog", "Summary", "SummaryMetadata", "TensorInfo",
)


def __getattr__(name: str) -> object:
    """What is imported when it is first used: a script that does without it starts sooner."""
    if name in _MESSAGES:
        from flowgraph import protos

        return protos.message(name)
    if name in ("contrib", "debug", "flags", "viz"):
        import importlib

        return importlib.import_module(f"flowgraph.{name}")
    raise AttributeError(f"module 'flowgraph' has no attribute '{name}'")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]

_absent.watch(__name__)
_pause.__exit__(None, None, None)
del _pause
