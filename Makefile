# Entry point. `make` builds the extension (PGXS) and the client (CMake); `make help` lists the rest.
PG_CONFIG ?= pg_config
PREFIX ?= /usr/local
JOBS ?= $(shell nproc)
BUILD := build/client
export PG_CONFIG PREFIX

all: extension client

help:
	@echo "make                 build the extension and the client"
	@echo "make install         install both (PG_CONFIG names the server, PREFIX the client's place)"
	@echo "make demo            lose a real database and get it back"
	@echo "make check           all tests; SUITES='unit tap' for some of them"
	@echo "make bench           speed against the peers, as ratios"
	@echo "make matrix          the SQL tests on PostgreSQL 15, 17 and 18, in chroots (root)"
	@echo "make format lint     clang-format, clang-tidy and the check of who knows whom"
	@echo "make clean"

prerequisites-%:
	@deploy/prerequisites.sh $(subst +, ,$*)

extension:
	@$(MAKE) -s -C extension

client: $(BUILD)/CMakeCache.txt
	@cmake --build $(BUILD) -j $(JOBS) -- --quiet

$(BUILD)/CMakeCache.txt:
	@mkdir -p $(BUILD)
	@cmake -S . -B $(BUILD) --log-level=WARNING -DCMAKE_INSTALL_PREFIX=$(PREFIX) $(CMAKE_FLAGS)

install: all
	$(MAKE) -s -C extension install
	cmake --install $(BUILD) --prefix $(PREFIX)

uninstall:
	$(MAKE) -s -C extension uninstall
	@while read -r file; do rm -f "$(DESTDIR)$$file"; done < $(BUILD)/install_manifest.txt

test-module: extension
	@[ ! -f tests/module/Makefile ] || $(MAKE) -s -C tests/module

# A private installation for tests, in STAGE.
stage: all test-module
	@tests/harness/stage.sh $(STAGE)

SUITES ?=
check: prerequisites-build+run+test$(if $(filter upstream,$(SUITES)),+upstream)
	@for driver in python node; do deploy/prerequisites.sh $$driver > /dev/null 2>&1 || true; done # the test that wants them says so
	@if [ "$(filter incident,$(SUITES))" ]; then deploy/prerequisites.sh incident || true; fi # likewise
	@$(MAKE) -s all test-module
	@tests/harness/check.sh $(SUITES)

installcheck:
	$(MAKE) -s check SUITES=regress

demo: prerequisites-build+run+test
	@$(MAKE) -s all
	@tests/harness/in_stage.sh tests/tests/demo/demo.sh

bench: prerequisites-build+run+test
	@$(MAKE) -s all
	@tests/harness/in_stage.sh tests/tests/bench/bench.sh $(BENCH)

matrix: prerequisites-matrix
	@tests/harness/matrix.sh $(SERVERS)

SOURCES = $(shell git ls-files '*.cpp' '*.hpp')
format: prerequisites-dev
	clang-format -i $(SOURCES)

lint: prerequisites-build+dev
	@$(MAKE) -s all
	@tests/harness/lint.sh

clean:
	-@$(MAKE) -s -C extension clean
	-@[ ! -f tests/module/Makefile ] || $(MAKE) -s -C tests/module clean
	rm -rf build

.PHONY: all help extension client install uninstall test-module stage check installcheck demo bench matrix format lint clean
