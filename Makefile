# The everyday commands. CI runs `make test`.

.DEFAULT_GOAL := help
.PHONY: help run test torture conformance fuzz bench assets fmt lint docs clean

CARGO ?= cargo
# More arguments for `brevdue up`: make run ARGS="--data /srv/town"
ARGS ?=
# How many messages `make conformance` judges.
CONFORMANCE ?= 100000
# How many requests, made up from its own description, it sends the REST interface.
REST_CONFORMANCE ?= 200000
# How long `make fuzz` runs each target.
FUZZ_SECONDS ?= 300

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: assets ## build what is missing, and start an exchange with an invented country in it
	$(CARGO) run --release --locked --bin brevdue -- up $(ARGS)

test: ## everything CI runs: formatting, lints, tests, crash test, browser; installs what is missing
	scripts/test

torture: assets ## kill an exchange 1,000 times under load, and 200 times with each other fault; ARGS="--seed 7"
	$(CARGO) run --release --locked --bin brevdue -- torture --kills 1000 --write-errors 200 --full-disk 200 --torn-pages 200 --flipped-bits 200 --load-milliseconds 150 $(ARGS)

conformance: assets ## judge CONFORMANCE generated messages beside xmllint; send the REST interface REST_CONFORMANCE requests
	scripts/test-deps
	BREVDUE_CONFORMANCE=$(CONFORMANCE) $(CARGO) test --locked --package brevdue-memo --test conformance -- --nocapture
	scripts/rest-conformance $(REST_CONFORMANCE)

fuzz: ## send the readers what libFuzzer makes up, FUZZ_SECONDS for each target
	scripts/fuzz all $(FUZZ_SECONDS)

bench: assets ## measure, each figure beside a rival on the same machine
	scripts/bench

assets: ## fetch Det Fælles Designsystem for the pages
	sh crates/web/design/build.sh

fmt: ## format the code
	$(CARGO) fmt --all

lint: assets ## formatting and lints, no tests
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings

docs: assets ## build the API documentation of the libraries, and check the links in it and in docs/
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --workspace --lib --no-deps
	scripts/check-links

clean: ## remove what was built (not your data)
	$(CARGO) clean
	rm -rf build
