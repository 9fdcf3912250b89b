"""Benchmarks of ops (tf.test.Benchmark): classes whose `benchmark...` methods time runs and report them."""

from __future__ import annotations

import inspect
import logging
import numbers
import os
import re
import statistics
import time
import tracemalloc
from typing import Any

from flowgraph import errors, protos
from flowgraph.config import ConfigProto, RewriterConfig, RunOptions
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import get_default_session
from flowgraph.sessions.timeline import Timeline

_log = logging.getLogger("flowgraph")

_classes: list[type[Benchmark]] = []
"""Every subclass of Benchmark, in the order of definition."""


def benchmark_config() -> ConfigProto:
    """A ConfigProto for benchmarks: one that switches TF's dependency optimizer off.

    >>> benchmark_config()
    graph_options {
      rewrite_options {
        dependency_optimization: 2
      }
    }
    """
    config = ConfigProto()
    config.graph_options.rewrite_options.dependency_optimization = RewriterConfig.OFF
    return config


class Benchmark:
    """What benchmarks inherit from; `tf.test.main` runs their `benchmark...` methods when asked to.

    >>> class Squares(Benchmark):
    ...     def benchmarkSquare(self):
    ...         with tf.Session() as session:
    ...             return self.run_op_benchmark(session, tf.square(3.0), min_iters=3, store_memory_usage=False)
    >>> Squares().benchmarkSquare()["iters"]  # doctest: +ELLIPSIS
    entry {
      name: "Squares.benchmarkSquare"
      iters: 3
      wall_time: ...
    }
    <BLANKLINE>
    3
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.is_abstract():
            _classes.append(cls)

    @classmethod
    def is_abstract(cls) -> bool:
        """Whether it is this class itself, which has nothing to run."""
        return cls is Benchmark

    def report_benchmark(
        self,
        iters: int | None = None,
        cpu_time: float | None = None,
        wall_time: float | None = None,
        throughput: float | None = None,
        extras: Any = None,
        name: str | None = None,
        metrics: Any = None,
    ) -> None:
        """Print what was measured, as TF prints a BenchmarkEntries message.

        Args:
          iters: how many runs were timed.
          cpu_time, wall_time: of one run, in seconds.
          throughput: in megabytes a second.
          extras: a dict of further numbers and texts.
          name: the benchmark's name; by default that of the method.
          metrics: a list of dicts with `name` and `value`, and perhaps `min_value` and `max_value`.

        Raises:
          TypeError: `extras` or `metrics` is none of these.
          NotImplementedError: the environment's TEST_REPORT_FILE_PREFIX asks for files.
        """
        name = f"{type(self).__name__}.{name or _calling_method(self)}"
        measured = {"iters": iters, "cpu_time": cpu_time, "wall_time": wall_time, "throughput": throughput}
        shown = ", ".join(f"{what}: {-1 if value is None else value:g}" for what, value in measured.items())
        _log.info("Benchmark [%s] %s, extras: %s, metrics: %s", name, shown, extras, metrics)
        if os.environ.get("TEST_REPORT_FILE_PREFIX") is not None:
            line = "Reports of benchmarks cannot be written to files yet."
            mend = "Unset the environment's TEST_REPORT_FILE_PREFIX: reports are printed then."
            raise NotImplementedError(errors.explain(line, mend=mend, where=user_site()))
        lines = [f'  name: "{name}"', *(f"  {what}: {value}" for what, value in measured.items() if value is not None)]
        report = ["entry {", *lines, *_extras_lines(extras), *_metrics_lines(metrics), "}", ""]
        print("\n".join(report))  # noqa: T201  # where TF prints it, too

    def run_op_benchmark(
        self,
        sess: Any,
        op_or_tensor: Any,
        feed_dict: Any = None,
        burn_iters: int = 2,
        min_iters: int = 10,
        store_trace: bool = False,
        store_memory_usage: bool = True,
        name: str | None = None,
        extras: Any = None,
        mbs: float = 0,
    ) -> dict[str, Any]:
        """Run an op or tensor again and again, and report the median of the times.

        Args:
          sess: the session.
          op_or_tensor, feed_dict: what to run, and with which feeds.
          burn_iters: runs before the first that is timed.
          min_iters: how many are timed.
          store_trace: whether one more run is made to trace it, for chrome://tracing.
          store_memory_usage: whether one more run is made to find how many bytes it allocates at most.
          name, extras: see `report_benchmark`.
          mbs: how many megabytes one run moves, for the throughput.

        Returns:
          What was reported, a dict.
        """
        for _ in range(burn_iters):
            sess.run(op_or_tensor, feed_dict=feed_dict)
        times = [_seconds(sess, op_or_tensor, feed_dict) for _ in range(min_iters)]
        extras = {} if extras is None else extras
        if store_trace:
            extras["full_trace_chrome_format"] = _trace(sess, op_or_tensor, feed_dict)
        if store_memory_usage:
            extras["allocator_maximum_num_bytes_cpu"] = _most_bytes(sess, op_or_tensor, feed_dict)
        median = statistics.median(times) if times else -1
        measured = {"iters": min_iters, "wall_time": median, "extras": extras, "name": name}
        measured["throughput"] = mbs / median
        self.report_benchmark(**measured)
        return measured

    def evaluate(self, tensors: Any) -> Any:
        """The values of tensors in the default session.

        Raises:
          RuntimeError: there is none.
        """
        session = get_default_session()
        if session is None:
            raise RuntimeError(errors.explain("There is no default session.", mend="with tf.Session(): ..."))
        return session.run(tensors)


def take_benchmarks(argv: list[str]) -> str | None:
    """Take `--benchmarks=...` off a command line: the pattern of names, or None."""
    for argument in argv:
        flag, found, pattern = argument.partition("=")
        if found and flag in ("--benchmarks", "-benchmarks"):
            argv.remove(argument)
            return pattern
    return None


def run_benchmarks(pattern: str) -> None:
    """Run the methods of all benchmarks whose `module.Class.method` a pattern matches; "all": every one."""
    for cls in _classes:
        benchmark = None
        for method in (name for name in dir(cls) if name.startswith("benchmark") and callable(getattr(cls, name))):
            if pattern == "all" or re.search(pattern, f"{cls.__module__}.{cls.__name__}.{method}"):
                benchmark = benchmark or cls()
                getattr(benchmark, method)()


def _calling_method(benchmark: Benchmark) -> str:
    """The name of the outermost of its methods that is running."""
    for frame in reversed(inspect.stack()):
        if frame.frame.f_locals.get("self") is benchmark:
            return frame.function
    raise ValueError("Unable to determine calling Benchmark class.")


def _trace(sess: Any, fetches: Any, feed_dict: Any) -> str:
    """What one run does, as Chrome draws it."""
    metadata = protos.message("RunMetadata")()
    options = RunOptions(trace_level=RunOptions.FULL_TRACE)
    sess.run(fetches, feed_dict=feed_dict, options=options, run_metadata=metadata)
    return Timeline(metadata.step_stats).generate_chrome_trace_format()


def _seconds(sess: Any, fetches: Any, feed_dict: Any) -> float:
    start = time.perf_counter()
    sess.run(fetches, feed_dict=feed_dict)
    return time.perf_counter() - start


def _most_bytes(sess: Any, fetches: Any, feed_dict: Any) -> int:
    """How many bytes a run holds at most, beside what was there before."""
    was_tracing = tracemalloc.is_tracing()
    tracemalloc.start()
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    sess.run(fetches, feed_dict=feed_dict)
    _, peak = tracemalloc.get_traced_memory()
    if not was_tracing:
        tracemalloc.stop()
    return peak - before


def _extras_lines(extras: Any) -> list[str]:
    if extras is None:
        return []
    if not isinstance(extras, dict):
        raise TypeError("extras must be a dict")
    lines = []
    for key, value in extras.items():
        shown = f"double_value: {float(value)}" if isinstance(value, numbers.Real) else f'string_value: "{value}"'
        lines += ["  extras {", f'    key: "{key}"', "    value {", f"      {shown}", "    }", "  }"]
    return lines


def _metrics_lines(metrics: Any) -> list[str]:
    if metrics is None:
        return []
    if not isinstance(metrics, list):
        raise TypeError("metrics must be a list")
    lines = []
    for metric in metrics:
        for field in ("name", "value"):
            if field not in metric:
                raise TypeError(f"metric must has a '{field}' field")
        lines += ["  metrics {", f'    name: "{metric["name"]}"', f"    value: {float(metric['value'])}"]
        for bound in ("min_value", "max_value"):
            if bound in metric:
                lines += [f"    {bound} {{", f"      value: {float(metric[bound])}", "    }"]
        lines.append("  }")
    return lines
