"""tf.data.Options: how an iterator is to go through a pipeline."""

from __future__ import annotations

from typing import Any, ClassVar

from flowgraph.ir.refusal import refusal

_BY_DEFAULT = ("map_and_batch_fusion", "noop_elimination", "shuffle_and_repeat_fusion")
_ON_DEMAND = (
    "filter_fusion", "filter_with_random_uniform_fusion", "hoist_random_uniform", "map_and_filter_fusion",
    "map_parallelization", "map_fusion", "parallel_batch",
)  # fmt: skip


class _Settings:
    """Attributes that are None, or settings themselves, until they are set; others cannot be."""

    _kinds: ClassVar[dict[str, type]] = {}
    _first: ClassVar[dict[str, Any]] = {}
    _absent: tuple[str, ...] = ()

    def __init__(self) -> None:
        for name, kind in self._kinds.items():
            self.__dict__[name] = kind() if issubclass(kind, _Settings) else self._first.get(name)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        kind = self._kinds.get(name)
        if kind is None:
            raise AttributeError(f"Cannot set the property {name} on {type(self).__name__}.")
        if name in self._absent and value is not False:
            raise refusal(f"{type(self).__name__}.{name} is not offered here.", NotImplementedError)
        if not isinstance(value, kind):
            line = f'Property "{name}" must be of type {kind!r}, got: {value!r} (type: {type(value)!r})'
            raise refusal(line, TypeError)
        self.__dict__[name] = value

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.__dict__ == other.__dict__

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # type: ignore[assignment]

    def _merged(self, others: Any) -> Any:
        """These settings and others, which win where they say something."""
        made = type(self)()
        for name, mine in self.__dict__.items():
            theirs = getattr(others, name)
            if isinstance(mine, _Settings):
                made.__dict__[name] = mine._merged(theirs)
            else:
                made.__dict__[name] = mine if theirs == self._first.get(name) else theirs
        return made


class MapVectorizationOptions(_Settings):
    """Whether `map` and `batch` are to change places; here the elements and the speed are the same.

    Attributes:
      enabled: whether they are.
      use_choose_fastest: whether TF is to try which is faster.
    """

    _kinds: ClassVar[dict[str, type]] = {"enabled": bool, "use_choose_fastest": bool}


class OptimizationOptions(_Settings):
    """What is done to make a pipeline faster; see `tf.data.Options.experimental_optimization`.

    None of these changes the elements, but for one: `shuffle_and_repeat_fusion` makes one of `shuffle` and a `repeat`
    right behind it, which then draw from one stream of random numbers.
    """

    _kinds: ClassVar[dict[str, type]] = {
        "apply_default_optimizations": bool, "autotune": bool, "autotune_algorithm": int, "autotune_buffers": bool,
        "autotune_cpu_budget": int, "map_vectorization": MapVectorizationOptions,
        **dict.fromkeys((*_BY_DEFAULT, *_ON_DEMAND), bool),
    }  # fmt: skip

    def _chosen(self) -> list[str]:
        """The names of the optimizations that are on."""
        found = {name for name in (*_BY_DEFAULT, *_ON_DEMAND) if getattr(self, name)}
        if self.apply_default_optimizations is not False:
            found.update(name for name in _BY_DEFAULT if getattr(self, name) is not False)
        if self.autotune_buffers:
            found.add("inject_prefetch")
        if self.map_vectorization.enabled:
            found.add("map_vectorization")
        return sorted(found)


class ThreadingOptions(_Settings):
    """How many threads a pipeline has; see `tf.data.Options.experimental_threading`.

    They become ops of the pipeline, as in TF; here it has the threads that `num_parallel_calls` asks for.

    Attributes:
      max_intra_op_parallelism: how many one op may use.
      private_threadpool_size: how many the pipeline has for itself.
    """

    _kinds: ClassVar[dict[str, type]] = {"max_intra_op_parallelism": int, "private_threadpool_size": int}


class DistributeOptions(_Settings):
    """How a pipeline is shared by the workers of a distribution strategy, without which these say nothing.

    Attributes:
      auto_shard: whether each worker gets a part of it.
      num_devices: how many devices take elements out of it.
    """

    _kinds: ClassVar[dict[str, type]] = {"auto_shard": bool, "num_devices": int}
    _first: ClassVar[dict[str, Any]] = {"auto_shard": True}


class StatsOptions(_Settings):
    """What a pipeline tells of itself while it runs, and to whom; an aggregator is not offered here.

    Attributes:
      prefix, counter_prefix: what the names of its figures begin with.
    """

    _kinds: ClassVar[dict[str, type]] = {
        "aggregator": object,
        "counter_prefix": str,
        "latency_all_edges": bool,
        "prefix": str,
    }
    _first: ClassVar[dict[str, Any]] = {"counter_prefix": "", "prefix": ""}
    _absent = ("aggregator", "latency_all_edges")


class Options(_Settings):
    """How to go through a pipeline; given to it by `Dataset.with_options`.

    Attributes:
      experimental_deterministic: whether elements come in an order that does not depend on chance; here they always do.
      experimental_distribute: see `tf.data.experimental.DistributeOptions`.
      experimental_optimization: see `tf.data.experimental.OptimizationOptions`.
      experimental_slack: whether TF leaves the processor alone for a moment after each element; here it makes nothing
        else.
      experimental_stateful_whitelist: ops that a distribution strategy may make several of.
      experimental_stats: see `tf.data.experimental.StatsOptions`.
      experimental_threading: see `tf.data.experimental.ThreadingOptions`.

    >>> options = Options()
    >>> options.experimental_optimization.apply_default_optimizations = False
    >>> dataset = tf.data.Dataset.range(3).with_options(options)
    >>> dataset.options().experimental_optimization.apply_default_optimizations
    False
    """

    _kinds: ClassVar[dict[str, type]] = {
        "experimental_deterministic": bool, "experimental_distribute": DistributeOptions,
        "experimental_optimization": OptimizationOptions, "experimental_slack": bool,
        "experimental_stateful_whitelist": list, "experimental_stats": StatsOptions,
        "experimental_threading": ThreadingOptions,
    }  # fmt: skip

    def merge(self, options: Any) -> Any:
        """These options and others, which win where both say something.

        Args:
          options: a `tf.data.Options`.
        """
        return self._merged(options)

    def _optimizations(self) -> list[str]:
        found = self.experimental_optimization._chosen()
        if self.experimental_deterministic is False:
            found.append("make_sloppy")
        return [*found, "slack"] if self.experimental_slack else found

    def _configs(self) -> tuple[str, ...]:
        """What TF's optimizer is told besides."""
        fastest = bool(self.experimental_optimization.map_vectorization.use_choose_fastest)
        found = [f"map_vectorization:use_choose_fastest:{str(fastest).lower()}"]
        if self.experimental_slack:
            found.append(f"slack:slack_period:{self.experimental_distribute.num_devices or 1}")
        return tuple(found)
