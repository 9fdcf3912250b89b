"""`flowgraph run` and `flowgraph.compat.install()`: scripts as they are, in processes of their own."""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import flowgraph as tf

ROOT = Path(tf.__file__).parent.parent


def command(folder: Path, *arguments: str, path: str = "") -> subprocess.CompletedProcess[str]:
    """`flowgraph` with these arguments, run in a folder."""
    where = os.pathsep.join(filter(None, (str(ROOT), path)))
    return subprocess.run(
        [sys.executable, "-m", "flowgraph", *arguments],
        cwd=folder, env={**os.environ, "PYTHONPATH": where}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def write(folder: Path, name: str, text: str) -> Path:
    (folder / name).parent.mkdir(exist_ok=True, parents=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


IMPORTS = """\
import tensorflow as tf
import tensorflow.contrib.slim as slim
import tensorflow.compat.v1.train
from tensorflow.compat import v1
from tensorflow.contrib import rnn
from tensorflow.examples.tutorials.mnist import input_data
from tensorflow.python.framework import ops
from tensorflow.python.ops.rnn_cell import BasicLSTMCell
from tensorflow.python.saved_model import builder as saved_model_builder, tag_constants
from tensorflow.python.saved_model.builder import SavedModelBuilder
from tensorflow.python.saved_model.signature_def_utils_impl import predict_signature_def
import flowgraph, os, sys
import numpy as np

assert (tf, tf.train, v1) == (flowgraph, tensorflow.compat.v1.train, flowgraph)
assert (slim, rnn) == (flowgraph.contrib.slim, flowgraph.contrib.rnn)
assert saved_model_builder.SavedModelBuilder is SavedModelBuilder is tf.saved_model.Builder
assert predict_signature_def is tf.saved_model.signature_def_utils.predict_signature_def
assert BasicLSTMCell is tf.nn.rnn_cell.BasicLSTMCell
assert tf.nn.__name__ == tf.nn.__spec__.name == "flowgraph.nn"
copies = [name for name, module in sys.modules.items() if name.startswith(("tensorflow.", "flowgraph.compat.v1."))
          and module is not sys.modules.get(module.__name__, module)]
assert not copies, copies

def main(_):
    print(sys.argv[1:], os.path.basename(os.getcwd()), os.path.basename(sys.path[0]), os.path.basename(__file__))
    print(tf.Session().run(tf.constant(np.array([1, 2], np.float))).sum(), tf.app.flags.FLAGS.steps)

tf.app.flags.DEFINE_integer("steps", 5, "")
if __name__ == "__main__":
    tf.app.run()
"""


def test_a_script_finds_all_as_under_python(tmp_path: Path) -> None:
    write(tmp_path, "scripts/imports.py", IMPORTS)
    done = command(tmp_path, "run", "scripts/imports.py", "--steps=7")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"['--steps=7'] {tmp_path.name} scripts imports.py\n3.0 7\n"


def test_what_numpy_and_python_have_dropped_is_there(tmp_path: Path) -> None:
    text = "import numpy as np, collections, time\nx = np.reshape(np.zeros(2, np.int), newshape=[1, 2])\n"
    text += "print(len(x.astype(np.uint8).tostring()), collections.Iterable.__name__, np.asscalar(x[0, 0]))\n"
    (tmp_path / "dropped.py").write_bytes(
        text.encode() + b"import helper, plain; time.clock(), helper.ROWS  # \xd4\xf2\n"
    )
    write(tmp_path, "helper.py", "import numpy as np\nROWS = np.array([[1], [2, 3]])\n")
    write(tmp_path, "plain.py", "ONE = 1\n")
    done = command(tmp_path, "run", "dropped.py")
    assert done.stdout == "2 Iterable 0\n"
    assert done.stderr == "flowgraph: 'dropped.py' is not all text in its encoding: what cannot be read is replaced\n"


def test_a_filter_of_pictures_has_its_old_name(tmp_path: Path) -> None:
    write(tmp_path, "PIL.py", "class Image:\n    LANCZOS = 1\n")
    write(tmp_path, "filters.py", "from PIL import Image\nprint(Image.ANTIALIAS)\nImage.ANTIALIAS = 2\n")
    write(tmp_path, "all.py", "import filters\nfrom PIL import Image\nprint(Image.ANTIALIAS)\n")
    done = command(tmp_path, "run", "all.py")
    assert (done.stderr, done.stdout) == ("", "1\n2\n")


KINDS = """
import inspect, numpy, numpy as np, threading, warnings
warnings.simplefilter("ignore")  # NumPy 2.0 to 2.3 have trapz, and warn of it
print(np.zeros((2,), dtype=np.integer).dtype, np.ones(1, np.floating).dtype, numpy.arange(2).astype(numpy.number).dtype)
print(np.array([1], np.unsignedinteger).dtype, issubclass(np.int32, np.integer), np.trapz([1, 1, 1]), np.NAN)
print(threading.current_thread().isAlive(), inspect.getargspec(lambda a, b=1: a).args)
"""


def test_kinds_of_numbers_stand_for_a_dtype(tmp_path: Path) -> None:
    write(tmp_path, "kinds.py", KINDS)
    done = command(tmp_path, "run", "kinds.py")
    assert (done.stderr, done.stdout) == ("", "int64 float64 float64\nuint64 True 2.0 nan\nTrue ['a', 'b']\n")


NUMBERS = """
import numpy as np, tensorflow as tf
one = np.array([1.5])
print("%.2f %s %d%%" % (one, one, 3), "%i" % np.array([[7]]), "%(a)s" % {"a": 1})
print(float(one), int(one), int("11", 2))
for use in (lambda: "%f" % np.array([1.0, 2.0]), lambda: float(np.array([1, 2])), lambda: "%d %d" % one):
    try:
        print(use())
    except TypeError:
        print("TypeError")
"""


def test_an_array_of_one_number_is_a_number_as_it_was(tmp_path: Path) -> None:
    """What TensorFlow 1.15.5 prints, with the numpy of its days."""
    write(tmp_path, "numbers_of.py", NUMBERS)
    done = command(tmp_path, "run", "numbers_of.py")
    assert (done.stderr, done.stdout) == ("", "1.50 [1.5] 3% 7 1\n1.5 1 3\nTypeError\nTypeError\nTypeError\n")


def test_exit_codes_are_the_scripts(tmp_path: Path) -> None:
    write(tmp_path, "ends.py", "import sys; sys.exit(int(sys.argv[1]))")
    assert command(tmp_path, "run", "ends.py", "7").returncode == 7
    write(tmp_path, "interrupted.py", "import os, signal, time; os.kill(os.getpid(), signal.SIGINT); time.sleep(9)")
    if os.name == "posix":
        done = command(tmp_path, "run", "interrupted.py")
        assert done.returncode == -signal.SIGINT
        assert done.stderr.endswith("KeyboardInterrupt\n")


def test_tracebacks_begin_in_the_script(tmp_path: Path) -> None:
    text = "import tensorflow as tf\n\ndef f():\n    {}['answer']\n\nf()\n"
    script = write(tmp_path, "fails.py", text)
    done = command(tmp_path, "run", "fails.py")
    under_python = subprocess.run(
        [sys.executable, "-c", text.replace("import tensorflow", "import flowgraph")], capture_output=True, text=True,
        cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.returncode == under_python.returncode == 1
    assert done.stderr.count("File ") == 2
    assert 'File "fails.py", line 6, in <module>\n    f()' in done.stderr
    assert "flowgraph" not in done.stderr.replace(str(script), "")


def test_what_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    told = "can't open 'none.py': No such file or directory\n"
    done = command(tmp_path, "run", "none.py")
    assert (done.returncode, done.stderr) == (2, f"flowgraph: {told}")
    done = command(tmp_path, "check", "none.py", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (2, [{"script": "none.py", "error": told.strip()}])
    write(tmp_path, "broken.ipynb", '{"cells": 3}')
    assert "is not a notebook" in command(tmp_path, "run", "broken.ipynb").stderr


def test_version_and_help(tmp_path: Path) -> None:
    assert command(tmp_path, "--version").stdout == f"flowgraph {tf.flowgraph_version}\n"
    shown = command(tmp_path, "run", "--help")
    assert shown.returncode == 0
    assert all(option in shown.stdout for option in ("--py2", "--tf0", "--hide-tensorflow"))
    assert command(tmp_path).returncode == 2


def notebook(*cells: str) -> str:
    code = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    return json.dumps({"cells": [{"cell_type": "markdown", "source": ["# Notes"]}, *code], "nbformat": 4})


def test_a_notebook_runs_cell_after_cell(tmp_path: Path) -> None:
    cells = (
        "%matplotlib inline\nfrom __future__ import division\nimport tensorflow as tf",
        "!ls\nx = '''\n%s\n'''",
        "%%bash\nrm -r nothing",
        "%time y = tf.constant(2)\nprint(x.strip(), 7\n%2)\nimport os\nprint(os.path.basename(os.getcwd()))",
        "def wrong():\n    return y.no_such_thing",
        "wrong()",
    )
    write(tmp_path, "books/old.ipynb", notebook(*cells))
    done = command(tmp_path, "run", "books/old.ipynb")
    assert done.returncode == 1
    assert done.stdout == "%s 1\nbooks\n"
    assert done.stderr.startswith("flowgraph: skipped what is IPython's: %matplotlib inline, !ls, %%bash\n")
    assert 'File "books/old.ipynb, cell 5", line 2, in wrong\n    return y.no_such_thing\n' in done.stderr


OLD = """\
import cPickle
import helper
d = {"a": 7}
for key, value in d.iteritems():
    print key, value / 2, value / 2.0, helper.half(9)
x = 7
x /= 2
try:
    raise ValueError, "no"
except ValueError, e:
    print x, `e`, reduce(lambda a, b: a + b, map(int, "123"))
if d.has_key("a"):
\tprint u"tabs", 0777,
    print "blanks"
1 / 0
"""


def test_python_2_is_converted(tmp_path: Path) -> None:
    pytest.importorskip("fissix")
    write(tmp_path, "old.py", OLD.replace('    print "blanks"', '        print "blanks"'))
    write(tmp_path, "helper.py", "def half(n):\n    print 'halving'\n    return n / 2\n")
    done = command(tmp_path, "run", "--py2", "old.py")
    assert done.stdout == "halving\na 3 3.5 4\n3 ValueError('no') 6\ntabs 511 blanks\n"
    assert "print statements (4)" in done.stderr.splitlines()[0]
    assert "except X, e (1)" in done.stderr.splitlines()[0]
    assert 'File "old.py", line 15, in <module>\n    1 / 0\n' in done.stderr
    assert "python2.py" not in done.stderr
    assert not list(tmp_path.rglob("*.pyc"))


def test_python_2_looks_beside_a_module_of_a_package_first(tmp_path: Path) -> None:
    pytest.importorskip("fissix")
    write(tmp_path, "main.py", "import near, kit.tools\nprint near.NAME, kit.tools.far.NAME, kit.NAME\n")
    write(tmp_path, "near.py", "import far\nNAME = far.NAME\n")
    write(tmp_path, "far.py", "NAME = 'outer'\n")
    write(tmp_path, "kit/tools.py", "import far\n")
    write(tmp_path, "kit/far.py", "NAME = 'inner'\n")
    for package in ("__init__.py", "kit/__init__.py"):
        write(tmp_path, package, "import far\nNAME = far.NAME\n")
    done = command(tmp_path, "run", "--py2", "main.py")
    assert done.stdout == "outer inner inner\n", done.stderr


def test_modules_of_other_folders_are_as_old_as_the_script(tmp_path: Path) -> None:
    pytest.importorskip("fissix")
    write(tmp_path, "lib/rows.py", "import numpy as np\nROWS = np.array([[1], [2, 3]])\n")
    write(tmp_path, "lib/halves.py", "HALF = 3 / 2\n")
    write(tmp_path, "elsewhere/said.py", "print 'said', 3 / 2\n")
    write(
        tmp_path,
        "scripts/main.py",
        "import sys; sys.path.append('lib')\nimport rows, said, halves\nprint(len(rows.ROWS), halves.HALF)\n",
    )
    done = command(tmp_path, "run", "--py2", "scripts/main.py", path=str(tmp_path / "elsewhere"))
    assert done.stdout == "said 1\n2 1.5\n"


def test_an_option_that_may_help_is_told(tmp_path: Path) -> None:
    write(tmp_path, "old.py", "print 'x'")
    assert command(tmp_path, "run", "old.py").stderr.endswith("try flowgraph run --py2 old.py\n")
    write(tmp_path, "older.py", "import tensorflow as tf\ntf.mul(1, 2)")
    assert command(tmp_path, "run", "older.py").stderr.endswith("try flowgraph run --tf0 older.py\n")
    assert command(tmp_path, "run", "--tf0", "older.py").returncode == 0


def test_a_real_tensorflow_is_hidden_only_when_asked(tmp_path: Path) -> None:
    write(tmp_path, "site/tensorflow/__init__.py", "real = True")
    write(tmp_path, "asks.py", "import tensorflow as tf; print(tf.__name__)")
    site = str(tmp_path / "site")
    done = command(tmp_path, "run", "asks.py", path=site)
    assert done.returncode == 2
    assert "a real TensorFlow is installed" in done.stderr
    assert command(tmp_path, "run", "--hide-tensorflow", "asks.py", path=site).stdout == "flowgraph\n"


def test_install_in_a_process_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if tf.compat.uninstall() or importlib.util.find_spec("tensorflow"):
        pytest.skip("a real TensorFlow is installed")
    tf.compat.install()
    assert importlib.import_module("tensorflow.nn") is tf.nn
    tf.compat.uninstall()
    tf.compat.uninstall()
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("tensorflow")
    write(tmp_path, "tensorflow/__init__.py", "real = True")
    monkeypatch.syspath_prepend(str(tmp_path))
    real = importlib.import_module("tensorflow")
    with pytest.raises(ImportError, match="A real TensorFlow is installed"):
        tf.compat.install()
    tf.compat.install(force=True)
    assert importlib.import_module("tensorflow") is tf
    tf.compat.uninstall()
    assert importlib.import_module("tensorflow") is real
    del sys.modules["tensorflow"]


def test_compat_v1_has_no_second_copies() -> None:
    code = (
        "import flowgraph.compat.v1.nn as nn, flowgraph.compat.v1.train, flowgraph.compat.v1.contrib.rnn as rnn\n"
        "import flowgraph as tf\n"
        "assert (nn, rnn) == (tf.nn, tf.contrib.rnn) and tf.compat.v1.train is tf.train\n"
        "assert tf.nn.__name__ == 'flowgraph.nn'"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
