"""Record with TensorFlow 1.15.5 what the scripts of tests/monitored_scripts.py and its like log and say.

    python3.7 tests/golden/make_monitored.py

writes tests/golden/monitored.json, clusters.json, replicas.json and checkpoints.json: for each script the lines that it
logged and said, in order, and the error it ended by.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
warnings.simplefilter("ignore")
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

from tests import checkpoint_scripts, cluster_scripts, monitored_scripts, sync_scripts  # noqa: E402
from tests.golden.told import scripts, told  # noqa: E402

if __name__ == "__main__":
    import tensorflow as tf

    logging.getLogger("tensorflow").handlers.clear()
    modules = (
        ("monitored", monitored_scripts),
        ("clusters", cluster_scripts),
        ("replicas", sync_scripts),
        ("checkpoints", checkpoint_scripts),
    )
    for name, module in modules:
        found = {name: told(tf, script) for name, script in scripts(module).items()}
        rows = ",\n".join("%s: %s" % (json.dumps(name), json.dumps(lines)) for name, lines in found.items())
        (HERE / (name + ".json")).write_text("{\n%s\n}\n" % rows, encoding="utf-8")
        print(name, len(found), "scripts")
