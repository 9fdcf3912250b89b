"""`tf.flags`, `tf.app.flags`: command-line flags, absl's functions and classes."""

from absl import flags as _absl_flags
from absl.flags import *  # noqa: F403  # whatever absl offers belongs here, as in TF

from flowgraph import absent as _absent
from flowgraph.platform.flags import ScriptFlags as _ScriptFlags
from flowgraph.platform.flags import with_old_names as _with_old_names

DEFINE_string = _with_old_names(_absl_flags.DEFINE_string)
DEFINE_boolean = _with_old_names(_absl_flags.DEFINE_boolean)
DEFINE_bool = DEFINE_boolean
DEFINE_float = _with_old_names(_absl_flags.DEFINE_float)
DEFINE_integer = _with_old_names(_absl_flags.DEFINE_integer)

FLAGS = _ScriptFlags(_absl_flags.FLAGS)  # type: ignore[assignment]  # acts as one

__all__ = _absl_flags.__all__

_absent.watch(__name__)
