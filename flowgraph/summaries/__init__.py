"""Event files: what TensorBoard reads."""
