"""`tf.layers.experimental`: layers that keep their variables as Keras' do."""

from flowgraph import absent as _absent
from flowgraph.neural.layers.keras_style import keras_style_scope, set_keras_style

__all__ = ["keras_style_scope", "set_keras_style"]

_absent.watch(__name__)
