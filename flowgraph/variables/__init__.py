"""Floor 7, variables: tf.Variable, how variables are shared by name (scopes, store), and lists of them."""
