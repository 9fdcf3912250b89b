"""What TensorFlow calls the platform: files, logs and the command line, under TF's names and with TF's errors."""
