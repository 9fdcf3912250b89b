"""`tf.contrib.learn.preprocessing`: from texts to rows of numbers."""

from flowgraph import absent as _absent
from flowgraph.data.vocabulary import (
    TOKENIZER_RE,
    ByteProcessor,
    CategoricalVocabulary,
    VocabularyProcessor,
    tokenizer,
)

__all__ = ["TOKENIZER_RE", "ByteProcessor", "CategoricalVocabulary", "VocabularyProcessor", "tokenizer"]

_absent.watch(__name__)
