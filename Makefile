# Everything from a bare checkout: needs Python 3.11 or newer and make, nothing else.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3.14 python3; do \
  command -v $$p >/dev/null 2>&1 && $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)
VENV := .venv
RUN := $(VENV)/bin
PORT ?= 8000
REMS_DEMO ?= 1
export PORT REMS_DEMO
PIP := $(RUN)/python -m pip --quiet --disable-pip-version-check --no-input install --require-hashes

.PHONY: run test lint bench clean lock
run: $(VENV)/run.stamp
	@exec $(RUN)/python -m rems serve

test: $(VENV)/dev.stamp
	$(RUN)/python -m pytest -n 2 $(ARGS)

lint: $(VENV)/dev.stamp
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/lint-imports
	$(RUN)/djlint templates --lint --quiet

bench: $(VENV)/dev.stamp
	$(RUN)/python -m bench
	$(RUN)/python -m bench.lists

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with its venv module is needed; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt | $(VENV)/bin/python
	@echo "Installing packages (once)…"
	$(PIP) -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	@echo "Installing packages for tests (once)…"
	$(PIP) -r requirements-dev.txt
	@touch $@ $(VENV)/run.stamp

# Pin anew, with hashes, for every platform and Python from 3.11.
lock: $(VENV)/dev.stamp
	$(RUN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url pyproject.toml -o requirements.txt
	$(RUN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --group dev pyproject.toml -c requirements.txt -o requirements-dev.txt

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
