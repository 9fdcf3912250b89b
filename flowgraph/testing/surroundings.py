"""Where tests run: devices, folders, stubs, the command line (tf.test)."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from flowgraph import errors
from flowgraph.ir.graph import Graph, user_site

_temp_dir: list[str] = []


def get_temp_dir() -> str:
    """A folder for the tests of this process, which is removed when the process ends.

    >>> os.path.isdir(get_temp_dir())
    True
    """
    if not _temp_dir:
        import atexit
        import shutil
        import tempfile

        script = Path(getattr(sys.modules["__main__"], "__file__", None) or "tests").stem
        prefix = os.environ.get("TEST_TMPDIR") or os.path.join(tempfile.gettempdir(), script)
        _temp_dir.append(tempfile.mkdtemp(prefix=prefix))
        atexit.register(shutil.rmtree, _temp_dir[0], ignore_errors=True)
    return _temp_dir[0]


def test_src_dir_path(relative_path: str) -> str:
    """Where a file of TensorFlow's own tests lies: below the folder that the environment's TEST_SRCDIR names.

    Raises:
      KeyError: there is no TEST_SRCDIR.
    """
    return os.path.join(os.environ["TEST_SRCDIR"], "org_tensorflow/tensorflow", relative_path)


test_src_dir_path.__test__ = False  # type: ignore[attr-defined]  # nothing that pytest should collect


def gpu_device_name() -> str:
    """The name of a GPU: none, for flowgraph uses none.

    >>> gpu_device_name()
    ''
    """
    return ""


def is_gpu_available(
    cuda_only: bool = False,  # noqa: ARG001  # none of either kind
    min_cuda_compute_capability: Any = None,  # noqa: ARG001
) -> bool:
    """Whether ops can run on a GPU: never."""
    return False


def is_built_with_cuda() -> bool:
    """Whether there is CUDA inside: no."""
    return False


def is_built_with_rocm() -> bool:
    """Whether there is ROCm inside: no."""
    return False


def is_built_with_gpu_support() -> bool:
    """Whether it could use GPUs: no."""
    return is_built_with_cuda() or is_built_with_rocm()


def canonical_device(device: Any) -> str:
    """A device's name in one form: parts in TF's order, `/cpu:0` as `/device:CPU:0`.

    >>> canonical_device("/cpu:0/job:worker"), canonical_device(None)
    ('/job:worker/device:CPU:0', '')
    """
    if device is None:
        return ""
    text = device.to_string() if hasattr(device, "to_string") else str(device)
    found: dict[str, str] = {}
    for part in filter(None, text.split("/")):
        key, _, value = part.partition(":")
        if key.lower() in ("cpu", "gpu"):
            key, value = "device", f"{key}:{value or 0}"
        found[key] = value.upper() if key == "device" else value
    return "".join(f"/{key}:{found[key]}" for key in ("job", "replica", "task", "device") if key in found)


def create_local_cluster(
    num_workers: int, num_ps: int, protocol: str = "grpc", worker_config: Any = None, ps_config: Any = None
) -> NoReturn:
    """Refuse: flowgraph runs in one process, and has no servers to make a cluster of.

    Raises:
      NotImplementedError: always.
    """
    asked = f"asked for: {num_workers} workers, {num_ps} parameter servers, by {protocol}"
    configs = [f"configs: {worker_config}, {ps_config}"] if worker_config or ps_config else []
    line = "There are no servers here: a session runs in its own process."
    mend = "Make one session for each worker, over graphs of their own: tf.Session(graph=...)."
    raise NotImplementedError(errors.explain(line, details=[asked, *configs], mend=mend, where=user_site()))


def assert_equal_graph_def(
    actual: Any, expected: Any, checkpoint_v2: bool = False, hash_table_shared_name: bool = False
) -> None:
    """Fail unless two graphs have the same nodes: by name, with the same types, inputs, attributes and devices.

    Args:
      actual, expected: the graphs. TF takes their GraphDefs, which flowgraph does not have yet.
      checkpoint_v2: whether to pass over names that checkpoints make at random.
      hash_table_shared_name: whether to pass over the `shared_name` of hash tables.

    Raises:
      AssertionError: the graphs differ; it names the first node that does.
      TypeError: something is no graph.

    >>> one, other = tf.Graph(), tf.Graph()
    >>> with one.as_default():
    ...     x = tf.constant(1.0, name="x")
    >>> assert_equal_graph_def(one, other)
    Traceback (most recent call last):
    AssertionError: Found unexpected node '{{node x}}'
    """
    for name, graph in (("actual", actual), ("expected", expected)):
        if not isinstance(graph, Graph):
            line = f"Expected tf.GraphDef for {name}, got {type(graph).__name__}"
            mend = "There are no GraphDefs yet: give the graphs themselves."
            raise TypeError(errors.explain(line, mend=mend, where=user_site()))
    left_out = _left_out(checkpoint_v2, hash_table_shared_name)
    ours, theirs = ({op.name: _told(op, left_out) for op in graph.get_operations()} for graph in (actual, expected))
    for name in theirs:
        if name not in ours:
            raise AssertionError(f"Did not find expected node '{{{{node {name}}}}}'")
    for name, told in ours.items():
        if name not in theirs:
            raise AssertionError(f"Found unexpected node '{{{{node {name}}}}}'")
        for what, mine in told.items():
            other = theirs[name].get(what)
            if mine != other:
                raise AssertionError(f"Node named '{name}' has {what} '{mine}' that is not equal to expected '{other}'")
        if theirs[name].keys() - told.keys():
            raise AssertionError(f"Node named '{name}' lacks {sorted(theirs[name].keys() - told.keys())}")


def _left_out(checkpoint_v2: bool, hash_table_shared_name: bool) -> Callable[[Any, str], bool]:
    def is_left_out(op: Any, attr: str) -> bool:
        if checkpoint_v2 and op.type == "Const" and attr == "value" and op.name.startswith("save/"):
            return True
        return hash_table_shared_name and op.type == "HashTableV2" and attr == "shared_name"

    return is_left_out


def _told(op: Any, is_left_out: Callable[[Any, str], bool]) -> dict[str, Any]:
    """What is compared of an op."""
    attrs = {f"attr {name}": repr(value) for name, value in op.attrs.items() if not is_left_out(op, name)}
    inputs = [tensor.name for tensor in op.inputs]
    control = sorted(other.name for other in op.control_inputs)
    return {"op": op.type, "device": op.device, "inputs": inputs, "control inputs": control, **attrs}


class StubOutForTesting:
    """Replaces attributes of modules, classes and objects, and puts the old ones back.

    >>> stubs = StubOutForTesting()
    >>> stubs.Set(os.path, "exists", lambda path: True)
    >>> os.path.exists("/no/such/file")
    True
    >>> stubs.CleanUp()
    >>> os.path.exists("/no/such/file")
    False
    """

    def __init__(self) -> None:
        self.cache: list[tuple[Any, str, Any]] = []
        self.stubs: list[tuple[Any, str, Any]] = []

    def __enter__(self) -> StubOutForTesting:
        return self

    def __exit__(self, *error: object) -> None:
        self.CleanUp()

    def __del__(self) -> None:
        self.CleanUp()

    def CleanUp(self) -> None:
        """Put back all that `SmartSet` and `Set` replaced."""
        self.SmartUnsetAll()
        self.UnsetAll()

    def SmartSet(self, obj: Any, attr_name: str, new_attr: Any) -> None:
        """Replace an attribute where it is defined: in the class or base class, if the object itself has it not.

        Raises:
          AttributeError: there is no such attribute.
        """
        owner = obj
        if not inspect.ismodule(obj) and (inspect.isclass(obj) or attr_name not in vars(obj)):
            classes = inspect.getmro(obj if inspect.isclass(obj) else type(obj))
            owner = next((cls for cls in reversed(classes) if hasattr(cls, attr_name)), None)
            if owner is None:
                raise AttributeError("Attribute not found.")
        self.stubs.append((owner, attr_name, _definition(owner, attr_name)))
        setattr(owner, attr_name, new_attr)

    def SmartUnsetAll(self) -> None:
        """Put back all that `SmartSet` replaced."""
        _put_back(self.stubs)

    def Set(self, parent: Any, child_name: str, new_child: Any) -> None:
        """Replace an attribute of a module, class or object."""
        self.cache.append((parent, child_name, _definition(parent, child_name)))
        setattr(parent, child_name, new_child)

    def UnsetAll(self) -> None:
        """Put back all that `Set` replaced."""
        _put_back(self.cache)


def _definition(parent: Any, name: str) -> Any:
    """An attribute as it can be set again: static methods and class methods are more than their functions."""
    found = vars(parent).get(name) if hasattr(parent, "__dict__") else None
    return found if isinstance(found, staticmethod | classmethod) else getattr(parent, name)


def _put_back(replaced: list[tuple[Any, str, Any]]) -> None:
    while replaced:
        setattr(*replaced.pop())


def main(argv: Any = None) -> None:
    """Run the tests of the script, or with `--benchmarks=<regular expression>` its benchmarks; then leave the program.

    Args:
      argv: the command line; by default sys.argv.
    """
    from absl.testing import absltest

    from flowgraph.platform.flags import run_main
    from flowgraph.testing.benchmark import run_benchmarks, take_benchmarks

    argv = sys.argv if argv is None else argv
    pattern = take_benchmarks(argv)
    if pattern is not None:
        run_main(lambda _: run_benchmarks(pattern), argv)
    run_main(lambda rest: absltest.main(argv=rest), argv)
