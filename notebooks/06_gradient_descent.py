# %% [markdown]
# # 6. Gradient descent
#
# *Go downhill along the gradient, one step after another; optimizers differ in how they choose the step.*
#
# Before: [5. Gradients](05_gradients.ipynb). There, `tf.gradients` added operations to the graph which compute the
# slope of a loss. The *loss* is one number that says how wrong a network is. This chapter uses the slope: it says
# which way is up, so go the other way. That is how everything is learned in this course.
#
# The tools first: `check` looks at an exercise's answer, `film` makes pictures move.

# %%
import io

import matplotlib.pyplot as plt
import numpy as np
import PIL.Image
from IPython.display import SVG, Image

import flowgraph as tf


def check(answer, truth):
    """Say whether an exercise's answer is right; an answer of `...` is one that is still open."""
    if answer is ...:
        print("still open")
    elif np.shape(answer) == np.shape(truth) and np.allclose(answer, truth):
        print("right!")
    else:
        print(f"not quite: {answer!r} is not it")


def film(figure, frames, draw_frame):
    """An animated PNG of draw_frame(0), draw_frame(1), ...; where it cannot move, the last frame is seen."""
    pictures = []
    for frame in range(frames):
        draw_frame(frame)
        figure.canvas.draw()
        pictures.append(np.array(figure.canvas.buffer_rgba())[:, :, :3])
    plt.close(figure)
    height, width, _ = pictures[0].shape
    strip = PIL.Image.fromarray(np.concatenate(pictures)).quantize(64)  # few colours, a small file
    pictures = [strip.crop((0, k * height, width, (k + 1) * height)) for k in range(frames)]
    file, times = io.BytesIO(), [150] * (frames - 1) + [3000]  # milliseconds; a rest at the end
    last = pictures[-1]  # it comes first, as the picture for those who do not animate
    last.save(file, "PNG", save_all=True, append_images=pictures, default_image=True, duration=times, loop=0)
    return Image(file.getvalue())


# %% [markdown]
# ## One step
#
# A loss with a single variable: `loss = (w + 1)²`, and `w` is 5 at first. The loss is smallest, 0, where `w` is -1.
# Anyone can see that. A computer that stands at `w = 5` sees two numbers only, the loss and its slope, the
# *gradient*. From it one *step* of gradient descent is made:
#
#     w  ←  w - learning rate · gradient
#
# The *learning rate* says how far to go. In Python, for a rate of 0.2 (the slope of (w + 1)² is 2 · (w + 1)):

# %%
w = 5.0
for _ in range(4):
    gradient = 2 * (w + 1)
    print(f"w = {w:.4f}   loss = {(w + 1) ** 2:.4f}   gradient = {gradient:.4f}")
    w = w - 0.2 * gradient

# %% [markdown]
# The steps become shorter by themselves, because the slope becomes smaller. The same in a graph, with what we have:
# a variable, `tf.gradients`, and `assign_sub`, which subtracts from what is in the variable.

# %%
w = tf.Variable(5.0, name="w")
loss = tf.square(w + 1.0, name="loss")
(gradient,) = tf.gradients(loss, [w])
step = tf.assign_sub(w, 0.2 * gradient)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for _ in range(4):
        print(f"w = {sess.run(w):.4f}   loss = {sess.run(loss):.4f}   gradient = {sess.run(gradient):.4f}")
        sess.run(step)

# %% [markdown]
# An *optimizer* does these two things for all variables at once. Its method `minimize` adds the gradients and then,
# for each variable, one operation that changes it. It returns the operation to run for one step, by habit called
# `train_step` or `train_op`:

# %%
tf.reset_default_graph()
w = tf.Variable(5.0, name="w")
loss = tf.square(w + 1.0, name="loss")
train_step = tf.train.GradientDescentOptimizer(0.2).minimize(loss)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for _ in range(4):
        print(f"w = {sess.run(w):.4f}   loss = {sess.run(loss):.4f}")
        sess.run(train_step)

tf.get_default_graph()

# %% [markdown]
# The green node at the end is the step. It is of the type `ApplyGradientDescent` and has three inputs, which are the
# three things in the formula. The orange line gives it the variable itself, to be changed in its place:


# %%
def show_step(graph):
    """Print each operation of a graph that changes a variable by a gradient, and what it takes."""
    for op in graph.get_operations():
        if op.type.startswith("Apply"):
            print(f"{op.type}  {op.name}")
            for tensor in op.inputs:
                print(f"    {tensor.op.type:12} {tensor.name}")


show_step(tf.get_default_graph())

# %% [markdown]
# `train_step` itself computes nothing. It is the box below, a `NoOp` that waits for the updates of all variables; so
# `sess.run(train_step)` returns `None`, and what it did is found in the variables.
#
# ## The learning rate
#
# It is the number that you will turn most often. Too small, and nothing gets done; too large, and a step goes across
# the valley and lands higher on the other side. The next step is longer still: that is called *diverging*. Here is
# the same loss with three rates:


# %%
def descend(rate, steps):
    """w and the loss, at first and after each step, when gradient descent goes down (w + 1)² from w = 5."""
    with tf.Graph().as_default(), tf.Session() as sess:
        w = tf.Variable(5.0)
        loss = tf.square(w + 1.0)
        train_step = tf.train.GradientDescentOptimizer(rate).minimize(loss)
        sess.run(tf.global_variables_initializer())
        seen = [sess.run([w, loss])]
        for _ in range(steps):
            sess.run(train_step)
            seen.append(sess.run([w, loss]))
        return np.array(seen)


figure, places = plt.subplots(1, 3, figsize=(9, 2.8), sharey=True, layout="tight")
line = np.linspace(-11, 9, 201)
for place, (name, rate) in zip(places, {"too small": 0.02, "right": 0.2, "too large": 1.1}.items()):
    seen = descend(rate, steps=40)
    print(f"rate {rate:4}:  w after 1, 2, 3, 40 steps:  {'  '.join(f'{seen[i, 0]:9.3f}' for i in [1, 2, 3, 40])}")
    place.plot(line, (line + 1) ** 2, color="tab:grey", linewidth=1)
    place.plot(*seen[:5].T, "o-", color="tab:orange")
    place.set(title=f"{name}: {rate}", xlabel="w", xlim=(-11, 9), ylim=(-8, 100))
places[0].set_ylabel("loss")
plt.show()

# %% [markdown]
# When training diverges, the loss becomes huge, then `inf` (no longer a 32-bit number), then `nan` (not a number at
# all: the result of inf - inf). The remedy is a smaller rate.

# %%
losses = descend(1.1, steps=600)[:, 1]
print("rate 1.1:  loss after 10, 100, 300, 600 steps: ", *(f"{losses[i]:.3g}" for i in [10, 100, 300, 600]))

# %% [markdown]
# Why these rates? One step multiplies the distance from -1 by (1 - 2 · rate): by 0.96, by 0.6, by -1.2. Where that
# is between -1 and 1, the distance shrinks.
#
# **Exercise 1.** With one rate the very first step lands on the lowest point, w = -1. Which?

# %% tags=["exercise"]
best_rate = ...

# %%
check(best_rate if best_rate is ... else descend(best_rate, steps=1)[1, 0], -1.0)

# %% [markdown]
# <details><summary>Solution</summary>
#
# 1 - 2 · rate is to be 0. (On other losses nobody knows such a number beforehand. One tries 0.1, 0.01, 0.001.)
#
# ```python
# best_rate = 0.5
# ```
# </details>

# %% [markdown]
# ## Batch, mini-batch, stochastic
#
# A real loss is a mean over many samples. Here are 60 of them, points near the line y = 2x + 1. The model is a neuron
# without an activation function, `weight * x + bias`, its loss the mean of the squared errors:

# %%
random = np.random.RandomState(0)
xs = random.uniform(-1, 1, size=60)
ys = 2 * xs + 1 + random.normal(scale=0.5, size=60)

tf.reset_default_graph()
x = tf.placeholder(tf.float32, [None], name="x")
y = tf.placeholder(tf.float32, [None], name="y")
weight, bias = tf.Variable(0.0, name="weight"), tf.Variable(0.0, name="bias")
loss = tf.reduce_mean(tf.square(weight * x + bias - y), name="loss")
train_step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for _ in range(100):
        sess.run(train_step, feed_dict={x: xs, y: ys})
    line = sess.run([weight, bias])
    best = sess.run(loss, feed_dict={x: xs, y: ys})
    print(f"weight {line[0]:.3f}, bias {line[1]:.3f}, loss {best:.4f}")

plt.figure(figsize=(5, 2.8))
plt.plot(xs, ys, ".", color="tab:grey")
plt.plot([-1, 1], [line[1] - line[0], line[1] + line[0]], color="tab:orange")
plt.xticks([-1, 0, 1])
plt.show()

# %% [markdown]
# Each of these steps looked at all 60 samples. With 60 million, that would be much work for one step. But some
# samples already say roughly which way is down:
#
# - *batch* gradient descent: all samples in each step;
# - *stochastic* gradient descent: one sample, taken at random ("stochastic" means random);
# - *mini-batch* gradient descent: some samples, say 10. This is what nearly everybody does.
#
# How many there are in a step is the *batch size*. How roughly do they say it? Let us ask for the gradient by
# `weight`, with 1000 random batches of each size. Its mean is about
# the same; the fewer the samples, the more it varies:

# %%
(slope,) = tf.gradients(loss, [weight])
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for size in [60, 10, 1]:
        batches = [random.permutation(60)[:size] for _ in range(1000)]
        slopes = [sess.run(slope, feed_dict={x: xs[batch], y: ys[batch]}) for batch in batches]
        print(f"batch size {size:2}:  gradient {np.mean(slopes):.2f}, give or take {np.std(slopes):.2f}")

# %% [markdown]
# ### Epoch, iteration, batch size
#
# Three words for counting. An *iteration* is one step. An *epoch* is as many iterations as it takes to see each
# sample once. The samples are shuffled before each epoch, so that batches differ. Five samples, a batch size of 2:

# %%
iteration = 0
for epoch in range(1, 4):
    order = random.permutation(5)
    for start in range(0, 5, 2):
        iteration += 1
        print(f"epoch {epoch}, iteration {iteration}: samples", *order[start : start + 2])

# %% [markdown]
# The last batch of an epoch may be smaller. You will find these two loops in every program, and here they train. With
# 60 samples and a batch size of 10 an epoch has 6 iterations.


# %%
def train(batch_size, rate=0.1, counter=None, epochs=10):
    """Fit the line. Returns weight, bias, loss over all samples and rate, at first and after each iteration.

    (`counter` is for the next section.)
    """
    rate = tf.convert_to_tensor(rate)
    train_step = tf.train.GradientDescentOptimizer(rate).minimize(loss, global_step=counter)
    everything, shuffle = {x: xs, y: ys}, np.random.RandomState(1)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        seen = [sess.run([weight, bias, loss, rate], feed_dict=everything)]
        for _ in range(epochs):
            order = shuffle.permutation(len(xs))
            for start in range(0, len(xs), batch_size):
                batch = order[start : start + batch_size]
                sess.run(train_step, feed_dict={x: xs[batch], y: ys[batch]})
                seen.append(sess.run([weight, bias, loss, rate], feed_dict=everything))
        return np.array(seen)


kinds = {"batch": 60, "mini-batch": 10, "stochastic": 1}
runs = {name: train(size) for name, size in kinds.items()}
print("            batch size   epochs   iterations   samples seen   loss at the end")
for name, seen in runs.items():
    steps = len(seen) - 1
    print(f"{name:12}{kinds[name]:10}{10:9}{steps:13}{steps * kinds[name]:15}{seen[-1, 2]:18.4f}")

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), layout="tight")
for (name, seen), color in zip(runs.items(), ["tab:blue", "tab:orange", "tab:grey"]):
    order = 1 if name == "stochastic" else 2  # the noisy one goes below the others
    left.plot(np.linspace(0, 10, len(seen)), seen[:, 2], color=color, label=name, zorder=order)
    right.plot(seen[:, 0], seen[:, 1], ".-", color=color, linewidth=0.8, markersize=3, zorder=order)
left.axhline(best, color="black", linestyle=":", linewidth=1, label="best")
left.set(xlabel="epoch", ylabel="loss over all samples", ylim=(0, 2))
left.legend()
right.plot(*line, "+", color="black", markersize=14, zorder=3)
right.set(xlabel="weight", ylabel="bias")
plt.show()

# %% [markdown]
# All three looked at 600 samples. Batch descent took 10 exact steps with them and is still on its way. Stochastic
# descent took 600 rough ones: it was there within the first epoch, but it never comes to rest. Mini-batches are in
# between, quick enough and calm enough. On the right the way that they went, the best line at the cross.
#
# **Exercise 2.** A training set of 4,000 digits, a batch size of 100, 5 epochs: how many iterations?

# %% tags=["exercise"]
iterations = ...

# %%
check(iterations, 5 * len(range(0, 4000, 100)))

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# iterations = 5 * 4000 // 100
# ```
# </details>

# %% [markdown]
# ## A learning rate that decays
#
# Long steps at first, to get there; short ones later, to come to rest. `tf.train.exponential_decay` gives such a
# rate:
#
#     rate  =  first rate · decay_rate ** (step / decay_steps)
#
# So after every `decay_steps` steps it has been multiplied by `decay_rate` once more. With `staircase=True` the
# quotient is rounded down, and the rate stays the same in between. `step` is a variable that counts, named
# *global step* by habit, and not trainable: no optimizer shall change it by a gradient.

# %%
global_step = tf.Variable(0, trainable=False, name="global_step")
smooth = tf.train.exponential_decay(0.1, global_step, decay_steps=120, decay_rate=0.5)
stairs = tf.train.exponential_decay(0.1, global_step, decay_steps=120, decay_rate=0.5, staircase=True)
next_step = tf.assign_add(global_step, 1)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    decayed = []
    for _ in range(601):
        decayed.append(sess.run([smooth, stairs]))
        sess.run(next_step)
for step in [0, 60, 120, 180, 600]:
    by_hand = 0.1 * 0.5 ** (step / 120), 0.1 * 0.5 ** (step // 120)
    print(f"step {step:3}:  {decayed[step][0]:.6f} {decayed[step][1]:.6f}   by hand {by_hand[0]:.6f} {by_hand[1]:.6f}")

plt.figure(figsize=(6, 2.6))
plt.plot(decayed, label=["smooth", "staircase"])
plt.xlabel("global step")
plt.ylabel("learning rate")
plt.legend()
plt.show()

# %% [markdown]
# The rate is a tensor like any other, and the decay is part of the graph:

# %%
SVG(tf.viz.to_svg(tf.get_default_graph(), fetches=stairs))

# %% [markdown]
# `minimize(loss, global_step=...)` counts for us: it adds 1 after each step. Leave it out, and nobody complains: the
# counter stays 0, and the rate stays as it began. Here is stochastic descent again, three times:

# %%
trials = {
    "constant rate": train(1, 0.1),
    "counter forgotten": train(1, stairs),
    "staircase": train(1, stairs, global_step),
}
for name, seen in trials.items():
    losses, last_rate = seen[-60:, 2], seen[-1, 3]
    print(f"{name:18} last rate {last_rate:.6f}, loss in the last epoch {losses.min():.3f} to {losses.max():.3f}")

plt.figure(figsize=(7, 2.8))
plt.plot(trials["constant rate"][:, 2], linewidth=0.9, label="constant rate")
plt.plot(trials["staircase"][:, 2], linewidth=0.9, label="staircase")
plt.axhline(best, color="black", linestyle=":", linewidth=1, label="best")
plt.xlabel("iteration")
plt.ylabel("loss over all samples")
plt.ylim(0, 1)
plt.legend()
plt.show()

# %% [markdown]
# **Exercise 3.** `tf.train.exponential_decay(0.8, step, decay_steps=50, decay_rate=0.5, staircase=True)`: what is the
# rate at step 140?

# %% tags=["exercise"]
rate_at_140 = ...

# %%
with tf.Graph().as_default(), tf.Session() as sess:
    check(rate_at_140, sess.run(tf.train.exponential_decay(0.8, 140, decay_steps=50, decay_rate=0.5, staircase=True)))

# %% [markdown]
# <details><summary>Solution</summary>
#
# 140 / 50 is 2.8, rounded down 2: halved twice.
#
# ```python
# rate_at_140 = 0.8 * 0.5 ** 2
# ```
# </details>

# %% [markdown]
# ## A valley, and three better walkers
#
# With more than one variable there is a new difficulty: the loss is steep in one direction and flat in another. Our
# example is the valley 0.1 · a² + 2 · b², twenty times steeper across than along. Both numbers are in one variable,
# and we start at a = -5, b = -2.


# %%
def walk(optimizer, rate, steps=40):
    """The points where an optimizer comes by, the start first, and the graph in which it is."""
    with tf.Graph().as_default() as graph, tf.Session() as sess:
        place = tf.Variable([-5.0, -2.0], name="place")
        height = tf.reduce_sum([0.1, 2.0] * tf.square(place), name="height")
        train_step = optimizer(rate).minimize(height)
        sess.run(tf.global_variables_initializer())
        points = [sess.run(place)]
        for _ in range(steps):
            sess.run(train_step)
            points.append(sess.run(place))
        return np.array(points, np.float64), graph


def heights(points):
    return np.sum([0.1, 2.0] * points**2, axis=-1)


def draw_valley(axes):
    a, b = np.meshgrid(np.linspace(-6, 3, 91), np.linspace(-2.6, 2.6, 53))
    levels = np.geomspace(0.05, 15, 12)
    axes.contour(a, b, heights(np.stack([a, b], axis=-1)), levels=levels, colors="0.75", linewidths=0.8)
    axes.plot(0, 0, "+", color="black", markersize=12)
    axes.set(xlabel="a", ylabel="b", xlim=(-6, 3), ylim=(-2.6, 2.6))


figure, places = plt.subplots(1, 3, figsize=(9, 2.6), sharey=True, layout="tight")
for axes, rate in zip(places, [0.05, 0.4, 0.51]):
    points, _ = walk(tf.train.GradientDescentOptimizer, rate, steps=20)
    draw_valley(axes)
    axes.plot(*points.T, ".-", color="tab:orange")
    axes.set_title(f"rate {rate}: {heights(points[-1]):.2g} high", fontsize=10)
plt.show()

# %% [markdown]
# A rate that is small enough not to jump out across the valley is too small to get along it. Three famous remedies
# follow. Each remembers something from step to step, for each number that is trained. What it remembers lies in more
# variables, called *slots*.
#
# **Momentum** remembers a velocity. Like a heavy ball, it keeps some of its speed and adds the gradient. Across the
# valley the gradients change sign and cancel; along it they add up.
#
#     velocity  ←  0.8 · velocity + gradient
#     w         ←  w - rate · velocity


# %%
def momentum_optimizer(rate):
    return tf.train.MomentumOptimizer(rate, momentum=0.8)


_, graph = walk(momentum_optimizer, 0.1)
graph

# %% [markdown]
# There is one more variable now, `place/Momentum`, and the node is of another type, `ApplyMomentum`: that is all.
#
# **RMSProp** remembers how large the gradients were lately: `rms` is a mean of their squares in which older ones count
# less and less. It divides by its root. So each number gets a step of about the same length, whether its direction is
# steep or flat. (In TensorFlow `rms` begins as 1. There is a second slot, for a velocity as above; it matters only if
# you ask for momentum.)
#
#     rms  ←  0.9 · rms + 0.1 · gradient²
#     w    ←  w - rate · gradient / √rms

# %%
_, graph = walk(tf.train.RMSPropOptimizer, 0.3)
graph

# %% [markdown]
# **Adam** does both: `m` is a mean of the gradients, `v` one of their squares. Both begin as 0 and are too small at
# first. To correct that, they are divided by numbers which begin small and grow towards 1: `t` counts the steps.
#
#     m  ←  0.9 · m + 0.1 · gradient
#     v  ←  0.999 · v + 0.001 · gradient²
#     w  ←  w - rate · (m / (1 - 0.9**t)) / √(v / (1 - 0.999**t))

# %%
_, graph = walk(tf.train.AdamOptimizer, 0.5)
graph

# %% [markdown]
# `beta1_power` and `beta2_power` are `0.9**t` and `0.999**t`. The two `Assign` nodes at the end multiply them once more
# after each step. There is only one pair of them, however many variables are trained. A table of what each optimizer
# keeps, and the inputs of Adam's node:

# %%
optimizers = {  # each with a rate that suits it here
    "descent": (tf.train.GradientDescentOptimizer, 0.4),
    "momentum": (momentum_optimizer, 0.1),
    "RMSProp": (tf.train.RMSPropOptimizer, 0.3),
    "Adam": (tf.train.AdamOptimizer, 0.5),
}
paths = {}
for name, (optimizer, rate) in optimizers.items():
    paths[name], graph = walk(optimizer, rate)
    with graph.as_default():
        added = [f"{variable.name} {variable.shape}" for variable in tf.global_variables()[1:]]
    print(f"{name:9} adds", ", ".join(added) or "nothing")
print()
show_step(graph)

# %% [markdown]
# Each slot has the shape of what it belongs to. So momentum needs as much memory again as the variables themselves,
# Adam twice as much. And do the nodes compute what the formulas say? By hand:


# %%
def momentum(w, gradient, slot):
    slot["velocity"] = 0.8 * slot.get("velocity", 0) + gradient
    return w - 0.1 * slot["velocity"]


def rmsprop(w, gradient, slot):
    slot["rms"] = 0.9 * slot.get("rms", 1) + 0.1 * gradient**2
    return w - 0.3 * gradient / np.sqrt(slot["rms"])


def adam(w, gradient, slot):
    slot["t"] = slot.get("t", 0) + 1
    slot["m"] = 0.9 * slot.get("m", 0) + 0.1 * gradient
    slot["v"] = 0.999 * slot.get("v", 0) + 0.001 * gradient**2
    return w - 0.5 * slot["m"] / (1 - 0.9 ** slot["t"]) / np.sqrt(slot["v"] / (1 - 0.999 ** slot["t"]))


for name, rule in {"momentum": momentum, "RMSProp": rmsprop, "Adam": adam}.items():
    w, slot = np.array([-5.0, -2.0]), {}
    for _ in range(40):
        w = rule(w, 2 * np.array([0.1, 2.0]) * w, slot)
    by_node = paths[name][-1]
    print(f"{name:9} by hand {w.round(4)}   by its node {by_node.round(4)}   {np.allclose(w, by_node, atol=1e-5)}")

# %% [markdown]
# Slots have to be initialized, as all variables. `tf.global_variables_initializer()` knows those that exist when it is
# called, so call it after `minimize`. Before it, this happens:

# %%
with tf.Graph().as_default(), tf.Session() as sess:
    w = tf.Variable(5.0, name="w")
    init = tf.global_variables_initializer()  # too early
    train_step = tf.train.MomentumOptimizer(0.1, momentum=0.8).minimize(tf.square(w))
    sess.run(init)
    try:
        sess.run(train_step)
    except tf.errors.FailedPreconditionError as error:
        print(str(error).splitlines()[0])

# %% [markdown]
# ### The race
#
# All four from the same place, 40 steps. On the left the valley from above, on the right how high each stands. (Where
# the picture cannot move, you see the end.)

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), dpi=80)
draw_valley(left)
right.set(xlabel="step", ylabel="height", xlim=(0, 40), ylim=(1e-5, 30), yscale="log")
trails = {}
for name, color in zip(paths, ["tab:grey", "tab:blue", "tab:green", "tab:orange"]):
    (trail,) = left.plot([], [], "-", color=color, linewidth=1.2)
    (ball,) = left.plot([], [], "o", color=color)
    (curve,) = right.plot([], [], color=color, label=name)
    trails[name] = trail, ball, curve
right.legend(loc="lower left")
figure.tight_layout()


def draw_step(step):
    for name, (trail, ball, curve) in trails.items():
        points = paths[name][: step + 1]
        trail.set_data(*points.T)
        ball.set_data(*points[-1:].T)
        curve.set_data(range(step + 1), heights(points))


film(figure, 41, draw_step)

# %% [markdown]
# Descent bounces from wall to wall and creeps along. Momentum swings, and gathers speed. RMSProp goes straight, since
# both of its numbers take steps of like length. Adam overshoots and comes back.
#
# Each had a rate that suits it. So do not ask who won: ask how much the rate matters. How many steps until the height
# is below 0.01 and stays there, with other rates? (A dash: not within 400 steps. `nan`: it diverged.)


# %%
def steps_needed(optimizer, rate):
    points, _ = walk(optimizer, rate, steps=400)
    if not np.isfinite(points[-1]).all():
        return "nan"
    last_high = np.flatnonzero(heights(points) >= 0.01)[-1]
    return last_high + 1 if last_high < 400 else "-"


rates = [0.01, 0.03, 0.1, 0.3, 1.0]
print("rate:     ", *(f"{rate:6}" for rate in rates), "     in the race, height after 20 and 40 steps")
for name, (optimizer, own_rate) in optimizers.items():
    row = " ".join(f"{steps_needed(optimizer, rate):>6}" for rate in rates)
    after_20, after_40 = heights(paths[name][[20, 40]])
    print(f"{name:10} {row}     rate {own_rate}: {after_20:.1e} {after_40:.1e}")

# %% [markdown]
# Descent needs its rate to be just right. Momentum and Adam forgive more, and Adam is the only one that arrives with
# the rate 1.0: that is why it is often the first to be tried. With a rate that was chosen with care, momentum is as
# good or better. RMSProp with 0.3 was nearly there after 40 steps, but did not stay: it divides a small gradient by a
# small root, so its steps do not become shorter near the bottom. It needs a rate that decays.

# %% [markdown]
# **Exercise 4.** Suppose that the gradient is 1 in every step. Towards which number does the velocity of momentum go,
# when the momentum is 0.9? (It is 1 after the first step, then 1.9.)

# %% tags=["exercise"]
final_velocity = ...

# %%
with tf.Graph().as_default(), tf.Session() as sess:
    w = tf.Variable(0.0)
    optimizer = tf.train.MomentumOptimizer(0.1, momentum=0.9)
    train_step = optimizer.minimize(1.0 * w)  # its slope is 1 everywhere
    sess.run(tf.global_variables_initializer())
    for _ in range(300):
        sess.run(train_step)
    check(final_velocity, sess.run(optimizer.get_slot(w, "momentum")))

# %% [markdown]
# <details><summary>Solution</summary>
#
# It stays as it is when v = 0.9 · v + 1. So in a flat direction momentum goes ten times as fast as descent.
#
# ```python
# final_velocity = 10.0
# ```
# </details>

# %% [markdown]
# ## What to remember
#
# - One step: `w ← w - rate · gradient`. `minimize` adds the gradients, and one `Apply...` node for each variable.
# - Rate too small: slow. Too large: the loss grows, up to `nan`. Try powers of ten.
# - An epoch sees each sample once, in as many iterations as there are batches. Small batches are quick and noisy.
# - A decaying rate calms the noise. It needs a global step, and `minimize` must be told to count it.
# - Momentum, RMSProp and Adam remember past gradients in slot variables. Make the initializer after `minimize`.
#
# What comes next: whole programs. [examples/mnist_mlp.py](../examples/mnist_mlp.py) trains a network on digits with
# mini-batches and a decaying rate, [examples/lenet5.py](../examples/lenet5.py) one that looks at parts of pictures.
# [All chapters](README.md)
