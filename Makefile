# What a person types every day. All else is one command with sub-commands, options and --help: .venv/bin/hepdl

PYTHONS = $(if $(PYTHON),"$(PYTHON)",python3 python3.13 python3.12 python3.11)
SUPPORTED = import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
IN_ENVIRONMENT = PATH="$(CURDIR)/.venv/bin:$$PATH"
HEPDL = .venv/bin/python -m hepdl
UV = .venv/bin/python -m uv
SAY = >&2 echo

# TensorFlow prints no lines of its own, and rounds alike on all processors.
export TF_CPP_MIN_LOG_LEVEL = 3
export TF_ENABLE_ONEDNN_OPTS = 0

.PHONY: help lab test test-all lint course solutions book data big-file hub release-archive environment lock clean

help: ## this list
	@echo "usage: make TARGET [VARIABLE=value ...]"
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile
	@echo "The other commands, and more options of these: .venv/bin/hepdl --help"

# lab/ says what a student's JupyterLab leaves out: the instructor's tools, the exchange that a laptop has not, and news.
lab: LOCK = requirements.txt
lab: environment ## open the course in JupyterLab (LAB_ARGS="--no-browser" and the like are passed on)
	@JUPYTER_CONFIG_PATH="$(CURDIR)/lab$${JUPYTER_CONFIG_PATH:+:$$JUPYTER_CONFIG_PATH}" \
	$(IN_ENVIRONMENT) exec jupyter lab $(LAB_ARGS)

hub: environment ## try the course on a JupyterHub of this machine: two students and an instructor (HUB=folder)
	@$(HEPDL) hub try $(HUB)

# One thread for each of the two workers: with more, the workers wait for each other.
test test-all: export TF_NUM_INTRAOP_THREADS = 1
test test-all: export TF_NUM_INTEROP_THREADS = 1
test-all: export HEPDL_TEST_ALL = 1
PYTEST = $(IN_ENVIRONMENT) python -m pytest -n 2 $(if $(LESSON),--lesson "$(LESSON)") $(TEST_ARGS)

test: environment ## run every test, or those of a lesson (LESSON=ex4_splitting; TEST_ARGS="-k name" are passed to pytest)
	@$(PYTEST)

test-all: environment ## run every test at full length: all attacks and right answers, a class of 200 (hours)
	@$(PYTEST)

lint: environment ## check style and formatting of code and notebooks, types, and what imports what
	@$(IN_ENVIRONMENT); ruff check && ruff format --check && lint-imports && mypy

course: environment ## regenerate course/, what a student receives, from solutions/ (FORCE=1 over uncommitted edits)
	@$(HEPDL) course

solutions: environment ## run the solution notebooks and store their outputs (LESSON=ex4_splitting for one)
	@$(HEPDL) solutions $(LESSON)

book: environment ## the course as a site in build/book (SOLUTIONS=1: with answers, in build/book_instructor)
	@$(HEPDL) book $(if $(filter-out 0,$(SOLUTIONS)),--solutions)

data: environment ## generate the data sets (DATASET=folder in data, EVENTS=number, PROCESSES=number to choose)
	@$(HEPDL) data $(if $(DATASET),--dataset $(DATASET)) $(if $(EVENTS),--events $(EVENTS)) \
		$(if $(PROCESSES),--processes $(PROCESSES))

big-file: LOCK = requirements.txt
big-file: environment ## write big.root, two million events to practise on in Exercise 6 (EVENTS=number to choose)
	@$(HEPDL) big-file big.root $(if $(EVENTS),--events $(EVENTS))

release-archive: environment ## write the students' and the instructors' archive of this commit into build/release
	@$(HEPDL) release-archive

COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock"

lock: environment ## pin the newest packages that pyproject.toml allows (LOCK_ARGS="--upgrade" or "--upgrade-package name")
	@$(COMPILE) $(LOCK_ARGS) --group instructor --group generation --group development --group hub --group book \
		--output-file requirements-all.txt pyproject.toml
	@$(COMPILE) --constraint requirements-all.txt --output-file requirements.txt pyproject.toml
	@$(COMPILE) --constraint requirements-all.txt --group hub --output-file requirements-hub.txt pyproject.toml
	@$(COMPILE) $(LOCK_ARGS) --group bootstrap --no-deps --output-file requirements-uv.txt
	@echo "The locks are up to date; the next target installs them."

clean: ## remove the environment and caches; your notebooks and the data stay
	@rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis build *.egg-info
	@find . \( -path ./.git -o -path ./course \) -prune -o -name __pycache__ -prune -exec rm -rf {} +

LOCK = requirements-all.txt
SERVER_CONFIG = .venv/etc/jupyter/jupyter_server_config.d
INSTALL = $(UV) pip install $$quiet --python .venv

# Jupyter servers of this environment load the course's formgrader in place of nbgrader's own (later names win).
# Packages are only added, so that `make lab` keeps what `make test` installed. .venv/unfinished stays where an
# installation was killed: what it left is installed anew.
environment: .venv/bin/uv ## install all packages, for `hepdl` and the tests
	@if [ -e .venv/unfinished ]; then again=--reinstall; fi; touch .venv/unfinished; \
	if [ -e .venv/bin/hepdl ] || [ ! -t 2 ]; then quiet=--quiet; fi; \
	$(INSTALL) $$again --compile-bytecode --require-hashes -r requirements-uv.txt -r $(LOCK) && \
	$(INSTALL) --no-deps --no-build-isolation --editable . && \
	if [ -d grading ]; then mkdir -p $(SERVER_CONFIG) && cp grading/formgrader/nbgrader_guarded.json $(SERVER_CONFIG); fi; \
	status=$$?; \
	if [ $$status -lt 128 ]; then rm -f .venv/unfinished; fi; [ $$status = 0 ] || { $(SAY) \
	"The packages could not be installed. Is this machine connected to the network? If so, the lines above say why." \
	"(uv reads no pip.conf: UV_DEFAULT_INDEX names an institute's mirror, UV_SYSTEM_CERTS=1 takes its certificates.)" \
	"Then run the same command again; where it does not help, run 'make clean' first."; exit 1; }

# `relocatable`: the scripts that uv installs work after the folder was moved.
.venv/bin/uv:
	@[ ! -e .venv ] || grep -qs "^prompt = 'hepdl'" .venv/pyvenv.cfg || { $(SAY) \
	"There is a .venv that this Makefile did not make. Move it away, or run 'make clean', then try again."; exit 1; }
	@for python in $(PYTHONS); do if "$$python" -c "$(SUPPORTED)" 2> /dev/null; then break; fi; python=; done; \
	if [ ! "$$python" ]; then $(SAY) "Python 3.11, 3.12 or 3.13 is needed, and none of these is one: $(subst ",,$(PYTHONS))." \
	"If you have one, name it: make lab PYTHON=python3.12"; exit 1; fi; \
	echo "Making the environment in .venv with $$python. This is done once and takes a minute or a few."; \
	"$$python" -m venv --clear --prompt hepdl .venv && echo "relocatable = true" >> .venv/pyvenv.cfg && \
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --retries 1 --require-hashes \
	-r requirements-uv.txt || { $(SAY) "The environment could not be made. Is this machine connected to the network?" \
	"If so, the lines above say why. Then run the same command again."; exit 1; }
