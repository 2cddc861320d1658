# `make` alone lists the targets. Nothing is needed but Python 3.11 or newer, GNU make and git.
.DEFAULT_GOAL := help
.PHONY: help setup demo demo-check test contract fuzz chaos bench keystrokes lint audit translations screenshots openapi clean

VENV   := .venv
PYTHON := $(VENV)/bin/python
MANAGE := $(PYTHON) manage.py
PIP    := $(PYTHON) -m pip --disable-pip-version-check --quiet install --root-user-action=ignore
ARGS   ?=

# A stamp carries the checksum of what it installed: unchanged requirements cost nothing.
RUNTIME  := $(VENV)/.requirements-$(shell cat requirements.txt | cksum | cut -d' ' -f1)
DEV      := $(VENV)/.requirements-dev-$(shell cat requirements.txt requirements-dev.txt | cksum | cut -d' ' -f1)
COMPILED := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/django.po))

# What `check --deploy` looks at: the settings of a server, with addresses that nobody connects to.
PRODUCTION := env DEBUG=0 HTTPS=1 BEHIND_PROXY=1 ALLOWED_HOSTS=motcua.example \
	PUBLIC_URL=https://motcua.example CSRF_TRUSTED_ORIGINS=https://motcua.example \
	SECRET_KEY=only-for-make-lint-0123456789-abcdefghijklmnopqrstuvwxyz \
	LOOKUP_KEY=only-for-make-lint-zyxwvutsrqponmlkjihgfedcba-9876543210 \
	WEBHOOK_KEY=only-for-make-lint-webhooks-0123456789-abcdefghij \
	FIELD_KEYS=only-for-make-lint-fields-0123456789-abcdefghijk \
	ID_HASH_KEY=only-for-make-lint-hashes-0123456789-abcdefghijk \
	AUDIT_KEY=only-for-make-lint-audit-0123456789-abcdefghijkl \
	DATABASE_URL=postgres://onestop@db.example/onestop REDIS_URL=redis://redis.example:6379/0 \
	EMAIL_BACKEND=django.core.mail.backends.smtp.EmailBackend EMAIL_HOST=mail.example \
	SMS_GATEWAY_URL=https://sms.example/send ZALO_GATEWAY_URL=https://zalo.example/send

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(RUNTIME) $(COMPILED) ## make .venv with the pinned requirements, compile the translations

demo: setup ## run everything with demo data: web, worker, beat, PostgreSQL, Redis; Ctrl-C stops it
	@$(MANAGE) demo --stop-with-parent $(ARGS)

demo-check: setup ## the same for scripts: walk through the main job over HTTP, print the summary, stop
	@$(MANAGE) demo --check --stop-with-parent $(ARGS)

test: $(DEV) $(COMPILED) ## run the tests on a real PostgreSQL and Redis (ARGS="tests/onestop -k health" for some)
	@$(PYTHON) -m scripts.chromium
	@$(PYTHON) -m pytest -n 2 $(ARGS)

contract: $(DEV) $(COMPILED) ## hold what we rely on against the simulators, and with CONTRACT_… against real endpoints
	@$(PYTHON) -m pytest -n 0 tests/contract $(ARGS)

fuzz: $(DEV) $(COMPILED) ## ask a server of its own for what the OpenAPI file allows and what not (ARGS="--seconds 3600")
	@$(PYTHON) -m scripts.fuzz $(ARGS)

chaos: $(DEV) $(COMPILED) ## break real processes and look that nothing is lost (ARGS="--only kill-sweep --times 50")
	@$(PYTHON) -m tests.chaos $(ARGS)

bench: $(DEV) $(COMPILED) ## measure what people wait for, beside a yardstick (ARGS="--dossiers 100000,10000000" for more)
	@$(PYTHON) -m benchmarks.run $(ARGS)

keystrokes: $(DEV) $(COMPILED) ## count the keys and the server time of a birth registration in a running demo
	@$(PYTHON) -m benchmarks.keystrokes $(ARGS)

lint: $(DEV) $(COMPILED) ## style, holes that bandit knows, missing migrations, deployment checks, OpenAPI file
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m bandit --quiet --severity-level medium --configfile pyproject.toml -r onestop procedures cases notifications
	$(MANAGE) makemigrations --check --dry-run
	$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING
	@echo "docs/openapi.yaml is what the code says (else: make openapi)"
	@$(MANAGE) spectacular --lang en --validate --fail-on-warn | diff -u docs/openapi.yaml -

audit: $(DEV) ## look up known holes in the installed versions; needs the network, exits 2 when it cannot be said
	@$(PYTHON) -m scripts.audit $(ARGS)

translations: $(DEV) ## collect the texts of the code into locale/, compile them, tell what lacks Vietnamese
	@$(MANAGE) update_translations
	@$(MANAGE) compile_translations
	@$(MANAGE) update_translations --check

screenshots: $(DEV) $(COMPILED) ## make docs/screenshots from a running demo (ARGS="--url http://127.0.0.1:8000")
	@$(PYTHON) -m scripts.screenshots $(ARGS)

openapi: setup ## write docs/openapi.yaml from the code
	@$(MANAGE) spectacular --lang en --validate --file docs/openapi.yaml

clean: ## remove what make made: .venv, demo data, compiled translations, caches
	@for data in .data/test .data; do \
		if [ -x $(PYTHON) ] && [ -d $$data ]; then $(PYTHON) -m onestop.embedded remove --data-dir $$data; fi; \
	done
	@rm -rf $(VENV) .data .pytest_cache .ruff_cache .hypothesis test-results locale/*/LC_MESSAGES/*.mo
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- How it is made -------------------------------------------------------------------------------
# Python 3.11 to 3.13 first: the private Redis has no wheel for newer ones yet.
$(PYTHON):
	@for name in python3 python3.13 python3.12 python3.11 python3.14; do \
		for newest in 13 99; do \
			"$$name" -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, $$newest))" 2>/dev/null || continue; \
			[ $$newest = 13 ] && python=$$name && break 2; \
			spare=$${spare:-$$name}; \
		done; \
	done; \
	python=$${python:-$$spare}; \
	if [ -z "$$python" ]; then \
		echo "Python 3.11 or newer is needed; python3 here is: $$(python3 --version 2>&1)." >&2; exit 1; \
	fi; \
	if ! "$$python" -c "import venv, ensurepip" 2>/dev/null; then \
		echo "$$python has no venv module. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; \
	fi; \
	echo "Making $(VENV) with $$("$$python" --version)"; \
	"$$python" -m venv --clear $(VENV) || { rm -rf $(VENV); exit 1; }

$(RUNTIME): requirements.txt | $(PYTHON)
	@echo "Installing requirements.txt"
	@$(PIP) -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt $(RUNTIME) | $(PYTHON)
	@echo "Installing requirements-dev.txt"
	@$(PIP) -r requirements-dev.txt
	@touch $@

# One command compiles all catalogues that are older than their source.
$(COMPILED) &: $(COMPILED:.mo=.po) | $(RUNTIME)
	@$(MANAGE) compile_translations
