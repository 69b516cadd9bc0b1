# The index of everything that there is to do here; `make` alone prints it.

PREFIX ?= /usr/local
RELEASE = $(shell swift build --configuration release --show-bin-path)

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint check release goldens cheats plugins install clean

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install the libraries that are missing (apt)
	@scripts/setup

demo: release ## Explain a picture, verify the kernels, time them; results in out/
	@scripts/demo

test: setup ## Build and run the tests
	swift build --configuration release --build-tests
	swift test --configuration release --skip-build

lint: ## Check the format
	swift format lint --strict --recursive Sources Tests Package.swift

check: setup ## Lint, both builds with warnings as errors, isolation of instruction sets
	scripts/check

release: setup ## Build the command, optimised
	swift build --configuration release

goldens: release ## Record goldens that are missing; never replaces one
	scripts/record-goldens

cheats: ## Build kernels that are wrong on purpose into .build/cheats, for selftest --cheats
	@mkdir -p .build/cheats
	@for file in Tests/PluginsTests/Kernels/cheats/*.c; do \
	  $(CC) -std=gnu11 -O2 -shared -fPIC -pthread -Iinclude $$file \
	    -o .build/cheats/$$(basename $$file .c).so -ldl || exit 1; \
	done

plugins: ## Build plugins of the known libraries that are installed into plugins/build
	@$(MAKE) --no-print-directory -C plugins

install: release ## Install the command and its models below PREFIX (/usr/local)
	install -D "$(RELEASE)/densecam" "$(DESTDIR)$(PREFIX)/bin/densecam"
	mkdir -p "$(DESTDIR)$(PREFIX)/share/densecam"
	cp -R model golden "$(DESTDIR)$(PREFIX)/share/densecam/"
	install -D -m 644 -t "$(DESTDIR)$(PREFIX)/include/densecam" include/densecam/*.h

clean: ## Remove what was built and drawn
	rm -rf .build out
