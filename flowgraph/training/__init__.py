"""Floor 7, training: optimizers, schedules and moving averages, all of them builders of graph ops."""
