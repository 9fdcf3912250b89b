"""Input by queues and threads: queues as objects, runners, the coordinator, batches."""
