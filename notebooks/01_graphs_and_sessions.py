# %% [markdown]
# # 1. Graphs and sessions
#
# *A program first describes a computation, the graph; then a session carries it out.*
#
# That one sentence is TensorFlow 1, and everything odd about it follows. This chapter takes it apart: tensors,
# operations, graphs, sessions, and the mistakes that everybody makes once. You need to know Python and to have
# seen a numpy array. You do not need TensorFlow: `flowgraph` understands what TensorFlow 1 understands, and is
# imported under the name that the books use.

# %%
import numpy as np

import flowgraph as tf

# %% [markdown]
# ## A surprise
#
# Here are the first four lines of many a book. What will they print?

# %%
a = tf.constant([1.0, 2.0], name="a")
b = tf.constant([2.0, 3.0], name="b")
total = a + b
print(total)

# %% [markdown]
# Not `[3. 5.]`. The plus sign added nothing; it *wrote down* an addition. What it returned is a `Tensor`: a
# handle for a value that does not exist yet. The printed line is all that can be known of it in advance:
#
# | text            | says                                                                          |
# |-----------------|-------------------------------------------------------------------------------|
# | `add:0`         | it will be output number 0 of the operation that is called `add`              |
# | `shape=(2,)`    | it will be two numbers in a row                                               |
# | `dtype=float32` | they will be floating-point numbers of 32 bits                                |
#
# For the numbers, ask a *session*.

# %%
with tf.Session() as sess:
    print(sess.run(total))

# %% [markdown]
# You have met this division of labour before: in a spreadsheet, `=A1+B1` is a formula and not a number, and
# what the cell shows is worked out separately, again and again as the inputs change. What is the formula good
# for? It can be looked at before it is computed. A plan can be drawn, stored in a file, trimmed to the part
# that is needed, and differentiated: the last one is why neural networks are written this way.
#
# So let us look at it. A graph at the end of a cell draws itself:

# %%
tf.get_default_graph()

# %% [markdown]
# Every node is an operation, every arrow a tensor on its way from the operation that makes it to one that uses
# it. Tensors flow through a graph, hence the name TensorFlow.

# %% [markdown]
# ## Tensors
#
# A tensor is a box of numbers, all of one kind, with any number of axes. How many axes it has is its *rank*,
# how long they are its *shape*, what kind the numbers are its *dtype*.
#
# The first line of the next cell throws the old graph away and begins a new one. Without it every cell would
# add to what the cells before it built. We come back to that.

# %%
tf.reset_default_graph()

number = tf.constant(3.0, name="number")
vector = tf.constant([1.0, 2.0, 3.0], name="vector")
matrix = tf.constant([[1, 2, 3], [4, 5, 6]], name="matrix")
photos = tf.zeros([32, 480, 640, 3], name="photos")  # 32 pictures, 480 rows, 640 columns, red-green-blue

for tensor in [number, vector, matrix, photos]:
    print(f"{tensor.name:9}  rank {tensor.shape.ndims}  shape {tensor.shape!s:18}  {tensor.dtype.name}")

# %% [markdown]
# Python's floats become `float32`, its integers `int32`. A numpy array keeps the dtype that it has, and numpy's
# own habit is `float64`:

# %%
print(tf.constant(np.array([1.0, 2.0])))
print(tf.constant(np.array([1.0, 2.0]), dtype=tf.float32))

# %% [markdown]
# Two tensors of different dtypes are never mixed silently. This is the first mistake that everybody makes, so
# here is a small tool to make mistakes safely: it expects an error in its block and prints the message.

# %%
from contextlib import contextmanager


@contextmanager
def mistake(expected):
    """Expect an error of the type `expected` in the block, and print what it says."""
    try:
        yield
    except expected as error:
        print(f"{type(error).__name__}: {error}")
    else:
        raise AssertionError("nothing went wrong, and it should have")


# %%
whole = tf.constant([1, 2], name="whole")
broken = tf.constant([2.0, 3.0], name="broken")

with mistake(TypeError):
    whole + broken

# %% [markdown]
# Nothing ran: the plan itself was refused, on the line where it went wrong. (`In [8]:5` is line 5 of cell 8; in
# a script it would be a file and a line.) The remedy is to say which dtype you mean, with an eye on the
# direction: from floats to integers the fractions are lost. A bare Python number needs no remedy, it takes the
# dtype of the tensor that it meets.

# %%
print(tf.cast(whole, tf.float32) + broken)
print(whole + 1)
print(broken + 1)

# %% [markdown]
# Shapes are checked just as early, and they stretch as numpy's do (*broadcasting*): an axis of length 1, or one
# that is missing on the left, is repeated.

# %%
rows = tf.ones([4, 3])
print(rows + tf.ones([3]))
print(rows + tf.ones([4, 1]))

with mistake(ValueError):
    rows + tf.ones([4])

# %% [markdown]
# And the mistake that looks most innocent. `if` wants an answer now, and a tensor has none to give:

# %%
with mistake(TypeError):
    if number > 2.0:
        print("large")

# %% [markdown]
# **Exercise 1.** `tf.matmul` multiplies matrices. What shape does `tf.matmul(tf.ones([3, 2]), tf.ones([2, 5]))`
# have? Write it in place of the dots, then run both cells. (`check` asks the library. It is lenient about lists
# and tuples.)


# %%
def check(answer, truth):
    """Say whether an exercise's answer is right; an answer of `...` is one that is still open."""
    if answer is ...:
        print("still open")
    elif np.array_equal(np.asarray(answer), np.asarray(truth)):
        print("right!")
    else:
        print(f"not quite: {answer!r} is not it")


# %% tags=["exercise"]
shape = ...

# %%
check(shape, tf.matmul(tf.ones([3, 2]), tf.ones([2, 5])).shape.as_list())

# %% [markdown]
# <details><summary>Solution</summary>
#
# Rows of the first, columns of the second; the 2 in the middle is summed over.
#
# ```python
# shape = [3, 5]
# ```
# </details>

# %% [markdown]
# ## Graphs
#
# A graph is a list of operations in the order in which they were made, each with a type, a unique name, and the
# tensors that it takes and gives. Nothing about it is hidden:

# %%
tf.reset_default_graph()

a = tf.constant(2.0, name="a")
b = tf.constant(1.0, name="b")
y = (a + b) * (b + 1.0)

graph = tf.get_default_graph()
for op in graph.get_operations():
    takes, gives = [t.name for t in op.inputs], [t.name for t in op.outputs]
    print(f"{op.type:6}  {op.name:8}  takes {takes}, gives {gives}")

# %% [markdown]
# Four things to see here.
#
# - The *type* says what an operation computes, the *name* which one it is. `+` is of the type `AddV2`:
#   TensorFlow 1.15 calls it so, and flowgraph keeps its types, names and order.
# - The second addition is called `add_1`. Names are unique; a name that is taken gets a number.
# - An *operation* is called `mul`, its output, a *tensor*, `mul:0`. Some operations have several outputs, some
#   none.
# - The `1.0` in `b + 1.0` became an operation as well, `add_1/y`. Whatever takes part in a computation is in
#   the graph.
#
# In the picture such small constants are written into the node that uses them, to keep it readable:

# %%
graph

# %% [markdown]
# Names are for finding things again, for instance in a graph that came out of a file:

# %%
print(repr(graph.get_operation_by_name("mul")))
print(repr(graph.get_tensor_by_name("mul:0")))

with mistake(ValueError):
    graph.get_tensor_by_name("mul")

# %% [markdown]
# ### The default graph, and others
#
# Which graph did all these operations go to? To the *default graph*: there always is one,
# `tf.get_default_graph()`. `with some_graph.as_default():` puts another in its place for as long as the block
# lasts. Two graphs know nothing of each other, so both can have a variable called `v`. (A *variable* is a
# tensor that outlives a run. The next chapter is about them.)

# %%
g1 = tf.Graph()
with g1.as_default():
    v = tf.get_variable("v", shape=[2], initializer=tf.zeros_initializer())

g2 = tf.Graph()
with g2.as_default():
    v = tf.get_variable("v", shape=[2], initializer=tf.ones_initializer())

for g in [g1, g2]:
    with tf.Session(graph=g) as sess:
        sess.run(tf.global_variables_initializer())
        with tf.variable_scope("", reuse=True):
            print(sess.run(tf.get_variable("v")))

# %% [markdown]
# A session belongs to one graph, its `graph` argument, or else the graph that was the default when the session
# was made. Inside `with tf.Session(graph=g)` that graph is the default, too: that is how `tf.get_variable("v")`
# found the right one each time.
#
# A tensor cannot leave its graph:

# %%
with g1.as_default():
    one = tf.constant(1.0, name="one")

with g2.as_default(), mistake(ValueError):
    tf.constant(2.0, name="two") + one

# %% [markdown]
# Nor can a session run what is in another graph than its own:

# %%
with tf.Session(graph=g2) as sess, mistake(ValueError):
    sess.run(one)

# %% [markdown]
# ### A trap for notebooks
#
# A graph only ever grows. Run a cell that builds something twice, and it has been built twice:

# %%
tf.reset_default_graph()

for _ in range(3):  # as if this were a cell that is run three times
    price = tf.constant(10.0, name="price")
    print(price.name)

# %% [markdown]
# The Python name `price` means the latest of them, and the other two stay in the graph. So begin a cell that
# builds something new with `tf.reset_default_graph()`, or put what you build into a `with
# tf.Graph().as_default():`. And build outside loops: a loop that *runs* is the normal thing, a loop that
# *builds* is nearly always a mistake.

# %% [markdown]
# **Exercise 2.** What is the name of the tensor `z`? Write it as text, `"...:0"`.

# %%
tf.reset_default_graph()
p = tf.constant(1.0)
q = tf.constant(2.0)
z = p + q + p

# %% tags=["exercise"]
name = ...

# %%
check(name, z.name)

# %% [markdown]
# <details><summary>Solution</summary>
#
# `p + q + p` is `(p + q) + p`: two additions, and `z` is the second.
#
# ```python
# name = "add_1:0"
# ```
# </details>

# %% [markdown]
# ## Sessions
#
# A graph is a description and holds no values. A session runs it, and holds what lives longer than one run: the
# variables' values, the state of the random generators. That is worth setting free when it is no longer needed,
# so a session is opened and closed, like a file.
#
# Written out:

# %%
tf.reset_default_graph()
a = tf.constant([1.0, 2.0], name="a")
b = tf.constant([2.0, 3.0], name="b")
result = tf.add(a, b, name="result")

sess = tf.Session()
print(sess.run(result))
sess.close()

# %% [markdown]
# After `close()` it is over:

# %%
with mistake(RuntimeError):
    sess.run(result)

# %% [markdown]
# Should `run` fail in the example before, `close()` would never be reached. `with` closes whatever happens, and
# it is what you should use:

# %%
with tf.Session() as sess:
    print(sess.run(result))

# %% [markdown]
# Inside the block the session is also the *default session*, the one that `tensor.eval()` asks:

# %%
with tf.Session():
    print(result.eval())

with mistake(ValueError):
    result.eval()

# %% [markdown]
# `sess.as_default()` makes a session the default one but does not close it at the end of the block:

# %%
sess = tf.Session()
with sess.as_default():
    print(result.eval())
print(sess.run(result), "from a session that is still there")
sess.close()

# %% [markdown]
# For a console or a notebook there is `InteractiveSession`. It makes itself the default when it is made, no
# block needed:

# %%
sess = tf.InteractiveSession()
print(result.eval())
sess.close()

# %% [markdown]
# In short:
#
# | you write                           | closes itself | is the default session    |
# |-------------------------------------|---------------|---------------------------|
# | `sess = tf.Session()`               | no            | no                        |
# | `with tf.Session() as sess:`        | yes           | in the block              |
# | `with sess.as_default():`           | no            | in the block              |
# | `sess = tf.InteractiveSession()`    | no            | until `sess.close()`      |
#
# How a session works inside can be set with a `ConfigProto`. Books show options for graphics cards. One that
# matters here chooses the *engine*, the part that computes: `"NUMPY"` is quick, `"REFERENCE"` takes one step
# after the other and is the easier one to follow. The values are the same.

# %%
config = tf.ConfigProto()
config.experimental.executor_type = "REFERENCE"
with tf.Session(config=config) as sess:
    print(sess.run(result))

# %% [markdown]
# ### What `run` can be asked for
#
# A tensor, a tensor's name, or lists, tuples and dictionaries of them, nested as you like. The answer has the
# same form. All of it comes out of one run, in which everything is computed once, however many fetches need it.

# %%
with tf.Session() as sess:
    print(sess.run([a, b, result]))
    print(sess.run("result:0"))
    print(sess.run({"inputs": (a, b), "sum": result}))

# %% [markdown]
# What comes back are numpy arrays: real numbers, for Python to use. An *operation* can be run as well. It is
# run for what it does and returns `None`; `tf.global_variables_initializer()` above was one. What is not in the
# graph cannot be fetched:

# %%
with tf.Session() as sess:
    array = sess.run(result)
    print(type(array), array.shape, array.dtype)
    print(sess.run(result.op))
    with mistake(TypeError):
        sess.run(array)

# %% [markdown]
# That last one happens to everybody as `result = sess.run(result)` in a loop: the second time round, the name
# `result` is an array and no longer the tensor.

# %% [markdown]
# **Exercise 3.** With one call of `run`, get the sum and the product of `u` and `w` as a dictionary with the
# keys `"sum"` and `"product"`.

# %%
tf.reset_default_graph()
u, w = tf.constant(6.0), tf.constant(7.0)

# %% tags=["exercise"]
answer = ...

# %%
if answer is ...:
    check(answer, None)
else:
    check([answer["sum"], answer["product"]], [13.0, 42.0])

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# with tf.Session() as sess:
#     answer = sess.run({"sum": u + w, "product": u * w})
# ```
# </details>

# %% [markdown]
# ## Leaving a place for data
#
# A graph of constants gives the same answer for ever. A *placeholder* is an operation without a value of its
# own: the empty cell of the spreadsheet. Each run brings a value along, in `feed_dict`.

# %%
tf.reset_default_graph()

x = tf.placeholder(tf.float32, shape=[None, 2], name="x")  # None: any number of rows, of two numbers each
lengths = tf.sqrt(tf.reduce_sum(x * x, axis=1), name="lengths")
print(lengths)

with tf.Session() as sess:
    print(sess.run(lengths, feed_dict={x: [[3.0, 4.0]]}))
    print(sess.run(lengths, feed_dict={x: [[5.0, 12.0], [8.0, 15.0], [0.0, 0.0]]}))

# %% [markdown]
# `shape=(?,)` is what the graph knows: one axis, of a length that only a run can tell. Where that length is
# needed inside the computation, there are two questions to keep apart. `x.shape` is what is known now.
# `tf.shape(x)` is an operation that finds out during a run.

# %%
print("now:   ", x.shape)
with tf.Session() as sess:
    print("later: ", sess.run(tf.shape(x), feed_dict={x: [[1.0, 2.0], [3.0, 4.0]]}))

# %% [markdown]
# A value must fit,

# %%
with tf.Session() as sess, mistake(ValueError):
    sess.run(lengths, feed_dict={x: [1.0, 2.0, 3.0]})

# %% [markdown]
# and it must not be forgotten:

# %%
with tf.Session() as sess, mistake(tf.errors.InvalidArgumentError):
    sess.run(lengths)

# %% [markdown]
# ### Only what is needed flows
#
# `run` works backwards from what it is asked for, and leaves out everything else. `far` needs both
# placeholders, `near` needs one, so `near` is content with one:

# %%
tf.reset_default_graph()
x = tf.placeholder(tf.float32, name="x")
other = tf.placeholder(tf.float32, name="other")
near = tf.square(x, name="near")
far = tf.multiply(near, other, name="far")

with tf.Session() as sess:
    print(sess.run(near, feed_dict={x: 3.0}))

# %% [markdown]
# In fact any tensor can be fed, not only placeholders. What is fed is not computed, and neither is what only it
# would have needed: here, with a value for `near`, `x` is no longer missed.

# %%
with tf.Session() as sess:
    print(sess.run(far, feed_dict={near: 10.0, other: 0.5}))

# %% [markdown]
# In the picture, a feed for `near` cuts the arrow above it. On the arrows stand the shapes, as far as they are
# known:

# %%
tf.get_default_graph()

# %% [markdown]
# **Exercise 4.** Build the polynomial t² + 2t + 1 for any number of values at once: `t` a placeholder for a
# vector of `float32`, `poly` the tensor. The check runs it.

# %%
tf.reset_default_graph()

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
# ## Random numbers that come out the same
#
# Networks begin with random weights, and a book that prints numbers wants you to get them too. An operation
# that draws random numbers takes a `seed`, and flowgraph draws exactly what TensorFlow 1.15 draws on a CPU:

# %%
tf.reset_default_graph()

normal = tf.random_normal([2, 3], stddev=1, seed=1)
clipped = tf.truncated_normal([2, 3], seed=1)  # draws again what is further than two standard deviations out
uniform = tf.random_uniform([2, 3], seed=1)

with tf.Session() as sess:
    for tensor in [normal, clipped, uniform]:
        print(sess.run(tensor))

# %% [markdown]
# Each run moves the generator on, or every batch would see the same noise. A new session begins again:

# %%
one_number = tf.random_uniform([], seed=42)

for _ in range(2):
    with tf.Session() as sess:
        print([f"{sess.run(one_number):.4f}" for _ in range(4)])

# %% [markdown]
# With `tf.set_random_seed(...)` the whole graph gets a seed, and every operation draws its own numbers from it:

# %%
tf.reset_default_graph()
tf.set_random_seed(2024)
first, second = tf.random_uniform([]), tf.random_uniform([])

for _ in range(2):
    with tf.Session() as sess:
        print(*sess.run([first, second]))

# %% [markdown]
# ## All together: a network of the books
#
# Three samples with two numbers each go in. A layer of three neurons, a layer of one, and a number for each
# sample comes out. The weights are variables that begin as random numbers, and a name scope puts what belongs
# together into a box of the picture. (What makes the random numbers is left out there. The graph has it,
# `get_operations()` would show it.)

# %%
tf.reset_default_graph()

x = tf.placeholder(tf.float32, shape=[None, 2], name="x-input")
with tf.name_scope("hidden"):
    w1 = tf.Variable(tf.random_normal([2, 3], stddev=1, seed=1), name="w1")
    hidden = tf.matmul(x, w1)
with tf.name_scope("output"):
    w2 = tf.Variable(tf.random_normal([3, 1], stddev=1, seed=1), name="w2")
    y = tf.matmul(hidden, w2)

tf.get_default_graph()

# %%
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run(y, feed_dict={x: [[0.7, 0.9], [0.1, 0.4], [0.5, 0.8]]}))

# %% [markdown]
# If you have one of the books at hand, look: the numbers are the same.
#
# The line that everybody forgets is the first one in the session. Variables get their first values when you say
# so, not before:

# %%
with tf.Session() as sess, mistake(tf.errors.FailedPreconditionError):
    sess.run(y, feed_dict={x: [[0.7, 0.9]]})

# %% [markdown]
# ## What to remember
#
# - Python *builds*: it writes operations into a graph. A session *runs*: it computes what is asked for, and
#   only that.
# - `print(tensor)` shows a name, a shape and a dtype, because that is all there is before a run.
# - Two tensors never change their dtype for each other. Say `tf.cast`.
# - Use `with tf.Session() as sess:`, and build nothing inside loops.
# - Placeholders are fed in every run, variables are initialized once in every session.
#
# [All chapters](README.md)
