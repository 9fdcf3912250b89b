"""Mistakes with files and readers."""

from __future__ import annotations


def _run(tf, fetches):
    with tf.Session() as session:
        return session.run(fetches)


def _read(tf, reader, names, types=None):
    """What reading from a queue of names says."""
    queue = tf.FIFOQueue(9, types or [tf.string], shared_name="files")
    with tf.Session() as session:
        session.run(queue.enqueue(names))
        session.run(queue.close())
        return session.run(reader.read(queue))


FILES = {
    "missing": lambda tf: _run(tf, tf.read_file("no/such/file")),
    "folder": lambda tf: _run(tf, tf.read_file(".")),
    "write_folder": lambda tf: _run(tf, tf.write_file(".", "x")),
    "vector": lambda tf: tf.read_file(["a"]),
    "write_vector": lambda tf: tf.write_file("a", ["b"]),
    "no_folder": lambda tf: _run(tf, tf.matching_files("no_such_folder/*")),
    "matrix": lambda tf: tf.matching_files([["a"]]),
}

READERS = {
    "missing": lambda tf: _read(tf, tf.TextLineReader(), ["no/such/file"]),
    "missing_record": lambda tf: _read(tf, tf.TFRecordReader(), ["no/such/file"]),
    "missing_whole": lambda tf: _read(tf, tf.WholeFileReader(), ["no/such/file"]),
    "folder": lambda tf: _read(tf, tf.TextLineReader(), ["."]),
    "folder_whole": lambda tf: _read(tf, tf.WholeFileReader(), ["."]),
    "integers": lambda tf: _read(tf, tf.TextLineReader(), [1], [tf.int32]),
    "two_components": lambda tf: _read(tf, tf.TextLineReader(), ["a", "b"], [tf.string, tf.string]),
    "vector": lambda tf: _read(tf, tf.TextLineReader(), [["a", "b"]]),
    "state_of_lines": lambda tf: _run(tf, tf.TextLineReader().serialize_state()),
    "restored_lines": lambda tf: _run(tf, tf.TextLineReader().restore_state("a")),
    "no_state": lambda tf: _run(tf, tf.IdentityReader().restore_state("junk")),
    "no_state_of_files": lambda tf: _run(tf, tf.WholeFileReader(name="all").restore_state(b'\x01"\xff\n')),
    "uneven_state": lambda tf: _run(tf, tf.IdentityReader().restore_state(b"\x08\x01")),
    "state_vector": lambda tf: tf.IdentityReader().restore_state(["a"]),
    "count_vector": lambda tf: tf.IdentityReader().read_up_to(tf.FIFOQueue(2, tf.string), [1]),
    "header": lambda tf: _run(tf, tf.FixedLengthRecordReader(2, -1).num_records_produced()),
    "record": lambda tf: _run(tf, tf.FixedLengthRecordReader(-2).num_records_produced()),
    "footer": lambda tf: _run(tf, tf.FixedLengthRecordReader(2, 0, -1).num_records_produced()),
    "hop": lambda tf: _run(tf, tf.FixedLengthRecordReader(2, 0, 0, -1).num_records_produced()),
    "compression": lambda tf: tf.TFRecordReader(options="x"),
    "string_as_queue": lambda tf: tf.TextLineReader().read(tf.constant("a")),
    "number_as_queue": lambda tf: tf.TextLineReader().read(3),
}
