# mini-docker: small container tools, and a shell driver that composes them. `make help` lists what
# can be made here.

VERSION := 0.1.0
PREFIX ?= /usr/local
DESTDIR ?=
SANITIZE ?=
BUILD := build$(if $(SANITIZE),-sanitize)

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
CFLAGS ?= -O2 -g
BASE_CFLAGS = -std=gnu17 -Ilib -DVERSION='"$(VERSION)"' $(WARN)
ALL_CFLAGS = $(BASE_CFLAGS) $(CFLAGS) -ffunction-sections -MMD -MP

# Tools that run for every container are linked statically against musl: such a program starts in a
# tenth of the time of one that loads glibc. The kernel's headers come from the host's own.
STATIC_TOOLS := ns-spawn ns-enter ctr-init ufs-mount ufs-list cg-limit ctr-state ctr-log tty-relay tty-attach pid-signal \
	pid-tether netsetup
# The others are off that path, and link the libraries that do their work.
LIBRARY_TOOLS := img-layer img-store img-copy tree-copy tpl-format seccomp-compile dockerfile-parse
LIBS_img-layer := -larchive -lcrypto -lz
LIBS_tree-copy := $(LIBS_img-layer)
# Every run asks the store once: it starts faster without shared libraries.
LIBS_img-store := $(if $(SANITIZE),,-static) -ljansson -lcrypto -larchive
# So does what is asked for every COPY of a build.
LIBS_img-copy := $(if $(SANITIZE),$(LIBS_img-layer),-static -lcrypto)
# The same goes for what ends every list.
LIBS_tpl-format := $(if $(SANITIZE),,-static) -ljansson
LIBS_dockerfile-parse := $(LIBS_tpl-format)
LIBS_seccomp-compile := -lseccomp -ljansson
# What a static tool becomes when it needs a library after all, see lib/library.h.
TWINS := netsetup

# Packages, by what they are for, with the names of Debian 12.
FOR_BUILD := gcc libc6-dev musl-tools linux-libc-dev libarchive-dev zlib1g-dev libssl-dev libjansson-dev \
	libmount-dev libseccomp-dev libnftables-dev libiptc-dev busybox-static jq
FOR_TEST := bats bats-support bats-assert bats-file parallel strace attr acl libcap2-bin uidmap \
	debootstrap iproute2 procps bsdextrautils bzip2 xz-utils zstd nftables iptables dnsmasq-base bind9-dnsutils socat python3 \
	skopeo docker-registry umoci podman git curl ca-certificates openssh-client
FOR_VM := linux-image-cloud-amd64 qemu-system-x86 cpio kmod e2fsprogs
FOR_LINT := clang clang-format clang-tidy shellcheck shfmt mandoc
FOR_BENCH := hyperfine bubblewrap crun runc podman umoci iproute2 nftables iptables iperf3

ifdef SANITIZE
STATIC_CC := $(CC)
STATIC_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=undefined
LIBRARY_FLAGS := $(STATIC_FLAGS)
else
STATIC_CC := $(shell command -v musl-gcc || echo $(CC))
# With headers, code and constants in one segment the kernel executes it in a tenth less time.
STATIC_FLAGS := -static -Wl,-z,noseparate-code $(if $(filter %musl-gcc,$(STATIC_CC)), \
	-idirafter /usr/include -idirafter /usr/include/$(shell $(CC) -dumpmachine))
endif

LIB := $(patsubst lib/%.c,%,$(wildcard lib/*.c))
TOOLS := $(patsubst tools/%.c,%,$(wildcard $(STATIC_TOOLS:%=tools/%.c) $(LIBRARY_TOOLS:%=tools/%.c)))
DRIVER := $(wildcard scripts/mini-docker)
# The driver sources a script for each command, and what they share.
COMMANDS := $(filter-out scripts/mini-docker scripts/lib scripts/completion %.1,$(wildcard scripts/*))
SHARED := $(wildcard scripts/lib/*)
FILTER := $(if $(wildcard tools/seccomp-compile.c),$(wildcard tools/seccomp-default.json))
PAGES := $(wildcard $(TOOLS:%=tools/%.1) scripts/*.1)
TEST_PROGRAMS := $(patsubst tests/lib/%.c,%,$(wildcard tests/lib/*.c))
BENCH_PROGRAMS := $(patsubst tests/bench/%.c,%,$(wildcard tests/bench/*.c))
JOBS := $(shell nproc)

all: $(TOOLS:%=$(BUILD)/bin/%) $(TWINS:%=$(BUILD)/lib/mini-docker/%) $(if $(DRIVER),$(BUILD)/bin/mini-docker) ## build the tools and the driver
all: $(if $(DRIVER),$(BUILD)/share/options.made)
all: $(if $(FILTER),$(BUILD)/share/seccomp.bpf $(BUILD)/share/seccomp.json) $(TEST_PROGRAMS:%=$(BUILD)/test/%)

help: ## list what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14
	@echo 'make SANITIZE=1 ... builds with address and undefined behaviour checks into build-sanitize/'

# lib/ is compiled once for each C library.
$(BUILD)/static/%.o: lib/%.c
	@mkdir -p $(@D)
	$(STATIC_CC) $(ALL_CFLAGS) $(STATIC_FLAGS) -c -o $@ $<
$(BUILD)/shared/%.o: lib/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LIBRARY_FLAGS) -c -o $@ $<
$(BUILD)/static/lib.a: $(LIB:%=$(BUILD)/static/%.o)
$(BUILD)/shared/lib.a: $(LIB:%=$(BUILD)/shared/%.o)
%/lib.a:
	$(AR) rcs $@.$$$$ $^ && mv $@.$$$$ $@

# A program is there whole or not at all: tests may be running the one before.
LINK = -MT $@ -Wl,--gc-sections -o $@.new $(filter %.c %.a,$^)
$(STATIC_TOOLS:%=$(BUILD)/bin/%): $(BUILD)/bin/%: tools/%.c $(BUILD)/static/lib.a
	@mkdir -p $(@D)
	$(STATIC_CC) $(ALL_CFLAGS) $(STATIC_FLAGS) -MF $(BUILD)/static/$*.tool.d $(LINK)
	@mv $@.new $@
$(LIBRARY_TOOLS:%=$(BUILD)/bin/%): $(BUILD)/bin/%: tools/%.c $(BUILD)/shared/lib.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LIBRARY_FLAGS) -MF $(BUILD)/shared/$*.tool.d $(LINK) $(LIBS_$*)
	@mv $@.new $@
$(TWINS:%=$(BUILD)/lib/mini-docker/%): $(BUILD)/lib/mini-docker/%: tools/%.c $(BUILD)/shared/lib.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LIBRARY_FLAGS) -MF $(BUILD)/shared/$*.twin.d $(LINK)
	@mv $@.new $@
$(BUILD)/test/%: tests/lib/%.c $(BUILD)/static/lib.a
	@mkdir -p $(@D)
	$(STATIC_CC) $(ALL_CFLAGS) $(STATIC_FLAGS) -MF $(BUILD)/static/$*.test.d $(LINK)
	@mv $@.new $@
$(BUILD)/bench/%: tests/bench/%.c $(BUILD)/static/lib.a
	@mkdir -p $(@D)
	$(STATIC_CC) $(ALL_CFLAGS) $(STATIC_FLAGS) -MF $(BUILD)/static/$*.bench.d $(LINK)
	@mv $@.new $@

# The driver is told where its parts are: DIRECTORIES of commands, of data, of tools.
driver = sed 's,@LIBEXECDIR@,$(1),g; s,@SHAREDIR@,$(2),; s,@BINDIR@,$(3),; s,@VERSION@,$(VERSION),' \
	scripts/mini-docker
$(BUILD)/bin/mini-docker: scripts/mini-docker Makefile
	@mkdir -p $(@D)
	$(call driver,$(CURDIR)/scripts,$(CURDIR)/$(BUILD)/share,$(CURDIR)/$(BUILD)/bin) > $@.new
	@chmod 755 $@.new && mv $@.new $@
$(BUILD)/share/options.made: tools/compile-options $(DRIVER) $(COMMANDS) $(SHARED)
	@mkdir -p $(@D)
	tools/compile-options scripts $(BUILD)/share/options && touch $@
$(BUILD)/share/seccomp.bpf: $(BUILD)/bin/seccomp-compile tools/seccomp-default.json
	@mkdir -p $(@D)
	ASAN_OPTIONS=detect_leaks=0 $^ > $@.new && mv $@.new $@
$(BUILD)/share/seccomp.json: tools/seccomp-default.json
	@mkdir -p $(@D)
	cp $< $@.new && mv $@.new $@

deps: ## install every Debian package that anything here needs and that is missing
	@.ci/install $(FOR_BUILD) $(FOR_TEST) $(FOR_VM) $(FOR_LINT) $(FOR_BENCH)

# What needs packages builds in a make of its own: this one looked for compilers before they came.
demo: ## install what is missing, build, and show a container
	@.ci/install $(FOR_BUILD)
	@$(MAKE) --no-print-directory -s -j$(JOBS) all
	@PATH=$(CURDIR)/$(BUILD)/bin:$$PATH sh examples/demo.sh
	@echo 'Now try: sudo $(BUILD)/bin/mini-docker run -it --rm busybox'

test: ## install what is missing, build, and run the tests (TESTS=FILES, STRICT=1, SANITIZE=1, AGAIN=N)
	@[ "$$(id -u)" = 0 ] || { echo 'make test: needs root (sudo make test)' >&2; exit 1; }
	@.ci/install $(FOR_BUILD) $(FOR_TEST)
	@$(MAKE) --no-print-directory -s -j$(JOBS) all build/busybox.tar
	@$(MAKE) --no-print-directory -s build/debian.tar || echo 'no Debian tree: tests that need it cannot run'
	@tests/run --jobs $(JOBS) $(AGAIN:%=--again %) $(TESTS)

test-vm: ## run the tests tagged vm, or with ALL=1 all, on cgroup v2 in a virtual machine
	@[ "$$(id -u)" = 0 ] || { echo 'make test-vm: needs root (sudo make test-vm)' >&2; exit 1; }
	@.ci/install $(FOR_BUILD) $(FOR_TEST) $(FOR_VM)
	@$(MAKE) --no-print-directory -s -j$(JOBS) all build/busybox.tar
	@tests/vm/run $(if $(STRICT),--env STRICT=$(STRICT)) $(if $(SANITIZE),--env SANITIZE=$(SANITIZE)) \
		--memory 3G --timeout 4200 -- tests/run --jobs $(JOBS) $(AGAIN:%=--again %) $(if $(ALL),,--filter-tags vm) $(TESTS)

bench: ## measure against other container tools, side by side (CASES=names)
	@.ci/install $(FOR_BUILD) $(FOR_BENCH)
	@$(MAKE) --no-print-directory -s -j$(JOBS) all $(BENCH_PROGRAMS:%=build/bench/%)
	@tests/bench/run $(CASES)

build/busybox.tar: tests/lib/busybox-tar
	tests/lib/busybox-tar $@
build/debian.tar:
	tests/lib/debian-tar $@

# Each fuzzer is built of what it tries alone: with libFuzzer if that is there, or a driver of ours.
FUZZERS := dockerfile layer reference
FUZZ_dockerfile := dockerfile% effort growing image_change image_health image_port io num opt opt_help path platform signals text
FUZZ_layer := layer% depth directory kernel_fs digest err io landing lookup num opt opt_help process remove_tree text whiteout
FUZZ_reference := reference digest num
FUZZ_LIBS_dockerfile := -ljansson
FUZZ_LIBS_layer := $(LIBS_img-layer)
FUZZ_LIBS_reference := -lcrypto
FUZZ_ENGINE ?= $(if $(shell command -v clang),libfuzzer,driver)
FUZZ_CC = $(if $(filter libfuzzer,$(FUZZ_ENGINE)),clang -fsanitize=fuzzer,gcc -fsanitize=address tests/fuzz/driver.c)
SECONDS ?= 60
fuzz: ## feed hostile bytes to the readers of layers, Dockerfiles, names (SECONDS=60 each, FUZZERS=names)
	@.ci/install $(FOR_BUILD) clang
	@$(MAKE) --no-print-directory -s -j$(JOBS) all $(FUZZERS:%=build/fuzz/$(FUZZ_ENGINE)/%)
	@for name in $(FUZZERS); do tests/fuzz/run build/fuzz/$(FUZZ_ENGINE)/$$name $(SECONDS) || exit; done
build/fuzz/$(FUZZ_ENGINE)/%: tests/fuzz/%.c $(wildcard tests/fuzz/*.[ch] lib/*.[ch])
	@mkdir -p $(@D)
	$(FUZZ_CC) -fsanitize=address,undefined -fno-sanitize-recover=undefined $(BASE_CFLAGS) -O1 -g -ffunction-sections -Wl,--gc-sections -o $@ $< \
		$(if $(filter err,$(FUZZ_$*)),,tests/fuzz/caught.c) $(filter $(FUZZ_$*:%=lib/%.c),$(wildcard lib/*.c)) $(FUZZ_LIBS_$*)

LINTS := lint-gcc lint-musl lint-clang lint-tidy lint-format lint-sh lint-man lint-bats
lint: ## compilers' warnings, clang-tidy, formatting, shellcheck, shfmt, man pages, bats
	@.ci/install $(FOR_BUILD) $(FOR_TEST) $(FOR_LINT)
	@$(MAKE) --no-print-directory -k -O -j$(JOBS) $(LINTS)

SOURCES := $(wildcard lib/*.c tools/*.c tests/*/*.c)
PARTS := $(DRIVER) $(COMMANDS) $(filter-out %.jq,$(SHARED))
# A script is a file that says so in its first line.
SCRIPTS = $(shell find .ci examples tests tools -type f ! -name '*.bats' \
	-exec awk 'FNR == 1 && /^.!.*sh$$/ { print FILENAME }' {} +) \
	$(wildcard tests/*.bash tests/lib/*.bash) scripts/completion/mini-docker
each = $(if $(1),printf '%s\n' $(1) | xargs -P$(JOBS) -n$(2) $(3))
lint-gcc:
	@$(call each,$(SOURCES),1,gcc $(BASE_CFLAGS) -Werror -O2 -c -o /dev/null)
lint-musl:
	@$(call each,$(wildcard lib/*.c $(STATIC_TOOLS:%=tools/%.c)),8,\
		$(STATIC_CC) $(BASE_CFLAGS) $(STATIC_FLAGS) -Werror -fsyntax-only)
lint-clang:
	@$(call each,$(SOURCES),8,clang $(BASE_CFLAGS) -Werror -fsyntax-only)
lint-tidy: # on stderr is the number of warnings in the system's headers
	@$(call each,$(SOURCES),4,clang-tidy --quiet --warnings-as-errors='*') 2> /dev/null
lint-format:
	@clang-format --dry-run -Werror $(SOURCES) $(wildcard lib/*.h tests/*/*.h)
# Parts of the driver use each other's variables, and `set --` makes words of a list. Each is looked at by
# itself: followed, what they source would be read again for each way that leads to it, in gigabytes.
lint-sh:
	@$(call each,$(SCRIPTS),4,shellcheck -x)
	@sed -n 's/^ *# shellcheck source=//p' $(PARTS) | xargs ls > /dev/null
	@$(call each,$(PARTS),1,shellcheck -s sh -e SC1091$(comma)SC2034$(comma)SC2154$(comma)SC2119$(comma)SC2120)
	@shfmt -d -i 4 -ci -sr $(SCRIPTS) $(PARTS)
lint-man:
	@$(call each,$(wildcard tools/*.1 scripts/*.1),8,mandoc -T lint -W warning)
lint-bats: # only what is wrong in any shell: tests have habits of their own
	@$(call each,$(wildcard tests/*.bats),4,shellcheck -x -S error)
comma := ,

put = $(if $(2),install -m $(1) $(2) $(DESTDIR)$(PREFIX)/$(3))
install: all ## install below PREFIX (/usr/local), in DESTDIR
	install -d $(addprefix $(DESTDIR)$(PREFIX)/,bin lib/mini-docker libexec/mini-docker/lib share/mini-docker/options \
		share/man/man1 share/bash-completion/completions)
	$(call put,755,$(TOOLS:%=$(BUILD)/bin/%),bin)
	$(call put,755,$(TWINS:%=$(BUILD)/lib/mini-docker/%),lib/mini-docker)
	$(call put,644,$(COMMANDS),libexec/mini-docker)
	$(call put,644,$(SHARED),libexec/mini-docker/lib)
	$(call put,644,$(if $(FILTER),$(addprefix $(BUILD)/share/,seccomp.bpf seccomp.json)),share/mini-docker)
	$(call put,644,$(if $(DRIVER),$(BUILD)/share/options/*),share/mini-docker/options)
	$(call put,644,$(PAGES),share/man/man1)
	$(call put,644,scripts/completion/mini-docker,share/bash-completion/completions)
	@for tool in $(TOOLS); do \
		ln -sf mini-docker $(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$tool; \
	done
ifneq ($(DRIVER),)
	$(call driver,$(PREFIX)/libexec/mini-docker,$(PREFIX)/share/mini-docker,$(PREFIX)/bin) \
		> $(DESTDIR)$(PREFIX)/bin/mini-docker
	chmod 755 $(DESTDIR)$(PREFIX)/bin/mini-docker
endif

uninstall: ## remove what install put below PREFIX, in DESTDIR
	cd $(DESTDIR)$(PREFIX) && rm -rf lib/mini-docker libexec/mini-docker share/mini-docker \
		$(addprefix bin/,$(TOOLS) mini-docker) \
		$(addprefix share/man/man1/,$(notdir $(PAGES))) \
		$(addprefix share/bash-completion/completions/,$(TOOLS) mini-docker)

clean: ## remove what was built
	rm -rf build build-sanitize

.PHONY: all help deps demo test test-vm bench fuzz lint $(LINTS) install uninstall clean
.DELETE_ON_ERROR:
-include $(wildcard $(BUILD)/static/*.d $(BUILD)/shared/*.d)
