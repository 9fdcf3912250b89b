"""Checkpoints that know objects, not names: who belongs to whom, and the graph of all that in the file."""
