# Every task a person does in this repository. `make` or `make help` lists them.

PYTHON ?=
DATASET =
EVENTS =
PROCESSES =
LESSON =
MOST =
ONLY =
SEED =
JETS =
DEADLINE =
SUBMISSIONS =
ASSIGNMENT =
WORKERS =
CLUSTER =
SCHEDULER =
REVEAL =
OUTPUT =
LAB_ARGS =
TEST_ARGS =
LOCK_ARGS =

# What a student's JupyterLab leaves out: the instructor's tools, the list of an exchange that a laptop has not, and news.
STUDENT = .venv/etc/student
HIDDEN = "@jupyter/nbgrader:formgrader": true, "@jupyter/nbgrader:course-list": true, \
	"@jupyter/nbgrader:create-assignment": true, "@jupyter/nbgrader:assignment-list": true, \
	"@jupyterlab/apputils-extension:announcements": true
UNLOADED = "nbgrader.server_extensions.formgrader": false, "nbgrader.server_extensions.course_list": false, \
	"nbgrader.server_extensions.assignment_list": false

PYTHONS = $(if $(PYTHON),"$(PYTHON)",python3 python3.13 python3.12 python3.11)
IN_ENVIRONMENT = PATH="$(CURDIR)/.venv/bin:$$PATH"
UV = .venv/bin/python -m uv
LOCK = $(UV) pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock" $(LOCK_ARGS)

export TF_CPP_MIN_LOG_LEVEL = 3

.PHONY: help lab test test-all lint course solutions data big-file bench difficulty bars attacks fairness demo-class autograde challenge leaderboard lock clean environment

help: ## this list
	@echo "usage: make TARGET [VARIABLE=value ...]"
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

lab: environment ## open the course in JupyterLab (LAB_ARGS="--no-browser" and the like are passed on)
	@mkdir -p $(STUDENT)/labconfig
	@echo '{"disabledExtensions": {$(HIDDEN)}}' > $(STUDENT)/labconfig/page_config.json
	@echo '{"ServerApp": {"jpserver_extensions": {$(UNLOADED)}}}' > $(STUDENT)/jupyter_server_config.json
	@if [ "$$(id -u)" = 0 ]; then root=--allow-root; fi; \
	JUPYTER_CONFIG_PATH="$(CURDIR)/$(STUDENT)$${JUPYTER_CONFIG_PATH:+:$$JUPYTER_CONFIG_PATH}" \
	$(IN_ENVIRONMENT) exec jupyter lab --ServerApp.root_dir=course $$root $(LAB_ARGS)

# One thread for each of the two workers: with more, the workers wait for each other.
test test-all: export TF_NUM_INTRAOP_THREADS = 1
test test-all: export TF_NUM_INTEROP_THREADS = 1

test: environment ## run every test: tests/ and, cell by cell, the solutions (TEST_ARGS="-k name" are passed to pytest)
	@$(IN_ENVIRONMENT) python -m pytest -n 2 $(TEST_ARGS)

test-all: environment ## run every test at full length: all attacks and right answers, a class of 200, a coordinator killed ten times (hours)
	@HEPDL_TEST_ALL=1 $(IN_ENVIRONMENT) python -m pytest -n 2 $(TEST_ARGS)

lint: environment ## check the style and formatting of code and notebooks
	@$(IN_ENVIRONMENT) ruff check
	@$(IN_ENVIRONMENT) ruff format --check

course: environment ## regenerate course/, what a student receives, from solutions/ (FORCE=1 over uncommitted edits)
	@$(IN_ENVIRONMENT) python -m grading.authoring.release

solutions: environment ## run the solution notebooks and store their outputs (LESSON=ex4_splitting for one)
	@$(IN_ENVIRONMENT) python -m grading.authoring.lessons $(LESSON)

data: environment ## generate the data sets (DATASET=hww or top_tagging, EVENTS=number, PROCESSES=number to choose)
	@$(IN_ENVIRONMENT) python -m data.generation $(if $(DATASET),--dataset $(DATASET)) $(if $(EVENTS),--events $(EVENTS)) \
		$(if $(PROCESSES),--processes $(PROCESSES))

big-file: environment ## write big.root, two million events in one file to practise on in Exercise 6 (EVENTS=number to choose)
	@$(IN_ENVIRONMENT) python -m helpers.big_file big.root $(if $(EVENTS),--events $(EVENTS))

bench: environment ## measure each claim of speed against its reference (about an hour)
	@$(IN_ENVIRONMENT) python -m benchmarks.jet_images
	@$(IN_ENVIRONMENT) python -m benchmarks.out_of_core
	@$(IN_ENVIRONMENT) python -m benchmarks.class_grading

difficulty: environment ## train the top taggers with five seeds and write the table in data/README.md (about ten minutes)
	@$(IN_ENVIRONMENT) python -m benchmarks.top_tagging difficulty

bars: environment ## train them with twenty seeds and show that they pass the graded bars (about half an hour)
	@$(IN_ENVIRONMENT) python -m benchmarks.top_tagging bars

attacks: environment ## grade dishonest submissions by stock nbgrader and by this grader (ONLY="frames 'np.load'" for some)
	@$(IN_ENVIRONMENT) python -m tests.acceptance.attacks $(ONLY)

fairness: environment ## compare the points of all right answers with stock nbgrader's (LESSON=ex3_weights_targets, MOST=2 to choose)
	@$(IN_ENVIRONMENT) python -m tests.acceptance.fairness $(LESSON) $(if $(MOST),--most $(MOST))

demo-class: environment ## grade a class of example submissions, from release to grades
	@$(IN_ENVIRONMENT) python -m grading.authoring.demonstration

autograde: environment ## grade what was collected, in parallel (ASSIGNMENT=ex4_splitting; WORKERS, CLUSTER, SCHEDULER, FORCE=1)
	@$(IN_ENVIRONMENT) python -m grading.autograde $(if $(ASSIGNMENT),"$(ASSIGNMENT)") \
		$(if $(WORKERS),--workers "$(WORKERS)") $(if $(CLUSTER),--cluster "$(CLUSTER)") \
		$(if $(SCHEDULER),--scheduler "$(SCHEDULER)") $(if $(filter-out 0 no,$(FORCE)),--force)

# make puts SEED into the environment, where no quote or dollar sign in it does harm.
challenge: environment ## make secret jets (SEED="your own words" DEADLINE=2026-07-01T18:00+02:00 JETS=number; none: the example)
	@$(IN_ENVIRONMENT) python -m grading.challenge.make_round $(if $(JETS),--jets "$(JETS)") \
		$(if $(DEADLINE),--deadline "$(DEADLINE)") $(if $(PROCESSES),--processes $(PROCESSES))

leaderboard: environment ## score what groups handed in (SUBMISSIONS=folder OUTPUT=folder; REVEAL=1 for the private half)
	@$(IN_ENVIRONMENT) python -m grading.challenge.leaderboard $(if $(SUBMISSIONS),--submissions "$(SUBMISSIONS)") \
		$(if $(OUTPUT),--output "$(OUTPUT)") $(if $(filter-out 0 no,$(REVEAL)),--reveal)

lock: environment ## pin the newest packages that pyproject.toml allows (LOCK_ARGS="--upgrade" or "--upgrade-package name")
	@$(LOCK) --extra generation --extra test --output-file requirements.txt pyproject.toml
	@$(LOCK) --output-file requirements-uv.txt --group bootstrap --no-deps
	@echo "requirements.txt and requirements-uv.txt are up to date; the next target that needs them installs them."

clean: ## remove the environment and caches; your notebooks and the data stay
	@rm -rf .venv .pytest_cache .ruff_cache .hypothesis build *.egg-info
	@find . \( -path ./.git -o -path ./course \) -prune -o -name __pycache__ -prune -exec rm -rf {} +

# .venv/.course says for which folder and lock the environment was completed, or that it is unfinished and which process is
# at it. One that is unfinished is made anew; an update that fails keeps the old note, so that it is tried again.
environment:
	@say() { printf '\n%s\n' "$$*" >&2; }; \
	here="$$(pwd -P)"; \
	wanted="$$here $$(cat pyproject.toml requirements.txt requirements-uv.txt | cksum)"; \
	made="$$(cat .venv/.course 2>/dev/null)"; \
	if [ -e .venv ] || [ -h .venv ]; then \
		case "$$made" in \
		unfinished*) \
			if kill -0 "$${made#unfinished }" 2>/dev/null; then \
				say "The environment in .venv is being made by another make: wait for it (or end it), then try again."; \
				exit 1; \
			fi; \
			say "The environment in .venv is unfinished (an earlier installation was interrupted): making it anew."; \
			rm -rf .venv; made= ;; \
		"$$here "*) ;; \
		"") say "There is a .venv that this Makefile did not make. Move it away, or remove it with 'make clean', then try again."; \
			exit 1 ;; \
		*) say "The environment in .venv was made in another folder and does not work here. Run 'make clean', then try again."; \
			exit 1 ;; \
		esac; \
		if [ "$$made" ] && ! .venv/bin/python -c "" 2>/dev/null; then \
			say "The Python in .venv does not run (was the one it came from removed?). Run 'make clean', then try again."; \
			exit 1; \
		fi; \
	fi; \
	if [ "$$made" = "$$wanted" ]; then exit 0; fi; \
	if [ -z "$$made" ]; then \
		found=; \
		for python in $(PYTHONS); do \
			version="$$("$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)"; \
			case "$$version" in 3.11|3.12|3.13) break ;; esac; \
			found="$$found $$python is $${version:-not there};"; python=; \
		done; \
		if [ -z "$$python" ]; then \
			say "Python 3.11, 3.12 or 3.13 is needed, but$${found%;}. If you have one, name it: make lab PYTHON=python3.12"; \
			exit 1; \
		fi; \
		echo "Making the environment in .venv with Python $$version. This is done once and takes a minute or a few."; \
		mkdir .venv && echo "unfinished $$$$" > .venv/.course || exit 1; \
		if ! "$$python" -m venv .venv; then \
			say "$$python cannot make a virtual environment. On Debian or Ubuntu, 'apt install python3-venv' mends that."; \
			exit 1; \
		fi; \
	fi; \
	echo "unfinished $$$$" > .venv/.course; \
	if [ ! -t 2 ]; then quiet=--quiet; fi; \
	if .venv/bin/python -m pip install --quiet --disable-pip-version-check --retries 1 --require-hashes -r requirements-uv.txt && \
		$(UV) pip install $$quiet --python .venv/bin/python --compile-bytecode --require-hashes -r requirements.txt && \
		$(UV) pip install $$quiet --python .venv/bin/python --compile-bytecode --no-deps --no-build-isolation --editable . ; then \
		echo "$$wanted" > .venv/.course; \
	else \
		if [ "$$made" ]; then echo "$$made" > .venv/.course; else echo unfinished > .venv/.course; fi; \
		say "The packages could not be installed. Is this machine connected to the network? If so, the lines above say why." \
			"Then run the same command again."; \
		exit 1; \
	fi
