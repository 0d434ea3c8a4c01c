# Every target sets up what it needs; `make` alone lists them.
#
# Choices:  PYTHON=python3.12   TORCH=torch==2.13.0 (the CUDA build)   CONSTRAINTS= (newest versions)   VENV=folder
# pip's own settings (PIP_INDEX_URL, PIP_FIND_LINKS, PIP_CACHE_DIR ...) are respected.

SHELL := /bin/bash
PYTHON ?=
TORCH ?=
CONSTRAINTS ?= constraints.txt
VENV ?= .venv
OUT ?= out
FIRST ?= 110
SECOND ?= 84
WORKERS ?= $(shell nvidia-smi -L >/dev/null 2>&1 && echo 1 || echo $$(( $$(nproc) < 4 ? $$(nproc) : 4 )))
RAW ?= ../shared/data
export PYTHON TORCH CONSTRAINTS VENV

BIN := $(VENV)/bin
TRAIN = $(BIN)/python -m model.train --workers $(WORKERS) $(shell command -v g++ >/dev/null && echo --compile)
SETUP := scripts/setup
SOURCES := agent model tools ui

.DEFAULT_GOAL := help
.PHONY: help run ui test check format pytest test-ui test-kernels fuzz bench train facts clean setup libraries

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup ## both agents on the bundled tasks, with a comparison and a report under out/
	@$(BIN)/palimpsest tour --out $(OUT)

ui: setup ## serve the web page
	@$(BIN)/palimpsest ui

test: libraries check pytest ## all checks and all tests but the browser's

check: $(VENV)/.dev ## lint, types, layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet . || { echo "some files are not formatted; remedy: make format"; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: $(VENV)/.dev ## let ruff format the code and mend what it can
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

pytest: $(VENV)/.dev
	@$(BIN)/python -m pytest $(PYTEST)

test-ui: $(VENV)/.browser ## the tests that drive the page in a headless Chromium
	@$(SETUP) browser
	@$(BIN)/python -m pytest -m browser $(PYTEST)

test-kernels: $(VENV)/.kernels ## the Triton kernels in Triton's interpreter, on a CPU (takes 1 GB more in .venv)
	@$(BIN)/python -m pytest tests/model/kernels $(PYTEST)

fuzz: $(VENV)/.dev ## look for inputs that break a parser: SECONDS_EACH=600
	@$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS_EACH),600)

bench: setup ## accuracy and cost of every arm on entities never trained on, and of the runtime: LIMIT=tasks
	@$(BIN)/palimpsest bench agent/tasks/dev.jsonl --out $(OUT)/bench/dev $(if $(LIMIT),--limit $(LIMIT))
	@$(BIN)/palimpsest bench agent/tasks/contradictions.jsonl --out $(OUT)/bench/contradictions $(if $(LIMIT),--limit $(LIMIT))
	@$(BIN)/python -m bench.runtime

train: build/base/ar.safetensors build/second/.done ## train the embedded planner: FIRST=110 and SECOND=84 minutes; resumes after a kill
	@$(TRAIN) --data build/second --out build/planner --minutes $(SECOND) \
		--base build/base/diffusion.safetensors --config model/train/continue.toml
	@echo "try it: $(BIN)/palimpsest ask QUESTION --model build/planner; keep it: copy its files to model/weights/"

build/base/ar.safetensors: build/first/.done
	@$(TRAIN) --data build/first --out build/base --minutes $(FIRST)

build/first/.done: | setup
	@$(BIN)/python -m agent.curriculum.write samples --out build/first/words --count 160000 --seed 1
	@$(BIN)/python -m model.train pack --source build/first/words --out build/first
	@touch $@

build/second/.done: build/first/.done
	@$(BIN)/python -m agent.curriculum.write samples --out build/second/words --count 150000 --seed 3
	@cp build/first/tokenizer.json build/second/
	@$(BIN)/python -m model.train pack --source build/second/words --out build/second
	@touch $@

facts: setup ## build the fact table anew from the raw tables in RAW=folder
	@$(BIN)/python -m tools.facts.build --raw $(RAW)

clean: ## remove the virtual environment and everything made
	rm -rf $(VENV) $(OUT) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# --- Set-up: one stamp a stage, renewed when what it depends on changes ---------------------------------------
setup: $(VENV)/.packages libraries

$(VENV)/bin/python:
	@$(SETUP) venv

$(VENV)/.packages: pyproject.toml $(wildcard $(CONSTRAINTS)) | $(VENV)/bin/python
	@$(SETUP) packages
	@touch $@

$(VENV)/.dev: pyproject.toml $(wildcard $(CONSTRAINTS)) | $(VENV)/bin/python
	@$(SETUP) packages dev
	@touch $@ $(VENV)/.packages

$(VENV)/.browser: $(VENV)/.dev
	@$(SETUP) packages dev,ui-test
	@touch $@

$(VENV)/.kernels: $(VENV)/.dev
	@$(SETUP) packages dev,kernel-test
	@touch $@

libraries: | $(VENV)/bin/python
	@$(SETUP) libraries || true
