"""tf.contrib.learn.preprocessing against what TensorFlow 1.15.5 gave for the same texts."""

from __future__ import annotations

import pickle

import numpy as np

import flowgraph as tf
from flowgraph.contrib.learn.python.learn.preprocessing import text as text_module

preprocessing = tf.contrib.learn.preprocessing
TEXTS = ["I love you I love", "you love HTMLParser's me-too isn't", "me-too isn't b b b b"]


def test_words_are_numbered_by_frequency_and_name_when_rare_ones_are_dropped() -> None:
    processor = preprocessing.VocabularyProcessor(5, min_frequency=1)
    rows = [row.tolist() for row in processor.fit_transform(TEXTS)]
    assert rows == [[3, 2, 6, 3, 2], [6, 2, 0, 0, 5], [5, 4, 1, 1, 1]]
    assert processor.vocabulary_._mapping == {
        "<UNK>": 0, "b": 1, "love": 2, "I": 3, "isn't": 4, "me-too": 5, "you": 6,
    }  # fmt: skip
    assert list(processor.reverse([[1, 2, 0]])) == ["b love <UNK>"]


def test_words_are_numbered_in_their_order_and_new_ones_are_unknown_afterwards() -> None:
    processor = preprocessing.VocabularyProcessor(3)
    assert [row.tolist() for row in processor.fit_transform(["a b c a d"])] == [[1, 2, 3]]
    assert processor.vocabulary_._mapping["d"] == 4
    assert [row.tolist() for row in processor.transform(["z a q"])] == [[0, 1, 0]]


def test_too_frequent_words_can_be_dropped_as_well() -> None:
    words = preprocessing.CategoricalVocabulary()
    for word, count in (("the", 9), ("a", 9), ("cat", 3), ("dog", 3), ("emu", 1)):
        words.add(word, count)
    words.trim(1, max_frequency=9)
    assert [words.reverse(number) for number in range(len(words))] == ["<UNK>", "cat", "dog"]


def test_a_processor_is_saved_and_restored(tmp_path) -> None:
    processor = preprocessing.VocabularyProcessor(3)
    before = [row.tolist() for row in processor.fit_transform(TEXTS)]
    processor.save(str(tmp_path / "vocab"))
    restored = preprocessing.VocabularyProcessor.restore(str(tmp_path / "vocab"))
    assert [row.tolist() for row in restored.transform(TEXTS)] == before


def test_a_processor_that_tensorflow_saved_is_restored(tmp_path) -> None:
    ours = pickle.dumps(preprocessing.VocabularyProcessor(3), protocol=0)
    theirs = ours.replace(
        b"cflowgraph.data.vocabulary\n", b"ctensorflow.contrib.learn.python.learn.preprocessing.text\n"
    )
    assert theirs != ours
    (tmp_path / "vocab").write_bytes(theirs)
    assert preprocessing.VocabularyProcessor.restore(str(tmp_path / "vocab")).max_document_length == 3


def test_bytes_of_texts() -> None:
    processor = preprocessing.ByteProcessor(4)
    assert [row.tolist() for row in processor.transform(["héllo", "a"])] == [[104, 195, 169, 108], [97, 0, 0, 0]]
    assert list(processor.reverse(np.array([[104, 105, 0, 0], [200, 0, 0, 0]]))) == ["hi", ""]
    assert text_module.tokenizer is preprocessing.tokenizer
