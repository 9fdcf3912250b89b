"""Functions of functions: a Python function applied to each row of some tensors, in a loop inside the graph."""
