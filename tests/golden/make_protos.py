"""Record what TensorFlow 1.15.5 decodes and encodes in `proto_cases`.

    python3.7 tests/golden/make_protos.py

writes tests/golden/protos.json.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

import tensorflow as tf  # noqa: E402

from tests.golden.proto_cases import CASES, outcome  # noqa: E402


def main():
    rows = ["%s: %s" % (json.dumps(name), json.dumps(outcome(tf, case))) for name, case in CASES.items()]
    (HERE / "protos.json").write_text("{\n%s\n}\n" % ",\n".join(rows))
    print("%d cases" % len(rows))


if __name__ == "__main__":
    main()
