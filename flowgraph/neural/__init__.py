"""Floor 7, neural networks: what is built of ops for their sake (losses, metrics, regularizers)."""
