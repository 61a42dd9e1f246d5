# The first target that needs Python creates .venv; nothing has to be installed before.

SHELL := /bin/bash
# The shell expands this, so that a Python installed by the line before is found.
PYTHON ?= $$(command -v python3.11 || command -v python3)
BIN := .venv/bin
INSTALLED := .venv/.installed

.PHONY: demo test test-slow fuzz fuzz-coverage calibrate bench bench-long bench-tree bench-ethereum check guests site whitepaper whitepaper-text verdicts theorem mutants mutants-of-checks evidence lock sbom release clean

demo: $(INSTALLED)
	$(BIN)/limpid demo

test: check
	$(BIN)/pytest -n 2

# Proofs under every parameter set, and the search for their schedules: minutes on one core.
test-slow: $(INSTALLED)
	$(BIN)/pytest -m slow

# Random programs against QEMU, and a million changed files at every door, which are recorded: twenty minutes on one core.
# A fault names its seed or number. The record is gone on from: for more, FUZZ='--cases 2000000'.
fuzz: $(INSTALLED)
	$(BIN)/python -m tests.reference.fuzz --programs 10000
	$(BIN)/python -m tests.fuzzing $(FUZZ)

# Files at every door again, chosen by what new lines they reach: a minute each. For one, or for longer:
# FUZZ_COVERAGE='--door ELF --seconds 600'.
fuzz-coverage: $(INSTALLED)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --editable '.[fuzzing]'
	$(BIN)/python -m tests.fuzzing.coverage $(FUZZ_COVERAGE)

# What limpid run --estimate predicts with: measure on an idle machine.
calibrate: $(INSTALLED)
	$(BIN)/python -m benchmarks.cost_fit

# How soon commands start, and the optimised prover on fixed guests of up to four million instructions: minutes. Fails where a figure is missed.
bench: $(INSTALLED)
	$(BIN)/python -m benchmarks.start
	$(BIN)/python -m benchmarks.proving --output build/bench

# A run of 100 million instructions in segments: ten minutes or more. For a shorter one: BENCH_LONG='--instructions 3000000'.
bench-long: $(INSTALLED)
	mkdir -p build
	$(BIN)/python -m benchmarks.long --json build/long.json $(BENCH_LONG)

# A run of 20 million instructions to its final proof: minutes, and six gigabytes.
bench-tree: $(INSTALLED)
	mkdir -p build
	$(BIN)/python -m benchmarks.tree --json build/tree.json $(BENCH_TREE)

# What Ethereum costs to prove; blocks only where LIMPID_ETHEREUM_BLOCKS names the folder of the block tests.
bench-ethereum: $(INSTALLED)
	$(BIN)/python -m benchmarks.ethereum_costs
	[ -z "$$LIMPID_ETHEREUM_BLOCKS" ] || $(BIN)/python -m benchmarks.ethereum_blocks
	$(BIN)/python -m benchmarks.ethereum_pages

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
	$(BIN)/python -m documentation --render build/whitepaper

# Proves every obligation, and records the verdicts in the whitepaper: minutes on one core.
verdicts: $(INSTALLED)
	mkdir -p build
	$(BIN)/limpid audit --json > build/audit.json
	$(BIN)/python -m documentation --audit build/audit.json

# Lets Coq check that balanced tokens are paths, from what is proven of each chip: apt-get install coq.
theorem: $(INSTALLED)
	$(BIN)/python -m proofs_of_constraints.theorem

# Changes every chip in one place at a time, and compares who notices with the record: most of an hour on two cores.
# What is meant to be otherwise now becomes the record by: limpid audit --mutants --keep, if need be with --chip NAME.
mutants: $(INSTALLED)
	$(BIN)/limpid audit --mutants --jobs 2

# Weakens every check once and records which fast test notices: an hour. Groups whose sources are as on record are left
# out; for some groups: MUTANTS='loader form', for fewer mutants of each: MUTANTS='--sample 20'.
mutants-of-checks: $(INSTALLED)
	$(BIN)/python -m tests.check_mutation $(MUTANTS)

# Counts anew what README says was tried, and prints it.
evidence: $(INSTALLED)
	$(BIN)/python -m tests.evidence

# For the oldest Python that is supported, with the hashes of all files of a version; whatever is pinned and fits stays.
lock:
	$(PYTHON) -m venv --clear build/lock
	build/lock/bin/pip install --quiet --disable-pip-version-check 'uv>=0.4,<1'
	sed '/^#/d' requirements.lock > build/lock/requirements.txt
	build/lock/bin/uv pip compile --quiet --no-config --generate-hashes --python-version 3.11 --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --extra development --extra documentation --extra release \
		--output-file build/lock/requirements.txt pyproject.toml
	{ sed -n '/^#/p' requirements.lock; cat build/lock/requirements.txt; } > build/lock/requirements.lock
	mv build/lock/requirements.lock requirements.lock

# What the environment is made of, with licences: CycloneDX, and a list to read.
sbom: $(INSTALLED)
	mkdir -p build/sbom
	$(BIN)/python -m releasing.licences
	$(BIN)/cyclonedx-py environment --output-reproducible --pyproject pyproject.toml --output-format JSON \
		--output-file build/sbom/limpid.cdx.json $(BIN)/python
	$(BIN)/python -m releasing.crates build/sbom/ethereum-validator.cdx.json

# Wheel, guests, their keys, bill of materials and checksums in build/release; SECURITY.md says how they are signed.
release: sbom
	$(BIN)/python -m releasing.artefacts build/release

.venv: $(INSTALLED)

$(INSTALLED): pyproject.toml requirements.lock .ci/install-packages
	.ci/install-packages
	@echo 'making .venv: some minutes, most of them to download and install packages'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
