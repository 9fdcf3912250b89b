"""Write special.json: TensorFlow 1.15.5's special functions on a few numbers, in float64 and float32.

Run it with TensorFlow 1.15.5: python tests/golden/make_special.py
"""

import json
import os

import numpy as np
import tensorflow as tf

POINTS = [
    -7.25, -3.5, -2.5, -1.0, -0.5, -1e-3, 0.0, 1e-9, 1e-3, 0.1, 0.5, 0.75, 0.999999, 1.0, 1.000001, 1.25,
    1.4616321, 1.5, 2.0, 2.25, 2.5, 3.0, 4.5, 5.5, 7.9, 8.0, 10.0, 12.5, 26.0, 30.0, 100.0, 1e4, float("inf"),
    float("nan"),
]  # fmt: skip


def main():
    record = {"x": POINTS}
    with tf.Session() as session:
        for dtype in ("float64", "float32"):
            x = tf.constant(np.array(POINTS, dtype))
            results = {name: getattr(tf.math, name)(x) for name in ("erf", "erfc", "lgamma", "digamma")}
            for n in (0, 1, 2, 4):
                results["polygamma %d" % n] = tf.math.polygamma(tf.constant(n, dtype), x)
            for s in (1.0, 1.5, 2.0, 6.0):
                results["zeta %g" % s] = tf.math.zeta(tf.constant(s, dtype), x)
            record[dtype] = {name: value.tolist() for name, value in session.run(results).items()}
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "special.json")
    with open(path, "w") as file:
        json.dump(record, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
