"""Recurrent nets: cells, what unrolls them over time, decoders and attention."""
