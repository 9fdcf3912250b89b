"""File formats of TensorFlow, read and written without knowing of graphs: tables, checkpoints, records.

What comes from a file is not trusted: lengths are compared with what is there before anything is read or allocated, and
damage is told as DataLossError.
"""
