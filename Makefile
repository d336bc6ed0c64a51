# The few commands that a user or developer of ebit types; what they do is in dev/, CMakePresets.json and cmake/.
.PHONY: help deps build demo test test-torch2 test-pages test-tsan test-asan-torch fuzz wheel bench microbench format lint \
  tidy docs cli man site deb clean
help:  ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps:  ## install the Debian packages that are missing
	dev/deps.sh build test

build:  ## build the program: build/release/ebit
	cmake --preset release
	cmake --build --preset release --target program

demo:  ## train the quantum LSTM on the included temperatures; installs what is missing
	dev/deps.sh build
	$(MAKE) --no-print-directory build
	dev/demo.sh

test: deps  ## install what is missing, build, run all tests; CI=true makes warnings errors
	dev/test.sh

test-torch2: deps  ## the Python tests with PyPI's current torch, JAX, scikit-learn, darts, sktime, Optuna, Qiskit
	dev/test_torch2.sh

test-pages: build  ## a page of each kind in headless Chromium, at 1280 and 390 pixels; pictures in build/pages
	dev/deps.sh pages
	dev/test_pages.py -o build/pages build/release/ebit

test-tsan: deps  ## what uses threads, under the thread sanitizer
	dev/test_sanitized.sh tsan test_base test_sim test_cell test_fit

test-asan-torch: deps  ## the layers on libtorch under the address and undefined-behaviour sanitizers
	dev/test_sanitized.sh asan-torch test_torch test_across_torch

fuzz: build  ## libFuzzer over what reads files: make fuzz SECONDS=60 JOBS=2 TARGETS="series qasm"
	JOBS=$(or $(JOBS),1) dev/fuzz.sh $(or $(SECONDS),60) $(TARGETS)

wheel: deps  ## dist/ebit-*.whl, for every Python from 3.10 and any torch
	dev/venv.sh build/venv dev/requirements.txt
	build/venv/bin/pip wheel --no-deps -w dist .

bench: build  ## measure every workload against this machine's limits and torch; minutes
	build/release/ebit bench -o build/bench.json --plots build/bench-plots

microbench: deps  ## build and run the micro benchmarks of single functions
	cmake --preset bench
	cmake --build --preset bench --target ebit_microbench
	build/bench/ebit_microbench

format:  ## format every C++ file
	dev/format.sh

lint:  ## check the formatting, the direction of dependencies and that no two layers define one name
	dev/format.sh --check
	python3 dev/check_layers.py
	python3 dev/check_symbols.py

tidy:  ## static analysis of the torch-free layers
	dev/deps.sh build test tidy
	dev/tidy.sh

docs: deps  ## build the API reference: build/docs/html/index.html
	dev/docs.sh

cli: build  ## write docs/cli.md anew from the program's help
	dev/cli_reference.sh build/release/ebit

man: build  ## manual pages and completion of shells, which are built with the program: build/release/manual
	@echo "try: man build/release/manual/man1/ebit-train.1*"

site:  ## the documentation as a site that is opened as files, with search: build/site/html/index.html
	dev/build_site.py

deb: build  ## the Debian package of the program: build/release/ebit_VERSION_ARCHITECTURE.deb
	dev/deps.sh deb
	dev/deb.sh build/release

clean:  ## remove what was built
	rm -rf build
