# %% [markdown]
# # 4. Losses
#
# *A loss is one number that says how wrong a network is; which one you choose decides what is learned, and how fast.*
#
# Before: [3. Neurons and layers](03_neurons_and_layers.ipynb). There, a network learned to read digits, and two
# black boxes did it: `loss`, and `train`, an operation that changes the weights a little each time it is run, so
# that the loss becomes smaller. This chapter opens the first box. The second stays closed until chapters 5 and 6.

# %%
from contextlib import contextmanager

import IPython.display
import matplotlib.pyplot as plt
import numpy as np

import flowgraph as tf


@contextmanager
def mistake(expected):
    """Expect an error of the type `expected` in the block, and print what it says."""
    try:
        yield
    except expected as error:
        print(f"{type(error).__name__}: {error}")
    else:
        raise AssertionError("nothing went wrong, and it should have")


def check(answer, truth):
    """Say whether an exercise's answer is right; an answer of `...` is one that is still open."""
    if answer is ...:
        print("still open")
    elif np.shape(answer) == np.shape(truth) and np.allclose(answer, truth, rtol=1e-4):
        print("right!")
    else:
        print(f"not quite: {answer!r} is not it")


# %% [markdown]
# ## The quadratic loss
#
# A network predicts numbers, and for some samples we know the true ones, the *labels*. How wrong is it, all in
# all? Adding up the errors will not do: one too high and one too low would make up for each other. So square them
# first, then take the mean. That is the *quadratic loss*, also called *mean squared error*, MSE.

# %%
predicted = tf.constant([2.5, 0.0, 2.0, 8.0], name="predicted")
label = tf.constant([3.0, -0.5, 2.0, 7.0], name="label")
errors = predicted - label
loss = tf.reduce_mean(tf.square(errors), name="loss")

with tf.Session() as sess:
    values = sess.run({errors: errors, loss: loss})
    print("errors:", values[errors], " their mean:", values[errors].mean())
    print("loss:  ", values[loss], " by the library:", sess.run(tf.losses.mean_squared_error(label, predicted)))

IPython.display.SVG(tf.viz.to_svg(tf.get_default_graph(), fetches=loss, values=values))

# %% [markdown]
# Why squares, and not just the errors without their signs? Both are in use. A square makes a small error smaller
# and a large one much larger, and its curve is round at the bottom: the nearer, the flatter. For a set of numbers
# and one guess for all of them, the two want different guesses. Below are five numbers, and what each guess costs:

# %%
seen = np.array([1.0, 2.0, 3.0, 4.0, 10.0])
tf.reset_default_graph()
guess = tf.placeholder(tf.float32, [None, 1], name="guess")  # each guess is a row, to be compared with all five
costs = {
    "squares": tf.reduce_mean(tf.square(guess - seen.astype(np.float32)), axis=1),
    "absolute values": tf.reduce_mean(tf.abs(guess - seen.astype(np.float32)), axis=1),
}
line = np.linspace(-1.0, 11.0, 241)

with tf.Session() as sess:
    drawn = sess.run(costs, feed_dict={guess: line[:, None]})

figure, places = plt.subplots(1, 2, figsize=(9, 2.6), layout="tight")
for place, (name, cost) in zip(places, drawn.items()):
    best = line[cost.argmin()]
    print(f"{name}: the best guess is {best:.1f}")
    place.plot(line, cost, color="tab:orange")
    place.plot(best, cost.min(), "o", color="black")
    place.plot(seen, np.zeros(5), "x", color="tab:grey")
    place.set(title=f"mean of the {name}", xlabel="guess", ylabel="loss")
plt.show()
print("mean:", seen.mean(), " median:", np.median(seen))

# %% [markdown]
# The squares want the *mean*, and a single far-off number drags it along. The absolute values want the *median*,
# the one in the middle. Neither is wrong. A loss says what you mean by "good".

# %% [markdown]
# ### Mean or sum?
#
# `tf.reduce_mean` and `tf.reduce_sum` have their smallest value at the same place, so does it matter? What `train`
# looks at is the loss's *slope*: how much the loss changes for a small change of a weight, per unit of change.
# `tf.gradients(loss, [w])` gives it (the next chapter is about that). Of a sum, the slope grows with the number of
# samples:

# %%
tf.reset_default_graph()
x = tf.placeholder(tf.float32, [None], name="x")
w = tf.Variable(1.0, name="w")
squares = tf.square(w * x - 3.0 * x)  # the true weight would be 3
slopes = {"mean": tf.gradients(tf.reduce_mean(squares), [w]), "sum": tf.gradients(tf.reduce_sum(squares), [w])}

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for samples in [10, 100, 1000]:
        got = sess.run(slopes, feed_dict={x: np.tile([0.5, 1.5], samples // 2)})
        print(f"{samples:4} samples: slope of the mean {got['mean'][0]:5.1f}, of the sum {got['sum'][0]:9.1f}")

# %% [markdown]
# With the sum, ten times as many samples means steps ten times as long, and what learned well with 10 may jump
# about with 100. So the mean is the habit; with the sum, keep the number of samples fixed.
#
# ### A trap: the shape
#
# A layer of one neuron gives a column, shape `(4, 1)`. Labels from a file are often a row, `(4,)`. Their
# difference stretches both (*broadcasting*): each prediction minus *each* label. There is no error, only a loss
# that makes no sense. So look at the shapes:

# %%
tf.reset_default_graph()
column, row = tf.constant([[1.0], [2.0], [3.0], [4.0]]), tf.constant([1.0, 2.0, 3.0, 4.0])
wrong = tf.square(column - row)
right = tf.square(column - tf.expand_dims(row, axis=1))
with tf.Session() as sess:
    print(wrong.shape, "loss", sess.run(tf.reduce_mean(wrong)))
    print(right.shape, "loss", sess.run(tf.reduce_mean(right)))

with mistake(ValueError):
    tf.losses.mean_squared_error(row, column)  # the functions of tf.losses compare the shapes

# %% [markdown]
# **Exercise 1.** The *root* mean squared error has the unit of the labels (metres, not square metres). Build it
# for any `p` and `t`: `rmse`, a tensor with a single number.

# %%
tf.reset_default_graph()
p, t = tf.placeholder(tf.float32, [None]), tf.placeholder(tf.float32, [None])

# %% tags=["exercise"]
rmse = ...

# %%
if rmse is ...:
    check(rmse, None)
else:
    with tf.Session() as sess:
        check(sess.run(rmse, feed_dict={p: [3.0, 4.0, 0.0, 0.0], t: [0.0, 0.0, 0.0, 0.0]}), 2.5)

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# rmse = tf.sqrt(tf.reduce_mean(tf.square(p - t)))
# ```
# </details>

# %% [markdown]
# ## The slowdown
#
# People learn most from their worst mistakes. Does a neuron? Take one with a single input, which is always 1, and
# a sigmoid, which squeezes the sum `z` into 0 to 1. It is to learn to say 0. First it begins with 0.82, a bit
# wrong, then with 0.98, very wrong:


# %%
def learn_to_say_zero(begin, make_loss):
    """Train one neuron 300 times; returns its outputs, one for each run of `train`."""
    tf.reset_default_graph()
    w, b = tf.Variable(begin[0]), tf.Variable(begin[1])
    a = tf.sigmoid(1.0 * w + b)
    loss = make_loss(a, 0.0)
    train = tf.train.GradientDescentOptimizer(0.15).minimize(loss)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return [sess.run([a, train])[0] for _ in range(300)]


def quadratic(a, label):
    return tf.square(a - label) / 2


bit_wrong, very_wrong = (0.6, 0.9), (2.0, 2.0)
for begin in [bit_wrong, very_wrong]:
    out = learn_to_say_zero(begin, quadratic)
    plt.plot(out, label=f"begins with {out[0]:.2f}")
    print(f"{out[0]:.2f} -> after 100 runs {out[100]:.2f} -> after 299 runs {out[299]:.2f}")
plt.gcf().set_size_inches(7, 2.8)
plt.xlabel("runs of train")
plt.ylabel("output")
plt.legend()
plt.show()

# %% [markdown]
# The neuron that was very wrong hardly moved for more than a hundred runs. Not the loss alone is to blame, but the
# pair: where the sigmoid is close to 0 or 1 it is flat, so moving `z` hardly moves the output, and hardly moves the
# loss. The remedy is a loss that grows so steeply near a wrong 1 that it makes up for it:
#
# > loss = - ( label · ln a + (1 - label) · ln(1 - a) )
#
# This is the *cross-entropy* between a yes-no label and a probability `a` (the name is explained below). For the
# label 0 only the second half is left, for the label 1 only the first. Here are both losses for the label 0,
# against `z`, and their slopes:


# %%
def cross_entropy(a, label):
    return -(label * tf.log(a) + (1 - label) * tf.log(1 - a))


tf.reset_default_graph()
z = tf.placeholder(tf.float32, [None], name="z")
curves = {f.__name__: f(tf.sigmoid(z), 0.0) for f in [quadratic, cross_entropy]}
slopes = {name: tf.gradients(curve, [z])[0] for name, curve in curves.items()}
line = np.linspace(-6.0, 6.0, 121)
with tf.Session() as sess:
    drawn = sess.run([curves, slopes], feed_dict={z: line})
    at_4 = sess.run(slopes, feed_dict={z: [4.0]})

print(f"z = 4: output {1 / (1 + np.exp(-4)):.3f}", *(f"  slope of {k}: {v[0]:.3f}" for k, v in at_4.items()))
figure, places = plt.subplots(1, 2, figsize=(9, 2.8), layout="tight")
for place, title, values in zip(places, ["loss, when 0 would be right", "its slope"], drawn):
    for name, curve in values.items():
        place.plot(line, curve, label=name.replace("_", "-"))
    place.set(title=title, xlabel="z")
    place.legend()
plt.show()

# %% [markdown]
# The slope of the quadratic loss dies away on the right, where the neuron is most wrong. That of the cross-entropy
# is simply the error, a - label: the more wrong, the faster. Now the very wrong neuron learns at once:

# %%
for name, make_loss in {"quadratic": quadratic, "cross-entropy": cross_entropy}.items():
    out = learn_to_say_zero(very_wrong, make_loss)
    plt.plot(out, label=name)
    print(f"{name:13}: {out[0]:.2f} -> after 100 runs {out[100]:.2f} -> after 299 runs {out[299]:.2f}")
plt.gcf().set_size_inches(7, 2.8)
plt.xlabel("runs of train")
plt.ylabel("output")
plt.legend()
plt.show()

# %% [markdown]
# ## Entropy: where the name comes from
#
# How surprised are you when something happens that had the probability p? Take -log p: nothing for p = 1, more
# and more towards p = 0. With the logarithm to base 2 the unit is a *bit*, one yes-no question; with the natural
# one, `tf.log`, it is a *nat*, and 1 bit is 0.693 nats. TensorFlow's losses are in nats.
#
# The *entropy* of a distribution is how much it surprises on average. The *cross-entropy* is how much it
# surprises somebody who believes in another distribution, q. It is never less. What is more is called the
# *KL divergence* (after Kullback and Leibler): the price of believing the wrong thing.

# %%
tf.reset_default_graph()
p = tf.constant([1 / 2, 1 / 4, 1 / 8, 1 / 8], name="p")  # the weather: sun, clouds, rain, snow
q = tf.constant([1 / 4, 1 / 4, 1 / 4, 1 / 4], name="q")  # what somebody believes who has never been here
entropy = -tf.reduce_sum(p * tf.log(p))
crossed = -tf.reduce_sum(p * tf.log(q))
kl = tf.reduce_sum(p * tf.log(p / q))

with tf.Session() as sess:
    for name, nats in sess.run({"entropy": entropy, "cross-entropy": crossed, "KL divergence": kl}).items():
        print(f"{name:13}  {nats:.3f} nats = {nats / np.log(2):.3f} bits")

# %% [markdown]
# 1.75 questions on average: "sun?", if not "clouds?", if not "rain?". Whoever believes in q asks two questions
# every day. The difference is 0.25.
#
# Left: the entropy of a coin, greatest when it is fair. Right: a coin that shows heads in 3 of 10 throws, and the
# cross-entropy for all that one may believe of it. The lowest point is the truth. This is why a cross-entropy is a
# good loss: a network that makes it small must say the true probabilities.

# %%
heads = np.linspace(0.01, 0.99, 99)


def bits(p, q):
    return -(p * np.log2(q) + (1 - p) * np.log2(1 - q))


figure, (left, right) = plt.subplots(1, 2, figsize=(9, 2.8), layout="tight")
left.plot(heads, bits(heads, heads), color="tab:orange")
left.set(title="entropy of a coin", xlabel="probability of heads", ylabel="bits")
right.plot(heads, bits(0.3, heads), color="tab:orange")
right.axhline(bits(0.3, 0.3), color="tab:grey", linestyle="--")
right.plot(0.3, bits(0.3, 0.3), "o", color="black")
right.set(title="cross-entropy, when the truth is 0.3", xlabel="believed", ylabel="bits", ylim=(0, 5))
plt.show()
print(f"lowest at {heads[bits(0.3, heads).argmin()]:.2f}, with {bits(0.3, heads).min():.3f} bits, the entropy")

# %% [markdown]
# **Exercise 2.** The entropy of a die with six equally likely sides, in bits?

# %% tags=["exercise"]
die = ...

# %%
check(die, -sum(1 / 6 * np.log2(1 / 6) for _ in range(6)))

# %% [markdown]
# <details><summary>Solution</summary>
#
# Every side surprises by the same, -log2(1/6).
#
# ```python
# die = np.log2(6)  # 2.585
# ```
# </details>

# %% [markdown]
# ## Softmax: scores become probabilities
#
# For ten digits a network gives ten *scores*, any numbers (also called *logits*). To be probabilities they must be
# positive and add up to 1. *Softmax* sees to that: take e to the power of each, then divide by their sum.

# %%
tf.reset_default_graph()
scores = tf.placeholder(tf.float32, [3], name="scores")
powers = tf.exp(scores)
by_hand = powers / tf.reduce_sum(powers)
softmax = tf.nn.softmax(scores)

begin = np.array([2.0, 1.0, 0.0])
cases = {"2, 1, 0": begin, "all 100 higher": begin + 100, "3 times as large": 3 * begin, "a tenth": begin / 10}
figure, places = plt.subplots(1, 4, figsize=(9, 2.2), sharey=True, layout="tight")
with tf.Session() as sess:
    print("by hand:", sess.run(by_hand, feed_dict={scores: begin}).round(4))
    for place, (title, fed) in zip(places, cases.items()):
        place.bar(["a", "b", "c"], sess.run(softmax, feed_dict={scores: fed}), color="tab:orange")
        place.set(title=title, ylim=(0, 1))
plt.show()

# %% [markdown]
# Only the differences between the scores count. Large differences give a decided answer, small ones a doubtful one.
#
# ### Log-likelihood
#
# How good are the probabilities? Ask how likely they make what really happened: multiply, over all samples, the
# probability that was given to the right class. That is the *likelihood*, and it should be large. A product of
# many such numbers is too small for a computer, so take its logarithm, which is a sum; and with a minus before it,
# it should be small, like every loss:

# %%
probabilities = np.full(1000, 0.5, np.float32)  # 1,000 samples, each right with one half
print("product:", probabilities.prod(), " sum of -ln:", -np.log(probabilities).sum().round(2))

# %% [markdown]
# So the loss of one sample is -ln of the probability of its right class. That is the cross-entropy again: write
# the label as a distribution that has 1 at the right class and 0 elsewhere (*one-hot*), and all other terms of the
# sum are 0. And, as before, its slope for each score is the error, probability minus label:

# %%
tf.reset_default_graph()
scores = tf.constant([[2.0, 1.0, 0.0]], name="scores")
one_hot = tf.one_hot([1], depth=3)  # the second class is right
log_likelihood = -tf.log(tf.nn.softmax(scores)[0, 1])
crossed = -tf.reduce_sum(one_hot * tf.log(tf.nn.softmax(scores)), axis=1)

with tf.Session() as sess:
    print("log-likelihood:", sess.run(log_likelihood).round(4), " cross-entropy:", sess.run(crossed).round(4))
    print("slope:          ", sess.run(tf.gradients(crossed, [scores])[0]).round(4))
    print("softmax - label:", sess.run(tf.nn.softmax(scores) - one_hot).round(4))

# %% [markdown]
# ## When numbers break
#
# The formulas are right, and yet written down just so they fail. Scores of 0 and 1000 for one sample, and the first
# class is right. On each node stands its value:

# %%
tf.reset_default_graph()
scores = tf.constant([[0.0, 1000.0]], name="scores")
label = tf.constant([[1.0, 0.0]], name="label")
powers = tf.exp(scores, name="powers")
softmax = tf.divide(powers, tf.reduce_sum(powers, name="total"), name="softmax")
naive = tf.negative(tf.reduce_sum(label * tf.log(softmax), name="sum"), name="naive")

with tf.Session() as sess:
    made = [op.outputs[0] for op in tf.get_default_graph().get_operations()]
    values = {tensor: value.ravel() for tensor, value in zip(made, sess.run(made))}

IPython.display.SVG(tf.viz.to_svg(tf.get_default_graph(), values=values, shapes=False))

# %% [markdown]
# e to the power of 1000 is more than a float32 can hold, so it becomes `inf`, infinity. `inf / inf` is not a number,
# `NaN`. And 1 divided by infinity is 0, of which the logarithm is `-inf`. From there on all is lost, and 1000 is not
# even needed: 89 is too much.
#
# `tf.nn.softmax` does better. It subtracts the largest score first, which changes nothing but the size of the powers.
# But then its output really is 0 or 1 in float32, and the logarithm of that 0 still comes:

# %%
losses = {
    "by hand": naive,
    "log of tf.nn.softmax": -tf.reduce_sum(label * tf.log(tf.nn.softmax(scores))),
    "clipped": -tf.reduce_sum(label * tf.log(tf.clip_by_value(tf.nn.softmax(scores), 1e-10, 1.0))),
    "from the scores": tf.nn.softmax_cross_entropy_with_logits_v2(labels=label, logits=scores)[0],
}
with tf.Session() as sess:
    print("e to the power of 88 and 89:", sess.run(tf.exp([88.0, 89.0]) / 1e38).round(2), "times 10 to the power of 38")
    for name, loss in losses.items():
        value, slope = sess.run([loss, tf.gradients(loss, [scores])[0]])
        print(f"{name:21} loss {value:7.2f}   slope for the right score {slope[0, 0]:4.1f}")

# %% [markdown]
# Four ways to write one thing.
#
# - By hand: `NaN`. One run of `train` with such a slope, and the weights are `NaN`, too, for ever.
# - The logarithm of the softmax: infinite, and the slope is `NaN`.
# - Clipped, as many scripts do: no `NaN`, but the wrong loss and a slope of 0. The sample that is most wrong teaches
#   nothing.
# - `softmax_cross_entropy_with_logits_v2` (in older books without `_v2`): it takes the *scores*, and never computes
#   the logarithm of something that became 0. Both are right: the loss is the distance of the scores, and the slope is
#   probability minus label, 0 - 1.
#
# Here is one training, with the second and with the last. The scores are the variable; it starts at 0 and 1000:

# %%
tf.reset_default_graph()
label = tf.constant([[1.0, 0.0]], name="label")
for name in ["log of tf.nn.softmax", "from the scores"]:
    scores = tf.Variable([[0.0, 1000.0]], name="scores")
    if name == "from the scores":
        loss = tf.nn.softmax_cross_entropy_with_logits_v2(labels=label, logits=scores)
    else:
        loss = -tf.reduce_sum(label * tf.log(tf.nn.softmax(scores)))
    train = tf.train.GradientDescentOptimizer(100.0).minimize(loss)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(2):
            sess.run(train)
            print(f"{name:20} ", sess.run(scores)[0])

# %% [markdown]
# The trick of the last is to take the logarithm on paper:
#
# > ln softmax = score - largest - ln(sum of e^(score - largest))
#
# In the sum, one term is always e⁰ = 1.

# %%
scores = tf.constant([[0.0, 1000.0]])
shifted = scores - tf.reduce_max(scores)
by_trick = -tf.reduce_sum(label * (shifted - tf.log(tf.reduce_sum(tf.exp(shifted)))))
with tf.Session() as sess:
    print(sess.run(by_trick))

# %% [markdown]
# Because it makes its own softmax, do not give it one. The mistake is not reported; the loss only stays high,
# however right the network is:

# %%
sure = tf.constant([[100.0] + 9 * [0.0]])  # ten classes; the first is right, and the network is certain of it
with tf.Session() as sess:
    for name, logits in {"scores": sure, "softmax of scores": tf.nn.softmax(sure)}.items():
        loss = tf.nn.softmax_cross_entropy_with_logits_v2(labels=tf.one_hot([0], 10), logits=logits)
        print(f"{name:17}: loss {sess.run(loss)[0]:.3f}")

# %% [markdown]
# ### Its relatives
#
# | function                                     | labels                                | for                         |
# |----------------------------------------------|---------------------------------------|-----------------------------|
# | `softmax_cross_entropy_with_logits_v2`       | a distribution for each sample        | one class of several        |
# | `sparse_softmax_cross_entropy_with_logits`   | the number of the right class         | the same, no one-hot needed |
# | `sigmoid_cross_entropy_with_logits`          | 0 or 1 (or between) for each score    | several yes-no questions    |
#
# All take scores, and return a loss for each sample (the last: for each score). `tf.reduce_mean` comes after.

# %%
tf.reset_default_graph()
scores = tf.constant([[2.0, 1.0, 0.0], [0.0, 3.0, -1.0]])
classes = [0, 2]
with tf.Session() as sess:
    dense = tf.nn.softmax_cross_entropy_with_logits_v2(labels=tf.one_hot(classes, 3), logits=scores)
    sparse = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=classes, logits=scores)
    print("softmax:       ", sess.run(dense).round(3))
    print("sparse softmax:", sess.run(sparse).round(3))

    # is there a cat? a dog? snow? In the first picture a cat in the snow, in the second nothing of all that
    answers = tf.constant([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    each = tf.nn.sigmoid_cross_entropy_with_logits(labels=answers, logits=scores)
    print("sigmoid:", sess.run(each).round(3), sep="\n")

    with mistake(tf.errors.InvalidArgumentError):  # classes are counted from 0
        sess.run(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[1, 3], logits=scores))

# %% [markdown]
# ## A loss of your own
#
# A baker makes rolls. One too few is a customer sent away, and costs 10. One too many is thrown away, and costs 1. To
# the quadratic loss both are the same, so it is not what the baker means. This is:

# %%
LESS, MORE = 10.0, 1.0  # what one too few costs, and one too many


def cost(y, label, less=LESS, more=MORE):
    """What predicting `y` costs where `label` would have been right."""
    return tf.reduce_sum(tf.where(tf.greater(y, label), more * (y - label), less * (label - y)))


tf.reset_default_graph()
y = tf.placeholder(tf.float32, [None], name="y")
label = tf.constant(4 * [0.0], name="label")
with tf.Session() as sess:
    is_greater, total = sess.run([tf.greater(y, label), cost(y, label)], feed_dict={y: [-2.0, -1.0, 1.0, 2.0]})
    print("greater:", is_greater)
    print("cost:   ", total, "= 10·2 + 10·1 + 1·1 + 1·2")

# %% [markdown]
# `tf.greater` compares number by number and gives truths. `tf.where(truths, a, b)` takes, place by place, from `a`
# where it is true and from `b` where it is not. Both sides are computed; it only chooses.
#
# Now a neuron with two inputs and no bias. The labels are x1 + x2 plus a little noise between -0.05 and 0.05, so
# the weights should come out near 1 and 1. Three losses, all else the same (`AdamOptimizer` is for chapter 6):


# %%
def learn(make_loss):
    """Train a neuron with two weights; returns the weights, and its errors on all 128 samples."""
    rng = np.random.RandomState(1)
    samples = rng.rand(128, 2)
    labels = [[x1 + x2 + (rng.rand() / 10.0 - 0.05)] for x1, x2 in samples]
    tf.reset_default_graph()
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    label = tf.placeholder(tf.float32, [None, 1], name="label")
    w = tf.Variable(tf.random_normal([2, 1], stddev=1, seed=1), name="w")
    y = tf.matmul(x, w)
    train = tf.train.AdamOptimizer(0.001).minimize(make_loss(y, label))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for run in range(5000):
            start = run * 8 % 128
            sess.run(train, feed_dict={x: samples[start : start + 8], label: labels[start : start + 8]})
        return sess.run([w, y - label], feed_dict={x: samples, label: labels})


learned = {
    "squares": learn(lambda y, label: tf.reduce_mean(tf.square(y - label))),
    "too few costs 10": learn(cost),
    "too many costs 10": learn(lambda y, label: cost(y, label, less=1.0, more=10.0)),
}
figure, places = plt.subplots(1, 3, figsize=(9, 2.6), sharey=True, layout="tight")
for place, (name, (weights, errors)) in zip(places, learned.items()):
    print(f"{name:17}  weights {weights.ravel().round(2)}   {np.mean(errors < 0):4.0%} of the predictions too low")
    place.hist(errors.ravel(), bins=np.linspace(-0.12, 0.12, 25), color="tab:orange")
    place.axvline(0.0, color="black", linewidth=1)
    place.set(title=name, xlabel="prediction - label")
plt.show()

# %% [markdown]
# The same network, the same data, the same first weights. Where too few is dear, both weights end above 1, and five of
# six predictions are too high; where too many is dear, the other way round. (This is an example that many books
# have, and they print more digits. With the last two losses the digits after these depend on the computer: where a
# prediction is all but right, rounding decides which of the two slopes it gets.)
#
# **Exercise 3.** The *Huber loss* is gentle with far-off labels: for an error e it is e² / 2 while e is between -1
# and 1, and |e| - 1/2 beyond. Build it for the tensor `e`, number by number, with `tf.where`.

# %%
tf.reset_default_graph()
e = tf.constant([-3.0, -1.0, -0.5, 0.0, 0.2, 2.0])

# %% tags=["exercise"]
huber = ...

# %%
if huber is ...:
    check(huber, None)
else:
    with tf.Session() as sess:
        truth = tf.losses.huber_loss(labels=tf.zeros_like(e), predictions=e, reduction="none")
        check(*sess.run([huber, truth]))

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# huber = tf.where(tf.abs(e) < 1, tf.square(e) / 2, tf.abs(e) - 0.5)
# ```
# </details>

# %% [markdown]
# ## What to remember
#
# - For numbers: the quadratic loss. For classes: cross-entropy, which for one right class is the log-likelihood.
# - Sigmoid or softmax with a cross-entropy: the slope is the error. With squares, what is very wrong learns slowly.
# - Give *scores* to the `..._with_logits` functions, and never take the logarithm of a softmax yourself.
# - `reduce_mean`, so that the number of samples does not matter; and look at the shapes before you subtract.
# - A loss says what you want. If mistakes cost differently, write that down with `tf.where`.
#
# Next: [5. Gradients](05_gradients.ipynb). [All chapters](README.md)
