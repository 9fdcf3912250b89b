"""Floor 4, the passes: each takes a Program and gives one that does the same with less.

A pass is a function of a file of its own, and the pipeline is a tuple of them (`pipeline.py`). All of them obey three
laws, which are tested on every program of the tests: the same values, never more steps, and a second run changes
nothing.
"""
