# %% [markdown]
# # 2. Placeholders and variables
#
# *A placeholder gets a new value in every run; a variable keeps its value from one run to the next.*
#
# Before: [1. Graphs and sessions](01_graphs_and_sessions.ipynb). There, a program wrote a *graph* of operations,
# and a *session* ran it. But a graph of constants gives the same answer for ever. This chapter is about the two
# kinds of nodes that make it useful: one lets data in, the other remembers.
#
# First the tools: `mistake` expects an error in its block and prints it, `check` looks at an exercise's answer.
# (Before you come back to an exercise later, run the cells above it again.)

# %%
from contextlib import contextmanager

import matplotlib.pyplot as plt
import numpy as np

import flowgraph as tf


@contextmanager
def mistake(expected):
    """Expect an error of the type `expected` in the block, and print what it says."""
    try:
        yield
    except expected as error:
        print(f"{type(error).__name__}: {error}\n")
    else:
        raise AssertionError("nothing went wrong, and it should have")


def check(answer, truth):
    """Say whether an exercise's answer is right; an answer of `...` is one that is still open."""
    if answer is ...:
        print("still open")
    elif np.shape(answer) == np.shape(truth) and np.allclose(answer, truth):
        print("right!")
    else:
        print(f"not quite: {answer!r} is not it")


# %% [markdown]
# ## What `print(tensor)` shows, and why
#
# A constant, a placeholder, a variable, and something computed from all three (`tf.matmul` multiplies matrices:
# here it takes, in every row of `x`, 3 times the first number plus 4 times the second):

# %%
c = tf.constant(2.0, name="c")
x = tf.placeholder(tf.float32, shape=[None, 2], name="x")
w = tf.Variable([[3.0], [4.0]], name="w")
y = tf.multiply(c, tf.matmul(x, w), name="y")

for thing in [c, x, w, y]:
    print(thing)

# %% [markdown]
# No numbers, not even for `c`. Python holds *handles*: each says which output of which operation is meant, and
# what is known of its value before any run.
#
# | text                | says                                                                          |
# |---------------------|-------------------------------------------------------------------------------|
# | `y:0`               | output number 0 of the operation that is called `y`                           |
# | `shape=(?, 1)`      | some rows of one number each; `?` is a length that only a run can tell        |
# | `dtype=float32`     | floating-point numbers of 32 bits                                             |
# | `<tf.Variable ...>` | a variable, and not just any tensor                                           |
# | `float32_ref`       | a *reference* to such numbers: they can be changed in their place             |
#
# Why not show the number? Because there is no such thing as *the* number of `y`. It depends on what is put into
# `x` in a run, and on what is in `w` at that time:

# %%
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run(y, feed_dict={x: [[1.0, 1.0]]}))
    print(sess.run(y, feed_dict={x: [[1.0, 2.0], [0.0, 1.0]]}))

# %% [markdown]
# One plan, many values. A tensor at the end of a cell shows the same facts as a table, with the line that made
# it; a graph draws itself.

# %%
y

# %%
tf.get_default_graph()

# %% [markdown]
# ## Placeholders: what a run brings along
#
# A *placeholder* is an operation without a value of its own, like the empty cell in a spreadsheet. Each run
# brings a value for it, in the dictionary `feed_dict`: that is called *feeding*.
#
# The shape says what may be fed. `None` stands for "any length"; no shape at all for "anything". A table, made
# by trying:

# %%
values = {"a number": 5.0, "2 numbers": [1.0, 2.0], "3 rows of 2": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]}


def fits(shape, value):
    """Whether a placeholder of this shape takes this value."""
    place = tf.placeholder(tf.float32, shape)
    try:
        with tf.Session() as sess:
            sess.run(place, feed_dict={place: value})
        return "yes"
    except ValueError:
        return "-"


print("shape       ", *(f"{name:12}" for name in values))
for shape in [[], [2], [None], [3, 2], [None, 2], [None, None], None]:
    print(f"{shape!s:13}", *(f"{fits(shape, value):12}" for value in values.values()))

# %% [markdown]
# `[None, 2]` is what you will meet most: a *batch*, that is some samples at a time, of two numbers each. Say as
# much as you know. What the shape says is checked when the graph is built, the rest when it runs.
#
# Where the unknown length is needed inside the computation, there are two questions to keep apart: `x.shape` is
# what is known now, and `tf.shape(x)` is an operation that finds out during a run.

# %%
tf.reset_default_graph()
x = tf.placeholder(tf.float32, shape=[None, 2], name="x")
lengths = tf.sqrt(tf.reduce_sum(x * x, axis=1), name="lengths")  # Pythagoras, row by row
samples = tf.shape(x)[0]

print("now:  ", x.shape, lengths.shape)
with tf.Session() as sess:
    print("later:", *sess.run([samples, lengths], feed_dict={x: [[3.0, 4.0]]}))
    print("later:", *sess.run([samples, lengths], feed_dict={x: [[3.0, 4.0], [5.0, 12.0], [8.0, 15.0]]}))

# %% [markdown]
# A value must fit, it must not be forgotten, and it must be a value: lists, numbers and numpy arrays will do, a
# tensor will not.

# %%
with tf.Session() as sess:
    with mistake(ValueError):
        sess.run(lengths, feed_dict={x: [3.0, 4.0]})
    with mistake(tf.errors.InvalidArgumentError):
        sess.run(lengths)
    with mistake(TypeError):
        sess.run(lengths, feed_dict={x: tf.ones([1, 2])})

# %% [markdown]
# (`In [8]:3` is line 3 of cell 8; in a script it would be a file and a line.) What is fed takes the
# placeholder's dtype. That is convenient, and once in a while it hides a mistake, for nobody complains below when
# 1.9 becomes 1. The second kind of placeholder has a value for the runs that bring none:

# %%
whole = tf.placeholder(tf.int32, name="whole")
rate = tf.placeholder_with_default(0.5, shape=[], name="rate")

with tf.Session() as sess:
    print(sess.run(whole, feed_dict={whole: 1.9}))
    print(sess.run(10.0 * rate), sess.run(10.0 * rate, feed_dict={rate: 0.1}))

# %% [markdown]
# ### Any tensor can be fed
#
# Not only placeholders. What is fed is not computed, and neither is what only it would have needed: here, with a
# value for `near`, nobody misses `x`. In the picture, the feed cuts the arrow above `near`.

# %%
tf.reset_default_graph()
x = tf.placeholder(tf.float32, name="x")
other = tf.placeholder(tf.float32, name="other")
near = tf.square(x, name="near")
far = tf.multiply(near, other, name="far")

with tf.Session() as sess:
    print(sess.run(far, feed_dict={near: 10.0, other: 0.5}))

tf.get_default_graph()

# %% [markdown]
# **Exercise 1.** Build the polynomial t² + 2t + 1 for any number of values at once: `t` a placeholder for a
# vector of `float32`, `poly` the tensor. The check runs it.

# %% tags=["exercise"]
t = ...
poly = ...

# %%
if poly is ...:
    check(poly, None)
else:
    with tf.Session() as sess:
        check(sess.run(poly, feed_dict={t: [0.0, 1.0, 2.0, -1.0]}), [1.0, 4.0, 9.0, 0.0])

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# t = tf.placeholder(tf.float32, [None])
# poly = t * t + 2 * t + 1
# ```
# </details>

# %% [markdown]
# ## Variables: what stays
#
# Everything else in a run is forgotten when the run ends. A *variable* is a box that the session keeps. It is
# made with a first value, which also settles its shape and its dtype. `tf.assign_add` is an operation that adds
# to what is in the box.

# %%
tf.reset_default_graph()
count = tf.Variable(0, name="count")
plus_one = tf.assign_add(count, 1, name="plus_one")
init = tf.global_variables_initializer()

with tf.Session() as sess:
    sess.run(init)
    for _ in range(3):
        print(sess.run(plus_one))
    print("and it stays:", sess.run(count))

tf.get_default_graph()

# %% [markdown]
# The arrow is orange because it hands over the box itself, not just what is in it. `init` is left out. And the
# variable, drawn as one node, is four operations:

# %%
for op in tf.get_default_graph().get_operations():
    print(f"{op.type:12} {op.name}")

# %% [markdown]
# `count/initial_value` is the first value, `count` the box itself, `count/Assign` the operation that puts the
# one into the other, and `count/read` gives what is in the box to those who ask. Then comes `plus_one` with the
# constant that it adds. `init` does nothing itself; it depends on the `Assign` of every variable, so running it
# runs them.
#
# ### The line that everybody forgets
#
# A new session's boxes are empty until `init` is run. Leave it out, and this happens:

# %%
with tf.Session() as sess, mistake(tf.errors.FailedPreconditionError):
    sess.run(plus_one)

# %% [markdown]
# Read it from the top. The first line is TensorFlow's own, word for word, so it can be searched for: a value was
# to be used that was never put in. Then which variable, and the line that *made* it. Then what to do. At the end
# the line that *ran* it: this is where you were when it went wrong.
#
# Why does no session do this by itself? Because it cannot know what you want in the boxes: first values, or
# values from a file, or those that you assign yourself. Whatever fills the box is fine:

# %%
with tf.Session() as sess:
    empty = tf.report_uninitialized_variables()  # their names; b"..." is how texts come out of a run
    print("empty:", sess.run(empty))
    sess.run(count.assign(41))
    print("empty:", sess.run(empty))
    print(sess.run(plus_one))

# %% [markdown]
# The same error has a second cause. `tf.global_variables_initializer()` collects the variables that exist *when
# it is called*, so it belongs at the end of what you build:

# %%
late = tf.Variable(7, name="late")

with tf.Session() as sess, mistake(tf.errors.FailedPreconditionError):
    sess.run(init)  # made in a cell above, before `late`
    sess.run(late)

# %% [markdown]
# ### To assign is an operation, too
#
# `v.assign(5.0)` puts nothing anywhere. It writes down an operation; running that one does it. (`assign_add` and
# `assign_sub` are its sisters.) And `v + 1.0` changes nothing at all, however often it is run:

# %%
tf.reset_default_graph()
v = tf.Variable(1.0, name="v")
change = v.assign(5.0)
larger = v + 1.0

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print("change is written down:", sess.run(v))
    print("larger, run twice:     ", sess.run(larger), sess.run(larger), "and v is", sess.run(v))
    sess.run(change)
    print("change was run:        ", sess.run(v))

# %% [markdown]
# To put in a value that comes from Python, build *once*, with a placeholder, and run many times. A call of
# `v.assign` inside a loop adds operations to the graph each time round.

# %%
new_value = tf.placeholder(tf.float32, shape=[], name="new_value")
put = v.assign(new_value)

with tf.Session() as sess:
    before = len(tf.get_default_graph().get_operations())
    for number in [3.0, 1.0, 4.0]:
        print(sess.run(put, feed_dict={new_value: number}))
    print("operations added:", len(tf.get_default_graph().get_operations()) - before)

    for number in [3.0, 1.0, 4.0]:
        sess.run(v.assign(number))  # not like this
    print("operations added:", len(tf.get_default_graph().get_operations()) - before)

# %% [markdown]
# A box keeps its shape and its dtype for life:

# %%
with mistake(ValueError):
    v.assign([1.0, 2.0])
with mistake(TypeError):
    v.assign("five")

# %% [markdown]
# ### Two sessions over one graph
#
# The graph has the variable, the session has its value. So two sessions never meet:

# %%
tf.reset_default_graph()
count = tf.Variable(0, name="count")
plus_one = tf.assign_add(count, 1)
init = tf.global_variables_initializer()

with tf.Session() as first, tf.Session() as second:
    first.run(init)
    second.run(init)
    for _ in range(5):
        first.run(plus_one)
    print("first:", first.run(count), "  second:", second.run(count))

# %% [markdown]
# **Exercise 2.** What does the check below find in `count` at the end? Think first.

# %% tags=["exercise"]
last = ...

# %%
with tf.Session(graph=count.graph) as sess:
    sess.run(init)
    sess.run([plus_one, plus_one])
    sess.run(plus_one)
    sess.run(count + 1)
    check(last, sess.run(count))

# %% [markdown]
# <details><summary>Solution</summary>
#
# In one run everything is computed once, however often it is asked for: 1. Then 2. And `count + 1` is 3, which
# is returned and forgotten.
#
# ```python
# last = 2
# ```
# </details>

# %% [markdown]
# ### Constant, placeholder or variable?
#
# |             | where the value is          | who sets it         | use it for                        |
# |-------------|-----------------------------|---------------------|-----------------------------------|
# | constant    | in the graph                | whoever builds it   | numbers that are part of the plan |
# | placeholder | in no place: each run's own | whoever calls `run` | data                              |
# | variable    | in the session              | operations that run | what is learned or counted        |
#
# A graph can be written to a file, and then the difference is plain to see. A million numbers, three ways, and
# the sizes of the graphs in bytes:


# %%
def size_of_graph(build):
    with tf.Graph().as_default() as graph:
        build()
    return graph.as_graph_def().ByteSize()


print("constant:   ", size_of_graph(lambda: tf.constant(np.ones([1000, 1000], np.float32))))
print("placeholder:", size_of_graph(lambda: tf.placeholder(tf.float32, [1000, 1000])))
print("variable:   ", size_of_graph(lambda: tf.Variable(tf.ones([1000, 1000]))))

# %% [markdown]
# ## Names, and `tf.get_variable`
#
# `tf.Variable` makes a new box each time, and a name that is taken gets a number. `tf.get_variable` is the
# second way to make one, and the strict one: it refuses to make the same name twice. Where a *variable scope* is
# opened for `reuse` it returns the variable that is there, so that two parts of a program can share it by name.
#
# All variables stand in a list. Those that a training may change stand in a second one; `trainable=False` keeps
# a counter out of it.

# %%
tf.reset_default_graph()
print(tf.Variable(1.0, name="a").name, tf.Variable(1.0, name="a").name)

with tf.variable_scope("layer"):
    b = tf.get_variable("b", shape=[2], initializer=tf.zeros_initializer())
with tf.variable_scope("layer"), mistake(ValueError):
    tf.get_variable("b", shape=[2])
with tf.variable_scope("layer", reuse=True):
    print("the same:", tf.get_variable("b", shape=[2]) is b, b.name)

steps = tf.Variable(0, trainable=False, name="steps")
print("all:      ", [variable.name for variable in tf.global_variables()])
print("trainable:", [variable.name for variable in tf.trainable_variables()])

# %% [markdown]
# That error is also what a notebook says when a cell with `get_variable` is run twice. Begin such a cell with
# `tf.reset_default_graph()`.
#
# ## All together: a mean that remembers
#
# A thermometer that shows about 20 degrees, give or take 3. Values come one at a time, through a placeholder.
# Two variables remember their sum and how many they were. Before the mean is taken, both must have been brought
# up to date, and `tf.control_dependencies` says so: what is built in its block runs *after* what is in its list.

# %%
tf.reset_default_graph()
value = tf.placeholder(tf.float32, shape=[], name="value")
total = tf.Variable(0.0, name="total")
seen = tf.Variable(0.0, name="seen")

with tf.control_dependencies([total.assign_add(value), seen.assign_add(1.0)]):
    mean = tf.divide(total.read_value(), seen.read_value(), name="mean")

tf.get_default_graph()

# %% [markdown]
# The dashed arrows carry no value, only the order. Now feed it:

# %%
readings = np.random.RandomState(0).normal(loc=20.0, scale=3.0, size=100)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    means = [sess.run(mean, feed_dict={value: reading}) for reading in readings]

for number in [1, 10, 100]:
    print(f"mean after {number:3}: {means[number - 1]:.3f}   by numpy: {readings[:number].mean():.3f}")

plt.figure(figsize=(7, 3))
plt.plot(range(1, 101), readings, ".", color="tab:grey", label="fed")
plt.plot(range(1, 101), means, color="tab:orange", label="mean so far")
plt.gca().set(xlabel="run", ylabel="degrees")
plt.legend(loc="upper right", bbox_to_anchor=(1.32, 1.0))
plt.show()

# %% [markdown]
# **Exercise 3.** Let it remember the highest reading as well: `update` is an operation that takes `value` and
# puts the larger of it and what is in `record` into `record`. (`tf.maximum(a, b)` is the larger of two.)

# %% tags=["exercise"]
record = tf.Variable(0.0, name="record")
update = ...

# %%
if update is ...:
    check(update, None)
else:
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for reading in readings:
            sess.run(update, feed_dict={value: reading})
        check(sess.run(record), readings.max())

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# record = tf.Variable(0.0, name="record")
# update = record.assign(tf.maximum(record, value))
# ```
# </details>

# %% [markdown]
# ## The messages of this chapter
#
# | it says                                        | so                                                      |
# |------------------------------------------------|---------------------------------------------------------|
# | `You must feed a value for placeholder tensor` | put it into `feed_dict`                                 |
# | `Cannot feed value of shape`                   | feed what fits; one sample is a batch of one, `[row]`   |
# | `The value of a feed cannot be a tf.Tensor`    | `sess.run` it first, and feed the value                 |
# | `Attempting to use uninitialized value`        | run `init`; make it when all variables are there        |
# | `Shapes must be equal rank`                    | assign what fits: a box keeps its shape                 |
# | `Variable ... already exists, disallowed`      | open the scope with `reuse`, or `reset_default_graph()` |
#
# ## What to remember
#
# - A tensor in Python is a handle. Its value belongs to a run, and `run` returns it.
# - Placeholder: fed in every run. `None` in its shape is a length left open.
# - Variable: built in the graph, filled and kept in the session, changed by operations that are run.
# - Build everything, then make `init`, then open the session and run it first.
#
# Next: [3. Neurons and layers](03_neurons_and_layers.ipynb). [All chapters](README.md)
