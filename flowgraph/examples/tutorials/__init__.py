"""The tutorials that TF 1.x scripts import from."""
