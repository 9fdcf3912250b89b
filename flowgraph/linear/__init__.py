"""Matrices that are known by what they do: products, solutions, determinants, without all their entries."""
