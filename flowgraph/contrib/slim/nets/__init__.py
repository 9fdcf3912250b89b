"""`tf.contrib.slim.nets`: well-known networks for images. As in TensorFlow it has to be imported by itself."""

from flowgraph import absent as _absent
from flowgraph.neural.slim.nets import alexnet, inception, overfeat, resnet_utils, resnet_v1, resnet_v2, vgg

__all__ = ["alexnet", "inception", "overfeat", "resnet_utils", "resnet_v1", "resnet_v2", "vgg"]

_absent.watch(__name__)
