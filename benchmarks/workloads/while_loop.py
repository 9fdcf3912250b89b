"""A while_loop of 100,000 iterations over scalars: what one turn of a loop in the graph costs."""

from inputs import SMALL
from serving import load, serve

tf = load()

_, total = tf.while_loop(
    lambda i, _: i < (100 if SMALL else 100_000),
    lambda i, total: (i + 1, total + 0.5),
    [tf.constant(0), tf.constant(0.0)],
)
session = tf.Session()
serve(step=lambda: session.run(total), loss=lambda: session.run(total))
