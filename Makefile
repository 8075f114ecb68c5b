# Needs git, make and Python 3.11 or newer (with venv); everything else is installed into .venv, every file checked
# against the hashes in requirements*.txt.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
RUN_STAMP := $(VENV)/.stamp-run
DEV_STAMP := $(VENV)/.stamp-dev
SCANNED := dojo_tui tests $(wildcard benchmarks screenshots scripts)

.DEFAULT_GOAL := help
.PHONY: help demo install dev test test-slow test-busy test-defectdojo test-postgresql test-peers check format bench screenshots dist lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(RUN_STAMP) ## Open the app on a throw-away world (offline)
	@$(BIN)/dojo-tui demo

install: $(RUN_STAMP) ## Install the program into .venv/bin/dojo-tui

dev: $(DEV_STAMP) ## Install what development needs as well

test: $(DEV_STAMP) ## Run the tests
	$(BIN)/python -m pytest -q -n 2

test-slow: $(DEV_STAMP) ## Run the slow tests: whole corpora, crashes, races
	$(BIN)/python -m pytest -q -n 2 -m slow

test-busy: $(DEV_STAMP) ## Run the tests beside two loops that keep the machine busy: none may depend on speed
	@set -e; for _ in 1 2; do $(BIN)/python -c 'while True: pass' & loops="$$loops $$!"; done; \
	  trap 'kill $$loops' EXIT; $(BIN)/python -m pytest -q -n 2

test-defectdojo: $(DEV_STAMP) ## Run the tests of DefectDojo servers against a real one: DD_URL=... DD_TOKEN=...
	@test -n "$$DD_URL" && test -n "$$DD_TOKEN" || { echo "Say which server: make test-defectdojo DD_URL=... DD_TOKEN=..." >&2; exit 2; }
	$(BIN)/python -m pytest -q tests/destinations/defectdojo tests/defectdojo_server

test-peers: $(DEV_STAMP) ## Let programs from npm judge what we ask (needs Node.js)
	$(BIN)/python -m pytest -q -m peers tests/peers

test-postgresql: $(DEV_STAMP) ## Run the store's tests on PostgreSQL (its server must be installed)
	scripts/with-postgresql $(BIN)/python -m pytest -q -n 2 tests/services tests/store/test_postgresql.py \
	  tests/destinations/test_embedded.py

check: $(DEV_STAMP) ## Lint, formatting, strict types, layers
	$(BIN)/ruff check $(SCANNED)
	$(BIN)/ruff format --check $(SCANNED)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(DEV_STAMP) ## Format the code and fix what can be fixed safely
	$(BIN)/ruff check --fix $(SCANNED)
	$(BIN)/ruff format $(SCANNED)

bench: $(DEV_STAMP) ## Measure, each against a bare reference in the same run
	$(BIN)/python -m benchmarks

screenshots: $(DEV_STAMP) ## Draw screenshots/ anew from the real app
	$(BIN)/python -m screenshots.make

dist: $(DEV_STAMP) ## Build the wheel and the source distribution into dist/
	rm -rf dist
	$(BIN)/python -m hatchling build

lock: ## Pin requirements*.txt anew (for maintainers; needs pip-compile of pip-tools)
	./scripts/lock

clean: ## Remove .venv and caches
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "dojo-tui needs Python 3.11 or newer; say which with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): requirements.txt pyproject.toml | $(BIN)/python
	@echo "Installing into $(VENV) ..."
	@$(PIP) install --require-hashes --only-binary :all: -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV_STAMP): requirements-dev.txt $(RUN_STAMP)
	@$(PIP) install --require-hashes --only-binary :all: -r requirements-dev.txt
	@touch $@
