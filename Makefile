# make demo, make test: each makes its own virtual environment the first time, and is quick after that.
# Needs Python 3.10 or newer, make, and a network for the first time (packages come from PyPI).

PYTHON ?= python3
VENV ?= .venv
RUN := $(VENV)/bin/python

# What other programs put on Python's path must not shadow what is in the environment.
unexport PYTHONPATH PYTHONHOME

.PHONY: help demo test lint bench clean python
.NOTPARALLEL:

help:
	@echo 'make demo    train a network on handwritten digits and draw its graph'
	@echo 'make test    run the tests           (some of them: make test ARGS="-k mnist")'
	@echo 'make lint    check style and types'
	@echo 'make bench   measure speed, beside what is in .peers (benchmarks/README.md); about two minutes'
	@echo 'make clean   remove the environment and everything else that was made here'
	@echo
	@echo 'Another Python:  make test PYTHON=python3.12'

demo: python
	@$(PYTHON) tools/environment.py $(VENV) demo
	@$(RUN) examples/mnist_mlp.py $(ARGS)

test: python
	@$(PYTHON) tools/environment.py $(VENV) test
	@$(RUN) -m pytest $(ARGS)

lint: python
	@$(PYTHON) tools/environment.py $(VENV) test dev
	@$(RUN) -m ruff check .
	@$(RUN) -m mypy

bench: python
	@$(PYTHON) tools/environment.py $(VENV) plots
	@$(RUN) benchmarks/run.py --short $(ARGS)

# Said here, in words every old Python and every shell understands.
python:
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	    echo '$(PYTHON) was not found. flowgraph needs Python 3.10 or newer (https://www.python.org/downloads/).'; \
	    echo 'If it goes by another name here:  make test PYTHON=/path/to/python3'; \
	    exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	    echo "flowgraph needs Python 3.10 or newer; '$(PYTHON)' is `$(PYTHON) --version 2>&1`."; \
	    echo 'If a newer one is installed, name it:  make test PYTHON=python3.12'; \
	    exit 1; }

clean:
	rm -rf $(VENV) build dist out *.egg-info .pytest_cache .hypothesis .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
