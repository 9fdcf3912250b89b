"""Data sets and the ways to read them."""
