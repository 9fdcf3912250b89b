"""From texts to rows of numbers: `tf.contrib.learn.preprocessing`, which the scripts that classify texts start with."""

from __future__ import annotations

import collections
import pickle
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

TOKENIZER_RE = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z][a-z]+(?=[A-Z])|[\'\w\-]+")
"""Words; of several in CamelCase, each."""


def tokenizer(iterator: Iterable[str]) -> Iterator[list[str]]:
    """Give the list of words of each text.

    >>> list(tokenizer(["HTMLParser isn't new", "a b"]))
    [['HTML', 'Parser', "isn't", 'new'], ['a', 'b']]
    """
    for text in iterator:
        yield TOKENIZER_RE.findall(text)


class CategoricalVocabulary:
    """Numbers for categories, such as words: from 1 in the order in which they come, 0 for what is unknown.

    Args:
      unknown_token: what stands for all that is unknown.
      support_reverse: whether `reverse` is to work.

    >>> words = CategoricalVocabulary()
    >>> [words.get(word) for word in ["so", "it", "goes", "so"]], words.reverse(2), len(words)
    ([1, 2, 3, 1], 'it', 4)
    >>> words.freeze()
    >>> words.get("new")
    0
    """

    def __init__(self, unknown_token: Any = "<UNK>", support_reverse: bool = True) -> None:  # noqa: S107 (a word, no secret)
        self._unknown_token = unknown_token
        self._support_reverse = support_reverse
        self._mapping: dict[Any, int] = {unknown_token: 0}
        if support_reverse:
            self._reverse_mapping = [unknown_token]
        self._freq: dict[Any, int] = collections.defaultdict(int)
        self._freeze = False

    def __len__(self) -> int:
        return len(self._mapping)

    def freeze(self, freeze: bool = True) -> None:
        """From now on, let new categories be unknown; or, with False, let them be learned again."""
        self._freeze = freeze

    def get(self, category: Any) -> int:
        """The number of a category; a new one is given to a new category, unless the vocabulary is frozen."""
        if category not in self._mapping:
            if self._freeze:
                return 0
            self._place(category)
        return self._mapping[category]

    def add(self, category: Any, count: int = 1) -> None:
        """Count that a category was seen `count` times."""
        if self.get(category) > 0:
            self._freq[category] += count

    def trim(self, min_frequency: int, max_frequency: int = -1) -> None:
        """Keep what was seen more often than `min_frequency`, and less often than `max_frequency` if that is given.

        What stays is numbered anew, the most frequent first, and alphabetically where equally frequent.
        """
        by_name = sorted(self._freq.items(), key=lambda entry: (isinstance(entry[0], str), entry[0]))
        by_count = sorted(by_name, key=lambda entry: entry[1], reverse=True)
        self._mapping = {self._unknown_token: 0}
        if self._support_reverse:
            self._reverse_mapping = [self._unknown_token]
        for category, count in by_count:
            if min_frequency < count and not 0 < max_frequency <= count:
                self._place(category)
        # the counts kept are the highest ones, also of categories that were too frequent: TensorFlow's do so
        self._freq = collections.defaultdict(int, by_count[: len(self._mapping) - 1])

    def reverse(self, class_id: int) -> Any:
        """The category of a number.

        Raises:
          ValueError: the vocabulary was made without `support_reverse`.
        """
        if not self._support_reverse:
            raise ValueError("This vocabulary wasn't initialized with support_reverse to support reverse() function.")
        return self._reverse_mapping[class_id]

    def _place(self, category: Any) -> None:
        self._mapping[category] = len(self._mapping)
        if self._support_reverse:
            self._reverse_mapping.append(category)


class VocabularyProcessor:
    """Turns texts into rows of word numbers, all of one length.

    Args:
      max_document_length: the length of the rows; longer texts are cut, shorter ones filled up with 0.
      min_frequency: words seen this often or less are unknown.
      vocabulary: a CategoricalVocabulary; a new one by default.
      tokenizer_fn: turns an iterable of texts into one of lists of words; `tokenizer` by default.

    >>> processor = VocabularyProcessor(max_document_length=4)
    >>> np.array(list(processor.fit_transform(["so it goes", "it was a dark and stormy night"])))
    array([[1, 2, 3, 0],
           [2, 4, 5, 6]])
    >>> list(processor.reverse([[2, 4, 0]]))
    ['it was <UNK>']
    """

    def __init__(
        self,
        max_document_length: int,
        min_frequency: int = 0,
        vocabulary: Any = None,
        tokenizer_fn: Callable[[Iterable[str]], Iterable[list[str]]] | None = None,
    ) -> None:
        self.max_document_length = max_document_length
        self.min_frequency = min_frequency
        self.vocabulary_ = vocabulary or CategoricalVocabulary()
        self._tokenizer = tokenizer_fn or tokenizer

    def fit(self, raw_documents: Iterable[str], unused_y: Any = None) -> VocabularyProcessor:
        """Learn the words of the texts, and freeze the vocabulary."""
        del unused_y  # what else has a `fit` takes targets here
        for words in self._tokenizer(raw_documents):
            for word in words:
                self.vocabulary_.add(word)
        if self.min_frequency > 0:
            self.vocabulary_.trim(self.min_frequency)
        self.vocabulary_.freeze()
        return self

    def fit_transform(self, raw_documents: Iterable[str], unused_y: Any = None) -> Iterator[np.ndarray]:
        """Learn the words of the texts, then give a row for each text."""
        self.fit(raw_documents, unused_y)
        return self.transform(raw_documents)

    def transform(self, raw_documents: Iterable[str]) -> Iterator[np.ndarray]:
        """Give a row of int64 numbers, [max_document_length], for each text."""
        for words in self._tokenizer(raw_documents):
            row = np.zeros(self.max_document_length, np.int64)
            for place, word in enumerate(words[: self.max_document_length]):
                row[place] = self.vocabulary_.get(word)
            yield row

    def reverse(self, documents: Iterable[Iterable[int]]) -> Iterator[str]:
        """Give the text of each row of numbers, its words with blanks between them."""
        for row in documents:
            yield " ".join(self.vocabulary_.reverse(number) for number in row)

    def save(self, filename: str) -> None:
        """Write the processor to a file, for `restore`."""
        Path(filename).write_bytes(pickle.dumps(self))

    @classmethod
    def restore(cls, filename: str) -> Any:
        """Read what `save` wrote, here or under TensorFlow. The file is a pickle: read only what you trust."""
        with Path(filename).open("rb") as file:
            return _Unpickler(file).load()


class ByteProcessor:
    """Turns texts into rows of bytes, all of one length.

    >>> processor = ByteProcessor(4)
    >>> list(processor.transform(["hi"]))
    [array([104, 105,   0,   0], dtype=uint8)]
    >>> list(processor.reverse(np.array([[104, 105, 0, 0]])))
    ['hi']
    """

    def __init__(self, max_document_length: int) -> None:
        self.max_document_length = max_document_length

    def fit(self, x: Any) -> None:
        """There is nothing to learn."""

    def fit_transform(self, x: Iterable[str | bytes]) -> Iterator[np.ndarray]:
        """As `transform`."""
        return self.transform(x)

    def reverse(self, x: Iterable[np.ndarray]) -> Iterator[str]:
        """Give the text of each row of bytes; an empty one where they are no UTF-8."""
        for row in x:
            try:
                yield np.trim_zeros(row.astype(np.int8), trim="b").tobytes().decode("utf-8")
            except UnicodeDecodeError:
                yield ""

    def transform(self, x: Iterable[str | bytes]) -> Iterator[np.ndarray]:
        """Give a row of uint8, [max_document_length], for each text; what is str is encoded as UTF-8 first."""
        for text in x:
            encoded = text.encode("utf-8") if isinstance(text, str) else text
            row = np.frombuffer(encoded[: self.max_document_length], np.uint8)
            yield np.pad(row, (0, self.max_document_length - len(row)))


class _Unpickler(pickle.Unpickler):
    """Finds TensorFlow's classes of processors here."""

    def find_class(self, module: str, name: str) -> Any:
        if module.startswith("tensorflow") and ".learn.preprocessing" in module:
            return globals()[name]
        return super().find_class(module, name)
