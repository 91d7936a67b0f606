# Thin on purpose: a bare Debian has no make, so the bodies live in bin/.
.DEFAULT_GOAL := help
.PHONY: help run test assault check lint format lock schema seed

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

run: ## set up what is missing and serve the demo town on :8000
	@bin/run

test: ## set up what is missing and run all tests
	@bin/test

assault: ## the long forms of the tests of attack and force; hours
	@bin/assault

check: ## every check, the tests included
	@bin/check

lint: ## every check but the tests
	@bin/check --no-tests

format: ## let ruff rewrite what it can
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

lock: ## compile the pins from requirements.in and requirements-dev.in (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements.txt requirements.in
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements-dev.txt requirements-dev.in
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -o lint/requirements.txt lint/requirements.in

schema: ## write openapi.yaml anew
	@bin/manage spectacular --validate --fail-on-warn --file openapi.yaml

seed: ## fill the development database with the demo town
	@bin/manage seed_demo --city Seattle --dogs 500
