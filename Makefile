# The first target that needs Python creates .venv; nothing has to be installed before.

SHELL := /bin/bash
# The shell expands this, so that a Python installed by the line before is found.
PYTHON ?= $$(command -v python3.11 || command -v python3)
BIN := .venv/bin
INSTALLED := .venv/.installed

.PHONY: demo test test-slow fuzz calibrate bench bench-long check guests site whitepaper whitepaper-text verdicts mutants lock clean

demo: $(INSTALLED)
	$(BIN)/limpid demo

test: check
	$(BIN)/pytest -n 2

# Proofs under every parameter set, and the search for their schedules: minutes on one core.
test-slow: $(INSTALLED)
	$(BIN)/pytest -m slow

# About ten minutes on one core. A failure names its seed.
fuzz: $(INSTALLED)
	$(BIN)/python -m tests.reference.fuzz --programs 10000

# What limpid run --estimate predicts with: measure on an idle machine.
calibrate: $(INSTALLED)
	$(BIN)/python -m benchmarks.cost_fit

# The optimised prover on fixed guests of up to four million instructions: minutes. Fails where a figure is missed.
bench: $(INSTALLED)
	$(BIN)/python -m benchmarks.proving --output build/bench

# A run of 100 million instructions in segments: ten minutes or more. For a shorter one: BENCH_LONG='--instructions 3000000'.
bench-long: $(INSTALLED)
	mkdir -p build
	$(BIN)/python -m benchmarks.long --json build/long.json $(BENCH_LONG)

check: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/mypy

guests: $(INSTALLED)
	$(BIN)/python -c 'from limpid.guest_build.build import build_examples; build_examples()'

# All pages as a site: python -m http.server --directory build/site/html shows it, with a search.
site: $(INSTALLED)
	$(BIN)/python -m documentation --site build/site

# What spec/whitepaper generates from the declarations.
whitepaper-text: $(INSTALLED)
	$(BIN)/python -m documentation

# The same, then HTML and PDF in build/whitepaper.
whitepaper: $(INSTALLED)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint requirements.lock --editable '.[documentation]'
	$(BIN)/python -m documentation --render build/whitepaper

# Proves every obligation, and records the verdicts in the whitepaper: minutes on one core.
verdicts: $(INSTALLED)
	mkdir -p build
	$(BIN)/limpid audit --json > build/audit.json
	$(BIN)/python -m documentation --audit build/audit.json

# Changes every chip in one place at a time, and compares who notices with the record: most of an hour on two cores.
# What is meant to be otherwise now becomes the record by: limpid audit --mutants --keep, if need be with --chip NAME.
mutants: $(INSTALLED)
	$(BIN)/limpid audit --mutants --jobs 2

# A fresh environment, so that nothing installed by hand is pinned.
lock:
	$(PYTHON) -m venv --clear build/lock
	build/lock/bin/pip install --quiet --disable-pip-version-check --editable '.[development,documentation]'
	echo '# Exact versions of everything in .venv; make lock writes them anew from the ranges of pyproject.toml.' \
		> requirements.lock
	build/lock/bin/pip freeze --exclude-editable >> requirements.lock

.venv: $(INSTALLED)

$(INSTALLED): pyproject.toml requirements.lock .ci/install-packages
	.ci/install-packages
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint requirements.lock --editable '.[development]'
	touch $@

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
