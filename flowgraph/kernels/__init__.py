"""Numpy building blocks that know nothing of graphs: random streams and their distributions."""
