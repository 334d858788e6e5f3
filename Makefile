# The two to begin with: `make lesson 1` and `make test`.
.DEFAULT_GOAL := help
CHECKER := .stagecraft/bin/checker

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
	@go build -o $(CHECKER) ./checker

.PHONY: lesson
lesson: checker ## start or continue a lesson: make lesson 7, make lesson saga
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

TOOL := go tool -modfile=tools/go.mod
STAGES := stage1-mvp

.PHONY: test
test: checker setup ## set up the servers, run every test, verify every lesson
	@$(CHECKER) exec -- $(TOOL) gotestsum --format pkgname-and-test-fails -- -race -timeout 10m $(addsuffix /...,$(addprefix ./,$(STAGES)))
	@$(TOOL) gotestsum --format pkgname-and-test-fails -- -timeout 30m ./checker/...

.PHONY: lint
lint: generate-check ## style, layering rules, protos and that they break nobody, generated code
	@go tool -modfile=tools/lint/go.mod golangci-lint run
	@for stage in $(STAGES); do (cd $$stage && go tool -modfile=../tools/go.mod buf lint && \
		go tool -modfile=../tools/go.mod buf breaking --against proto/baseline.binpb) || exit 1; done

.PHONY: generate
generate: ## rewrite all generated code: Go from protos and SQL
	@for stage in $(STAGES); do $(MAKE) --no-print-directory -C $$stage generate || exit 1; done

.PHONY: generate-check
generate-check: ## say whether generated code has drifted from its source
	@tools/drift.sh
