# Every habit of the house is one word here; `.ci/run` calls the same words.
PYTHON ?= python3
ARGS ?=
# Processes that the tests run in; each has a database server of its own. A file's tests stay together. One more than the
# two cores of a small machine: some always wait for a browser, a database or a program that they started.
JOBS ?= 3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --group build
# What a coverage measurement depends on; older than these it is taken again.
MEASURED = $(shell find src tests policy tools/measuring.py conftest.py pyproject.toml -type f \( -name '*.py' -o -name '*.yaml' -o -name '*.toml' \) 2>/dev/null)

# Compiled modules are kept, whatever the environment says: a process that compiles Django anew starts a second later, and
# the tests start hundreds. They are written when first needed, not for all that is installed.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo serve test check fix bench lock clean
.DELETE_ON_ERROR:

help:             ## say what each word does
	@sed -n 's/^\([a-z]*\): .*## /  make \1@/p' Makefile | column -t -s@ 2>/dev/null || grep '##' Makefile

demo: .venv/.core ## a whole city: registers, entitlements, reasons, differences (installs the core only)
	$(BIN)/yiyang demo $(ARGS)

serve: .venv/.web ## the platform in a browser: database, pages, worker, demo county; ARGS="--port 9000"
	$(BIN)/yiyang serve $(ARGS)

test: .venv/.test ## all tests; ARGS="-k cells" chooses some
	HYPOTHESIS_PROFILE=$${HYPOTHESIS_PROFILE:-ci} YIYANG_MEASURED=1 $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: .venv/.test .coverage ## style, types, imports between rooms, coverage
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/coverage report

fix: .venv/.test  ## mend style where a tool can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.bench ## time and memory against OpenFisca, and growth
	$(BIN)/python -m benchmarks $(ARGS)

lock: .venv/.test ## resolve the versions anew; ARGS=--upgrade takes the newest
	$(LOCK) $(ARGS) pyproject.toml -o requirements-core.lock
	$(LOCK) $(ARGS) --extra web --extra pdf --extra routing --extra plans --extra reach --extra privacy -c requirements-core.lock pyproject.toml -o requirements-web.lock
	$(LOCK) $(ARGS) --extra test -c requirements-web.lock pyproject.toml -o requirements-test.lock
	$(LOCK) $(ARGS) --extra test --extra bench -c requirements-test.lock pyproject.toml -o requirements-bench.lock

clean:            ## remove caches and out/; keep .venv
	@for path in out build dist spark-warehouse .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis \
	    .coverage .coverage.* $$(find . -name __pycache__ -type d -not -path './.venv/*'); do \
	    if [ -e "$$path" ]; then echo "remove $$path"; rm -rf "$$path"; fi; done

.coverage: .venv/.test $(MEASURED)
	$(MAKE) test

# One environment grows in place: first what builds and runs the product, then what tests it. The stamps say what is in it.
.venv/.core: requirements-core.lock pyproject.toml
	@$(BIN)/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || $(MAKE) --no-print-directory new-venv
	@echo "安装核心部分…  Installing the core…"
	$(PIP) install --quiet --no-compile --require-hashes -r requirements-core.lock
	$(PIP) install --quiet --no-compile --no-deps --no-build-isolation -e .
	@touch $@

.venv/.web: requirements-web.lock .venv/.core
	@echo "安装平台部分…  Installing the platform…"
	$(PIP) install --quiet --no-compile --require-hashes -r requirements-web.lock
	@touch $@

# PySpark comes as source: the builders are in the core lock, so nothing is fetched without a hash. An old pip must be told to
# build it as new ones do; as a variable, because new ones drop the option.
.venv/.test: requirements-test.lock .venv/.web
	@echo "安装测试部分，约一分钟…  Installing what the tests need, about a minute…"
	PIP_USE_PEP517=1 $(PIP) install --quiet --no-compile --require-hashes --no-build-isolation -r requirements-test.lock
	@touch $@

.venv/.bench: requirements-bench.lock .venv/.test
	@echo "安装对照软件…  Installing the peers that benchmarks are measured against…"
	PIP_USE_PEP517=1 $(PIP) install --quiet --no-compile --require-hashes --no-build-isolation -r requirements-bench.lock
	@touch $@

.PHONY: new-venv
new-venv:
	@command -v $(PYTHON) >/dev/null || { \
	    echo "找不到 $(PYTHON)。请安装 Python 3.11 或更新版本。"; \
	    echo "$(PYTHON) is not there. Install Python 3.11 or newer, or name one: make demo PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "需要 Python 3.11 或更新版本；$(PYTHON) 是 $$($(PYTHON) --version 2>&1)。"; \
	    echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Name a newer one: make demo PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "$(PYTHON) 缺少 venv 模块。Debian/Ubuntu：apt-get install python3-venv"; \
	    echo "$(PYTHON) lacks its venv module. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv --clear .venv
