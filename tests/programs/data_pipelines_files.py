"""tf.data over files: graphs only, since the files are not there."""


def readers(tf):
    """Datasets over files."""
    tf.data.TextLineDataset("a.txt")
    tf.data.TFRecordDataset(["a", "b"], "GZIP")
    tf.data.FixedLengthRecordDataset("a", 4)
    tf.data.TFRecordDataset(["a", "b"], num_parallel_reads=2)
    tf.data.TFRecordDataset(tf.data.Dataset.from_tensor_slices(["a"]))
    tf.data.TextLineDataset(tf.placeholder(tf.string, [None])).skip(1)


def names(tf):
    """The names of files."""
    tf.data.Dataset.list_files("*.x")
    tf.data.Dataset.list_files("*.x", shuffle=False)
    tf.data.Dataset.list_files(["*.x", "*.y"], seed=3)
    tf.matching_files("*.x")
