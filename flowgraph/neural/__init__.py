"""Floor 7, neural networks: what is built of ops for their sake (layers, losses, metrics, regularizers)."""
