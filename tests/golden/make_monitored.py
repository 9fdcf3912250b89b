"""Record with TensorFlow 1.15.5 what the scripts of tests/monitored_scripts.py log and say.

    python3.7 tests/golden/make_monitored.py

writes tests/golden/monitored.json: for each script the lines it logged and said, in order, and the error it ended by.
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

from tests import monitored_scripts  # noqa: E402
from tests.golden.told import scripts, told  # noqa: E402

if __name__ == "__main__":
    import tensorflow as tf

    logging.getLogger("tensorflow").handlers.clear()
    found = {name: told(tf, script) for name, script in scripts(monitored_scripts).items()}
    rows = ",\n".join("%s: %s" % (json.dumps(name), json.dumps(lines)) for name, lines in found.items())
    (HERE / "monitored.json").write_text("{\n%s\n}\n" % rows, encoding="utf-8")
    print(len(found), "scripts")
