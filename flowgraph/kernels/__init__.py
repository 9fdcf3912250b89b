"""Numpy building blocks that know nothing of graphs: plain functions from arrays to arrays."""
