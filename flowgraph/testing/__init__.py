"""What tests of graphs lean on (tf.test): test cases, assertions about arrays, benchmarks, surroundings."""
