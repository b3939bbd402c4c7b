# Everything runs from here as an ordinary user; `make help` lists the targets.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
# Compiling all of them takes longer than installing them; what is imported is compiled then.
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile
UV     := 'uv>=0.8,<1'
LOCKED := --only-binary :all: --require-hashes -r
STORE  ?= demo

# Hundreds of tests start a Python; where none may keep what it compiled, each compiles all modules again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo weights test lint format bench torture pythons newest lowest lock clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

demo: $(VENV)/.run  ## set up, fetch the starter weights once, and run the main job on data/meeting.opus
	$(BIN)/longmedia models get starter
	$(BIN)/longmedia run data/meeting.opus --store $(STORE)
	$(BIN)/longmedia report data/meeting.opus --store $(STORE)

weights: $(VENV)/.test  ## fetch the weights that the tests use; without a network those tests are skipped
	-$(BIN)/longmedia models get whisper-base diariser smollm2-135m

test: weights  ## set up and run the tests; JOBS=2 processes
	$(BIN)/python -m pytest --numprocesses $(or $(JOBS),2) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(VENV)/.test  ## ruff, mypy (strict), who imports whom, and what is declared
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry chunkers pipeline flows longmedia

format: $(VENV)/.test  ## let ruff format and mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.bench  ## side by side with peers and limits, into docs/benchmarks.md; one of them: NAME=search
	$(BIN)/longmedia models get qwen2.5-0.5b whisper-base diariser
	$(BIN)/python -m benchmarks $(NAME)

torture: $(VENV)/.test  ## kill a run hundreds of times at random moments; KILLS=200
	$(BIN)/python -m tests.torture --kills $(or $(KILLS),200)

pythons:  ## on every supported Python that is found: lock, recording, starts, and the tests that a Python can break
	$(PYTHON) -m tests.pythons $(or $(PYTHONS),3.11 3.12 3.13)

newest:  ## the tests with the newest releases of every dependency, in .venv-newest
	rm -rf .venv-newest
	$(MAKE) VENV=.venv-newest .venv-newest/bin/python
	.venv-newest/bin/python -m pip install --quiet --upgrade --editable '.[dev,gemma,lora,recipes]'
	.venv-newest/bin/python -m pip list
	-.venv-newest/bin/longmedia models get whisper-base diariser smollm2-135m
	.venv-newest/bin/python -m pytest $(ARGS)

lowest:  ## the tests that need no torch with the lowest releases that pyproject.toml admits, in .venv-lowest
	rm -rf .venv-lowest
	$(MAKE) VENV=.venv-lowest .venv-lowest/.uv
	.venv-lowest/bin/uv pip install --quiet --python .venv-lowest/bin/python --resolution lowest-direct --editable '.[dev]'
	.venv-lowest/bin/python -m pip list
	-.venv-lowest/bin/longmedia models get whisper-base diariser smollm2-135m
	.venv-lowest/bin/python -m pytest $(ARGS)

COMPILE = .venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--custom-compile-command 'make lock' pyproject.toml locks/tools.in

lock:  ## renew the locks: one set of versions, cut into the files that a target needs
	$(MAKE) VENV=.venv-lock .venv-lock/.uv
	$(COMPILE) --all-extras --upgrade --constraint locks/pins.in --output-file .venv-lock/all.txt $(ARGS)
	$(COMPILE) --constraint .venv-lock/all.txt --upgrade --output-file locks/run.txt
	$(COMPILE) --constraint .venv-lock/all.txt --upgrade --output-file locks/dev.txt --extra dev
	$(COMPILE) --constraint .venv-lock/all.txt --upgrade --output-file locks/test.txt \
	  --extra dev --extra gemma --extra lora --extra recipes
	$(COMPILE) --constraint .venv-lock/all.txt --upgrade --output-file locks/bench.txt \
	  --extra dev --extra gemma --extra lora --extra recipes --extra peers

clean:  ## remove what was built; weights and results stay
	rm -rf $(VENV) .venv-* build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "longmedia needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	test -x $@ || $(PYTHON) -m venv $(VENV)

# .run, .dev, .test, .bench: the packages of the lock of that name, and this project beside them.
$(VENV)/.%: locks/%.txt pyproject.toml | $(VENV)/bin/python
	@# uv takes an eighth of the time; pip knows settings of its own, such as another index.
	$(PIP) $(UV) && $(BIN)/uv pip install --quiet --python $(BIN)/python $(LOCKED) $< || $(PIP) $(LOCKED) $<
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.uv: | $(VENV)/bin/python
	$(PIP) $(UV)
	@touch $@
