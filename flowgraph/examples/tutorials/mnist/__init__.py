"""MNIST, as `from flowgraph.examples.tutorials.mnist import input_data` expects it."""

from flowgraph.examples.tutorials.mnist import input_data as input_data
