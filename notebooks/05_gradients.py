# %% [markdown]
# # 5. Gradients
#
# *A gradient says how the loss changes when a weight changes a little; `tf.gradients` adds the nodes that compute it.*
#
# Before: [4. Losses](04_losses.ipynb). A loss says how wrong a network is. To make it smaller, one must know for
# every weight which way to go, and how much that helps. This chapter is about where the answer comes from. Not
# from trying: from the graph, by going through it backwards.

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
# ## A slope
#
# The smallest network there is: one weight, one sample, a quadratic loss. The input is 2, and the output should be
# 6, so the weight should be 3. It is 1.

# %%
x = tf.constant(2.0, name="x")
label = tf.constant(6.0, name="label")
w = tf.Variable(1.0, name="w")
prediction = tf.multiply(w, x, name="prediction")
error = tf.subtract(prediction, label, name="error")
loss = tf.square(error, name="loss")

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print("loss:", sess.run(loss))
    for change in [0.1, 0.01, 0.001]:
        now = (2.0 * (1.0 + change) - 6.0) ** 2
        print(f"w larger by {change:5}: loss {now:.6f}, changed by {(now - 16.0) / change:.3f} times as much")

# %% [markdown]
# The smaller the change, the nearer to -16. That number is the *slope* of the loss at w = 1, also called its
# *derivative* with respect to w. With many weights there are many slopes, and all together they are the *gradient*.
# TensorFlow calls a single one a gradient, too.
#
# Now ask for it:

# %%
built = tf.get_default_graph().get_operations()  # the operations up to here
(slope,) = tf.gradients(loss, [w])  # the second argument is a list, and so is what comes back
print(slope)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run(slope))

    weights = np.linspace(-1.0, 7.0, 81)
    losses, slopes = zip(*[sess.run([loss, slope], feed_dict={w: weight}) for weight in weights])

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 2.6), layout="tight")
left.plot(weights, losses)
left.plot([0.3, 1.7], [16 + 16 * 0.7, 16 - 16 * 0.7], color="tab:orange", linewidth=3)
left.plot(1.0, 16.0, "o", color="black")
left.set(title="loss, and its slope at w = 1", xlabel="w")
right.plot(weights, slopes, color="tab:orange")
right.axhline(0.0, color="tab:grey", linewidth=1)
right.set(title="slope", xlabel="w")
plt.show()

# %% [markdown]
# Exactly -16, and it came as a *tensor*: `tf.gradients` computed nothing. It added operations to the graph, and the
# session ran them like any others, for every w. Where the slope is negative, a larger w helps; where it is positive, a
# smaller one; at 3 it is 0.

# %% [markdown]
# ## What `tf.gradients` added
#
# Nothing is hidden; these are the new operations:

# %%
for op in tf.get_default_graph().get_operations():
    if op not in built and op.name.startswith("gradients/"):
        inputs = [tensor.op.name.replace("gradients/", ".../") for tensor in op.inputs]
        print(f"{op.type:6} {op.name:32} takes {inputs}")

# %% [markdown]
# The names tell whose they are: what is in `loss_grad` belongs to `loss`, and so on, in the *opposite* order.
#
# - It begins with a 1 (`Fill`): the slope of the loss with respect to itself.
# - `loss_grad` is made for the operation `loss`, a `Square`: whatever arrives times 2 times the input.
# - `error_grad` is made for `error`, a `Sub`: to the first input as it is, to the second with the sign turned
#   (`Neg`). Nobody asked for the slope of `label`, so a run for that of `w` leaves this out.
# - `prediction_grad` is made for `prediction`, a `Mul`: to each input goes what arrives times the *other* input.
#   Its first `Mul` is for `w`; it was returned to us.
#
# As a picture, with `gradients="show"`. Above is the network, and the box holds the way back: it begins with the 1, and
# ends with the slope of w. The rules need values from the way forward; these come down into the box.

# %%
IPython.display.SVG(tf.viz.to_svg(tf.get_default_graph(), fetches=slope, gradients="show", depth=3))

# %% [markdown]
# Each type of operation knows a small rule: from the slope of its output, and from its inputs, it makes the slopes
# of its inputs. Walking backwards through the graph and applying the rules is called *backpropagation*.

# %% [markdown]
# ## The chain rule
#
# Why does that give the right number? Follow the path from the loss to the weight. Along it, each operation passes on
# a change of its input, made larger or smaller by a factor, its own slope. One after the other, the factors multiply.
# `highlight` marks the path:

# %%
network = {"loss": loss, "error": error, "prediction": prediction, "w": w}
on_path = tf.gradients(loss, list(network.values()))  # a slope for each, also for those that are no variables
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for name, value, slope in zip(network, *sess.run([list(network.values()), on_path])):
        print(f"{name:10}  value {value:4.1f}   slope of the loss {slope:5.1f}")

IPython.display.SVG(tf.viz.to_svg(tf.get_default_graph(), fetches=loss, highlight=(loss, w)))

# %% [markdown]
# | step               | its own slope      | here | so far             |
# |--------------------|--------------------|------|--------------------|
# | loss = error²      | 2 · error          | -8   | 1 · -8 = -8        |
# | error = prediction - label | 1          | 1    | -8 · 1 = -8        |
# | prediction = w · x | x                  | 2    | -8 · 2 = -16       |
#
# **Exercise 1.** On paper: what is the slope of (u² + 1)² at u = 2?

# %%
tf.reset_default_graph()
u = tf.constant(2.0)
power = tf.square(tf.square(u) + 1.0)

# %% tags=["exercise"]
slope_of_u = ...

# %%
with tf.Session() as sess:
    check(slope_of_u, sess.run(tf.gradients(power, [u])[0]))

# %% [markdown]
# <details><summary>Solution</summary>
#
# The outer square gives 2 · (u² + 1) = 10, the sum 1, the inner square 2 · u = 4.
#
# ```python
# slope_of_u = 10 * 1 * 4
# ```
# </details>

# %% [markdown]
# ## Two layers, by hand
#
# Now a network with two inputs, two hidden neurons, one output, and sigmoids. On paper, forwards:
#
#     z1 = x · W1 + b1      h = sigmoid(z1)
#     z2 = h · W2 + b2      y = sigmoid(z2)      loss = (y - label)² / 2
#
# And backwards, where `d…` is the slope of the loss with respect to `…`. The slope of a sigmoid is
# output · (1 - output); a product of matrices passes on through the other factor, turned over (`.T`); and an added
# bias passes on as it is.
#
#     dy  = y - label
#     dz2 = dy · y · (1 - y)        dW2 = hᵀ · dz2        db2 = dz2        dh = dz2 · W2ᵀ
#     dz1 = dh · h · (1 - h)        dW1 = xᵀ · dz1        db1 = dz1
#
# The same in numpy, with numbers:

# %%
X = np.array([[1.0, 0.7]], np.float32)
LABEL = np.array([[1.0]], np.float32)
W1 = np.array([[0.1, -0.4], [0.6, 0.2]], np.float32)
B1 = np.array([0.1, 0.1], np.float32)
W2 = np.array([[0.5], [-0.8]], np.float32)
B2 = np.array([0.2], np.float32)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


H = sigmoid(X @ W1 + B1)
Y = sigmoid(H @ W2 + B2)
print("hidden:", H.round(4), " output:", Y.round(4))

dy = Y - LABEL
dz2 = dy * Y * (1 - Y)
dh = dz2 @ W2.T
dz1 = dh * H * (1 - H)
by_hand = {"W1": X.T @ dz1, "b1": dz1[0], "W2": H.T @ dz2, "b2": dz2[0]}

# %% [markdown]
# And `tf.gradients`:

# %%
tf.reset_default_graph()
x = tf.placeholder(tf.float32, [None, 2], name="x")
label = tf.placeholder(tf.float32, [None, 1], name="label")
with tf.name_scope("hidden"):
    w1, b1 = tf.Variable(W1, name="W1"), tf.Variable(B1, name="b1")
    h = tf.sigmoid(tf.matmul(x, w1) + b1)
with tf.name_scope("output"):
    w2, b2 = tf.Variable(W2, name="W2"), tf.Variable(B2, name="b2")
    y = tf.sigmoid(tf.matmul(h, w2) + b2)
with tf.name_scope("loss"):
    loss = tf.reduce_sum(tf.square(y - label)) / 2
variables = {"W1": w1, "b1": b1, "W2": w2, "b2": b2}
gradients = dict(zip(variables, tf.gradients(loss, list(variables.values()))))

sess = tf.Session()
sess.run(tf.global_variables_initializer())
sample = {x: X, label: LABEL}
for name, value in sess.run(gradients, feed_dict=sample).items():
    print(f"{name}  by hand {by_hand[name].ravel().round(5)}")
    print(f"    by graph {value.ravel().round(5)}   equal: {np.allclose(value, by_hand[name])}")

# %% [markdown]
# Look for the formulas among the operations that were added. `SigmoidGrad` is `dy · y · (1 - y)`, and each product
# of matrices has become two more, for both of its sides:

# %%
for op in tf.get_default_graph().get_operations():
    if op.name.startswith("gradients/") and op.type in {"SigmoidGrad", "MatMul"}:
        turned = [op.type == "MatMul" and op.get_attr(side) for side in ["transpose_a", "transpose_b"]]
        names = [tensor.op.name.replace("gradients/", "") for tensor in op.inputs]
        print(f"{op.type:11} of", " and ".join(name + (".T" if turn else "") for name, turn in zip(names, turned)))

# %% [markdown]
# And here is all of it. First `hidden`, `output`, `loss`; then, in the box `gradients`, the same names in the opposite
# order: the network, mirrored. Some rules are drawn as one node, in blue. The pale arrows bring them values from the
# way forward.

# %%
IPython.display.SVG(tf.viz.to_svg(tf.get_default_graph(), gradients="show", depth=2))

# %% [markdown]
# What is it good for? Change every weight a little *against* its slope, and the loss should become smaller. That is
# what `train` does, again and again. (`assign_sub` takes something off a variable. `control_dependencies` says: only
# when all the gradients are there.)

# %%
with tf.control_dependencies(list(gradients.values())):
    step = [variable.assign_sub(2.0 * gradients[name]) for name, variable in variables.items()]
for _ in range(4):
    print(f"loss {sess.run(loss, feed_dict=sample):.5f}")
    sess.run(step, feed_dict=sample)
sess.run(tf.global_variables_initializer())  # back to where we were
slope_of_x = sess.run(tf.gradients(loss, [x])[0], feed_dict=sample)  # for the exercise

# %% [markdown]
# **Exercise 2.** The loss has a slope with respect to the *input*, too.
# Compute `dx` in numpy, from `dz1` and `W1`.

# %% tags=["exercise"]
dx = ...

# %%
check(dx, slope_of_x)

# %% [markdown]
# <details><summary>Solution</summary>
#
# As `dh` comes from `dz2`.
#
# ```python
# dx = dz1 @ W1.T
# ```
# </details>

# %% [markdown]
# ## Numeric checks
#
# Is it right? Try: make one weight a bit larger, then a bit smaller, and see how the loss differs. That is called a
# *central difference*. It needs two runs for each weight, so nobody trains with it, but it knows nothing of chain
# rules, and is a check that can be trusted. (A variable can be fed, like any tensor.)


# %%
def numeric_gradient(variable, begin, delta=0.01):
    """The slope for every number in a variable, from two runs each."""
    slopes = np.zeros_like(begin)
    for place in np.ndindex(begin.shape):
        nudge = np.zeros_like(begin)
        nudge[place] = delta
        high, low = (sess.run(loss, {**sample, variable: begin + sign * nudge}) for sign in [1, -1])
        slopes[place] = (high - low) / (2 * delta)
    return slopes


tried = numeric_gradient(w1, W1)
print("tried:   ", tried.ravel().round(4))
print("by graph:", sess.run(gradients["W1"], feed_dict=sample).ravel().round(4))
sess.close()

# %% [markdown]
# How much is a bit? If it is too large, the curve bends in between. If it is too small, the two losses agree in nearly
# all of their digits, and what is left is rounding. The slope of the square root at 2 is 1 / (2 · √2). How far from it
# are central differences, with 32 and with 64 bits?

# %%
tf.reset_default_graph()
figure, place = plt.subplots(figsize=(7, 3), layout="tight")
with tf.Session() as sess:
    for dtype, tried_deltas in [(tf.float32, range(0, -7, -1)), (tf.float64, range(0, -14, -1))]:
        at = tf.placeholder(dtype, [None])
        root = tf.sqrt(at)
        deltas = 10.0 ** np.array(tried_deltas)
        high, low = (sess.run(root, feed_dict={at: 2.0 + sign * deltas}) for sign in [1, -1])
        wrong_by = abs((high - low) / (2 * deltas) - 1 / (2 * np.sqrt(2.0)))
        print(f"{dtype.name}: best with delta {deltas[wrong_by.argmin()]:.0e}")
        place.loglog(deltas, wrong_by, "o-", label=dtype.name)
place.set(xlabel="delta", ylabel="wrong by")
place.legend()
plt.show()

# %% [markdown]
# TensorFlow brings such a check along. `tf.test.compute_gradient_error` tries every input against every output, and
# returns the largest difference:

# %%
tf.reset_default_graph()
begin = np.array([[0.5, -1.0, 2.0]], np.float32)
x = tf.constant(begin)
y = tf.nn.softmax(x)
with tf.Session():
    worst = tf.test.compute_gradient_error(x, [1, 3], y, [1, 3], x_init_value=begin)
    print("wrong by less than a thousandth:", worst < 1e-3)

# %% [markdown]
# ## A value that is used twice
#
# In y = x · x + 3 · x the x is used three times, and y changes for three reasons. So the slopes that come back along
# the three ways are *added*. At 5 they are 5, 5 and 3:

# %%
tf.reset_default_graph()
x = tf.constant(5.0, name="x")
y = tf.add(x * x, 3.0 * x, name="y")
(slope,) = tf.gradients(y, [x])
print(f"{slope.op.type} of {[tensor.op.name for tensor in slope.op.inputs]}")
with tf.Session() as sess:
    print(*sess.run(list(slope.op.inputs)), "and together", sess.run(slope))

IPython.display.SVG(tf.viz.to_svg(tf.get_default_graph(), fetches=[y, slope], gradients="show", depth=2))

# %% [markdown]
# ## Of several numbers
#
# Ask for the gradient of a tensor with several numbers, and you get the gradient of their *sum*. That may surprise.
# `grad_ys` says how much each of them counts; left out, it is all ones.

# %%
tf.reset_default_graph()
x = tf.constant([3.0, 4.0], name="x")
y = tf.stack([x[0] * x[0], x[0] * x[1]], name="y")  # 9 and 12
counts = tf.placeholder(tf.float32, [2], name="counts")
(plain,), (weighted,) = tf.gradients(y, [x]), tf.gradients(y, [x], grad_ys=[counts])

with tf.Session() as sess:
    print("of the sum:   ", sess.run(plain))
    print("of the first: ", sess.run(weighted, feed_dict={counts: [1.0, 0.0]}))
    print("of the second:", sess.run(weighted, feed_dict={counts: [0.0, 1.0]}))

# %% [markdown]
# The last two, one below the other, are called the *Jacobian matrix*. `grad_ys` is also what arrives from further on:
# the 1 at the beginning of the walk is a `grad_ys`.

# %% [markdown]
# ## To stop it, and `None`
#
# `tf.stop_gradient` passes the value on, but on the way back it is a wall: whatever is behind it counts as a
# constant. Here it keeps a first layer as it is, while the second may learn:

# %%
tf.reset_default_graph()
first, second = tf.Variable(2.0, name="first"), tf.Variable(3.0, name="second")
free = second * (first * 5.0)
held = second * tf.stop_gradient(first * 5.0)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print("values:", *sess.run([free, held]))
    print("free:  ", *sess.run(tf.gradients(free, [first, second])))
    for_first, for_second = tf.gradients(held, [first, second])
    print("held:  ", for_first, sess.run(for_second))

# %% [markdown]
# The gradient for `first` is `None`: not a tensor, but Python's None. It means that *no way leads back*. That is not
# the same as a slope of 0, which is a number that a run computes. Some operations have no slope that is of any use,
# and are walls, too:

# %%
tf.reset_default_graph()
x = tf.constant([-1.5, 2.5], name="x")
results = {
    "relu": tf.nn.relu(x),
    "sign": tf.sign(x),
    "round": tf.round(x),
    "argmax": tf.argmax(x),
    "to int32 and back": tf.cast(tf.cast(x, tf.int32), tf.float32),
    "greater": tf.where(tf.greater(x, 0.0), tf.ones([2]), tf.zeros([2])),
    "something else": tf.constant(1.0),
}
with tf.Session() as sess:
    for name, y in results.items():
        (slope,) = tf.gradients(y, [x])
        print(f"{name:18}", "None" if slope is None else sess.run(slope))

    with mistake(TypeError):
        sess.run(tf.gradients(results["round"], [x]))

# %% [markdown]
# A count of right answers is such a thing, and so it is no loss that one could learn from. An optimizer tells you; then
# look for a wall between the loss and the variables.

# %%
tf.reset_default_graph()
scores = tf.Variable([[1.0, 2.0], [4.0, 3.0]], name="scores")
right = tf.equal(tf.argmax(scores, axis=1), [1, 1])
wrong_answers = tf.reduce_sum(1.0 - tf.cast(right, tf.float32))
with mistake(ValueError):
    tf.train.GradientDescentOptimizer(0.1).minimize(wrong_answers)

# %% [markdown]
# There is one more way to get `None`. The gradient is one with respect to a *tensor*, and a tensor that is computed
# beside the path is not on it:

# %%
tf.reset_default_graph()
w = tf.Variable(3.0, name="w")
doubled = 2.0 * w
y = tf.square(w)  # not made from `doubled`
print(tf.gradients(y, [doubled]))
print(tf.gradients(tf.square(doubled), [doubled]))

# %% [markdown]
# **Exercise 3.** What is the gradient of x · stop_gradient(x) at x = 3? A number, or `None`.

# %%
tf.reset_default_graph()
x = tf.constant(3.0)
half_held = x * tf.stop_gradient(x)

# %% tags=["exercise"]
guess = ...

# %%
with tf.Session() as sess:
    check(guess, sess.run(tf.gradients(half_held, [x])[0]))

# %% [markdown]
# <details><summary>Solution</summary>
#
# One of the two ways is closed. The other brings the value of the second factor.
#
# ```python
# guess = 3.0
# ```
# </details>

# %% [markdown]
# ## Slopes of slopes
#
# What `tf.gradients` returns are tensors in the graph, so it can be applied to them again. The slope of the slope, the
# *second derivative*, says how the curve bends. The sine is its own fourth:

# %%
tf.reset_default_graph()
x = tf.placeholder(tf.float32, [None], name="x")
curves = {"sin": tf.sin(x)}
for name in ["1st derivative", "2nd", "3rd", "4th"]:
    curves[name] = tf.gradients(list(curves.values())[-1], [x])[0]
    print(f"{name:14} by {curves[name].op.type}, and the graph has {len(x.graph.get_operations())} operations")

line = np.linspace(0, 2 * np.pi, 101)
with tf.Session() as sess:
    drawn = sess.run(curves, feed_dict={x: line})
print("the 4th is sin again:", np.allclose(drawn["4th"], np.sin(line), atol=1e-6))
plt.figure(figsize=(7, 2.6))
for name, values in drawn.items():
    plt.plot(line, values, label=name, **({"ls": ":", "lw": 4} if name == "4th" else {}))
plt.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
plt.show()

# %% [markdown]
# ## A gradient of your own
#
# With `tf.custom_gradient` a function says itself what comes back: it returns its value, and a function that makes
# the slope of its input (here `dx`) out of the slope of its output (`dy`). To round a number is a wall. If it should
# be learned through all the same, one can let the slope pass as if nothing had been rounded:


# %%
@tf.custom_gradient
def round_through(x):
    def gradient(dy):
        return dy

    return tf.round(x), gradient


@tf.custom_gradient
def wrong_square(x):
    def gradient(dy):
        return dy * x  # should have been 2 · x

    return tf.square(x), gradient


tf.reset_default_graph()
x = tf.constant([0.2, 1.7], name="x")
with tf.Session() as sess:
    print("value:", sess.run(round_through(x)), " slope:", sess.run(tf.gradients(round_through(x), [x])[0]))
    for name, function in {"tf.square": tf.square, "wrong_square": wrong_square}.items():
        start = np.array([0.2, 1.7], np.float32)
        worst = tf.test.compute_gradient_error(x, [2], function(x), [2], x_init_value=start)
        print(f"{name:12} is wrong by {worst:.1f}")

# %% [markdown]
# The check found the mistake: at 1.7 the slope is 3.4 and not 1.7.
#
# **Exercise 4.** Write `reverse(x)`: its value is x itself (`tf.identity(x)`), but the slope comes back with its sign
# turned. (With it, what comes before learns to make the loss *larger*.)

# %% tags=["exercise"]
reverse = ...

# %%
if reverse is ...:
    check(reverse, None)
else:
    with tf.Graph().as_default(), tf.Session() as sess:
        x = tf.constant([0.2, 1.7])
        y = 3.0 * reverse(x)
        check(sess.run([y, tf.gradients(y, [x])[0]]), np.array([[0.6, 5.1], [-3.0, -3.0]]))

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# @tf.custom_gradient
# def reverse(x):
#     return tf.identity(x), lambda dy: -dy
# ```
# </details>

# %% [markdown]
# ## Gradients that vanish
#
# In a deep network the way back is long, and along it slopes multiply. That of a sigmoid is at most 1/4, and ten such
# factors are together at most one millionth. Large weights could make up for it, but they drive the sigmoids to where
# they are flat. Below, ten layers of 30 neurons with random weights, and how large the gradient is for the weights of
# each layer. (`tf.nn.relu` has the slope 1 wherever it is not 0.)


# %%
def sizes_of_gradients(activation, spread):
    """The mean size of the gradient for each layer's weights, in a network of ten layers of 30 neurons."""
    tf.reset_default_graph()
    value = tf.random_normal([100, 30], seed=1)
    weights = []
    for layer in range(10):
        begin = tf.random_normal([30, 30], stddev=spread / np.sqrt(30), seed=layer + 2)
        weights.append(tf.Variable(begin, name=f"w{layer + 1}"))
        value = activation(tf.matmul(value, weights[-1]))
    loss = tf.reduce_mean(tf.square(value - 1.0))
    means = [tf.reduce_mean(tf.abs(gradient)) for gradient in tf.gradients(loss, weights)]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return sess.run(means)


line = np.linspace(-6, 6, 121)
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3), layout="tight")
left.plot(line, sigmoid(line) * (1 - sigmoid(line)), label="sigmoid")
left.plot(line, 1 - np.tanh(line) ** 2, label="tanh")
left.plot(line, line > 0, label="relu")
left.set(title="slope of the activation", xlabel="z")
kinds = [("sigmoid", tf.sigmoid, 1.0), ("tanh", tf.tanh, 1.0), ("relu", tf.nn.relu, np.sqrt(2))]
for name, activation, spread in kinds:
    sizes = sizes_of_gradients(activation, spread)
    right.semilogy(range(1, 11), sizes, "o-", label=name)
    print(f"{name:8} first layer {sizes[0]:.0e}, last layer {sizes[-1]:.0e}")
right.set(title="mean size of the gradient", xlabel="layer", xticks=range(1, 11))
left.legend()
right.legend()
plt.show()

# %% [markdown]
# With sigmoids, the first layers hear next to nothing of the loss and would take for ever to learn. This is why deep
# networks use ReLU, and first weights of the right size. The opposite happens as well: factors that are too large
# multiply to gradients that *explode*. Here is the network with ReLU again, its first weights four times as large:

# %%
sizes = sizes_of_gradients(tf.nn.relu, 4 * np.sqrt(2))
print(f"first layer {sizes[0]:.0e}, last layer {sizes[-1]:.0e}")

# %% [markdown]
#
# ## What to remember
#
# - `tf.gradients(loss, variables)` returns tensors. It adds operations, in the opposite order, one rule for each.
# - Along a path slopes multiply; where paths meet they are added.
# - `None` means that no way leads back; 0 is a slope.
# - Of several numbers it is the gradient of their sum, or as `grad_ys` weighs them.
# - `tf.stop_gradient` is a wall, `tf.custom_gradient` a rule of your own. Check it by numbers.
#
# Next: [6. Gradient descent](06_gradient_descent.ipynb). [All chapters](README.md)
