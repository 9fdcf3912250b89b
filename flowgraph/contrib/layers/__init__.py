"""tf.contrib.layers."""

from flowgraph.neural.regularizers import (
    apply_regularization as apply_regularization,
)
from flowgraph.neural.regularizers import (
    l1_l2_regularizer as l1_l2_regularizer,
)
from flowgraph.neural.regularizers import (
    l1_regularizer as l1_regularizer,
)
from flowgraph.neural.regularizers import (
    l2_regularizer as l2_regularizer,
)
from flowgraph.neural.regularizers import (
    sum_regularizer as sum_regularizer,
)
