"""What TF 1.x kept under `tensorflow.examples`: the data reader that its tutorials share.

The example scripts themselves are in the repository's folder `examples/`.
"""
