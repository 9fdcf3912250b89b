"""Write incomplete.json: TensorFlow 1.15.5's incomplete gamma and beta and its Bessel functions on a few numbers.

Run it with TensorFlow 1.15.5: python tests/golden/make_incomplete.py
"""

import json
import os

import numpy as np
import tensorflow as tf

A = [-1.0, 0.0, 1e-3, 0.3, 1.0, 2.5, 10.0, 40.0, 300.0]
X = [-1.0, 0.0, 1e-3, 0.5, 1.0, 3.0, 9.0, 45.0, 280.0, 1e4, float("inf"), float("nan")]
SHARES = [-0.5, 0.0, 1e-3, 0.2, 0.5, 0.77, 0.999, 1.0, 1.5]
POINTS = [0.0, -0.0, 1e-9, 1e-3, 0.5, -1.0, 3.0, 7.9, 8.0, -8.1, 20.0, 700.0, -1e6, float("inf"), float("nan")]


def main():
    record = {"a": A, "x": X, "shares": SHARES, "points": POINTS}
    with tf.Session() as session:
        for dtype in ("float64", "float32"):
            a, x, share, point = (np.array(values, dtype) for values in (A, X, SHARES, POINTS))
            gamma_args = np.broadcast_arrays(a[:, None], x)
            beta_args = np.broadcast_arrays(a[:, None, None], a[:, None], share)
            results = {
                "igamma": tf.math.igamma(*gamma_args),
                "igammac": tf.math.igammac(*gamma_args),
                "igamma_grad_a": tf.raw_ops.IgammaGradA(a=gamma_args[0], x=gamma_args[1]),
                "betainc": tf.math.betainc(*beta_args),
                "bessel_i0e": tf.math.bessel_i0e(point),
                "bessel_i1e": tf.math.bessel_i1e(point),
            }
            values = session.run(results)
            record[dtype] = {name: value.ravel().tolist() for name, value in values.items()}
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "incomplete.json")
    with open(path, "w") as file:
        json.dump(record, file, sort_keys=True)
        file.write("\n")


if __name__ == "__main__":
    main()
