"""Sessions that train: hooks, scaffolds, sessions that recover, supervisors."""
