"""tensorflow.contrib.learn.python.learn: all of `tf.contrib.learn`, and the modules that it has there."""

import sys as _sys

from flowgraph import absent as _absent
from flowgraph.absent.views import add_views as _add_views
from flowgraph.contrib.learn import datasets, preprocessing

__all__ = ["datasets", "preprocessing"]

for _name in __all__:
    _sys.modules[f"{__name__}.{_name}"] = globals()[_name]
_sys.modules[f"{__name__}.datasets.mnist"] = datasets.mnist
_add_views(
    f"{__name__}.preprocessing",
    preprocessing,
    {
        "categorical_vocabulary": "CategoricalVocabulary",
        "text": "TOKENIZER_RE ByteProcessor VocabularyProcessor tokenizer",
    },
)

_absent.watch(__name__)
