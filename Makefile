# Two commands set everything up on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test check clean

demo: $(VENV)/installed
	$(BIN)/amal demo

test: $(VENV)/installed
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

# What CI runs beside the tests: style, types, layers, and skeletons that are what the script gives.
check: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/amal release tp9_attention --check

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache build dist

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt torch
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@
