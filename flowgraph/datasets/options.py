"""tf.data.Options: how an iterator is to go through a pipeline."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.refusal import refusal

_BY_DEFAULT = ("map_and_batch_fusion", "noop_elimination", "shuffle_and_repeat_fusion")
_ON_DEMAND = (
    "filter_fusion", "filter_with_random_uniform_fusion", "hoist_random_uniform", "map_and_filter_fusion",
    "map_parallelization", "map_fusion", "parallel_batch",
)  # fmt: skip


class _Settings:
    """Attributes that are None until they are set; others cannot be."""

    _names: tuple[str, ...] = ()
    _absent: tuple[str, ...] = ()

    def __init__(self) -> None:
        for name in (*self._names, *self._absent):
            self.__dict__[name] = None

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._absent and value not in (None, False):
            raise refusal(f"{type(self).__name__}.{name} is not offered here.", NotImplementedError)
        if name not in self._names and name not in self._absent:
            raise AttributeError(f"Cannot set the property {name} on {type(self).__name__}.")
        self.__dict__[name] = value

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.__dict__ == other.__dict__

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # type: ignore[assignment]

    def merge(self, options: Any) -> Any:
        """These settings and others, which win.

        Args:
          options: settings of the same kind.

        Raises:
          ValueError: they contradict each other.
        """
        merged = type(self)()
        for name in self.__dict__:
            mine, theirs = getattr(self, name), getattr(options, name)
            if isinstance(mine, _Settings):
                merged.__dict__[name] = mine.merge(theirs)
            else:
                merged.__dict__[name] = mine if theirs is None else theirs
        return merged


class OptimizationOptions(_Settings):
    """What is done to make a pipeline faster; see `tf.data.Options.experimental_optimization`.

    None of these changes the elements, but for one: `shuffle_and_repeat_fusion` makes one of `shuffle` and a `repeat`
    right behind it, which then draw from one stream of random numbers.
    """

    _names = ("apply_default_optimizations", "autotune", "autotune_cpu_budget", *_BY_DEFAULT, *_ON_DEMAND)
    _absent = ("autotune_algorithm", "autotune_buffers", "map_vectorization")

    def _chosen(self) -> list[str]:
        """The names of the optimizations that are on."""
        found = {name for name in (*_BY_DEFAULT, *_ON_DEMAND) if getattr(self, name)}
        if self.apply_default_optimizations is not False:
            found.update(name for name in _BY_DEFAULT if getattr(self, name) is not False)
        return sorted(found)


class Options(_Settings):
    """How to go through a pipeline; given to it by `Dataset.with_options`.

    Attributes:
      experimental_deterministic: whether elements come in an order that does not depend on chance; here they always do.
      experimental_optimization: see `tf.data.experimental.OptimizationOptions`.

    >>> options = Options()
    >>> options.experimental_optimization.apply_default_optimizations = False
    >>> dataset = tf.data.Dataset.range(3).with_options(options)
    >>> dataset.options().experimental_optimization.apply_default_optimizations
    False
    """

    _names = ("experimental_deterministic", "experimental_optimization")
    _absent = (
        "experimental_distribute", "experimental_slack", "experimental_stats", "experimental_threading",
        "experimental_stateful_whitelist",
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.experimental_optimization = OptimizationOptions()

    def merge(self, options: Any) -> Any:
        """These options and others, which win where both say something.

        Args:
          options: a `tf.data.Options`.
        """
        return super().merge(options)

    def _optimizations(self) -> list[str]:
        found = self.experimental_optimization._chosen()
        return [*found, "make_sloppy"] if self.experimental_deterministic is False else found
