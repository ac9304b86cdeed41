# Two commands for a fresh machine: `make serve` and `make test`. Everything goes into .venv/.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: serve index test eval baseline figures widget programs check clean

serve: index
	$(BIN)/qa serve

index: .venv/installed
	$(BIN)/qa index

test: .venv/tested programs index
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
widget: programs
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

# What tests drive beside Python: a browser, a proxy, and Node for the widget.
programs:
	@missing=""; \
	command -v chromium chromium-browser google-chrome >/dev/null || missing="$$missing chromium"; \
	PATH="$$PATH:/usr/sbin" command -v nginx >/dev/null || missing="$$missing nginx"; \
	command -v openssl >/dev/null || missing="$$missing openssl"; \
	command -v npm >/dev/null || missing="$$missing nodejs npm"; \
	if [ -z "$$missing" ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing; \
	else \
		echo "For all tests install with your system's packages (Debian: apt-get install$$missing)."; \
	fi

clean:
	rm -rf .venv evaluation index/build-* index/manifest.json
