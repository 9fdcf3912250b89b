"""Record the names that TensorFlow 1.15.5 has, module by module.

    python3.7 tests/golden/make_names.py

writes flowgraph/absent/names.txt.gz, from which flowgraph tells a name that it lacks from a name that nobody has.
One module a line, by its name under `tf.`:

    nn: all_candidate_sampler atrous_conv2d ...

Public modules are walked as users see them. Of what lies inside (`tf.python...`, the files of `tf.contrib...`) only the
modules are listed, which old scripts import from. Left out are the second copies of everything (`tf.compat.v1`,
`tf.compat.v2`), `tf.raw_ops`, whose names are those of the op types, and what a few packages of contrib hand on by
`import *`.
"""

from __future__ import annotations

import gzip
import inspect
import os
import re
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf
import tensorflow_core

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.FATAL)

CLOSED = re.compile(
    r"(compat\.v[12]|raw_ops|app\.flags|contrib\.(keras|quantization|specs|grid_rnn\.layers|labeled_tensor\.\w+))$"
)
INSIDE = re.compile(r"(python|contrib)(/|$)")
NOT_IMPORTED = re.compile(r"_test|test_|^gen_|_pb2|__init__|_api$")


def public(found):
    """Fill `found` with the names of the public modules: the nearest first, for some can be reached in two ways."""
    queue, seen = [("", tf)], {id(tf)}
    for prefix, module in queue:
        names = [name for name in dir(module) if not name.startswith("_")]
        found[prefix[:-1]] = set(names)
        for name in names:
            item = getattr(module, name, None)
            if is_public(item) and id(item) not in seen and not CLOSED.match(prefix + name):
                seen.add(id(item))
                queue.append((prefix + name + ".", item))


def is_public(item):
    """Whether it is a module that users are meant to see."""
    name = getattr(item, "__name__", "") if inspect.ismodule(item) else ""
    return name.startswith("tensorflow") and (".python." not in name or ".api._v1." in name or name.endswith(".flags"))


def inside(found):
    """Add the modules that lie inside TensorFlow, as its folders show them."""
    root = Path(tensorflow_core.__file__).parent
    for path in root.rglob("*.py"):
        folder = path.parent.relative_to(root)
        if INSIDE.match(folder.as_posix()) and not NOT_IMPORTED.search(path.stem) and "api" not in folder.parts:
            found.setdefault(".".join(folder.parts), set()).add(path.stem)
            for depth in range(1, len(folder.parts)):
                found.setdefault(".".join(folder.parts[:depth]), set()).add(folder.parts[depth])


def main():
    found = {}
    dir(tf.contrib), dir(tf.keras), dir(tf.estimator)  # loaded when they are used
    public(found)
    inside(found)
    text = "".join("%s: %s\n" % (module, " ".join(sorted(names))) for module, names in sorted(found.items()))
    path = Path(__file__).resolve().parent.parent.parent / "flowgraph" / "absent" / "names.txt.gz"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress(text.encode(), 9))
    print("%d modules, %d names, %d bytes" % (len(found), sum(map(len, found.values())), path.stat().st_size))


if __name__ == "__main__":
    main()
