"""Floor 5, the engines: a Program goes in, something that runs comes out."""
