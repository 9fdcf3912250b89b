"""Record the losses of the benchmarks' workloads, at their small sizes, with TensorFlow 1.15.5.

    python3.7 tests/golden/make_benchmarks.py

writes tests/golden/benchmarks.json: for each script of benchmarks/workloads, with each of its arguments, the losses
after its first three steps.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORKLOADS = HERE.parent.parent / "benchmarks" / "workloads"
RUNS = (
    "w1_scalar_add", "w2_mlp", "w3_lenet", "w4_convnet", "w5_lstm", "w5_lstm loop", "w6_elementwise", "w7_small_ops",
    "w8_word2vec", "while_loop",
)  # fmt: skip

golden = {}
for run in RUNS:
    script, *arguments = run.split()
    command = [sys.executable, "-W", "ignore", str(WORKLOADS / (script + ".py")), "tensorflow", *arguments]
    environ = dict(os.environ, BENCH_SIZE="small", TF_CPP_MIN_LOG_LEVEL="3")
    out = subprocess.check_output(command, env=environ, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    golden[run] = json.loads(out)["losses"]
(HERE / "benchmarks.json").write_text(json.dumps(golden, indent=1) + "\n")
