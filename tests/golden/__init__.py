"""Golden data recorded from TensorFlow 1.15.5, its recorders (`make_*.py`), their notation."""
