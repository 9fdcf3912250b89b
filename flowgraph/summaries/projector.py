"""The file that tells TensorBoard's projector which embeddings to show."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def visualize_embeddings(summary_writer: Any, config: Any) -> None:
    """Write `projector_config.pbtxt` beside the event files, where TensorBoard's projector looks for it.

    Args:
      summary_writer: a FileWriter (or what else has `get_logdir`).
      config: a ProjectorConfig; in each of its `embeddings`, `tensor_name` names a variable of the checkpoint in the
        same folder, and `metadata_path` a file with a label for each row.

    Raises:
      ValueError: the writer has no folder.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from flowgraph.contrib.tensorboard.plugins import projector
    >>> config = projector.ProjectorConfig()
    >>> config.embeddings.add(tensor_name="words", metadata_path="words.tsv").tensor_name
    'words'
    >>> writer = tf.summary.FileWriter(tempfile.mkdtemp())
    >>> projector.visualize_embeddings(writer, config)
    >>> print(Path(writer.get_logdir(), "projector_config.pbtxt").read_text(), end="")
    embeddings {
      tensor_name: "words"
      metadata_path: "words.tsv"
    }
    """
    from google.protobuf import text_format

    folder = summary_writer.get_logdir()
    if folder is None:
        raise ValueError("Summary writer must have a logdir")
    text = text_format.MessageToString(config)
    Path(folder, "projector_config.pbtxt").write_text(text, encoding="utf-8")
