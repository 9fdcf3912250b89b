"""Twenty steps of training, as the runs of a program."""

from __future__ import annotations

from .data import one_hot, uniform

STEPS = 20


def twenty_steps(init, losses, train, feeds):
    """Initialize, then fetch the losses together with the training op, as often as there are feeds."""
    return [(init, None)] + [((losses, train), feed) for feed in feeds]


def cycled(x, y, count, features, classes, extra=None):
    """Feeds for all steps: four batches, taken in turn."""
    batches = [(uniform(count, *features, seed=i), one_hot(count, classes, seed=i)) for i in range(4)]
    feeds = []
    for step in range(STEPS):
        images, labels = batches[step % 4]
        feed = {x: images, y: labels}
        feed.update(extra or {})
        feeds.append(feed)
    return feeds
