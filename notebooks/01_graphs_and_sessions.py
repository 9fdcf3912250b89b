# %% [markdown]
# # 1. Graphs and sessions
#
# *A program first describes a computation, the graph; then a session carries it out.*
#
# That one sentence is TensorFlow 1, and everything odd about it follows. This chapter takes it apart: tensors,
# operations, graphs, sessions, and the mistakes that everybody makes once. You need to know Python and to have
# seen a numpy array. You do not need TensorFlow: `flowgraph` understands what TensorFlow 1 understands, and is
# imported under the name that the books use.
#
# The first cell also has two small tools: `mistake` is for making mistakes safely, `check` for the exercises.
# (Before you come back to an exercise later, run the cells above it again.)

# %%
from contextlib import contextmanager

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
    elif np.array_equal(np.asarray(answer), np.asarray(truth)):
        print("right!")
    else:
        print(f"not quite: {answer!r} is not it")


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
# For the numbers, ask a *session*. And a graph at the end of a cell draws itself:

# %%
with tf.Session() as sess:
    print(sess.run(total))

tf.get_default_graph()

# %% [markdown]
# You have met this division of labour before: in a spreadsheet, `=A1+B1` is a formula and not a number, and
# what the cell shows is worked out separately, again and again as the inputs change. What is the formula good
# for? It can be looked at before it is computed. A plan can be drawn, stored in a file, trimmed to the part
# that is needed, and differentiated: the last one is why neural networks are written this way.
#
# In the picture every node is an operation, every arrow a tensor on its way from the operation that makes it to
# one that uses it. Tensors flow through a graph, hence the name TensorFlow.
#
# ## Tensors
#
# A tensor is a box of numbers, all of one kind, with any number of axes. How many axes it has is its *rank*,
# how long they are its *shape*, what kind the numbers are its *dtype*. Python's floats become `float32`, its
# integers `int32`. A numpy array keeps the dtype that it has, and numpy's own habit is `float64`.
#
# The first line of the next cell throws the old graph away and begins a new one. Without it every cell would
# add to what the cells before it built. We come back to that.

# %%
tf.reset_default_graph()
number = tf.constant(3.0, name="number")
vector = tf.constant([1.0, 2.0, 3.0], name="vector")
matrix = tf.constant([[1, 2, 3], [4, 5, 6]], name="matrix")
photos = tf.zeros([32, 480, 640, 3], name="photos")  # 32 pictures, 480 rows, 640 columns, red-green-blue
array = tf.constant(np.array([1.0, 2.0]), name="array")
chosen = tf.constant(np.array([1.0, 2.0]), dtype=tf.float32, name="chosen")

for tensor in [number, vector, matrix, photos, array, chosen]:
    print(f"{tensor.name:9}  rank {tensor.shape.ndims}  shape {tensor.shape!s:18}  {tensor.dtype.name}")

# %% [markdown]
# Two tensors of different dtypes are never mixed silently. This is the first mistake that everybody makes:

# %%
whole = tf.constant([1, 2], name="whole")
broken = tf.constant([2.0, 3.0], name="broken")

with mistake(TypeError):
    whole + broken

# %% [markdown]
# Nothing ran: the plan itself was refused, on the line where it went wrong. (`In [5]:5` is line 5 of cell 5; in
# a script it would be a file and a line.) The remedy is to say which dtype you mean, with an eye on the
# direction: from floats to integers the fractions are lost. A bare Python number needs no remedy, it takes the
# dtype of the tensor that it meets.

# %%
print(tf.cast(whole, tf.float32) + broken)
print(whole + 1, broken + 1, sep="\n")

# %% [markdown]
# Shapes are checked just as early, and they stretch as numpy's do (*broadcasting*): an axis of length 1, or one
# that is missing on the left, is repeated.

# %%
rows = tf.ones([4, 3])
print(rows + tf.ones([3]), rows + tf.ones([4, 1]), sep="\n")

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
# have? Write it in place of the dots, as a list, then run both cells.

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

graph

# %% [markdown]
# Four things to see here.
#
# - The *type* says what an operation computes, the *name* which one it is. `+` is of the type `AddV2`:
#   TensorFlow 1.15 calls it so, and flowgraph keeps its types, names and order.
# - The second addition is called `add_1`. Names are unique; a name that is taken gets a number.
# - An *operation* is called `mul`, its output, a *tensor*, `mul:0`. Some operations have several outputs, some
#   none.
# - The `1.0` in `b + 1.0` became an operation as well, `add_1/y`. Whatever takes part in a computation is in
#   the graph. In the picture such small constants are written into the node that uses them.
#
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
# A tensor cannot leave its graph, nor can a session run what is in another graph than its own:

# %%
with g1.as_default():
    one = tf.constant(1.0, name="one")

with g2.as_default(), mistake(ValueError):
    tf.constant(2.0, name="two") + one
print()
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
#
# **Exercise 2.** What is the name of the tensor `z`? Write it as text, `"...:0"`.

# %%
tf.reset_default_graph()
p, q = tf.constant(1.0), tf.constant(2.0)
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
# Written out; after `close()` it is over:

# %%
tf.reset_default_graph()
a = tf.constant([1.0, 2.0], name="a")
b = tf.constant([2.0, 3.0], name="b")
result = tf.add(a, b, name="result")

sess = tf.Session()
print(sess.run(result))
sess.close()

with mistake(RuntimeError):
    sess.run(result)

# %% [markdown]
# Should the first `run` fail, `close()` would never be reached. `with` closes whatever happens, and it is what you
# should use. Inside the block the session is also the *default session*, the one that `tensor.eval()` asks.
# `sess.as_default()` makes a session the default one but does not close it at the end of the block. For a console
# or a notebook there is `InteractiveSession`: it makes itself the default when it is made, no block needed.

# %%
with tf.Session() as sess:
    print(sess.run(result), result.eval())
with mistake(ValueError):
    result.eval()

sess = tf.Session()
with sess.as_default():
    print(result.eval())
print(sess.run(result), "from a session that is still there")
sess.close()

sess = tf.InteractiveSession()
print(result.eval(), "from an interactive session")
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
# What comes back are numpy arrays: real numbers, for Python to use. An *operation* can be run as well. It is
# run for what it does and returns `None`; `tf.global_variables_initializer()` above was one. What is not in the
# graph cannot be fetched:

# %%
with tf.Session() as sess:
    print(sess.run([a, b, result]))
    print(sess.run({"inputs": (a, b), "sum": result}))
    array = sess.run("result:0")
    print(type(array), array.shape, array.dtype)
    print(sess.run(result.op))
    with mistake(TypeError):
        sess.run(array)

# %% [markdown]
# That last one happens to everybody as `result = sess.run(result)` in a loop: the second time round, the name
# `result` is an array and no longer the tensor.
#
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
# `shape=(?,)` is what the graph knows: one axis, of a length that only a run can tell. The next chapter has more of
# this: what fits, what happens when a value is missing, and what else can be fed.
#
# ### Only what is needed flows
#
# `run` works backwards from what it is asked for, and leaves out everything else. `far` needs both placeholders,
# `near` needs one, so `near` is content with one. (On the arrows stand the shapes, as far as they are known.)

# %%
tf.reset_default_graph()
x = tf.placeholder(tf.float32, name="x")
other = tf.placeholder(tf.float32, name="other")
near = tf.square(x, name="near")
far = tf.multiply(near, other, name="far")

with tf.Session() as sess:
    print(sess.run(near, feed_dict={x: 3.0}))
    with mistake(tf.errors.InvalidArgumentError):
        sess.run(far, feed_dict={x: 3.0})

tf.get_default_graph()

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
    print(*sess.run([normal, clipped, uniform]), sep="\n")

# %% [markdown]
# Each run moves the generator on, or every run would see the same noise. A new session begins again. With
# `tf.set_random_seed(...)` the whole graph gets a seed, and every operation that is made from then on draws its own
# numbers from it:

# %%
tf.reset_default_graph()
one_number = tf.random_uniform([], seed=42)
tf.set_random_seed(2024)
first, second = tf.random_uniform([]), tf.random_uniform([])

for _ in range(2):
    with tf.Session() as sess:
        print([f"{sess.run(one_number):.4f}" for _ in range(4)], "and", *sess.run([first, second]))

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

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run(y, feed_dict={x: [[0.7, 0.9], [0.1, 0.4], [0.5, 0.8]]}))

tf.get_default_graph()

# %% [markdown]
# If you have one of the books at hand, look: the numbers are the same. The line that everybody forgets is the first
# one in the session. Variables get their first values when you say so, not before: the next chapter shows what
# happens without it.
#
# ## What to remember
#
# - Python *builds*: it writes operations into a graph. A session *runs*: it computes what is asked for, and
#   only that.
# - `print(tensor)` shows a name, a shape and a dtype, because that is all there is before a run.
# - Two tensors never change their dtype for each other. Say `tf.cast`.
# - Use `with tf.Session() as sess:`, and build nothing inside loops.
# - Placeholders are fed in every run, variables are initialized once in every session.
#
# Next: [2. Placeholders and variables](02_placeholders_and_variables.ipynb). [All chapters](README.md)
