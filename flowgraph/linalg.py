"""`tf.linalg`: products of matrices and what is computed of them."""

from flowgraph.ops.matmul import matmul, matvec
from flowgraph.ops.norm import norm
from flowgraph.ops.shaping import matrix_transpose
from flowgraph.ops.statistics import l2_normalize
from flowgraph.ops.tensordot import tensordot
