"""`tf.contrib.tensorboard.plugins.projector`: which embeddings TensorBoard is to show, and with what labels."""

from flowgraph import absent as _absent
from flowgraph import protos as _protos
from flowgraph.summaries.projector import visualize_embeddings

# the messages are looked up by __getattr__, so that protobuf is not imported before somebody asks
# fmt: off
__all__ = ["EmbeddingInfo", "ProjectorConfig", "SpriteMetadata", "visualize_embeddings"]
# fmt: on


def __getattr__(name: str) -> object:
    if name in __all__:
        return _protos.message(name)
    raise AttributeError(f"module 'flowgraph.contrib.tensorboard.plugins.projector' has no attribute {name!r}")


_absent.watch(__name__)
