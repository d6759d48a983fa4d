# demo, test: the two commands a new user needs. Each target says what it does; `make` lists them.
SHELL := /bin/bash
CARGO ?= cargo
PREFIX ?= /usr/local
TOOLS := siemparse siemtrigger siemquery siemmanage siemagent
DB ?= sqlite
DATA ?= ../shared/data/parserbench
SEED ?= 1

.PHONY: help build demo test test-faults test-schedules soak check postgres tools timing doc install bpf techniques noise bench bench-agent bench-sigma bench-live test-rsigma rarity fuzz corpus evtx clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

build: ## the tools, optimised
	$(CARGO) build --release --locked

demo: compiler ## parse, detect and query a day with three attacks (DB=postgres for PostgreSQL)
	$(CARGO) build --release --locked --quiet
	$(CARGO) build --release --locked --quiet -p bench --bin story
	@config/demo.sh $(DB)

test: compiler postgres tools ## everything, on SQLite and on a private PostgreSQL
	$(CARGO) build --locked --workspace --all-targets --quiet
	config/with-postgres.sh $(CARGO) test --locked --workspace --quiet

test-faults: compiler postgres tools ## kills, crashes, cut networks, full disks at full length (SEED=n)
	$(CARGO) build --locked --workspace --bins --quiet
	unshare $$([ "$$(id -u)" -eq 0 ] || echo -Ur) -m target/debug/chaos --seed $(SEED) --write doc/reliability.md

test-schedules: compiler postgres ## 50 random schedules over 20,000 events, the same SIEM events each (a release build; SEED=n)
	SIEM_SCHEDULES=50 SIEM_EVENTS=20000 SIEM_SEED=$(SEED) config/with-postgres.sh $(CARGO) test --locked --release -p siemtrigger --lib schedule

MINUTES ?= 480

soak: compiler postgres tools ## one long run on each database: nothing lost, memory, descriptors and tables flat (MINUTES=n, SEED=n)
	$(CARGO) build --locked --workspace --bins --quiet
	target/debug/chaos --soak $(MINUTES) --seed $(SEED) --write doc/reliability.md

check: compiler ## format, lints, generated pages
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets --quiet -- -D warnings

compiler: ## a C compiler, which bundled SQLite and the decompressors need
	@config/need.sh cc gcc libc6-dev

postgres: ## the PostgreSQL server that the tests start privately
	@config/need.sh postgres postgresql postgresql-client

timing: ## what benchmarks measure with
	@config/need.sh /usr/bin/time time

tools: ## what the tests and the shipped actions run besides
	@config/need.sh jq jq
	@config/need.sh python3 python3
	@config/need.sh pgrep procps
	@config/need.sh ssh-keygen openssh-client
	@config/need.sh zstd zstd
	@config/need.sh xz xz-utils
	@config/need.sh bzip2 bzip2

doc: build ## man pages and completions, from the argument structs
	@mkdir -p doc/completion
	@for tool in $(TOOLS); do \
	  target/release/$$tool --generate man > doc/$$tool.1; \
	  for shell in bash zsh fish; do \
	    target/release/$$tool --generate $$shell > doc/completion/$$tool.$$shell; done; done

install: build doc ## into PREFIX (default /usr/local)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 755 $(TOOLS:%=target/release/%) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(TOOLS:%=doc/%.1) $(DESTDIR)$(PREFIX)/share/man/man1
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system $(DESTDIR)$(PREFIX)/lib/sysusers.d $(DESTDIR)$(PREFIX)/share/siemtools
	for unit in config/*.service config/*.timer; do sed 's#/usr/local/#$(PREFIX)/#' $$unit \
	  > $(DESTDIR)$(PREFIX)/lib/systemd/system/$${unit##*/}; done
	install -m 644 config/siem.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/siem.conf
	install -m 644 config/siem.toml config/crontab $(DESTDIR)$(PREFIX)/share/siemtools
	install -d $(DESTDIR)$(PREFIX)/lib/siem
	install -m 755 config/action/* $(DESTDIR)$(PREFIX)/lib/siem

techniques: compiler ## run attackers' techniques harmlessly under SigmaHQ's rules (RULES=folder, root)
	$(CARGO) build --locked --quiet
	$(CARGO) run --locked --quiet -p bench --bin technique -- $(RULES) > doc/techniques.md.new
	mv doc/techniques.md.new doc/techniques.md
	@tail -n 1 doc/techniques.md

noise: compiler tools ## which of SigmaHQ's rules the build of a Debian package sets off (RULES=folder, root)
	$(CARGO) build --locked --quiet
	bench/noise.sh $(RULES)

bpf: ## the probes of siemagent, with the compiler whose bytes are committed
	@config/need.sh clang-16 clang-16
	@config/need.sh llvm-strip-16 llvm-16
	siemagent/bpf/build.sh agent.bpf.o

TIME ?= 600
FORMAT ?=

fuzz: compiler ## random input for each parser, TIME seconds each (FORMAT=name: that one); crashes and corpus in target/fuzz
	$(CARGO) build --release --locked --quiet -p bench --bin fuzz
	nice target/release/fuzz $(TIME) target/fuzz $(FORMAT)

bench-parse: compiler timing ## how fast lines are parsed, beside others where DATA has their lines
	$(CARGO) build --release --locked --quiet -p bench --bin parse
	target/release/parse
	@if [ -d "$(DATA)" ]; then target/release/parse $(DATA)/*.log $(DATA)/*.jsonl; \
	  CARGO_TARGET_DIR=target/peers $(CARGO) build --release --locked --quiet --manifest-path bench/peers/Cargo.toml; \
	  target/peers/release/peers $(DATA); \
	else echo "DATA=$(DATA) is no folder: no peers"; fi
	@if [ -d "$(CORPUS)/logs/loghub" ]; then $(CARGO) build --release --locked --quiet -p siemparse; \
	  CORPUS="$(CORPUS)" DATA="$(DATA)" bench/peers.sh; fi

bench-sigma: compiler timing ## the Sigma engine beside rsigma, with the rules and events of CORPUS
	$(CARGO) build --release --locked --quiet -p siemtrigger -p siemmanage
	$(CARGO) build --release --locked --quiet -p bench --bin sigma
	CARGO_TARGET_DIR=target/peers $(CARGO) build --release --locked --quiet --manifest-path bench/peers/Cargo.toml --bin rsigma-peer
	CORPUS="$(CORPUS)" bench/sigma.sh

bench-live: compiler postgres ## Windows events into PostgreSQL with all Sigma rules live (RATE=n a second, SPAN=n seconds)
	$(CARGO) build --release --locked --quiet -p siemparse -p siemtrigger -p siemmanage
	$(CARGO) build --release --locked --quiet -p bench --bin pour
	CORPUS="$(CORPUS)" RATE="$(RATE)" SPAN="$(SPAN)" config/with-postgres.sh bench/live.sh

test-rsigma: compiler ## our engine and rsigma's on random rules and events (SEED=n)
	SEED=$(SEED) CARGO_TARGET_DIR=target/peers $(CARGO) test --locked --quiet --manifest-path bench/peers/Cargo.toml --test rsigma

rarity: compiler ## config/sigma/rarity.tsv anew, from the events of CORPUS
	$(CARGO) build --release --locked --quiet -p bench --bin sigma
	CORPUS="$(CORPUS)" bench/rarity.sh

bench: compiler postgres timing ## the figures of doc/benchmarks.md
	$(CARGO) build --release --locked --quiet
	$(CARGO) build --release --locked --quiet -p bench
	config/with-postgres.sh bench/run.sh

CORPUS ?= ../shared/data

corpus: ## the figures of doc/accuracy.md, from the corpora in CORPUS
	$(CARGO) build --locked --quiet -p bench --bin corpus
	target/debug/corpus $(CORPUS) > doc/accuracy.md.new
	mv doc/accuracy.md.new doc/accuracy.md
	@sed -n '/the first nine/p; /^| \*\*all/p' doc/accuracy.md

evtx: compiler postgres ## all Sigma rules on the event logs of ../shared/data, each way that there is
	$(CARGO) build --locked --quiet
	EVTX_RULES=all $(CARGO) test --locked --quiet -p siemtrigger --test evtx

bench-agent: compiler postgres timing ## what siemagent costs (root)
	$(CARGO) build --release --locked --quiet -p siemagent -p siemparse -p siemquery -p siemmanage
	$(CARGO) build --release --locked --quiet -p bench --bin flood --bin pipe
	bench/agent.sh
	config/with-postgres.sh bench/pipe.sh

clean: ## what the build made
	$(CARGO) clean
