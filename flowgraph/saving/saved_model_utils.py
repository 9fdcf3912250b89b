"""Looks into saved models: TensorFlow's `saved_model_utils`."""

from __future__ import annotations

from typing import Any

from flowgraph.saving.saved_model_loader import read_saved_model

__all__ = ["get_meta_graph_def", "get_saved_model_tag_sets", "read_saved_model"]


def get_saved_model_tag_sets(saved_model_dir: Any) -> list[list[str]]:
    """The tags of each graph of a saved model."""
    return [list(meta.meta_info_def.tags) for meta in read_saved_model(saved_model_dir).meta_graphs]


def get_meta_graph_def(saved_model_dir: Any, tag_set: str) -> Any:
    """The MetaGraphDef of a saved model that has exactly these tags, with commas between.

    Raises:
      OSError: there is no saved model, or it cannot be read.
      RuntimeError: it has no such graph.
    """
    for meta in read_saved_model(saved_model_dir).meta_graphs:
        if set(meta.meta_info_def.tags) == set(tag_set.split(",")):
            return meta
    raise RuntimeError(f"MetaGraphDef associated with tag-set {tag_set} could not be found in SavedModel")
