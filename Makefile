# `make help` lists what there is. The .NET SDK is the one prerequisite; `make deps` installs the rest on Debian.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# dotnet and NuGet keep their caches in HOME: one that is not set or not writable is replaced by a directory in here.
ifneq ($(shell test -w "$${HOME:-}" && echo yes),yes)
export HOME := $(CURDIR)/.cache/home
$(shell mkdir -p $(HOME))
endif
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1
# Build servers would outlive make, and keep its output open in a pipe.
export MSBUILDDISABLENODEREUSE := 1
export DOTNET_CLI_USE_MSBUILD_SERVER := 0

TOOLS ?= layerstore layerstore-store umoci containerd podman buildah gnu-tar bsdtar

.PHONY: help sdk deps build build-native test demo fuzz faults hostile lint format bench bench-tool bench-report bench-unpack bench-containers bench-stores bench-start bench-growth bench-drivers bench-commit bench-sync bench-daemon bench-gzip go-suites corpus-scores images approve-golden testdata approve-api clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

sdk:
	@if ! dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; then \
		echo 'error: the .NET 10 SDK is needed (dotnet is not in PATH, or another version)' >&2; exit 1; fi

deps: sdk ## installs the Debian packages that are missing (root or sudo)
	@.ci/install-deps

NATIVE_OPTIONS := -p:Native=true -p:RestoreLockedMode=false -p:NuGetLockFilePath=obj/native.lock.json
PUBLISH := dotnet publish --nologo --verbosity quiet --configuration Release --runtime linux-x64 --self-contained -p:UseSharedCompilation=false

# Where `build` and `build-native` put the program: with two places both can be kept, to measure them beside each other.
OUT := out

# The program, published with the options $(1), and the daemon.
define PUBLISH_OUT
	@rm -rf $(OUT)/lib
	@$(PUBLISH) src/Cli $(1) --output $(OUT)/lib
	@$(PUBLISH) src/Cli/Daemon --output $(OUT)/lib/daemon
	@ln -sfn lib/layerstore-cli $(OUT)/layerstore
	@echo "$(OUT)/layerstore is built"
endef

build: sdk ## out/layerstore: a self-contained program for linux-x64, and the daemon that `serve` runs
	$(call PUBLISH_OUT)

build-native: sdk ## the same, the program compiled to machine code (NuGet's NativeAOT pack for .NET 10 and gcc; OUT=out-native keeps both)
	@dotnet restore src/Cli --verbosity quiet --runtime linux-x64 $(NATIVE_OPTIONS)
	$(call PUBLISH_OUT,--no-restore $(NATIVE_OPTIONS))

test: deps build ## runs every test; the last line is "N passed, N failed"
	@LAYERSTORE_OUT=$(CURDIR)/out .ci/run-tests

demo: deps build ## pulls a real image, mounts it, changes it, commits, exports; another tool checks the result
	@tests/demo.sh

fuzz: sdk ## looks for faults in the parsers with mutated input, into .cache/fuzz (TARGET=... TIME=seconds for each, SEED=...; root for three targets)
	@dotnet build tests/Fuzz --nologo --verbosity quiet
	@tests/Fuzz/run-all $(or $(TARGET),all) $(or $(TIME),180) $(or $(SEED),$$RANDOM)

lint: sdk ## formatting and warnings, as continuous integration sees them
	@dotnet build LayerStore.sln --nologo --verbosity quiet
	@dotnet format LayerStore.sln --no-restore --verify-no-changes

format: sdk ## formats the sources
	@dotnet format LayerStore.sln

bench: bench-unpack bench-containers bench-stores bench-start bench-growth bench-drivers bench-commit bench-sync ## measures beside other tools; the results go to docs/performance.md (root; RUNS=5, tests/bench/README.md)

bench-unpack: deps build images bench-tool ## measures import, unpack, export and rmi, on the images of `make images` (SCENARIOS="pull again next export rmi" TOOLS=...)
	@tests/bench/unpack.sh $(IMAGE)
	@tests/bench/report

bench-containers: deps build bench-tool ## measures rm, mount and prepare (SCENARIOS="rm mount prepare")
	@tests/bench/containers.sh
	@tests/bench/report

bench-stores: deps build bench-tool ## measures gc and listings (SCENARIOS="gc images ls")
	@tests/bench/stores.sh
	@tests/bench/report

bench-start: deps build bench-tool ## measures short commands beside an empty program (SCENARIOS="version images prepare mounts")
	@tests/bench/start.sh
	@tests/bench/report

bench-growth: deps build bench-tool ## measures how time and memory grow (SCENARIOS="files layers bytes images snapshots blobs", FULL=1)
	@tests/bench/growth.sh
	@tests/bench/report

bench-drivers: deps build bench-tool ## measures the drivers beside each other
	@tests/bench/drivers.sh
	@tests/bench/report

bench-commit: deps build ## measures commit on a large image (SCENARIOS="few many big")
	@tests/bench/commit.sh $(SCENARIOS)

bench-tool: sdk
	@tests/bench/build

bench-report: bench-tool ## writes docs/performance.md and its plots again, from the newest results
	@tests/bench/report

bench-sync: deps build images ## measures what it costs that all is on the disk, on the images of `make images`
	@tests/bench/sync.sh

bench-daemon: deps build ## measures the daemon's snapshots beside containerd's own snapshotter (ROUNDS=500)
	@tests/bench/daemon.sh

bench-gzip: sdk ## times the gzip encoder beside others, on one core
	@tests/bench-gzip.sh

faults: deps build ## kills, breaks and fills at many points of every command (root; ten minutes; POINTS=40)
	@tests/faults.sh $(POINTS)

hostile: deps sdk ## pulls and unpacks some 400 hostile images, and prints how many (root)
	@dotnet test tests/Interop.Tests --nologo --filter FullyQualifiedName~Interop.Tests.Hostile --logger "console;verbosity=normal" --logger "trx;LogFileName=hostile.trx" \
		--results-directory artifacts/hostile | grep -vE "^  Passed "
	@grep -ohE "[0-9]+ hostile images .*" artifacts/hostile/hostile.trx | sed 's/<.*//'

go-suites: deps build ## containerd's and continuity's own tests of layers, on out/layerstore
	@tests/go/run

corpus-scores: deps build ## scores LayerStore and other tools on testdata/layers/ into docs/corpus.md (root; an hour; TOOLS=...)
	@LAYERSTORE=$(CURDIR)/out/layerstore testdata/layers/scores .cache/corpus docs/corpus.md $(TOOLS)

images: deps ## large images into .cache/images (minutes, gigabytes; what is there is kept)
	@testdata/large.sh

testdata: deps ## makes testdata/ again (root; digests change with Debian's updates)
	@testdata/make.sh

approve-api: sdk ## takes the public API of the sources as the approved one
	@APPROVE_API=1 dotnet test tests/LayerStore.Tests --nologo --filter FullyQualifiedName~PublicApi
	@APPROVE_API=1 dotnet test tests/Snapshotter.Tests --nologo --filter FullyQualifiedName~PublicApi

approve-golden: sdk ## takes what the tests see now as right in testdata/golden/ (root; needs every tool that they compare with)
	@rm -rf testdata/golden
	@APPROVE_GOLDEN=1 dotnet test tests/Interop.Tests --nologo --filter 'FullyQualifiedName~DifferentialTests|FullyQualifiedName~Reproducible'

clean: ## removes what was built; the images of `make images` stay
	@rm -rf out out-native artifacts src/*/{bin,obj} src/Cli/Daemon/{bin,obj} tests/*/{bin,obj}
