# make setup · study · demo · test · test-anki · test-ray · bench · bench-checker · mutations · fuzz · faults · lint · snapshots · pictures
PYTHON ?= python3
BIN := .venv/bin
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
endif
READY := .venv/.ready
SUPPLY := .venv-supply/$(notdir $(BIN))
# Small nets on few cores run fastest on one thread each.
export OMP_NUM_THREADS ?= 1

.DEFAULT_GOAL := study
.PHONY: setup study demo test test-anki test-ray bench bench-checker mutations fuzz faults lint snapshots pictures clean

setup: $(READY)

# Each file is known by its hash; torch alone is not, since every index has a build of its own.
$(READY): pyproject.toml constraints.txt locked.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement locked.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --no-build-isolation --editable ".[dev]"
	@touch $(READY)

study: $(READY)
	@if [ -t 1 ]; then $(BIN)/lhystudy; else \
	  echo "This is no terminal, so the app cannot open: here is the demo instead."; $(MAKE) --no-print-directory demo; fi

demo: $(READY)
	$(BIN)/lhystudy run lstm-demo
	$(BIN)/lhystudy check --derivation softmax-cross-entropy docs/softmax-cross-entropy.txt

test: $(READY)
	$(BIN)/python -m pytest -n auto --dist worksteal

# Ray is large and optional: it is tested in an environment of its own.
test-ray: .venv-ray/.ready
	.venv-ray/$(notdir $(BIN))/python -m pytest --override-ini addopts=-q tests/ray

# Anki's own code reads the packages that export writes, in an environment of its own.
test-anki: $(READY) .venv-anki/.ready
	LHYSTUDY_ANKI=$(CURDIR)/.venv-anki/$(notdir $(BIN))/python $(BIN)/python -m pytest tests/study/test_cards.py

.venv-anki/.ready:
	$(PYTHON) -m venv .venv-anki
	.venv-anki/$(notdir $(BIN))/python -m pip install --quiet --disable-pip-version-check anki==26.9.3
	@touch $@

.venv-ray/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-ray
	.venv-ray/$(notdir $(BIN))/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev,ray]"
	@touch $@

# The structure of the content alone: the tests prove every lesson whole.
lint: $(READY)
	$(BIN)/ruff format --check lhystudy tests benchmarks
	$(BIN)/ruff check lhystudy tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/lhystudy audit --structure
	@if $(BIN)/python -c "import urllib.request as web; web.urlopen('https://pypi.org/pypi/rich/15.0.0/json', timeout=20)" 2>/dev/null; \
	  then $(MAKE) --no-print-directory advisories; \
	  else echo "PyPI's advisories cannot be reached from here: the packages were not looked up, which \`make advisories\` does."; fi

# What is publicly known to be wrong with the exact versions; asks PyPI about each of them.
advisories: .venv-supply/.ready
	$(SUPPLY)/pip-audit --strict --disable-pip --no-deps --requirement constraints.txt

# After a change of a version: the hash of every file of the packages that setup installs.
lock: .venv-supply/.ready
	echo torch | $(SUPPLY)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header \
	  --default-index https://pypi.org/simple --extra dev --excludes - --constraint constraints.txt pyproject.toml --output-file locked.txt

# The licence of each package that a user gets, as the package itself states it.
licences: $(READY) .venv-supply/.ready
	@printf '%s\n\n' "The licences of the packages that an installation brings, as each states its own; \`make licences\` writes this page." > docs/licences.md
	$(SUPPLY)/pip-licenses --python $(BIN)/python --from mixed --format markdown --no-version --packages \
	  $$($(SUPPLY)/uv pip compile --quiet --no-annotate --no-header --constraint constraints.txt pyproject.toml | cut -d= -f1) >> docs/licences.md

.venv-supply/.ready:
	$(PYTHON) -m venv .venv-supply
	$(SUPPLY)/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1 pip-licenses==5.5.5 uv==0.13.9
	@touch $@

bench: $(READY)
	$(BIN)/python -m benchmarks

# The checker beside two peers, and its speed and memory on a long stream; Math-Verify comes with ".[bench]".
bench-checker: $(READY)
	$(BIN)/python -m benchmarks.checker

# Right lines with a few thousand small edits, the truth of each told by torch: minutes, so not part of the tests.
mutations: $(READY)
	$(BIN)/python -m tests.checker.mutations --seeds 1 2 3 --edits 8

# Minutes of arbitrary text for each target; with the extra `fuzz` installed, guided by what the text reaches.
MINUTES ?= 5
fuzz: $(READY)
	$(BIN)/python -m tests.fuzz --minutes $(MINUTES) $(TARGETS)

# The store under fire, twenty times as often as the tests draw.
faults: $(READY)
	FAULTS=20 $(BIN)/python -m pytest -n auto tests/faults

# Redraws the reference pictures of the screens; look at the change before you commit it.
snapshots: $(READY)
	$(BIN)/python -m pytest tests/tui --snapshot-update

# Draws the pictures of the README anew, from the app as it is.
pictures: $(READY)
	$(BIN)/python -m tests.tui.pictures

clean:
	rm -rf .venv .venv-anki .venv-ray .venv-supply dist build
