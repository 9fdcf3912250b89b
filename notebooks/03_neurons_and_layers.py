# %% [markdown]
# # 3. Neurons and layers
#
# *A neuron weighs its inputs and adds them up; a layer is many neurons, and one matrix multiplication.*
#
# Before: [2. Placeholders and variables](02_placeholders_and_variables.ipynb). This chapter puts the two to use:
# placeholders for samples, variables for weights. It goes from one neuron, computed on paper, to a network that
# reads handwritten digits. (`check` looks at your answers to the exercises. Before you come back to one later, run
# the cells above it again.)

# %%
import math

import IPython.display
import matplotlib.pyplot as plt
import numpy as np

import flowgraph as tf


def check(answer, truth):
    """Say whether an exercise's answer is right; an answer of `...` is one that is still open."""
    if answer is ...:
        print("still open")
    elif np.shape(answer) == np.shape(truth) and np.allclose(answer, truth):
        print("right!")
    else:
        print(f"not quite: {answer!r} is not it")


# %% [markdown]
# ## A neuron
#
# A neuron takes some numbers, its *inputs*. It multiplies each by a *weight*, adds the products up, and adds one
# more number, its *bias*. Then it sends the sum through an *activation function*, and that is its output. With two
# inputs, 1 and 2:

# %%
x1, x2 = 1.0, 2.0
w1, w2 = 0.5, -1.0
bias = 0.25

z = x1 * w1 + x2 * w2 + bias  # 0.5 - 2 + 0.25
print("sum:   ", z)
print("output:", round(1 / (1 + math.exp(-z)), 4))  # this activation function is called sigmoid

# %% [markdown]
# The same as a graph. The inputs are data, so they are fed; weights and bias are what a neuron *is*, so they are
# kept in variables:

# %%
x = tf.placeholder(tf.float32, shape=[2], name="x")
with tf.name_scope("neuron"):
    w = tf.Variable([0.5, -1.0], name="weights")
    b = tf.Variable(0.25, name="bias")
    z = tf.reduce_sum(x * w) + b
    output = tf.sigmoid(z, name="output")

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    sum_value, output_value = sess.run([z, output], feed_dict={x: [1.0, 2.0]})
    print("sum:   ", sum_value)
    print("output:", output_value.round(4))

tf.get_default_graph()

# %% [markdown]
# ## Activation functions
#
# These three are in every book. *Sigmoid* squeezes any number into 0 to 1, *tanh* into -1 to 1, and *ReLU* cuts
# off what is below 0:

# %%
tf.reset_default_graph()
inputs = tf.placeholder(tf.float32, shape=[None])
curves = {"sigmoid": tf.sigmoid(inputs), "tanh": tf.tanh(inputs), "relu": tf.nn.relu(inputs)}
line = np.linspace(-4, 4, 201)

with tf.Session() as sess:
    for name, values in sess.run(curves, feed_dict={inputs: [-2.0, 0.0, 2.0]}).items():
        print(f"{name:8} of -2, 0, 2:  {values.round(4)}")
    drawn = sess.run(curves, feed_dict={inputs: line})

figure, places = plt.subplots(1, 3, figsize=(9, 2.4), layout="tight")
for place, (name, values) in zip(places, drawn.items()):
    place.plot(line, values, color="tab:orange")
    place.grid(alpha=0.4)
    place.set_title(name)
plt.show()

# %% [markdown]
# What are they for? Without them, many layers would be no more than one. Multiply by one matrix and then by
# another, and you could as well have multiplied by a third from the start:

# %%
rng = np.random.RandomState(0)
samples, first, second = rng.randn(4, 3), rng.randn(3, 5), rng.randn(5, 2)
one_layer = samples @ (first @ second)

print("two layers are as one:           ", np.allclose((samples @ first) @ second, one_layer))
print("two layers, a ReLU between, are: ", np.allclose(np.maximum(samples @ first, 0) @ second, one_layer))

# %% [markdown]
# ## Two neurons wide, by hand
#
# A *layer* is some neurons that look at the same inputs. A *network* is layers, each taking what the one before
# gives; the layers between input and output are called *hidden*.
#
# Here is a small one: two inputs, a hidden layer of two neurons with ReLU, and one output neuron without an
# activation. It is to say 1 when exactly one of its inputs is 1, and else 0 ("exclusive or").

# %%
for x1, x2 in [(0, 0), (0, 1), (1, 0), (1, 1)]:
    h1 = max(0, 1 * x1 + 1 * x2 + 0)
    h2 = max(0, 2 * x1 + 2 * x2 - 2)
    y = 1 * h1 - 1 * h2 + 0
    print(f"inputs {x1} {x2}   hidden {h1} {h2}   output {y}")

# %% [markdown]
# One neuron alone could not do it, whatever its weights. Its sum for (0, 0) plus its sum for (1, 1) is always as
# much as its sum for (0, 1) plus its sum for (1, 0): both are w1 + w2 + 2 · bias. But here 0 + 0 is wanted from the
# first two and 1 + 1 from the others. The hidden layer bends what is straight.
#
# The same in pictures, with each neuron's output in its circle and the weights on the lines:


# %%
def draw_network(place, columns, weights):
    """Draw a column of circles for each layer, with numbers in them, and lines with their weights between."""
    spots = [[(k, (len(column) - 1) / 2 - i) for i in range(len(column))] for k, column in enumerate(columns)]
    for left, right, matrix in zip(spots, spots[1:], weights):
        for i, (x0, y0) in enumerate(left):
            for j, (x1, y1) in enumerate(right):
                place.plot([x0, x1], [y0, y1], color="tab:grey", linewidth=1, zorder=1)
                near = 0.3 if len(right) > 1 else 0.5  # where lines cross, their numbers would too
                at = x0 + near * (x1 - x0), y0 + near * (y1 - y0)
                place.text(*at, matrix[i][j], fontsize=8, ha="center", va="center", backgroundcolor="white")
    for column, circles in zip(columns, spots):
        for value, (x0, y0) in zip(column, circles):
            place.scatter([x0], [y0], s=420, color="tab:orange" if value else "moccasin", zorder=2)
            place.text(x0, y0, value, ha="center", va="center", zorder=3)
    place.set(xlim=(-0.4, 2.4), ylim=(-0.9, 0.9))
    place.axis("off")


figure, places = plt.subplots(1, 3, figsize=(9, 2), layout="tight")
for place, x1, x2 in zip(places, [0, 1, 1], [0, 0, 1]):
    h1, h2 = max(0, x1 + x2), max(0, 2 * x1 + 2 * x2 - 2)
    draw_network(place, [[x1, x2], [h1, h2], [h1 - h2]], [[[1, 2], [1, 2]], [[1], [-1]]])
plt.show()

# %% [markdown]
# ## The same as matrices
#
# Write the weights of a layer as a matrix: a row for each input, a *column* for each neuron. Then inputs times
# matrix is all the sums at once, and that is what `tf.matmul` does. One sample is one row, and as many rows as
# you like go through together.
#
#                  │ 1  2 │
#     │ x1  x2 │ · │ 1  2 │ + │ 0  -2 │  =  │ x1 + x2 + 0    2·x1 + 2·x2 - 2 │

# %%
tf.reset_default_graph()
x = tf.placeholder(tf.float32, shape=[None, 2], name="x")
with tf.name_scope("hidden"):
    w1 = tf.Variable([[1.0, 2.0], [1.0, 2.0]], name="weights")
    b1 = tf.Variable([0.0, -2.0], name="biases")
    h = tf.nn.relu(tf.matmul(x, w1) + b1)
with tf.name_scope("output"):
    w2 = tf.Variable([[1.0], [-1.0]], name="weights")
    b2 = tf.Variable([0.0], name="biases")
    y = tf.matmul(h, w2) + b2

corners = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
sess = tf.Session()
sess.run(tf.global_variables_initializer())
for name, value in sess.run({"hidden": h, "output": y}, feed_dict={x: corners}).items():
    print(f"{name}:\n{value}")

# %%
tf.get_default_graph()

# %% [markdown]
# The same numbers as by hand. And since any number of rows will do, feed a whole grid of points, and draw what
# the three neurons make of each:

# %%
across, up = np.meshgrid(np.linspace(-0.5, 1.5, 81), np.linspace(-0.5, 1.5, 81))
hidden, out = sess.run([h, y], feed_dict={x: np.stack([across.ravel(), up.ravel()], axis=1)})
sess.close()

figure, places = plt.subplots(1, 3, figsize=(9, 2.9), layout="tight")
maps = {"hidden neuron 1": hidden[:, 0], "hidden neuron 2": hidden[:, 1], "output: 1 minus 2": out[:, 0]}
for place, (name, values) in zip(places, maps.items()):
    shades = place.contourf(across, up, values.reshape(across.shape), levels=12, cmap="Oranges")
    figure.colorbar(shades, ax=place)
    place.plot(*np.transpose(corners), "o", color="black")
    place.set(title=name, xlabel="x1", ylabel="x2")
plt.show()

# %% [markdown]
# A ReLU neuron is flat on one side of a line and a slope on the other. The difference of two such slopes is a
# ridge, and it runs through the two corners that are wanted.
#
# **Exercise 1.** Find weights and a bias for one ReLU neuron that says 1 when both of its inputs are 1, and else 0
# ("and").

# %% tags=["exercise"]
and_weights = [..., ...]
and_bias = ...

# %%
if and_bias is ...:
    check(and_bias, None)
else:
    check(np.maximum(np.matmul(corners, and_weights) + and_bias, 0), [0, 0, 0, 1])

# %% [markdown]
# <details><summary>Solution</summary>
#
# One input brings the sum up to 0, and the second brings it above.
#
# ```python
# and_weights = [1, 1]
# and_bias = -1
# ```
# </details>

# %% [markdown]
# ### One bias for each neuron
#
# `tf.matmul(x, w1)` has a row for each sample, `b1` is one row. Adding stretches it over all rows
# (*broadcasting*), because the shapes are compared from the right: `(4, 2)` and `(2,)` fit. Biases in a column
# fit as well, and mean something else: one for each *sample*. No error tells you.

# %%
tf.reset_default_graph()
sums = tf.zeros([4, 2])  # 4 samples, 2 neurons
with tf.Session() as sess:
    print(sess.run(sums + tf.constant([1.0, 2.0])))
    print(sess.run(sums + tf.constant([[1.0], [2.0], [3.0], [4.0]])))
try:
    sums + tf.constant([1.0, 2.0, 3.0])
except ValueError as error:
    print(f"ValueError: {error}")

# %% [markdown]
# **Exercise 2.** A network with 3 inputs, a hidden layer of 5 neurons and an output layer of 2: how many weights
# and biases has it, all together?

# %% tags=["exercise"]
numbers = ...

# %%
check(numbers, sum(np.prod(shape) for shape in [(3, 5), (5,), (5, 2), (2,)]))

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# numbers = 3 * 5 + 5 + 5 * 2 + 2
# ```
# </details>

# %% [markdown]
# ## A network that reads digits
#
# 5,000 handwritten digits come with flowgraph (they are from MNIST, the collection of the books): pictures of
# 28 × 28 pixels, each with its label. We make them smaller, 16 × 16, so that a layer has less to weigh. In the
# smaller picture a pixel is the mean of those that it covers (`AREA`). 4,000 are for training. The other 1,000 are
# for testing: nothing will be learned from them.

# %%
from flowgraph.data.digits import load_digits

large, labels = load_digits()
tf.reset_default_graph()
pictures = tf.placeholder(tf.float32, [None, 28, 28, 1])
shrunk = tf.image.resize_images(pictures, [16, 16], method=tf.image.ResizeMethod.AREA) / 255.0

with tf.Session() as sess:
    small = sess.run(shrunk, feed_dict={pictures: large}).reshape(5000, 256)  # each picture is a row of pixels
train_x, train_labels = small[:4000], labels[:4000]
test_x, test_labels = small[4000:], labels[4000:]
print(f"pixels from {small.min():.1f} to {small.max():.1f}, training {train_x.shape}, testing {test_x.shape}")


def show(images, titles=None, columns=10, cmap="gray_r"):
    """Draw square pictures, one beside the other. Maps of two colours are centred at zero."""
    rows, side = math.ceil(len(images) / columns), math.isqrt(images[0].size)
    _, places = plt.subplots(rows, columns, figsize=(9, 1.05 * rows), squeeze=False, layout="tight")
    for place in places.flat:
        place.axis("off")
    for i, (place, image) in enumerate(zip(places.flat, images)):
        reach = abs(image).max()
        place.imshow(image.reshape(side, side), cmap=cmap, vmin=0 if cmap == "gray_r" else -reach, vmax=reach)
        place.set_title("" if titles is None else titles[i], fontsize=9)
    plt.show()


show(large[4000:4010], test_labels[:10])
show(test_x[:10])

# %% [markdown]
# First with a single layer: 256 inputs, ten neurons, one for each digit. The neuron with the largest sum is the
# answer. The weights begin as small random numbers, so that no two neurons are the same.


# %%
def layer(inputs, neurons, name, activation=None, seed=None):
    """A layer in which every neuron sees all inputs; without an activation it returns the sums."""
    with tf.name_scope(name):
        begin = tf.truncated_normal([inputs.shape[1].value, neurons], stddev=0.1, seed=seed)
        weights = tf.Variable(begin, name="weights")
        biases = tf.Variable(tf.zeros([neurons]), name="biases")
        sums = tf.matmul(inputs, weights) + biases
        return weights, sums if activation is None else activation(sums)


tf.reset_default_graph()
x = tf.placeholder(tf.float32, [None, 256], name="x")
templates, scores = layer(x, 10, "scores", seed=2)
guess = tf.argmax(scores, axis=1, name="guess")  # the place of the largest, in each row

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print("scores:", sess.run(scores, feed_dict={x: test_x[:1]})[0].round(2))
    print("guess: ", sess.run(guess, feed_dict={x: test_x[:10]}))
    print("truth: ", test_labels[:10])
    print("right: ", f"{np.mean(sess.run(guess, feed_dict={x: test_x}) == test_labels):.0%}")

tf.get_default_graph()

# %% [markdown]
# That was a *forward pass*: data in, answer out. The answers are as bad as rolling dice, for the weights know
# nothing yet.
#
# They have to be *learned*. For this chapter that is a black box with a promise. `loss` is one number that says
# how wrong the scores are. `train` is an operation, and each time it is run with some samples it changes all the
# weights and biases a little, so that the loss for these samples becomes smaller. [Chapter 4](04_losses.ipynb)
# opens the first box, chapters [5](05_gradients.ipynb) and [6](06_gradient_descent.ipynb) the second.


# %%
def learn(scores, guess, runs):
    """Train what `scores` are made of, 100 samples in each run.

    Returns a session with the learned weights, and how many of the test digits were right after every 25 runs.
    """
    with tf.name_scope("training"):
        label = tf.placeholder(tf.int64, [None], name="label")
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=label, logits=scores)
        loss = tf.reduce_mean(losses, name="loss")
        train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    sess, curve = tf.Session(), {}
    sess.run(tf.global_variables_initializer())
    for run in range(runs + 1):
        if run % 25 == 0:
            curve[run] = np.mean(sess.run(guess, feed_dict={x: test_x}) == test_labels)
        batch = slice(run * 100 % 4000, run * 100 % 4000 + 100)  # from the beginning again after 40 runs
        sess.run(train, feed_dict={x: train_x[batch], label: train_labels[batch]})
    return sess, curve


sess, flat_curve = learn(scores, guess, runs=1000)
for run in [0, 25, 100, 400, 1000]:
    print(f"after {run:4} runs: {flat_curve[run]:.0%} of the test digits are right")

# %% [markdown]
# Nine of ten, from multiplying and adding. What has it learned? Each neuron has a weight for each pixel, so its
# weights are a picture. Red: ink here speaks for this digit; blue: against it. Above as they began, below as they
# are now:

# %%
with tf.Session() as fresh:
    fresh.run(tf.global_variables_initializer())
    before = fresh.run(templates)
after = sess.run(templates)
sess.close()
show(np.concatenate([before.T, after.T]), [*range(10), *range(10)], cmap="RdBu_r")

# %% [markdown]
# The neuron for 0 does not want ink in the middle, and the neuron for 1 wants it only there.
#
# ### A hidden layer
#
# Now two layers: 256 inputs, 30 hidden neurons with ReLU, ten scores. The rest stays as it is.

# %%
tf.reset_default_graph()
x = tf.placeholder(tf.float32, [None, 256], name="x")
features, hidden = layer(x, 30, "hidden", tf.nn.relu, seed=1)
_, scores = layer(hidden, 10, "scores", seed=2)
guess = tf.argmax(scores, axis=1, name="guess")
sess, deep_curve = learn(scores, guess, runs=1000)
for run in [25, 100, 400, 1000]:
    print(f"after {run:4} runs: {deep_curve[run]:.0%} of the test digits are right")

plt.figure(figsize=(7, 2.8))
plt.plot(list(flat_curve), list(flat_curve.values()), label="10 neurons")
plt.plot(list(deep_curve), list(deep_curve.values()), label="30 hidden, then 10")
plt.xlabel("runs of train")
plt.ylabel("right")
plt.ylim(0.6, 1.0)
plt.legend()
plt.show()

# %% [markdown]
# Slower at first, better in the end. The pictures of the hidden neurons are harder to read. None of them looks for
# a digit; each looks for something that helps to tell digits apart, and the last layer puts that together:

# %%
show(sess.run(features).T, columns=10, cmap="RdBu_r")

# %% [markdown]
# And here are the first ten that it reads wrongly, as "truth → guess". Some of them are hard for people, too.

# %%
guesses = sess.run(guess, feed_dict={x: test_x})
wrong = np.flatnonzero(guesses != test_labels)[:10]
show(test_x[wrong], [f"{test_labels[i]} → {guesses[i]}" for i in wrong])

# %% [markdown]
# Now the graph that did it all (`depth=1` opens name scopes, but not those inside them). `train` is in the last box:
# what is in `gradients` finds out, from the loss backwards, which way each weight has to go, and `GradientDescent`
# changes the four variables, along the orange arrows. Chapter 5 opens that box.

# %%
IPython.display.SVG(tf.viz.to_svg(tf.get_default_graph(), depth=1))

# %% [markdown]
# **Exercise 3.** Turn the pictures of the test digits into negatives: ink becomes paper, paper becomes ink (every
# pixel p becomes 1 - p). What part of them does the trained network read right? (`sess` still holds it. Make a
# guess first.)

# %% tags=["exercise"]
right_negatives = ...

# %%
check(right_negatives, np.mean(sess.run(guess, feed_dict={x: 1 - test_x}) == test_labels))

# %% [markdown]
# <details><summary>Solution</summary>
#
# Hardly any. It has learned what it was shown, and that was dark ink on light paper.
#
# ```python
# guesses = sess.run(guess, feed_dict={x: 1 - test_x})
# right_negatives = np.mean(guesses == test_labels)
# ```
# </details>

# %% [markdown]
# ## What to remember
#
# - A neuron: inputs times weights, plus a bias, through an activation function.
# - A layer: `activation(tf.matmul(x, weights) + biases)`, a row for each sample, a column for each neuron.
# - Without activation functions in between, layers collapse into one.
# - What is learned lies in the variables, and of a first layer it can be looked at.
#
# Next: [4. Losses](04_losses.ipynb). [All chapters](README.md)
