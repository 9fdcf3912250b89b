"""Which engine a session uses."""

from __future__ import annotations

import os
from collections.abc import Callable

from flowgraph import errors
from flowgraph.config import ConfigProto
from flowgraph.engines.base import Engine
from flowgraph.engines.numpy import NumpyEngine
from flowgraph.engines.reference import ReferenceEngine
from flowgraph.ir.graph import user_site
from flowgraph.passes.arena import ARENA
from flowgraph.passes.pipeline import PASSES

ENGINES: dict[str, Callable[[frozenset[str]], Engine]] = {
    "REFERENCE": lambda _: ReferenceEngine(),  # it runs Programs as they were built
    "NUMPY": NumpyEngine,
}
"""Each engine, to be made with the names of the passes that it is to leave out."""
_DEFAULT_ENGINE = "NUMPY"

_PASSES_OF = {
    "constant_folding": ("fold",),
    "arithmetic_optimization": ("simplify", "cse"),
    "remapping": ("fuse",),
    "dependency_optimization": ("prune",),
}
"""The passes that each of TF's own rewrites stands for; `memory_optimization` stands for the arena."""


def choose_engine(config: ConfigProto | None) -> Engine:
    """The engine that `config.experimental.executor_type` or else FLOWGRAPH_ENGINE names.

    Raises:
      InvalidArgumentError: there is no such engine.
    """
    asked = config.experimental.executor_type if config is not None else ""
    name = asked or os.environ.get("FLOWGRAPH_ENGINE", "") or _DEFAULT_ENGINE
    if name.upper() in ("DEFAULT", "SINGLE_THREADED_EXECUTOR"):  # TF's own executors
        name = _DEFAULT_ENGINE
    if name.upper() not in ENGINES:
        raise errors.InvalidArgumentError(
            None,
            None,
            errors.explain(
                f"No executor factory registered for the executor type: {name}",
                mend=f"executor_type (or FLOWGRAPH_ENGINE) is one of: {', '.join(sorted(ENGINES))}.",
                where=user_site(),
            ),
        )
    return ENGINES[name.upper()](skipped_passes(config))


def skipped_passes(config: ConfigProto | None) -> frozenset[str]:
    """The passes that `graph_options` switches off, or else FLOWGRAPH_SKIP_PASSES: names with commas, or "all".

    Raises:
      InvalidArgumentError: the environment variable names what is no pass.

    >>> config = ConfigProto()
    >>> config.graph_options.rewrite_options.constant_folding = config.graph_options.rewrite_options.OFF
    >>> skipped_passes(config)
    frozenset({'fold'})
    """
    text = os.environ.get("FLOWGRAPH_SKIP_PASSES", "")
    names = {name.strip() for name in text.split(",") if name.strip()}
    known = [*(change.__name__ for change in PASSES), ARENA]
    if names - {*known, "all"}:
        line = f"FLOWGRAPH_SKIP_PASSES names what is no pass: {', '.join(sorted(names - {*known, 'all'}))}"
        mend = f"The passes are: {', '.join(known)}; or all."
        raise errors.InvalidArgumentError(None, None, errors.explain(line, mend=mend, where=user_site()))
    if config is not None:
        options = config.graph_options
        rewrites = options.rewrite_options
        for field, passes in _PASSES_OF.items():
            if getattr(rewrites, field) == rewrites.OFF:
                names.update(passes)
        if rewrites.memory_optimization == rewrites.NO_MEM_OPT:
            names.add(ARENA)
        if rewrites.disable_meta_optimizer or options.optimizer_options.opt_level == options.optimizer_options.L0:
            names.add("all")
    return frozenset(known) if "all" in names else frozenset(names)
