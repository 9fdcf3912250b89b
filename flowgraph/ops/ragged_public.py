"""The public functions that also take ragged tensors: `tf.add`, `tf.concat`, `tf.reduce_sum` and a hundred more.

Each is the function of ordinary tensors. Only when that refuses its arguments, the wrapper looks for ragged tensors
among them, as TensorFlow does. The rooms of this house call the functions behind these names, and pay nothing.
"""
# ruff: noqa: I001  # many short names
# fmt: off

from __future__ import annotations

import functools
from typing import Any

from flowgraph.ops import add_n as add_n_
from flowgraph.ops import array as array_
from flowgraph.ops import batch_gather as batch_gather_
from flowgraph.ops import bitwise as bitwise_
from flowgraph.ops import cast as cast_
from flowgraph.ops import clip as clip_
from flowgraph.ops import compare as compare_
from flowgraph.ops import complex as complex_
from flowgraph.ops import division as division_
from flowgraph.ops import gather as gather_
from flowgraph.ops import hyperbolic as hyperbolic_
from flowgraph.ops import identity as identity_
from flowgraph.ops import joining as joining_
from flowgraph.ops import masking as masking_
from flowgraph.ops import math as math_
from flowgraph.ops import numerics as numerics_
from flowgraph.ops import parsing as parsing_
from flowgraph.ops import partition as partition_
from flowgraph.ops import reduction as reduction_
from flowgraph.ops import segment as segment_
from flowgraph.ops import select as select_
from flowgraph.ops import shaping as shaping_
from flowgraph.ops import special as special_
from flowgraph.ops import string_base64 as string_base64_
from flowgraph.ops import string_hash as string_hash_
from flowgraph.ops import string_join as string_join_
from flowgraph.ops import string_numbers as string_numbers_
from flowgraph.ops import string_parts as string_parts_
from flowgraph.ops import string_regex as string_regex_
from flowgraph.ops import string_unicode as string_unicode_
from flowgraph.ops import trigonometry as trigonometry_
from flowgraph.ops import unary as unary_
from flowgraph.ops import ragged_array, ragged_concat, ragged_gather, ragged_math
from flowgraph.ops.ragged_dispatch import entry_by_entry, of_its_own, of_several, of_two
from flowgraph.ops.ragged_tensor import install_operators, is_ragged


# -- entry by entry ---------------------------------------------------------------------------------------

ones_like = entry_by_entry(array_.ones_like)
zeros_like = entry_by_entry(array_.zeros_like)
invert = entry_by_entry(bitwise_.invert)
cast = entry_by_entry(cast_.cast)
saturate_cast = entry_by_entry(cast_.saturate_cast)
clip_by_value = entry_by_entry(clip_.clip_by_value)
is_finite = entry_by_entry(compare_.is_finite)
is_inf = entry_by_entry(compare_.is_inf)
is_nan = entry_by_entry(compare_.is_nan)
logical_not = entry_by_entry(compare_.logical_not)
angle = entry_by_entry(complex_.angle)
conj = entry_by_entry(complex_.conj)
imag = entry_by_entry(complex_.imag)
real = entry_by_entry(complex_.real)
acosh = entry_by_entry(hyperbolic_.acosh)
asinh = entry_by_entry(hyperbolic_.asinh)
atanh = entry_by_entry(hyperbolic_.atanh)
cosh = entry_by_entry(hyperbolic_.cosh)
log_sigmoid = entry_by_entry(hyperbolic_.log_sigmoid)
sinh = entry_by_entry(hyperbolic_.sinh)
identity = entry_by_entry(identity_.identity)
check_numerics = entry_by_entry(numerics_.check_numerics)
decode_compressed = entry_by_entry(parsing_.decode_compressed)
digamma = entry_by_entry(special_.digamma)
erf = entry_by_entry(special_.erf)
erfc = entry_by_entry(special_.erfc)
lgamma = entry_by_entry(special_.lgamma)
decode_base64 = entry_by_entry(string_base64_.decode_base64)
encode_base64 = entry_by_entry(string_base64_.encode_base64)
string_to_hash_bucket_fast = entry_by_entry(string_hash_.string_to_hash_bucket_fast)
string_to_hash_bucket_strong = entry_by_entry(string_hash_.string_to_hash_bucket_strong)
as_string = entry_by_entry(string_numbers_.as_string)
string_strip = entry_by_entry(string_parts_.string_strip)
substr = entry_by_entry(string_parts_.substr)
string_length = entry_by_entry(string_parts_.string_length)
regex_full_match = entry_by_entry(string_regex_.regex_full_match)
regex_replace = entry_by_entry(string_regex_.regex_replace)
unicode_script = entry_by_entry(string_unicode_.unicode_script)
acos = entry_by_entry(trigonometry_.acos)
asin = entry_by_entry(trigonometry_.asin)
atan = entry_by_entry(trigonometry_.atan)
cos = entry_by_entry(trigonometry_.cos)
sin = entry_by_entry(trigonometry_.sin)
tan = entry_by_entry(trigonometry_.tan)
abs = entry_by_entry(unary_.abs)
ceil = entry_by_entry(unary_.ceil)
exp = entry_by_entry(unary_.exp)
expm1 = entry_by_entry(unary_.expm1)
floor = entry_by_entry(unary_.floor)
log = entry_by_entry(unary_.log)
log1p = entry_by_entry(unary_.log1p)
negative = entry_by_entry(unary_.negative)
reciprocal = entry_by_entry(unary_.reciprocal)
rint = entry_by_entry(unary_.rint)
round = entry_by_entry(unary_.round)
rsqrt = entry_by_entry(unary_.rsqrt)
sign = entry_by_entry(unary_.sign)
sqrt = entry_by_entry(unary_.sqrt)
square = entry_by_entry(unary_.square)


# -- several, entry by entry ------------------------------------------------------------------------------

add_n = of_several(add_n_.add_n)
string_join = of_several(string_join_.string_join)


# -- two, broadcast against each other --------------------------------------------------------------------

bitwise_and = of_two(bitwise_.bitwise_and)
bitwise_or = of_two(bitwise_.bitwise_or)
bitwise_xor = of_two(bitwise_.bitwise_xor)
left_shift = of_two(bitwise_.left_shift)
right_shift = of_two(bitwise_.right_shift)
equal = of_two(compare_.equal)
greater = of_two(compare_.greater)
greater_equal = of_two(compare_.greater_equal)
less = of_two(compare_.less)
less_equal = of_two(compare_.less_equal)
logical_and = of_two(compare_.logical_and)
logical_or = of_two(compare_.logical_or)
not_equal = of_two(compare_.not_equal)
complex = of_two(complex_.complex)
div_no_nan = of_two(division_.div_no_nan)
divide = of_two(division_.divide)
floordiv = of_two(division_.floordiv)
floormod = of_two(division_.floormod)
realdiv = of_two(division_.realdiv)
truediv = of_two(division_.truediv)
truncatediv = of_two(division_.truncatediv)
truncatemod = of_two(division_.truncatemod)
add = of_two(math_.add)
maximum = of_two(math_.maximum)
minimum = of_two(math_.minimum)
multiply = of_two(math_.multiply)
pow = of_two(math_.pow)
squared_difference = of_two(math_.squared_difference)
subtract = of_two(math_.subtract)
atan2 = of_two(trigonometry_.atan2)


# -- functions of their own -------------------------------------------------------------------------------

batch_gather = of_its_own(batch_gather_.batch_gather, ragged_gather.batch_gather, "params", "indices")
concat = of_its_own(joining_.concat, ragged_concat.concat, "[values]")
expand_dims = of_its_own(shaping_.expand_dims, ragged_array.expand_dims, "input")
gather = of_its_own(gather_.gather, ragged_gather.gather, "params", "indices")
gather_nd = of_its_own(gather_.gather_nd, ragged_gather.gather_nd, "params", "indices")
one_hot = of_its_own(masking_.one_hot, ragged_array.one_hot, "indices")
rank = of_its_own(array_.rank, ragged_array.rank, "input")
size = of_its_own(array_.size, ragged_array.size, "input")
squeeze = of_its_own(shaping_.squeeze, ragged_array.squeeze, "input")
stack = of_its_own(joining_.stack, ragged_concat.ragged_stack, "[values]")
tile = of_its_own(shaping_.tile, ragged_array.tile, "input")
where = of_its_own(select_.where, ragged_concat.where, "condition", "x", "y")
dynamic_partition = of_its_own(partition_.dynamic_partition, ragged_array.dynamic_partition, "data", "partitions")
unsorted_segment_sum = of_its_own(segment_.unsorted_segment_sum, ragged_math.segment_sum, "data", "segment_ids")
unsorted_segment_prod = of_its_own(segment_.unsorted_segment_prod, ragged_math.segment_prod, "data", "segment_ids")
unsorted_segment_min = of_its_own(segment_.unsorted_segment_min, ragged_math.segment_min, "data", "segment_ids")
unsorted_segment_max = of_its_own(segment_.unsorted_segment_max, ragged_math.segment_max, "data", "segment_ids")
unsorted_segment_mean = of_its_own(segment_.unsorted_segment_mean, ragged_math.segment_mean, "data", "segment_ids")
unsorted_segment_sqrt_n = of_its_own(
    segment_.unsorted_segment_sqrt_n, ragged_math.segment_sqrt_n, "data", "segment_ids",
)
reduce_join = of_its_own(string_join_.reduce_join, ragged_math.reduce_join, "inputs")
reduce_sum = of_its_own(reduction_.reduce_sum, ragged_math.reduce_sum, "input_tensor")
reduce_prod = of_its_own(reduction_.reduce_prod, ragged_math.reduce_prod, "input_tensor")
reduce_min = of_its_own(reduction_.reduce_min, ragged_math.reduce_min, "input_tensor")
reduce_max = of_its_own(reduction_.reduce_max, ragged_math.reduce_max, "input_tensor")
reduce_mean = of_its_own(reduction_.reduce_mean, ragged_math.reduce_mean, "input_tensor")
reduce_any = of_its_own(reduction_.reduce_any, ragged_math.reduce_any, "input_tensor")
reduce_all = of_its_own(reduction_.reduce_all, ragged_math.reduce_all, "input_tensor")


@functools.wraps(compare_.logical_xor)
def logical_xor(x: Any, y: Any, name: str = "LogicalXor") -> Any:
    """Of ragged tensors, TF builds it of the other three."""
    if not (is_ragged(x) or is_ragged(y)):
        return compare_.logical_xor(x, y, name)
    return logical_and(logical_or(x, y), logical_not(logical_and(x, y)), name=name)

# -- operators ---------------------------------------------------------------------------------------------

install_operators({
    "__abs__": abs, "__add__": add, "__and__": logical_and, "__floordiv__": floordiv,
    "__ge__": greater_equal, "__gt__": greater, "__invert__": logical_not, "__le__": less_equal, "__lt__": less,
    "__mod__": floormod, "__mul__": multiply, "__neg__": negative, "__or__": logical_or, "__pow__": pow,
    "__sub__": subtract, "__truediv__": truediv, "__xor__": logical_xor,
}, reflected=False)
install_operators({
    "__radd__": add, "__rand__": logical_and, "__rfloordiv__": floordiv, "__rmod__": floormod,
    "__rmul__": multiply, "__ror__": logical_or, "__rpow__": pow, "__rsub__": subtract, "__rtruediv__": truediv,
    "__rxor__": logical_xor,
}, reflected=True)
