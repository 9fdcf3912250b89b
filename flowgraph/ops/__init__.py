"""Floor 2, the op families: one block an op, with its type, shape rule, forward, gradient and cases together."""
