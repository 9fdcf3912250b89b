"""W1 in PyTensor: a compiled function that adds two numbers."""

import numpy as np
import pytensor
import pytensor.tensor as pt
from common import function, serving

a, b = pt.fscalars("a", "b")
add = function([a, b], a + b)
one, two = np.asarray(1.0, np.float32), np.asarray(2.0, np.float32)
serving.serve(step=lambda: add(one, two), loss=lambda: add(one, two), version=pytensor.__version__)
