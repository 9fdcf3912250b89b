"""Activations, initializers, regularizers and constraints that layers can be told by name, as in Keras."""
