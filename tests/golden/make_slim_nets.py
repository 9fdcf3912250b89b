"""Record digests of the networks of TensorFlow 1.15.5's tf.contrib.slim.nets.

    python3.7 tests/golden/make_slim_nets.py

writes tests/golden/slim_nets.json: for each network of slim_nets.py a digest of every hundred of its nodes.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
warnings.simplefilter("ignore")
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

import tensorflow as tf  # noqa: E402
from tensorflow.contrib.slim import nets  # noqa: E402

from tests.golden.slim_nets import NETS, digests, lines_of  # noqa: E402

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)


def main():
    rows = ["%s: %s" % (json.dumps(name), json.dumps(digests(lines_of(tf, nets, name)))) for name in NETS]
    (HERE / "slim_nets.json").write_text("{\n%s\n}\n" % ",\n".join(rows))
    print("%d networks" % len(rows))


if __name__ == "__main__":
    main()
