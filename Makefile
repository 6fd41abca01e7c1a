# Two commands matter: `make demo` and `make test`. Both set up everything they need in .venv.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.venv/installed: pyproject.toml
	@echo "Setting up .venv (about half a minute, once) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

.venv/developing: .venv/installed
	@echo "Installing what the tests and checks need ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test,check]'
	@touch $@

.PHONY: demo
demo: .venv/installed ## The whole story against the built-in sandbox, in under a minute
	@$(BIN)/webex-licenses demo

.PHONY: test
test: .venv/developing ## All tests
	@$(BIN)/python -m pytest -n 2 --dist worksteal

.PHONY: check
check: .venv/developing ## ruff, mypy strict, import-linter
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: rules
rules: .venv/installed ## Write docs/rules.md, docs/policies.md and docs/findings.md from the code
	@$(BIN)/python -m reconciler.report.rule_book > docs/rules.md
	@$(BIN)/python -m reconciler.report.policy_book > docs/policies.md
	@$(BIN)/python -m reconciler.report.finding_book > docs/findings.md

.PHONY: bench
bench: .venv/developing ## Measure (minutes)
	@$(BIN)/python -m benchmarks

.PHONY: clean
clean: ## Remove what the commands above made
	rm -rf .venv .webex-licenses build *.egg-info
