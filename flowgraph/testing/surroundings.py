"""Where tests run: devices, folders, stubs, the command line (tf.test)."""

from __future__ import annotations

import inspect
import os
import sys
from pathlib import Path
from typing import Any

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


def create_local_cluster(
    num_workers: int, num_ps: int, protocol: str = "grpc", worker_config: Any = None, ps_config: Any = None
) -> tuple[list[Any], list[Any]]:
    """The servers of a cluster of workers and parameter servers, started in this process.

    Args:
      num_workers, num_ps: how many of each.
      protocol: the protocol that their addresses name.
      worker_config, ps_config: a ConfigProto for each worker and parameter server.

    Returns:
      (workers, parameter servers), each a list of `tf.train.Server`.

    >>> workers, parameter_servers = create_local_cluster(num_workers=2, num_ps=1)
    >>> with tf.device("/job:ps/task:0"):
    ...     w = tf.Variable(3.0)
    >>> with tf.Session(workers[0].target) as session:
    ...     session.run(w.initializer)
    >>> with tf.Session(workers[1].target) as session:
    ...     print(session.run(w))
    3.0
    """
    from flowgraph.monitored.cluster import ClusterSpec, Server

    tasks = {"worker": num_workers, "ps": num_ps}
    addresses = [f"localhost:{port}" for port in _free_ports(num_workers + num_ps)]
    spec = ClusterSpec({"worker": addresses[:num_workers], "ps": addresses[num_workers:]})

    def servers(job: str, config: Any) -> list[Any]:
        return [
            Server(spec, job_name=job, task_index=i, protocol=protocol, config=config, start=True)
            for i in range(tasks[job])
        ]

    return servers("worker", worker_config), servers("ps", ps_config)


def _free_ports(count: int) -> list[int]:
    """Numbers of ports that nothing listens at."""
    import socket
    from contextlib import ExitStack

    with ExitStack() as stack:
        found = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in found:
            each.bind(("localhost", 0))
        return [each.getsockname()[1] for each in found]


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
