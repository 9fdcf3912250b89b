"""Record what TensorFlow 1.15.5 does in the cases of branch_cases.py.

    python3.7 tests/golden/make_branches.py

writes tests/golden/branches.json. Run it a few times: none of the cases may depend on a race.
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

from tests.golden.branch_cases import record  # noqa: E402

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.FATAL)


def main():
    found = record(tf)
    blocks = []
    for kind, group in found.items():
        rows = ["%s: %s" % (json.dumps(name), json.dumps(group[name])) for name in group]
        blocks.append("%s: {\n%s\n}" % (json.dumps(kind), ",\n".join(rows)))
    (HERE / "branches.json").write_text("{\n%s\n}\n" % ",\n".join(blocks))
    print("%d refused, %d runs" % (len(found["refused"]), len(found["runs"])))


if __name__ == "__main__":
    main()
