# Two commands for a fresh machine: `make serve` and `make test`. Everything goes into .venv/.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: serve index test eval baseline figures widget browser node check clean

serve: index
	$(BIN)/qa serve

index: .venv/installed
	$(BIN)/qa index

test: .venv/tested browser index
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

# What the next change is measured against: no figure may be worse but by chance, none under these.
eval: index
	$(BIN)/qa eval --baseline benchmarks/results/baseline.json $(LIMITS:%=--fail-under %)

# Some points below what they were with hints at first, for when the baseline is renewed too often.
LIMITS := section.success@5=0.95 en.paraphrase/section.success@5=0.93 ja/section.success@5=0.90 answered=0.90

baseline: index
	$(BIN)/qa eval
	cp evaluation/evaluation.json benchmarks/results/baseline.json

# The table of the README, once a change is done: the test questions are for telling, not for choosing.
figures: index
	$(BIN)/qa eval --split test --ablations > benchmarks/results/ablations.new
	mv benchmarks/results/ablations.new benchmarks/results/ablations.md
	$(BIN)/python benchmarks/readme.py

# The widget's file is kept as it is built, so that serving it needs no Node.
widget: node
	cd ui/widget && npm ci --ignore-scripts --no-audit --no-fund --silent && npm run --silent check && npm test --silent \
		&& npm run --silent build

check: .venv/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt torch
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	touch $@

.venv/tested: .venv/installed
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[test]'
	touch $@

# The browser tests drive the system's Chromium.
browser:
	@command -v chromium chromium-browser google-chrome >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq chromium; \
	else \
		echo "Install Chromium with your system's packages (Debian: apt-get install chromium) for the browser tests."; \
	fi

node:
	@command -v npm >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq nodejs npm; \
	else \
		echo "Install Node 18 or newer with your system's packages (Debian: apt-get install nodejs npm) to build the widget."; \
	fi

clean:
	rm -rf .venv evaluation index/build-* index/manifest.json
