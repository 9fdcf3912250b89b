"""`tf.contrib.summary`: summaries that are written by the run that computes them."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.ops.summary_shown import all_v2_summary_ops as all_summary_ops
from flowgraph.summaries.in_graph import (
    SummaryWriter,
    always_record_summaries,
    audio,
    create_db_writer,
    create_file_writer,
    create_summary_file_writer,
    eval_dir,
    flush,
    generic,
    histogram,
    image,
    import_event,
    initialize,
    never_record_summaries,
    record_summaries_every_n_global_steps,
    scalar,
    should_record_summaries,
    summary_writer_initializer_op,
)
from flowgraph.summaries.in_graph import write_graph as graph

__all__ = [
    "SummaryWriter", "all_summary_ops", "always_record_summaries", "audio", "create_db_writer", "create_file_writer",
    "create_summary_file_writer", "eval_dir", "flush", "generic", "graph", "histogram", "image", "import_event",
    "initialize", "never_record_summaries", "record_summaries_every_n_global_steps", "scalar",
    "should_record_summaries", "summary_writer_initializer_op",
]

_absent.watch(__name__)
