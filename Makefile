# make builds the environment; what has to be made again is decided by `replicate all`, from content alone.
# GNU make 3.81 or later, Python 3.11 or later.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python -P replication/__main__.py

CHECKED_CODE := replication cleaning tests benchmarks

all: $(VENV)/installed
	@$(RUN) all

help:
	@echo "make all     environment, data, studies, tables, figures, claims, report, check"
	@echo "make test    the tests"
	@echo "make lint    style and types of the code"
	@echo "make data    processed tables and codebook alone"
	@echo "make run     every study of specs/, tables and figures"
	@echo "make robustness  other reasonable choices around the studies' models: curves, influence"
	@echo "make crosscheck  every model through statsmodels and linearmodels too: results/crosscheck"
	@echo "make published  every printed table of published/*.toml graded cell by cell: results/current/published"
	@echo "make claims  every claim of claims/*.toml checked: results/current/claims/ledger.html"
	@echo "make report  the report page: results/current/report.html"
	@echo "make pdf     the report page as results/report.pdf, where Chromium is installed"
	@echo "make check   current results against the newest frozen version, cell by cell"
	@echo "make freeze  the next frozen version: make freeze WHY='what changed and why'"
	@echo "make verify  two clean runs compared, then against the frozen version: results/attestation.md"
	@echo "make why     for everything that is made, why it would be made again"
	@echo "make deposit the folder for a data editor, scanned: deposit/README.md"
	@echo "make harden  hostile and broken input by the hundred; prints the counts"
	@echo "make bench   timings beside the peers"
	@echo "make lock    resolve the pinned packages anew"
	@echo "make clean   remove what was made (not the environment)"

data: $(VENV)/installed
	@$(RUN) all data

run: $(VENV)/installed
	@$(RUN) all run

robustness: $(VENV)/installed
	@$(RUN) all robustness

published: $(VENV)/installed
	@$(RUN) all published

claims: $(VENV)/installed
	@$(RUN) all claims

crosscheck: $(VENV)/installed
	@$(RUN) all crosscheck

report: $(VENV)/installed
	@$(RUN) all report

$(VENV)/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python %d.%d found; 3.11 or later is needed: make PYTHON=python3.11" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@test ! -L $(VENV) || { echo "$(VENV) is a link; making it anew would empty the folder it leads to: remove the link first"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/developed: $(VENV)/installed requirements-dev.lock
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# A file of tests stays with one worker, which makes what its module shares once; what every worker needs is made
# once for all of them (tests/support/shared.py). Files with most tests go first, so that short ones fill the end.
test: $(VENV)/developed
	$(VENV)/bin/python -m pytest -n auto --dist loadfile

lint: $(VENV)/developed
	$(VENV)/bin/ruff check $(CHECKED_CODE)
	$(VENV)/bin/ruff format --check $(CHECKED_CODE)
	$(VENV)/bin/mypy

CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
AS_ROOT := $(if $(filter 0,$(shell id -u)),--no-sandbox)

pdf: report
	@test -n "$(CHROMIUM)" || { echo "no Chromium found: make pdf CHROMIUM=/path/to/it"; exit 1; }
	"$(CHROMIUM)" --headless $(AS_ROOT) --no-pdf-header-footer --print-to-pdf=results/report.pdf "file://$(CURDIR)/results/current/report.html"

check: report
	@$(RUN) check

freeze: report
	@$(RUN) freeze --why "$$WHY"

verify: $(VENV)/installed
	$(RUN) verify

why: $(VENV)/installed
	@$(RUN) why

deposit: report
	@$(RUN) deposit

harden: $(VENV)/developed
	$(VENV)/bin/python -m tests.harden

bench: $(VENV)/installed
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	$(VENV)/bin/python -m benchmarks

COMPILE := uv pip compile pyproject.toml --universal --python-version 3.11 --no-emit-index-url --no-header \
	--no-annotate -q

lock:
	$(COMPILE) --extra build --generate-hashes -o requirements.lock
	$(COMPILE) -c requirements.lock -o requirements.txt
	$(COMPILE) --extra build --extra test --extra lint --extra cluster --generate-hashes -c requirements.lock -o requirements-dev.lock
	$(COMPILE) --extra build --extra bench --extra cluster --generate-hashes -c requirements.lock -o requirements-bench.lock

clean:
	rm -rf data/processed results/current results/crosscheck results/.v*

.PHONY: all help data run robustness crosscheck published claims report pdf test lint check freeze verify why deposit harden bench lock clean
.DELETE_ON_ERROR:
