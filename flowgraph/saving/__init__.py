"""What outlives a process: frozen graphs, checkpoints, meta graphs and saved models."""
