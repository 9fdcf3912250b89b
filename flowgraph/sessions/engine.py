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

ENGINES: dict[str, Callable[[], Engine]] = {"REFERENCE": ReferenceEngine, "NUMPY": NumpyEngine}
_DEFAULT_ENGINE = "NUMPY"


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
    return ENGINES[name.upper()]()
