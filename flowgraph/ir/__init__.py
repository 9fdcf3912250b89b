"""Floor 1, the graph itself: op definitions, operations, tensors, scopes, walks and Programs."""
