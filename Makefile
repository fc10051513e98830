# Everything that is done to this repository. Only Go must be installed (and, for
# the race detector, a C compiler; for the tests against storage, node): the
# tools are Go modules, pinned in tools.mod, and built when they are first
# needed. `make help` lists the goals.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

# `./...` passes over folders named testdata; the one at the root holds code.
PACKAGES := ./... $(addprefix ./,$(sort $(dir $(wildcard testdata/*.go testdata/*/*.go))))
TOOL := go tool -modfile=tools.mod
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null)
FUZZTIME ?= 2s
COUNT ?= 1
ROUNDS ?= 12

# Without a C compiler Go has no race detector. CI must have one.
ifeq ($(shell go env CGO_ENABLED),1)
RACE := -race
else ifdef CI
$(error no C compiler found: the race detector needs one, and CI must use it)
endif

.PHONY: help
help: ## list the goals
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/inzage
	CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w -X main.version=$(VERSION)' -o bin/inzage ./cmd/inzage

# In the order of what fails fastest; the tests come last, so that what they say
# is what is left on the screen. What only they need comes over the network, beside
# the checks before them; what it says is told when it is waited for.
.PHONY: test
test: ## check everything: the one command before a commit
	@said=$$(mktemp); trap 'rm -f "$$said"' EXIT; \
	$(MAKE) --no-print-directory azurite viewers >"$$said" 2>&1 & \
	checks=0; $(MAKE) --no-print-directory modules format lint imports fuzz vuln licences || checks=$$?; \
	installs=0; wait $$! || installs=$$?; cat "$$said"; \
	((checks == 0)) || { echo 'a check failed, see above'; exit $$checks; }; \
	((installs == 0)) || { echo 'what the tests need was not installed, see above'; exit $$installs; }; \
	$(MAKE) --no-print-directory race

.PHONY: modules
modules: ## fail where go.mod or tools.mod does not say what is imported
	@go mod tidy -diff >/dev/null || { echo 'go.mod or go.sum is not tidy; run: go mod tidy'; exit 1; }
	@go list -modfile=tools.mod -deps tool >/dev/null

.PHONY: format
format: ## fail where a file is not formatted, or a merge left both sides in it
	@! grep -rnIE --exclude-dir=node_modules --exclude-dir=.git '^(<{7}|>{7}) ' .
	@$(TOOL) golangci-lint fmt --diff || { echo 'not formatted; run: make fmt'; exit 1; }

.PHONY: fmt
fmt: ## format the code
	$(TOOL) golangci-lint fmt

# Its govet runs every analyzer of `go vet`, so that nothing else vets: not the tests
# either, which without a flag would do it once more, for a program with the race detector.
.PHONY: lint
lint: ## lint the code (.golangci.yml)
	$(TOOL) golangci-lint run $(PACKAGES)

.PHONY: imports
imports: ## check who may reach whom
	.ci/imports

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME (2s) each
	.ci/fuzz $(FUZZTIME) $(PACKAGES)

.PHONY: fuzz-long
fuzz-long: FUZZTIME = 5m
fuzz-long: ## run every fuzz target for an hour each, in ROUNDS (12) of FUZZTIME (5m), and print how long each ran in all
	.ci/fuzz restore
	for n in $$(seq $(ROUNDS)); do .ci/fuzz $(FUZZTIME) $(PACKAGES); done
	.ci/fuzz total

.PHONY: vuln
vuln: ## look for known vulnerabilities, where their database can be reached
	.ci/vuln

.PHONY: licences
licences: build ## check the licence of every module in the program
	.ci/licences bin/inzage

.PHONY: release
release: ## build dist/: archives for Linux with their bills of materials
	.ci/release $(VERSION) dist

.PHONY: reproducible
reproducible: ## build the release twice from nothing, and compare the bytes
	.ci/reproducible

# The storage emulator that tests run against: `npm ci` installs exactly what the
# lock file says, and only when that has changed.
.PHONY: azurite
azurite: .ci/azurite/node_modules/.package-lock.json ## install the storage emulator for the tests, where there is node

.ci/azurite/node_modules/.package-lock.json: .ci/azurite/package-lock.json
	@if command -v npm >/dev/null; then \
		cd .ci/azurite && npm ci --ignore-scripts --no-audit --no-fund && touch node_modules/.package-lock.json; \
	else $(if $(CI),echo 'no npm found: CI must test against Azurite'; exit 1,echo 'no npm found: the tests against Azurite are skipped'); fi

.PHONY: viewers
viewers: ## install the browser and the office program that tests look with
	.ci/viewers

.PHONY: race
race: ## run the tests, with the race detector and in random order
	@$(if $(RACE),:,echo 'no C compiler found: testing without the race detector')
	go test $(RACE) -vet=off -shuffle=on -timeout 40m $(PACKAGES)

.PHONY: long
long: ## a bundle of full size, and one of a file over 4 GiB; a day on which 100,000 requests owe reminders, cut off half-way; a start with as many; 10,000 entries while a cluster loses its leader; a service killed a hundred times at moments of another seed, COUNT (1) times over; 200 people on the dashboard of 10,000 cases
	INZAGE_LONG=1 go test -count 1 -timeout 60m -run 'TestPartsRealSize|TestFileOverFourGiB' -v ./explain/bundle
	INZAGE_LONG=1 go test -count 1 -timeout 120m -run TestRemindersOverARestart -v ./workers
	INZAGE_LONG=1 go test -count 1 -timeout 60m -run TestStartLarge -v ./cmd/inzage
	INZAGE_LONG=1 go test -count 1 -timeout 60m -run TestClusterLosesItsLeader -v ./queue/queuetest
	INZAGE_LONG=1 go test -count 1 -timeout 60m -run TestDashboardUnderLoad -v ./cmd/inzage/web
	for n in $$(seq $(COUNT)); do INZAGE_SEED=$$RANDOM go test -count 1 -timeout 60m -run TestKilledService -v ./workers; done

.PHONY: soak
soak: ## a day of 2,000 requests with a fault in every minute, in about an hour; INZAGE_SOAK_MINUTES, INZAGE_SOAK_REQUESTS and INZAGE_SEED are for another
	INZAGE_LONG=1 go test -count 1 -timeout 0 -run TestSoak -v ./workers

.PHONY: bench
bench: ## print the table of speed and memory: INZAGE_BENCH_MB (50) of events, INZAGE_BENCH_RUNS (5), INZAGE_BENCH_LARGE_MB (none)
	.ci/peers
	INZAGE_BENCH=1 go test -count 1 -timeout 0 -run TestBenchTable ./cmd/inzage -v

.PHONY: benchmarks
benchmarks: ## run the benchmarks of the parts COUNT (1) times
	go test -run '^$$' -bench . -benchmem -count $(COUNT) $(PACKAGES)

.PHONY: clean
clean: ## remove what was built
	rm -rf bin dist out
