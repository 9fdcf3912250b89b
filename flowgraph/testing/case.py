"""A test case with sessions, threads and a folder of its own (tf.test.TestCase)."""

from __future__ import annotations

import contextlib
import os
import random
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from absl.testing import absltest

from flowgraph.config import ConfigProto, Message, RewriterConfig
from flowgraph.ir.device import canonical
from flowgraph.ir.scope import default_graphs, get_default_session, reset_default_graph, set_random_seed
from flowgraph.kernels.seeds import DEFAULT_GRAPH_SEED
from flowgraph.session import Session
from flowgraph.testing.assertions import ArrayAssertions
from flowgraph.testing.surroundings import get_temp_dir


class TestCase(ArrayAssertions, absltest.TestCase):  # type: ignore[misc]  # absl names an argument otherwise
    """A unittest.TestCase for graphs.

    Each test starts with an empty default graph and fixed seeds: the graph's, numpy's, and that of Python's `random`.

    >>> class SquareTest(TestCase):
    ...     def testSquare(self):
    ...         with self.session():
    ...             self.assertAllClose([1.0, 4.0], tf.square([1.0, 2.0]))
    >>> import unittest
    >>> SquareTest("testSquare").run(unittest.TestResult())
    <unittest.result.TestResult run=1 errors=0 failures=0>
    """

    __test__ = True

    def __init__(self, methodName: str = "runTest") -> None:
        super().__init__(methodName)
        self._threads: list[CheckedThread] = []
        self._tempdir: str | None = None
        self._cached_session: Any = None
        self._cached_with: tuple[Any, Any, bool] = (None, None, False)

    def setUp(self) -> None:
        """Start over: a new default graph, the fixed seeds. A subclass's own `setUp` calls this one first."""
        super().setUp()
        self._forget_cached_session()
        random.seed(DEFAULT_GRAPH_SEED)
        np.random.seed(DEFAULT_GRAPH_SEED)  # noqa: NPY002  # the generator that TF1 scripts draw from
        self.addCleanup(setattr, default_graphs, "items", default_graphs.items)
        default_graphs.items = []
        reset_default_graph()
        set_random_seed(DEFAULT_GRAPH_SEED)
        if self.id().endswith(".test_session"):
            self.skipTest("Not a test.")

    def tearDown(self) -> None:
        """Fail if a checked thread was not joined; close the cached session."""
        for thread in self._threads:
            thread.check_termination()
        self._forget_cached_session()
        super().tearDown()

    def _forget_cached_session(self) -> None:
        if self._cached_session is not None:
            self._cached_session.close()
            self._cached_session = None

    # -- sessions ------------------------------------------------------------------------------------------

    def evaluate(self, tensors: Any) -> Any:
        """The values of tensors, in the default session, or else the cached one."""
        session = get_default_session()
        if session is not None:
            return session.run(tensors)
        with self._running_in(self._cached(None, None, False, strict=False), False, False) as cached:
            return cached.run(tensors)

    @contextlib.contextmanager
    def session(
        self, graph: Any = None, config: Any = None, use_gpu: bool = False, force_gpu: bool = False
    ) -> Iterator[Session]:
        """A block with a session of its own as the default one, and its graph as the default graph.

        Args:
          graph: the graph; by default the default one.
          config: a ConfigProto for the session.
          use_gpu: False puts the block's ops on the CPU, as far as names of devices go; values are the same.
          force_gpu: puts them on the GPU, by name.
        """
        own = _session_for_tests(graph, config)
        with own as session, self._running_in(session, use_gpu, force_gpu):
            yield session

    @contextlib.contextmanager
    def cached_session(
        self, graph: Any = None, config: Any = None, use_gpu: bool = False, force_gpu: bool = False
    ) -> Iterator[Session]:
        """As `session`, but all such blocks of a test have the same session, which is closed when the test ends.

        Raises:
          ValueError: the graph, config or force_gpu is not that with which the session was made.
        """
        session = self._cached(graph, config, force_gpu, strict=True)
        with self._running_in(session, use_gpu, force_gpu):
            yield session

    @contextlib.contextmanager
    def test_session(
        self, graph: Any = None, config: Any = None, use_gpu: bool = False, force_gpu: bool = False
    ) -> Iterator[Session]:
        """The cached session, whatever it was made with; given a graph, a session of its own."""
        if self.id().endswith(".test_session"):
            self.skipTest("Not a test.")
        if graph is not None:
            with self.session(graph, config, use_gpu, force_gpu) as session:
                yield session
        else:
            with self._running_in(self._cached(None, config, force_gpu, strict=False), use_gpu, force_gpu) as session:
                yield session

    def _cached(self, graph: Any, config: Any, force_gpu: bool, strict: bool) -> Any:
        if self._cached_session is None:
            self._cached_session = _session_for_tests(graph, config)
            self._cached_with = graph, config, force_gpu
        elif strict:
            names = ("graph", "config", "force_gpu value")
            for name, old, new in zip(names, self._cached_with, (graph, config, force_gpu), strict=True):
                if old is not new:
                    raise ValueError(
                        f"The {name} used to get the cached session is different than the one that was used to create "
                        "the session. Maybe create a new session with self.session()"
                    )
        return self._cached_session

    @contextlib.contextmanager
    def _running_in(self, session: Any, use_gpu: bool, force_gpu: bool) -> Iterator[Any]:
        with session.graph.as_default(), session.as_default():
            if force_gpu or not use_gpu:
                with session.graph.device("/device:GPU:0" if force_gpu else "/device:CPU:0"):
                    yield session
            else:
                yield session

    # -- threads, files, streams ---------------------------------------------------------------------------

    def checkedThread(self, target: Callable[..., Any], args: Any = None, kwargs: Any = None) -> CheckedThread:
        """A thread whose exceptions make the test fail; it has to be started and joined.

        Args:
          target: the function to call in the thread.
          args, kwargs: its arguments.
        """
        thread = CheckedThread(self, target, args or (), kwargs or {})
        self._threads.append(thread)
        return thread

    def get_temp_dir(self) -> str:
        """A folder of this test alone; the same one each time."""
        if self._tempdir is None:
            self._tempdir = tempfile.mkdtemp(dir=get_temp_dir())
        return self._tempdir

    @contextlib.contextmanager
    def captureWritesToStream(self, stream: Any) -> Iterator[CapturedWrites]:
        """A block whose writes to a stream are kept instead: `contents()` of what is yielded gives them.

        Args:
          stream: one with a file descriptor, as sys.stdout and sys.stderr are.
        """
        stream.flush()
        descriptor = stream.fileno()
        handle, path = tempfile.mkstemp(dir=self.get_temp_dir())
        original = os.dup(descriptor)
        os.dup2(handle, descriptor)
        try:
            yield CapturedWrites(path)
        finally:
            stream.flush()
            os.dup2(original, descriptor)
            os.close(original)
            os.close(handle)

    # -- devices and messages ------------------------------------------------------------------------------

    def assertDeviceEqual(self, device1: Any, device2: Any, msg: Any = None) -> None:
        """Fail unless two names of devices mean the same one."""
        one, other = canonical(device1), canonical(device2)
        self.assertEqual(one, other, f"Devices {one} and {other} are not equal. {msg}")

    def assertProtoEquals(self, expected_message_maybe_ascii: Any, message: Any, msg: Any = None) -> None:
        """Fail unless a message equals another one, or what a text in protobuf's text format describes."""
        expected = expected_message_maybe_ascii
        if isinstance(expected, type(message)):
            self.assertEqual(expected, message, msg)
        elif not isinstance(expected, str):
            raise AssertionError(f"Can't compare protos of type {type(expected)} and {type(message)}. {msg or ''}")
        elif isinstance(message, Message):  # ours, which can only write texts
            self.assertEqual(expected.split(), str(message).split(), msg)
        else:
            from google.protobuf import text_format

            self.assertEqual(text_format.Parse(expected, type(message)()), message, msg)

    def assertProtoEqualsVersion(
        self, expected: str, actual: Any, producer: int = 134, min_consumer: int = 0, msg: Any = None
    ) -> None:
        """`assertProtoEquals` with the text of a GraphDef, before which TF's versions are put."""
        versions = f"versions {{ producer: {producer} min_consumer: {min_consumer} }};\n"
        self.assertProtoEquals(versions + expected, actual, msg=msg)


class CheckedThread:
    """A thread whose exceptions make a test fail, when it is joined; made by `TestCase.checkedThread`."""

    def __init__(self, case: TestCase, target: Callable[..., Any], args: Any, kwargs: Any) -> None:
        self._case = case
        self._call = lambda: target(*args, **kwargs)
        self._thread = threading.Thread(target=self._run)
        self._error: Exception | None = None
        self._is_joined = False

    def _run(self) -> None:
        try:
            self._call()
        except Exception as error:  # noqa: BLE001  # all of them make the test fail
            self._error = error

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def join(self) -> None:
        """Wait for the thread to end; fail if its function raised."""
        self._is_joined = True
        self._thread.join()
        if self._error is not None:
            self._case.fail(f"Error in checkedThread: {self._error}")

    def is_alive(self) -> bool:
        """Whether the thread is running."""
        return self._thread.is_alive()

    def check_termination(self) -> None:
        """Fail if it was not joined.

        Raises:
          RuntimeError: it was, and runs all the same.
        """
        if not self._is_joined:
            self._case.fail("A checked thread was not joined.")
        if self.is_alive():
            raise RuntimeError("Thread was not joined with main thread, and is still running when the test finished.")


class CapturedWrites:
    """What was written to a stream during `TestCase.captureWritesToStream`."""

    def __init__(self, capture_location: str) -> None:
        self.capture_location = capture_location

    def contents(self) -> str:
        """All that was written so far."""
        return Path(self.capture_location).read_text()


def _session_for_tests(graph: Any, config: Message | None) -> Session:
    """A session whose values come from the graph as it is built: TF, too, turns constant folding off for tests."""
    settings = ConfigProto()
    if config is not None:
        settings.CopyFrom(config)
    settings.graph_options.rewrite_options.constant_folding = RewriterConfig.OFF
    return Session(graph=graph, config=settings)
