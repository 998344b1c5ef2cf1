# Everything a reader or an editor of the book does is a verb here; `make` alone lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HTML := _build/html
PORT := 8000
# JupyterLab refuses root unless told, as in a container.
ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)
OLDEST := attribution network training zoo digits
# Minutes: they start processes, train, or compare many pictures and networks in two languages.
LONG := bookbuild command_line resume scale diagnosis lab live pictures extremes axioms dropped_data readers_agree
PEERS := attribution_peers training_peers interop_peers own_network
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Tests and kernels run two at a time; matrix products on more threads each would only wait for one another.
export OPENBLAS_NUM_THREADS := 1

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help book serve lab edit test test-all quick oldest peers audit links replicate refresh results check lock clean

help: ## list the verbs
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 16

book: $(VENV)/book.stamp ## install what the book needs, run the chapters, build the site
	@# After a failure Sphinx would take pages it warned about as done: drop them; run notebooks stay cached.
	@if [ -e _build/unfinished ]; then rm -rf $(HTML) _build/.doctrees; fi
	@mkdir -p _build && touch _build/unfinished
	@$(BIN)/jupyter-book build . -W -n --keep-going || { rm -rf $(HTML) _build/.doctrees; exit 1; }
	@rm _build/unfinished
	@echo "Open $(HTML)/index.html in a browser, or run: make serve"

serve: ## serve the built site at http://127.0.0.1:8000, or at another PORT=8001
	@test -e $(HTML)/index.html || { echo "There is no site yet; run: make book" >&2; exit 1; }
	@$(PYTHON) -c 'import socket; socket.create_server(("127.0.0.1", $(PORT)))' 2>/dev/null || \
		{ echo "Port $(PORT) cannot be used, perhaps it is busy; choose another, such as: make serve PORT=8001" >&2; exit 1; }
	@$(PYTHON) -m http.server $(PORT) --bind 127.0.0.1 --directory $(HTML) $(ARGS)

lab: $(VENV)/lab.stamp book ## open copies of the chapters in JupyterLab, with options: ARGS="--port 9000"
	@$(BIN)/python tools/open_lab.py $(ROOT) $(ARGS)

edit: $(VENV)/book.stamp $(VENV)/lab.stamp ## open the chapters' sources; what is saved holds no outputs but those compared
	@PYTHONPATH=tools $(BIN)/jupyter-lab --config tools/edit_config.py chapters $(ROOT) $(ARGS)

test: $(VENV)/test.stamp book ## build the book, then test package, chapters and site: minutes
	@$(BIN)/python tests/find_browser.py --install
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m "not (slow or fuzz)"

test-all: $(VENV)/test.stamp book ## what `make test` leaves out: nbval, every page, width, scheme, fault and hostile file
	@$(BIN)/python tests/find_browser.py --install
	@$(BIN)/python -m pytest -n 2 --dist loadfile --nbval-lax --nbval-current-env -W default chapters
	@WEIGHTMAPS_FUZZ=1000 $(BIN)/python -m pytest -n 2 --dist worksteal -m "slow or fuzz"

quick: $(VENV)/test.stamp ## the tests without browser, book and other programs: a minute
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m "not (slow or browser or fuzz)" $(patsubst %,--ignore=tests/test_%.py,$(LONG) $(PEERS))

oldest: $(VENV)/lock.stamp ## run chapters and quick tests with the oldest versions that pyproject.toml admits
	@# Warnings are no errors here: old packages call what newer ones deprecate.
	@$(BIN)/python -m venv --clear $(VENV)/oldest
	@$(BIN)/uv pip install --quiet --python $(VENV)/oldest/bin/python --resolution lowest-direct -e ".[book,test]"
	@$(VENV)/oldest/bin/python -m pytest --nbval-lax --nbval-current-env -W default chapters
	@$(VENV)/oldest/bin/python -m pytest -W default $(OLDEST:%=tests/test_%.py)

peers: $(VENV)/test.stamp $(VENV)/peers.stamp ## compare with PyTorch, Captum and Keras, which this installs
	@$(BIN)/python -m pytest $(PEERS:%=tests/test_%.py) \
		tests/test_dropzone.py::test_networks_of_torch_and_keras_answer_as_they_did_there

audit: $(VENV)/test.stamp ## Lighthouse, axe and old and new browsers over every built page; needs all of them
	@$(BIN)/python benchmarks/audit.py $(if $(ENGINES),--engines)

links: book ## ask each other host that the book links to whether the page is still there
	@$(BIN)/jupyter-book build . --builder linkcheck

replicate: $(VENV)/book.stamp ## try every claim on fresh seeds, trained from full MNIST: about an hour
	@$(BIN)/python -m replications $(CLAIMS)

refresh: $(VENV)/book.stamp ## run all chapters or CHAPTER="the-answer claims", and keep the outputs that tests compare
	@$(BIN)/python tools/refresh_chapters.py $(CHAPTER)

results: $(VENV)/test.stamp $(VENV)/peers.stamp ## measure what benchmarks/RESULTS.md says, all of it or PARTS="training drills"
	@$(BIN)/python benchmarks/results.py $(PARTS)

check: $(VENV)/check.stamp ## lint, formatting and spelling, notebooks too
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/codespell

lock: $(VENV)/lock.stamp ## choose versions anew and write them to constraints.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.10 --all-extras --upgrade \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links -o constraints.txt pyproject.toml

clean: ## delete what the verbs above made
	@rm -rf _build build $(VENV) .hypothesis .pytest_cache .ruff_cache code/*.egg-info
	@find . \( -name __pycache__ -o -name .ipynb_checkpoints \) -type d -prune -exec rm -rf {} +

$(VENV)/python.stamp:
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 10) or sys.exit("Python 3.10 or newer is needed; $(PYTHON) is %d.%d. Try: make PYTHON=python3.12" % v[:2])'
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/lock.stamp: $(VENV)/python.stamp
	@$(BIN)/pip install --quiet "uv>=0.5,<1"
	@touch $@

$(VENV)/peers.stamp: $(VENV)/python.stamp pyproject.toml
	@echo "Installing peers into $(VENV)"
	@$(BIN)/pip install --quiet "pip>=25.1"
	@$(BIN)/pip install --quiet --group peers
	@touch $@

# The stamps of the extras: book, test, lab, check.
$(VENV)/%.stamp: $(VENV)/python.stamp pyproject.toml constraints.txt
	@echo "Installing $* into $(VENV)"
	@$(BIN)/pip install --quiet -c constraints.txt -e ".[$*]"
	@touch $@
