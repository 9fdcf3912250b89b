"""The rooms of `session.py`: its settings, limits of time, runs in parts, values that stay in a session."""
