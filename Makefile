# The two to begin with: `make lesson 1` and `make test`.
.DEFAULT_GOAL := help
CHECKER := .stagecraft/bin/checker
# A go.work above this clone is none of ours.
export GOWORK := off

# `make lesson 7` and `make lesson saga`: the words after `lesson` (or `check`) name the lesson and are no targets.
ifneq (,$(filter lesson check,$(firstword $(MAKECMDGOALS))))
WORDS := $(wordlist 2,$(words $(MAKECMDGOALS)),$(MAKECMDGOALS))
ifneq (,$(WORDS))
.PHONY: $(WORDS)
$(WORDS): ; @:
endif
endif
LESSON := $(or $(N),$(firstword $(WORDS)))

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | awk -F '\t' '{ printf "  make %-16s %s\n", $$1, $$2 }'

# The binary is run itself, not through `go run`, so that it is the one that gets Ctrl-C and its exit code is the result.
.PHONY: checker
checker:
	@test -x $(CHECKER) || echo "The first build of the checker takes about a minute; later ones a second."
	@GOFLAGS= go build -buildvcs=false -o $(CHECKER) ./checker

.PHONY: lesson
lesson: checker ## start or continue a lesson: make lesson 7, make lesson saga, make lesson next
ifeq (,$(LESSON))
	@$(CHECKER)
else
	@$(CHECKER) start --open $(LESSON)
endif

.PHONY: check
check: checker ## grade your copy of a lesson in plain lines: make check 7
	@$(CHECKER) check $(LESSON)

.PHONY: setup
setup: checker ## install the servers that lessons 3 and up need
	@$(CHECKER) setup

TOOL := go tool -modfile=$(CURDIR)/tools/go.mod
LINT := go tool -modfile=$(CURDIR)/tools/lint/go.mod golangci-lint run --allow-parallel-runners --config $(CURDIR)/.golangci.yml
STAGES := $(wildcard stage?-*)
# Runs $(1) in the directory of each stage, whose name is $$stage.
in_stages = for stage in $(STAGES); do (cd $$stage && $(1)) || exit 1; done

# A test that fails is run once more, alone, and the summary still counts its failure; more than three failures are no chance.
TESTSUM := $(TOOL) gotestsum --format pkgname-and-test-fails --rerun-fails=1 --rerun-fails-max-failures=3

# PACKAGES=--all also tests the packages of the stages that .ci/tested.txt has on record.
.PHONY: test
test: checker setup ## run every test that can find something new, verify the lessons that changed and a sample
	@$(call in_stages,go mod download)
	@for stage in $(STAGES); do packages=$$($(CHECKER) author packages $(PACKAGES) $$stage) || exit 1; test -z "$$packages" || \
		(cd $$stage && $(CURDIR)/$(CHECKER) exec -- \
		$(TESTSUM) --packages="$$(echo $$packages)" -- -race -timeout 10m) && $(CHECKER) author packages --passed $$stage || exit 1; done
	@for tool in $(sort $(dir $(wildcard tools/*/*_test.go tools/*/cmd/*/*_test.go))); do (cd $$tool && $(TESTSUM) --packages=./...) || exit 1; done
	@$(TESTSUM) --packages=./... -- -timeout 60m

# BENCH are flags of the program: BENCH='-runs 5' make bench; BENCH=-h lists them. RELAY and CALLS are those of the others.
.PHONY: bench
bench: checker bench-relay bench-calls ## what a purchase and an event cost, beside others on the same machine
	@go -C bench build -o $(CURDIR)/.stagecraft/bench/bin/saga ./saga
	@cd bench && LOG_LEVEL=error $(CURDIR)/$(CHECKER) exec -- $(CURDIR)/.stagecraft/bench/bin/saga $(BENCH)

.PHONY: bench-calls
bench-calls: checker ## what a cache hit, a breaker and a lock add to a call, beside public libraries
	@go -C bench build -o $(CURDIR)/.stagecraft/bench/bin/calls ./calls
	@cd bench && $(CURDIR)/$(CHECKER) exec -- $(CURDIR)/.stagecraft/bench/bin/calls $(CALLS)

.PHONY: bench-relay
bench-relay: checker ## what an event costs from the outbox to RabbitMQ, beside Watermill
	@go -C bench build -o $(CURDIR)/.stagecraft/bench/bin/relay ./relay
	@cd bench && $(CURDIR)/$(CHECKER) exec -- $(CURDIR)/.stagecraft/bench/bin/relay $(RELAY)

# LOAD are flags of the program: LOAD='--rate 100 --duration 30s' make load; LOAD=-h lists them. Of STAGE the number is enough.
.PHONY: load
load: checker ## load a stage at constant rates and find the highest that it holds
	@$(CHECKER) load $(or $(STAGE),stage3) $(LOAD)

# CHAOS are flags of the command: CHAOS='--seed 7 --duration 3m' make chaos. The binary runs by itself, so that Ctrl-C heals and judges.
.PHONY: chaos
chaos: checker ## a game day of ten minutes over the newest stage: faults by a seed, invariants after each
	@$(CHECKER) chaos $(CHAOS)

.PHONY: drill
drill: checker setup ## make each fault happen and see its alert arrive; needs Debian's prometheus and prometheus-alertmanager
	STAGECRAFT_DRILL=1 go test ./checker/internal/stack -run TestStage3_Drill -v -timeout 20m

# N rollouts, rollbacks, a drained node and an autoscaler under load. The cluster is built once: `go run ./checker setup-kube`.
.PHONY: rollouts
rollouts: checker setup ## roll stage 4 out N times under load on Kubernetes and count the requests that fail: make rollouts N=20
	@test -x .stagecraft/kube/kube || $(CHECKER) setup-kube
	STAGECRAFT_ROLLOUTS=$(or $(N),20) go test ./checker/internal/kube/shop -run TestRollouts -count=1 -v -timeout 60m

.PHONY: verify-all
verify-all: checker setup ## verify every lesson, or a part of them: make verify-all SHARD=1/4
	@$(CHECKER) author verify $(if $(SHARD),--shard $(SHARD))

.PHONY: lint
lint: generate-check layers buf secrets ## style, layering rules, protos, workflows, generated code
	@$(LINT)
	@$(call in_stages,$(LINT))
	@go tool -modfile=$(CURDIR)/tools/actionlint/go.mod actionlint
	@go tool -modfile=$(CURDIR)/tools/actionlint/go.mod actionlint $(wildcard stage*/.github/workflows/*.yaml)

.PHONY: secrets
secrets: ## look for secrets in the files: .gitleaks.toml
	@go tool -modfile=$(CURDIR)/tools/gitleaks/go.mod gitleaks dir --config .gitleaks.toml --no-banner --redact --log-level error --verbose .

# The build compares a dependency with go.sum when it is downloaded; this does it with what lies on the disk.
.PHONY: dependencies
dependencies: ## compare the dependencies on this machine with go.sum
	@$(call in_stages,go mod verify)

.PHONY: layers
layers: ## which package may import which: layers.yaml
	@go run ./checker/cmd/layers $(STAGES)

# A stage must serve the clients of its last release and those of the stage before it.
.PHONY: buf
buf: ## style of the protos, and that no change breaks a client
	@$(call in_stages,$(TOOL) buf lint && $(TOOL) buf breaking --against proto/baseline.binpb)
	@before=; for stage in $(STAGES); do \
		if [ -n "$$before" ]; then (cd $$stage && $(TOOL) buf breaking --against ../$$before) || exit 1; fi; \
		before=$$stage; \
	done

.PHONY: generate
generate: ## rewrite all generated code: Go from protos and SQL
	@$(call in_stages,$(MAKE) --no-print-directory generate)

.PHONY: generate-check
generate-check: ## say whether generated code has drifted from its source
	@tools/drift.sh

.PHONY: docs
docs: ## serve the handbook and the lessons at http://127.0.0.1:8090, with live reload
	@go run ./docs
