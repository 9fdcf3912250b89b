"""Probability distributions: what can be drawn from them and asked of them, as ops of the graph."""
