# What there is to do. `make` alone lists it.
.DEFAULT_GOAL := help
.PHONY: help setup run test everything javascript lint types format hooks bench converge screenshots wheel
PYTHON ?= python

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: ## everything that developing needs, into the present environment
	$(PYTHON) -m pip install -r requirements-dev.txt

run: ## the lab, in your browser
	$(PYTHON) -m rnnlab app

test: ## the tests that go with every change
	$(PYTHON) -m pytest

everything: ## all tests
	$(PYTHON) -m pytest -m ""

javascript: ## lint, format and unit tests of the browser parts; needs Node
	npm ci
	npm run check
	npm test

lint: ## ruff: rules and format
	ruff check .
	ruff format --check .

types: ## pyrefly
	pyrefly check

format: ## put right what lint can put right
	ruff check --fix .
	ruff format .

hooks: ## lint and types before every commit
	$(PYTHON) -m pip install pre-commit
	pre-commit install

bench: ## the table of docs/measurements.md; some nine minutes, leave the machine alone
	$(PYTHON) -m benchmarks

converge: ## of twenty seeds of each preset, how many reach what the preset is for
	$(PYTHON) -m scripts.converge

screenshots: ## the pictures of the README
	$(PYTHON) -m scripts.screenshots

wheel: ## a wheel, in dist/
	$(PYTHON) -m pip wheel --no-deps --wheel-dir dist .
