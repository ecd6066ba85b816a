# Everything a person or a machine does with a checkout of Woodoo. `make help` lists it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules
# The tests start some hundred processes and rewrite every assertion: compiled once, not each time anew.
unexport PYTHONDONTWRITEBYTECODE

DEV := .venv
RUN := .venv-run
PY := $(DEV)/bin/python

.PHONY: help demo test test-fast lint words pictures bench run stop clean lock

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

demo: $(DEV)/.done ## a store, a real Odoo 19 and Woodoo between them, to try it on
	@tools/prepare odoo
	@$(PY) -m woodoo.sandbox demo

test: $(DEV)/.done lint ## every check there is, the ones on real Odoo 19 and 14 included; WORKERS=3 for more processes than 2
	@tools/prepare odoo browser
	@$(PY) -m woodoo.sandbox odoo install --version 19 --version 14
	@# Files as they are collected: by the number of tests, the few that take minutes would come last, one process idle.
	@$(PY) -m pytest -n $(or $(WORKERS),2) --dist loadfile --no-loadscope-reorder

test-fast: $(DEV)/.done ## the checks that need neither Odoo nor a browser
	@$(PY) -m pytest -n 2 -m "not odoo and not browser"

lint: $(DEV)/.done ## ruff, mypy and import-linter
	@$(DEV)/bin/ruff check .
	@$(DEV)/bin/ruff format --check .
	@$(DEV)/bin/mypy
	@$(DEV)/bin/lint-imports --no-cache

words: $(DEV)/.done ## find the words of the panel, and renew the catalogues of its languages
	@$(PY) tools/words.py

pictures: $(DEV)/.done ## the pictures of docs/, taken anew in the browser
	@tools/prepare odoo browser pictures
	@tools/pictures

bench: $(DEV)/.done ## the figures, printed and written to benchmarks/out/results.json
	@tools/prepare odoo
	@$(PY) -m benchmarks

run: $(RUN)/.done ## the service for real use, with nothing but the package; PORT=8010 for another port than 8000
	@$(RUN)/bin/woodoo run $(if $(PORT),--port $(PORT))

stop: ## stop what demo and the tests left running
	@if [ -x $(PY) ]; then $(PY) -m woodoo.sandbox down; fi

clean: ## stop whatever was started here, and remove the environments
	@if [ -x $(PY) ]; then $(PY) -m woodoo.sandbox down; fi
	@rm -rf $(DEV) $(RUN) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis benchmarks/out

LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes -q --custom-compile-command "make lock"

lock: $(DEV)/.done ## renew the lock files from pyproject.toml
	@$(DEV)/bin/$(LOCK) pyproject.toml -o requirements.lock
	@$(DEV)/bin/$(LOCK) pyproject.toml --group dev -o requirements-dev.lock
	@$(DEV)/bin/$(LOCK) --group build -o requirements-build.lock

$(DEV)/.done: requirements-dev.lock requirements-build.lock pyproject.toml
	@tools/environment $(DEV) requirements-dev.lock

$(RUN)/.done: requirements.lock requirements-build.lock pyproject.toml
	@tools/environment $(RUN) requirements.lock
