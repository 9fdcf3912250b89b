"""tensorflow.python.ops.gen_array_ops."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph import (
    batch_to_space_nd, bitcast, broadcast_to, check_numerics, dequantize, diag, diag_part,
    extract_volume_patches, fake_quant_with_min_max_args, fake_quant_with_min_max_args_gradient,
    fake_quant_with_min_max_vars, fake_quant_with_min_max_vars_gradient,
    fake_quant_with_min_max_vars_per_channel, fake_quant_with_min_max_vars_per_channel_gradient, fill,
    guarantee_const, identity, identity_n, invert_permutation, matrix_band_part, placeholder,
    placeholder_with_default, quantized_concat, rank, reshape, reverse_v2, scatter_nd, shape_n,
    space_to_batch_nd, stop_gradient, tensor_scatter_add, tensor_scatter_sub, tensor_scatter_update, tile,
    unique, unique_with_counts, unravel_index,
)

__all__ = [
    "batch_to_space_nd", "bitcast", "broadcast_to", "check_numerics", "dequantize", "diag", "diag_part",
    "extract_volume_patches", "fake_quant_with_min_max_args", "fake_quant_with_min_max_args_gradient",
    "fake_quant_with_min_max_vars", "fake_quant_with_min_max_vars_gradient",
    "fake_quant_with_min_max_vars_per_channel", "fake_quant_with_min_max_vars_per_channel_gradient",
    "fill", "guarantee_const", "identity", "identity_n", "invert_permutation", "matrix_band_part",
    "placeholder", "placeholder_with_default", "quantized_concat", "rank", "reshape", "reverse_v2",
    "scatter_nd", "shape_n", "space_to_batch_nd", "stop_gradient", "tensor_scatter_add",
    "tensor_scatter_sub", "tensor_scatter_update", "tile", "unique", "unique_with_counts",
    "unravel_index",
]

_absent.watch(__name__)
