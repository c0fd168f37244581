# Targets for users first; `make help` lists them.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)
endif
PACKAGES = clang libbpf-dev bpftool libelf-dev zlib1g-dev libssl-dev gcc make \
	linux-libc-dev libc6-dev libpcap-dev libcapstone-dev
TEST_PACKAGES = openssl curl ca-certificates python3 util-linux iproute2 nginx-light gnutls-bin nodejs golang-go libnss3-tools musl-tools \
	android-boringssl tshark libclang-rt-14-dev man-db mandoc zsh fish
GRID_PACKAGES = haproxy apache2-bin stunnel4 postgresql-15 debian-archive-keyring
BENCH_PACKAGES = wrk time
VM_PACKAGES = qemu-system-x86 qemu-system-common xz-utils lz4 zstd
KERNELS ?= 5.10 6.1 6.12 latest
PREFIX ?= /usr/local
SHARE = $(DESTDIR)$(PREFIX)/share
ARGS ?=
ARCH := $(patsubst aarch64,arm64,$(patsubst x86_64,x86,$(shell uname -m)))
# Asked when a recipe runs: on a fresh machine gcc comes only with deps-build.
MULTIARCH = $(shell gcc -print-multiarch 2>/dev/null)
CFLAGS ?= -O2 -g
B := $(if $(SAN),build/san,build)
ALL_CFLAGS = -std=gnu11 -Wall -Wextra -Werror -D_GNU_SOURCE -Iuser -Iinclude -I$(B) $(CFLAGS) \
	$(if $(SAN),-fsanitize=address -fsanitize=undefined)
LIBS = -lbpf -lelf -lcapstone -lpcap -lz -lssl -lcrypto
BPF_CFLAGS = -g -O2 -mcpu=v3 -target bpf -D__TARGET_ARCH_$(ARCH) -I/usr/include/$(MULTIARCH) \
	-Iinclude -Ivmlinux -Ibpf -Wall -Werror $(BPF_EXTRA)
# The definitions of the maps must come first: bpftool 7.1 links them wrongly otherwise.
BPF_OBJ := $(B)/bpf/maps.o $(patsubst bpf/%.bpf.c,$(B)/bpf/%.o,\
	$(sort $(filter-out bpf/maps.bpf.c,$(wildcard bpf/*.bpf.c))))
LIB_SRC := $(sort $(filter-out user/main.c,$(wildcard user/*.c user/*/*.c)))
LIB_OBJ := $(LIB_SRC:%.c=$(B)/%.o)
UNIT := $(patsubst tests/unit/%.c,$(B)/unit/%,$(sort $(wildcard tests/unit/*.c)))
# The fuzzers need clang's runtime, and nothing of the kernel half.
FUZZ_CFLAGS = -std=gnu11 -Wall -Wextra -Werror -D_GNU_SOURCE -Iuser -Iinclude -O1 -g \
	-DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
FUZZ_OBJ := $(patsubst %.c,build/fuzz/%.o,$(sort $(wildcard user/util/*.c user/model/*.c \
	user/probe/image*.c user/probe/site*.c user/probe/library.c user/probe/layer.c user/probe/functions.c user/probe/pclntab.c \
	user/probe/go.c user/probe/go_image.c user/probe/go_site.c user/check/channel.c user/check/starttls.c \
	user/check/starttls_binary.c user/wire/*.c user/decrypt/*.c user/library/*.c user/track/*.c user/sink/*.c \
	$(filter-out user/source/live.c user/source/pcap.c user/source/filter.c,$(wildcard user/source/*.c)))))
FUZZ := $(patsubst tests/fuzz/%.c,build/fuzz/%,$(sort $(wildcard tests/fuzz/*.c)))
TIME ?= 60

all: deps-build $(B)/tlstrace $(B)/tlstrace.8 ## build build/tlstrace
run: all ## install what is missing, build, trace (ARGS="...")
	$(B)/tlstrace $(ARGS)
test: deps-test all $(UNIT) $(FUZZ) ## install what is missing, build, run all tests
	B=$(B) tests/run
vmtest: deps-vm all ## boot stock Debian kernels, test every hook set there (KERNELS="6.1")
	$(MAKE) B=$(B)/plain BPF_EXTRA=-DTT_PLAIN_LOOP $(B)/plain/tlstrace
	B=$(B) tests/vm/run.sh $(KERNELS)
fuzz: deps-test $(FUZZ) ## run each fuzzer for TIME=60 seconds
	tests/fuzz/run.sh $(TIME)
soak: deps-test all ## 100,000 healthy connections over the grid of versions and suites
	HEALTHY=100000 B=$(B) tests/scenarios/healthy.sh
churn: deps-test all ## attach to and leave a Go server and client at work, 200 times
	TIMES=200 B=$(B) tests/scenarios/gochurn.sh
coverage: deps-test ## the lines of user/wire that tests run, 90 in a hundred at least
	$(MAKE) B=build/cov CFLAGS="-O0 -g --coverage" build/cov/tlstrace $(UNIT:$(B)/%=build/cov/%)
	B=build/cov tests/coverage.sh
demo: deps-test all ## the session that could not be resumed, from a capture
	@/usr/bin/python3 -B tests/golden/seed.py | $(B)/tlstrace read -
bench: deps-bench all $(B)/bench/diagnosis ## what tracing costs nginx, beside tshark (PAIRS=7), and what diagnosis does
	$(B)/bench/diagnosis
	B=$(B) tests/bench/live.sh
	B=$(B) tests/bench/library.sh
bench-read: deps-bench all ## how fast captures are read, beside tshark
	B=$(B) tests/bench/read.sh
grid: deps-grid all ## every library and server, every way to fail: the tables in README and docs/libraries.md
	B=$(B) /usr/bin/python3 -B tests/libraries/grid.py --table
attach: deps-grid all ## tracers that come and go, ROUNDS=200 times, while every peer is busy
	ROUNDS=$(or $(ROUNDS),200) B=$(B) tests/libraries/attach.sh
lint: ## check the direction of the includes
	tests/lint/layers.sh
compile_commands.json: deps-build ## for editors: how each file is compiled
	@{ for f in user/main.c $(LIB_SRC); do echo "$$f|$(CC) $(ALL_CFLAGS) -c $$f"; done; \
	   for f in bpf/*.bpf.c; do echo "$$f|clang $(BPF_CFLAGS) -c $$f"; done; } | \
	sed 's/["\\]/\\&/g; s#\(.*\)|\(.*\)#{"directory":"$(CURDIR)","file":"\1","command":"\2"}#' | \
	sed '1s/^/[/; $$!s/$$/,/; $$s/$$/]/' >$@
install: all $(B)/tlstrace.bash $(B)/tlstrace.zsh $(B)/tlstrace.fish ## install under PREFIX (/usr/local)
	install -D $(B)/tlstrace $(DESTDIR)$(PREFIX)/sbin/tlstrace
	install -D -m 644 $(B)/tlstrace.8 $(SHARE)/man/man8/tlstrace.8
	install -D -m 644 $(B)/tlstrace.bash $(SHARE)/bash-completion/completions/tlstrace
	install -D -m 644 $(B)/tlstrace.zsh $(SHARE)/zsh/site-functions/_tlstrace
	install -D -m 644 $(B)/tlstrace.fish $(SHARE)/fish/vendor_completions.d/tlstrace.fish
clean: ## remove build/
	rm -rf build
help: ## list the targets
	@sed -n 's/^\([a-z][a-z_.-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

deps-build:
	@tests/lib/packages.sh $(PACKAGES)
deps-bench:
	@tests/lib/packages.sh $(PACKAGES) $(TEST_PACKAGES) $(BENCH_PACKAGES)
deps-test:
	@tests/lib/packages.sh $(PACKAGES) $(TEST_PACKAGES)
deps-grid: deps-test
	@tests/lib/packages.sh --no-services $(GRID_PACKAGES)
deps-vm: deps-test
	@tests/lib/packages.sh $(VM_PACKAGES)

$(B)/bpf/%.o: bpf/%.bpf.c | deps-build
	@mkdir -p $(@D)
	clang $(BPF_CFLAGS) -MMD -MP -c $< -o $@
$(B)/tlstrace.skel.h: $(BPF_OBJ)
	bpftool gen object $(B)/tlstrace.bpf.o $(BPF_OBJ)
	bpftool gen skeleton $(B)/tlstrace.bpf.o name tlstrace_bpf > $@.new
	mv $@.new $@
$(B)/user/probe/hooks.o $(B)/user/probe/hooks_counts.o: $(B)/tlstrace.skel.h
$(B)/user/%.o: user/%.c | deps-build
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@
$(B)/user.a: $(LIB_OBJ)
	rm -f $@
	ar rcs $@ $^
$(B)/tlstrace: $(B)/user/main.o $(B)/user.a
	$(CC) $(ALL_CFLAGS) $^ -o $@ $(LIBS)
$(B)/tlstrace.8: $(B)/tlstrace
	$(B)/tlstrace generate man >$@
$(B)/tlstrace.bash $(B)/tlstrace.zsh $(B)/tlstrace.fish: $(B)/tlstrace.%: $(B)/tlstrace
	$(B)/tlstrace generate $* >$@
$(B)/unit/%: tests/unit/%.c tests/unit/tap.h tests/unit/feed.h tests/unit/facts_made.h $(B)/user.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(filter-out %.h,$^) -o $@ $(LIBS)
$(B)/bench/%: tests/bench/%.c $(B)/user.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $^ -o $@ $(LIBS)
build/fuzz/%.o: %.c | deps-test
	@mkdir -p $(@D)
	clang $(FUZZ_CFLAGS) -MMD -MP -c $< -o $@
build/fuzz/user.a: $(FUZZ_OBJ)
	rm -f $@
	ar rcs $@ $^
build/fuzz/%: tests/fuzz/%.c build/fuzz/user.a
	clang $(FUZZ_CFLAGS) -fsanitize=fuzzer $^ -o $@ -lelf -lcapstone -lz -lssl -lcrypto

-include $(wildcard build/fuzz/user/*/*.d)
-include $(wildcard $(B)/bpf/*.d $(B)/user/*.d $(B)/user/*/*.d)
.PHONY: attach churn soak compile_commands.json all run test demo bench-read vmtest fuzz bench grid lint install clean help coverage \
	deps-build deps-test deps-vm deps-bench deps-grid
.DELETE_ON_ERROR:
.SECONDARY: $(FUZZ_OBJ)
