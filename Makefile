# Everything runs from here as an ordinary user; `make help` lists the targets.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check
STORE  ?= demo

.DEFAULT_GOAL := help
.PHONY: help demo test lint format bench torture clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

demo: $(VENV)/.base  ## set up, fetch the starter weights once, and run the main job on data/meeting.opus
	$(BIN)/longmedia models get starter
	$(BIN)/longmedia run data/meeting.opus --store $(STORE)
	$(BIN)/longmedia report data/meeting.opus --store $(STORE)

test: $(VENV)/.dev  ## set up and run the tests (weights are fetched once; without a network their tests are skipped)
	-$(BIN)/longmedia models get whisper-base smollm2-135m
	$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/.dev  ## ruff and mypy, strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev  ## let ruff format and mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev  ## side by side with peers and limits; about half an hour on two quiet cores
	$(PIP) -e '.[peers]'
	$(BIN)/longmedia models get qwen2.5-0.5b whisper-base
	$(BIN)/python -m benchmarks.transcription
	$(BIN)/python -m benchmarks.chunkers
	$(BIN)/python -m benchmarks.archive
	$(BIN)/python -m benchmarks.overhead
	$(BIN)/python -m benchmarks.merging --day
	$(BIN)/python -m benchmarks.merging --model "$$($(BIN)/python -m pipeline.models.weights qwen2.5-0.5b)"

torture: $(VENV)/.dev  ## kill a run hundreds of times at random moments; KILLS=200
	$(BIN)/python -m tests.torture --kills $(or $(KILLS),200)

clean:  ## remove what was built; weights and results stay
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/.base: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "longmedia needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.base
	$(PIP) -e '.[dev,gemma]'
	@touch $@
