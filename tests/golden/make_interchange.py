"""Write what TensorFlow 1.15.5 gives to flowgraph: frozen nets, a checkpoint with its meta graph, a saved model.

    python3.7 tests/golden/make_interchange.py

writes tests/golden/frozen/, tests/golden/meta/ and tests/golden/saved_model/.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import interchange
import numpy as np
import tensorflow as tf

HERE = Path(__file__).parent


def fresh(name):
    """An empty folder for golden files."""
    folder = HERE / name
    shutil.rmtree(str(folder), ignore_errors=True)
    folder.mkdir()
    return folder


def main():
    frozen = fresh("frozen")
    for name, build in interchange.FROZEN.items():
        definition, feeds, output = interchange.freeze(tf, build)
        (frozen / (name + ".pb")).write_bytes(definition.SerializeToString())
        np.savez_compressed(str(frozen / (name + ".npz")), output=output, **feeds)
    meta = fresh("meta")
    for name in ("branches", "lstm"):
        feeds, output, grads = interchange.write_checkpoint(tf, interchange.ALL[name], str(meta / name))
        np.savez_compressed(str(meta / (name + ".npz")), output=output, dx=grads[0], dw=grads[1], **feeds)
    (meta / "checkpoint").unlink()
    folder = HERE / "saved_model"
    shutil.rmtree(str(folder), ignore_errors=True)
    interchange.write_saved_model(tf, str(folder), tempfile.mkdtemp())
    print(interchange.read_saved_model(tf, str(folder)))


if __name__ == "__main__":
    main()
