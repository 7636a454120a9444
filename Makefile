# The commands people need; each passes ARGS on. RabbitMQ is installed where it is missing and may be installed.
.DEFAULT_GOAL := help
.PHONY: help demo up test test-long test-faults bench check format lock clean
PIP := .venv/bin/python -m pip install --quiet --disable-pip-version-check
RAPPORT := .venv/bin/rapport
PYTEST := .venv/bin/python -m deploy.local.install && .venv/bin/python -m pytest

help: ## what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

.venv/.dev: requirements-dev.lock pyproject.toml
	python3 -m venv .venv >&2
	$(PIP) --require-hashes -r requirements-dev.lock >&2
	$(PIP) --no-deps --no-build-isolation -e . >&2
	@touch $@

.venv/.bench: .venv/.dev requirements-bench.lock
	$(PIP) --require-hashes -r requirements-bench.lock >&2
	@touch $@

.venv/.run: requirements.lock pyproject.toml
	@test -e .venv/.dev || python3 -m venv .venv >&2
	@test -e .venv/.dev || $(PIP) --require-hashes -r requirements.lock >&2
	@test -e .venv/.dev || $(PIP) --no-deps --no-build-isolation -e . >&2
	@touch $@

demo: .venv/.run ## the whole chain on a sample network, told as a story and checked
	@$(RAPPORT) demo --install $(ARGS)

up: .venv/.run ## the platform on this machine, until Ctrl-C
	@$(RAPPORT) up --install $(ARGS)

test: .venv/.dev ## all tests but the long ones
	@$(PYTEST) -n 2 -m 'not long' $(ARGS)

test-long: .venv/.dev ## the slow proofs
	@$(PYTEST) -n 2 -m long $(ARGS)

test-faults: .venv/.dev ## servers, processes and messages go wrong; LONG=1 for all in full, ONLY=name for some
	@.venv/bin/python -m deploy.local.install && .venv/bin/python -m tests.faults $(if $(LONG),--long) $(ONLY) $(ARGS)

bench: .venv/.bench ## every figure beside its raw limit and its peers; about half an hour
	@.venv/bin/python -m deploy.local.install && .venv/bin/python -m bench $(ARGS)

check: .venv/.dev ## format, lint, types, architecture, the compose file
	@.venv/bin/ruff format --check . && .venv/bin/ruff check . && .venv/bin/mypy && .venv/bin/lint-imports --no-logo
	@.venv/bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

format: .venv/.dev ## write the format
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

lock: ## resolve every version anew (needs uv)
	uv pip compile --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml -o requirements.lock
	uv pip compile --universal --generate-hashes --no-header --python-version 3.11 --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	uv pip compile --universal --generate-hashes --no-header --python-version 3.11 --extra bench -c requirements-dev.lock pyproject.toml -o requirements-bench.lock

clean: ## remove what was made here
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
