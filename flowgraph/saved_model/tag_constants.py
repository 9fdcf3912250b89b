"""`tf.saved_model.tag_constants`: the usual tags of graphs."""

from flowgraph import absent as _absent

__all__ = [
    "GPU",
    "SERVING",
    "TPU",
    "TRAINING",
]

SERVING = "serve"
TRAINING = "train"
GPU = "gpu"
TPU = "tpu"

_absent.watch(__name__)
