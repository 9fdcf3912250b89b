"""Record in digits_lenet.json the loss curve of digits_lenet.py under TensorFlow 1.15.5.

TF_CPP_MIN_LOG_LEVEL=3 python3.7 -m tests.golden.make_digits_lenet
"""

from pathlib import Path

import tensorflow as tf

from tests.golden.digits_lenet import loss_curve


def main():
    tf.compat.v1.logging.set_verbosity("ERROR")
    path = Path(__file__).resolve().with_name("digits_lenet.json")
    path.write_text("[\n" + ",\n".join(map(repr, loss_curve(tf))) + "\n]\n")


if __name__ == "__main__":
    main()
