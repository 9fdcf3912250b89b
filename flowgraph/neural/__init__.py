"""Floor 7, neural networks: what is built of ops for their sake (regularizers now; layers, cells and losses later)."""
