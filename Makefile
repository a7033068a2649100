# Two commands do all the set-up: `make demo` runs the main job, `make test` passes the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ROOM ?=
HASHES := --require-hashes --no-deps

.PHONY: setup demo check test test-duckdb2 quality compare bench train train-sample wheel clean

setup: $(VENV)/.ready

$(VENV)/.runtime: requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	# lxml_html_clean stands in requirements.txt by name: old pips drop the extra lxml[html_clean]
	$(BIN)/python -m pip install --quiet $(HASHES) -r requirements.txt
	touch $@

$(VENV)/.ready: $(VENV)/.runtime requirements/dev.txt pyproject.toml
	$(BIN)/python -m pip install --quiet $(HASHES) -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

demo: setup
	$(BIN)/wiredesk demo

# lint, types and the fast tests: under a minute
check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -n 2 --dist loadfile -m "not slow and not browser and not heavy and not shared"

test: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -n 2 --dist loadfile

# figures on the public labelled sets (../shared, or WIREDESK_SHARED) into docs/quality.md; ROOM=reading for one room
quality: setup
	$(BIN)/python -m tests.quality.run $(ROOM)

# the libraries that docs/quality.md compares with, in an environment of their own; `make quality` uses it when it is there
compare: .venv-compare/.ready

.venv-compare/.ready: requirements/compare.txt
	$(PYTHON) -m venv .venv-compare
	.venv-compare/bin/python -m pip install --quiet $(HASHES) -r requirements/compare.txt
	touch $@

# ratios against the plain libraries into docs/performance.md; ROOM=reading for one room
bench: setup
	$(BIN)/python -m tests.bench.run $(ROOM)

# train the sample translation package again: torch and transformers in an environment of their own, 20 minutes
train-sample: setup
	$(PYTHON) -m venv .venv-train
	.venv-train/bin/python -m pip install --quiet --upgrade pip
	.venv-train/bin/python -m pip install --quiet -r requirements/train.in
	OMP_NUM_THREADS=1 .venv-train/bin/python -m tests.tools.train_sample sample pipelines/translation/sample/translate-zh_en-sample-0_1.argosmodel
	$(BIN)/python -m tests.tools.score_sample

# fit class weights to the examples that we wrote, for comparison: ai-incidents ships none, its rules measure as well
train: setup
	$(BIN)/python -m pipelines.labels.train --out .cache/weights.toml

# the store's tests on DuckDB 2.0, whose files and SQL the store must survive
test-duckdb2: setup
	$(BIN)/python -m pip install --quiet --no-deps --target .cache/duckdb2 duckdb==2.0.0
	PYTHONPATH=.cache/duckdb2 $(BIN)/python -m pytest -q tests/store tests/line

wheel: setup
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache
