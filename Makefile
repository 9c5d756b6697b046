# Solo hacen falta python3 (3.11 o posterior), pip y make. Las órdenes: make help

PYTHON ?= python3
PORT ?= 8000

# El entorno se completa cuando cambian las dependencias, y se rehace cuando cambian de sitio la carpeta o Python.
HERE := $(shell { pwd; $(PYTHON) -V; } 2>&1 | cksum | tr -d ' ')
LOCKED := $(shell cat requirements.lock pyproject.toml | cksum | tr -d ' ')
READY := .venv/.ready-$(HERE)-$(LOCKED)
PIP := $(PYTHON) -m pip --python .venv/bin/python install --quiet --disable-pip-version-check --no-deps

.DEFAULT_GOAL := help
.PHONY: help run install test check simulate bench timing torture lock

help:
	@echo "make run      pone todo en marcha: Postgres, agencia de ejemplo, simulador y servicio (PORT=$(PORT))"
	@echo "make install  prepara el entorno .venv con la orden portal"
	@echo "make test     todas las pruebas, con su propio Postgres"
	@echo "make check    formato, estilo, tipos, capas y esquema"
	@echo "make simulate días inventados del servicio con toda clase de fallas (SEEDS=10000)"
	@echo "make bench    las mediciones de bench/"
	@echo "make timing   si el tiempo de una respuesta delata qué cuentas existen (bench/README.md)"
	@echo "make torture  pagos mientras mueren el servicio y PostgreSQL (tests/torture/README.md)"
	@echo "make lock     fija de nuevo las dependencias (necesita uv)"

run: $(READY)
	@PORT=$(PORT) .venv/bin/python -m main.demo

install: $(READY)

# En varios procesos, cada uno con su Postgres. En uno solo, por ejemplo para depurar: make test ARGS="-n0 --pdb ..."
test: $(READY)
	@.venv/bin/python -m pytest --numprocesses logical --maxprocesses 4 --dist worksteal $(ARGS)

check: $(READY)
	@.venv/bin/ruff format --check . && .venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo
	@.venv/bin/portal schema --check

# Una semilla que falla se repite, con todo lo que pasó, por: make simulate SEED=123
simulate: $(READY)
	@.venv/bin/python -m tests.simulation $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),10000))

bench: $(READY)
	@.venv/bin/python -m bench

timing: $(READY)
	@.venv/bin/python -m bench.enumeration $(SAMPLES)

torture: $(READY)
	@.venv/bin/python -m tests.torture $(TORTURE)

lock:
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --group dev pyproject.toml --output-file requirements.lock

$(READY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo "Se necesita Python 3.11 o posterior; $(PYTHON) no lo es (make PYTHON=...)." >&2; exit 1; }
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { echo "Falta pip para $(PYTHON)." >&2; exit 1; }
	@echo "Preparando .venv (la primera vez, cerca de un minuto)..."
	@ls .venv/.ready-$(HERE)-* >/dev/null 2>&1 || $(PYTHON) -m venv --clear --without-pip .venv
	@$(PIP) --require-hashes --requirement requirements.lock
	@$(PIP) --no-build-isolation --editable .
	@rm -f .venv/.ready-* && touch $@
