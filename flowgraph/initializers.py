"""`tf.initializers`: what makes initial values of variables, and the ops that put them there."""

from flowgraph import absent as _absent
from flowgraph.ops import initializers as _classes
from flowgraph.ops.initializers import he_normal, he_uniform, lecun_normal, lecun_uniform
from flowgraph.ops.orthogonal import Orthogonal as _Orthogonal
from flowgraph.ops.tables import tables_initializer
from flowgraph.variables import lists as _variable_lists

constant = _classes.Constant
glorot_normal = _classes.GlorotNormal
glorot_uniform = _classes.GlorotUniform
identity = _classes.Identity
ones = _classes.Ones
orthogonal = _Orthogonal
random_normal = _classes.RandomNormal
random_uniform = _classes.RandomUniform
truncated_normal = _classes.TruncatedNormal
uniform_unit_scaling = _classes.UniformUnitScaling
variance_scaling = _classes.VarianceScaling
zeros = _classes.Zeros

global_variables = _variable_lists.global_variables_initializer
local_variables = _variable_lists.local_variables_initializer
variables = _variable_lists.variables_initializer

__all__ = [
    "constant", "global_variables", "glorot_normal", "glorot_uniform", "he_normal", "he_uniform", "identity",
    "lecun_normal", "lecun_uniform", "local_variables", "ones", "orthogonal", "random_normal", "random_uniform",
    "tables_initializer", "truncated_normal", "uniform_unit_scaling", "variables", "variance_scaling", "zeros",
]  # fmt: skip

_absent.watch(__name__)
