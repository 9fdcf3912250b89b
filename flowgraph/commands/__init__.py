"""The command line: `flowgraph run` and `flowgraph check`, for scripts as they were written for TensorFlow 1.

`main.py` reads the arguments; `source.py` reads scripts and notebooks, `python2.py` turns Python 2 into Python 3,
`run.py` runs what they give, and `check.py` looks at it without running it.
"""
