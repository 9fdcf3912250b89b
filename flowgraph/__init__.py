"""flowgraph: TensorFlow 1.x's graph-and-session model, alive on modern Python.

    import flowgraph as tf
"""

from flowgraph.dtypes import (
    DType, as_dtype, bfloat16, bool, complex64, complex128, double, float16, float32, float64, half, int8, int16, int32,
    int64, qint8, qint16, qint32, quint8, quint16, resource, string, uint8, uint16, uint32, uint64, variant,
)  # fmt: skip
from flowgraph.ir.convert import convert_to_tensor, register_tensor_conversion_function
from flowgraph.ir.graph import Graph
from flowgraph.ir.scope import (
    GraphKeys, add_to_collection, add_to_collections, colocate_with, control_dependencies, device, get_collection,
    get_collection_ref, get_default_graph, get_default_session, name_scope, reset_default_graph, set_random_seed,
)  # fmt: skip
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.assertion import Assert
from flowgraph.ops.array import (
    fill, identity, identity_n, ones, ones_like, rank, reshape, shape, shape_n, size, stop_gradient, zeros, zeros_like,
)  # fmt: skip
from flowgraph.ops.cond import cond
from flowgraph.ops.cast import (
    bitcast, cast, saturate_cast, to_bfloat16, to_complex64, to_complex128, to_double, to_float, to_int32, to_int64,
)  # fmt: skip
from flowgraph.ops.clip import (
    clip_by_average_norm, clip_by_global_norm, clip_by_norm, clip_by_value, global_norm,
)  # fmt: skip
from flowgraph.ops.compare import (
    equal, greater, greater_equal, is_finite, is_inf, is_nan, less, less_equal, logical_and, logical_not, logical_or,
    logical_xor, not_equal,
)  # fmt: skip
from flowgraph.ops.complex import angle, complex, conj, imag, real
from flowgraph.ops.constant import constant, placeholder, placeholder_with_default
from flowgraph.ops.control_flow import group, no_op, tuple
from flowgraph.ops.division import (
    div, div_no_nan, divide, floor_div, floordiv, floormod, mod, realdiv, truediv, truncatediv, truncatemod,
)  # fmt: skip
from flowgraph.ops.hyperbolic import acosh, asinh, atanh, cosh, log_sigmoid, sigmoid, sinh, tanh
from flowgraph.ops.math import (
    add, maximum, minimum, multiply, pow, scalar_mul, squared_difference, subtract,
)  # fmt: skip
from flowgraph.ops import operators as _operators  # installs Python's operators on Tensor
from flowgraph.ops.random import get_seed, random_normal, random_uniform, truncated_normal
from flowgraph.ops.random_choice import multinomial, random_shuffle
from flowgraph.ops.random_crop import random_crop
from flowgraph.ops.random_gamma import random_gamma, random_poisson
from flowgraph.ops.select import where, where_v2
from flowgraph.ops.special import digamma, erf, erfc, lgamma, polygamma, zeta
from flowgraph.ops.trigonometry import acos, asin, atan, atan2, cos, sin, tan
from flowgraph.ops.unary import (
    abs, ceil, exp, expm1, floor, log, log1p, negative, reciprocal, rint, round, rsqrt, sign, sqrt, square,
)  # fmt: skip
from flowgraph.shapes import Dimension, TensorShape
from flowgraph.config import ConfigProto, GPUOptions, GraphOptions, OptimizerOptions
from flowgraph.fetches import register_session_run_conversion_functions
from flowgraph.session import InteractiveSession, Session
from flowgraph.autodiff import AggregationMethod, UnconnectedGradients, gradients
from flowgraph.ops.registry import NoGradient, NotDifferentiable, RegisterGradient
from flowgraph import linalg, math, nn, random
from flowgraph.ops.add_n import accumulate_n, add_n
from flowgraph.ops.checks import (
    assert_equal, assert_greater, assert_greater_equal, assert_less, assert_less_equal, assert_negative,
    assert_non_negative, assert_non_positive, assert_none_equal, assert_positive,
)  # fmt: skip
from flowgraph.ops.cumulative import cumprod, cumsum
from flowgraph.ops.matmul import matmul, sparse_matmul
from flowgraph.ops.norm import norm
from flowgraph.ops.partition import dynamic_partition, dynamic_stitch
from flowgraph.ops.ranking import arg_max, arg_min, argmax, argmin
from flowgraph.ops.reduction import reduce_all, reduce_any, reduce_max, reduce_mean, reduce_min, reduce_prod, reduce_sum
from flowgraph.ops.statistics import count_nonzero, reduce_logsumexp
from flowgraph.ops.tensordot import tensordot
from flowgraph.ops.broadcasting import (
    broadcast_dynamic_shape, broadcast_static_shape, broadcast_to, reverse, reverse_v2,
)  # fmt: skip
from flowgraph.ops.gather import gather, gather_nd
from flowgraph.ops.indexed_slices import IndexedSlices, convert_to_tensor_or_indexed_slices
from flowgraph.ops.joining import concat, stack, unstack
from flowgraph.ops.masking import boolean_mask, one_hot, sequence_mask
from flowgraph.ops.packing import is_dense as _is_dense  # lets lists with tensors inside stand for tensors
from flowgraph.ops.padding import pad
from flowgraph.ops.range import lin_space, linspace, range
from flowgraph.ops.scattering import scatter_nd, tensor_scatter_add, tensor_scatter_sub, tensor_scatter_update
from flowgraph.ops.segment import (
    segment_max, segment_mean, segment_min, segment_prod, segment_sum, unsorted_segment_max, unsorted_segment_mean,
    unsorted_segment_min, unsorted_segment_prod, unsorted_segment_sqrt_n, unsorted_segment_sum,
)  # fmt: skip
from flowgraph.ops.sets import setdiff1d, unique, unique_with_counts
from flowgraph.ops.shaping import expand_dims, invert_permutation, matrix_transpose, squeeze, tile, transpose
from flowgraph.ops.slicing import newaxis, slice, strided_slice
from flowgraph.ops.splitting import split
from flowgraph.ops.initializers import (
    Constant as constant_initializer, GlorotNormal as glorot_normal_initializer,
    GlorotUniform as glorot_uniform_initializer, Ones as ones_initializer, RandomNormal as random_normal_initializer,
    RandomUniform as random_uniform_initializer, TruncatedNormal as truncated_normal_initializer,
    UniformUnitScaling as uniform_unit_scaling_initializer, VarianceScaling as variance_scaling_initializer,
    Zeros as zeros_initializer,
)  # fmt: skip
from flowgraph.ops.scatter import (
    scatter_add, scatter_div, scatter_max, scatter_min, scatter_mul, scatter_sub, scatter_update,
)  # fmt: skip
from flowgraph.ops.scatter_nd import batch_scatter_update, scatter_nd_add, scatter_nd_sub, scatter_nd_update
from flowgraph.ops.state import assign, assign_add, assign_sub, count_up_to, is_variable_initialized
from flowgraph.variable_lists import (
    all_variables, assert_variables_initialized, global_variables, global_variables_initializer,
    initialize_all_variables, initialize_local_variables, initialize_variables, local_variables,
    local_variables_initializer, model_variables, moving_average_variables, report_uninitialized_variables,
    trainable_variables, variables_initializer,
)  # fmt: skip
from flowgraph.variable_scope import (
    AUTO_REUSE, VariableScope, get_local_variable, get_variable, get_variable_scope, no_regularizer,
    variable_op_scope, variable_scope,
)  # fmt: skip
from flowgraph.variables import (
    Variable, VariableAggregation, VariableSynchronization, disable_resource_variables, enable_resource_variables,
    resource_variables_enabled, variable_creator_scope,
)  # fmt: skip
from flowgraph import initializers
from flowgraph import app, contrib, train
from flowgraph.ops.batch_gather import batch_gather, meshgrid, repeat
from flowgraph.ops.diagonal import (
    diag, diag_part, eye, matrix_band_part, matrix_diag, matrix_diag_part, matrix_set_diag, trace,
)  # fmt: skip
from flowgraph.ops.rolling import reverse_sequence, roll


def __getattr__(name: str) -> object:
    """`tf.viz` is imported when it is first used: a script that draws nothing starts sooner without it."""
    if name == "viz":
        import flowgraph.viz

        return flowgraph.viz
    raise AttributeError(f"module 'flowgraph' has no attribute '{name}'")
