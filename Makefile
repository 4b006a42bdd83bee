# mini-docker: small container tools, and a shell driver that composes them.

VERSION := 0.1.0
PREFIX ?= /usr/local
DESTDIR ?=
BUILD := build$(if $(SANITIZE),-sanitize)

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=gnu17 -Ilib -DVERSION='"$(VERSION)"' $(WARN) $(CFLAGS) -MMD -MP

# Tools that run for every container are linked statically against musl: such a program starts in a
# tenth of the time of one that loads glibc. The kernel's headers come from the host's own.
STATIC_TOOLS := ns-spawn ctr-init ufs-mount cg-limit ctr-state tty-relay
# The others are off that path, and link the libraries that do their work.
LIBRARY_TOOLS := img-layer img-store ufs-list seccomp-compile

TOOLS := $(patsubst tools/%.c,%,$(wildcard $(STATIC_TOOLS:%=tools/%.c) $(LIBRARY_TOOLS:%=tools/%.c)))

ifdef SANITIZE
STATIC_CC := $(CC)
STATIC_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=undefined
LIBRARY_FLAGS := $(STATIC_FLAGS)
else
STATIC_CC := $(shell command -v musl-gcc || echo $(CC))
STATIC_FLAGS := -static $(if $(filter %musl-gcc,$(STATIC_CC)),-idirafter /usr/include -idirafter /usr/include/$(shell $(CC) -dumpmachine))
endif

LIB := $(patsubst lib/%.c,%,$(wildcard lib/*.c))

all: $(TOOLS:%=$(BUILD)/bin/%) $(BUILD)/test/traces

# lib/ is compiled once for each C library.
$(BUILD)/static/%.o: lib/%.c
	@mkdir -p $(@D)
	$(STATIC_CC) $(ALL_CFLAGS) $(STATIC_FLAGS) -ffunction-sections -c -o $@ $<
$(BUILD)/shared/%.o: lib/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LIBRARY_FLAGS) -ffunction-sections -c -o $@ $<
$(BUILD)/static/lib.a: $(LIB:%=$(BUILD)/static/%.o)
$(BUILD)/shared/lib.a: $(LIB:%=$(BUILD)/shared/%.o)
%/lib.a:
	@rm -f $@
	$(AR) rcs $@ $^

$(STATIC_TOOLS:%=$(BUILD)/bin/%): $(BUILD)/bin/%: tools/%.c $(BUILD)/static/lib.a
	@mkdir -p $(@D)
	$(STATIC_CC) $(ALL_CFLAGS) $(STATIC_FLAGS) -Wl,--gc-sections -MF $(BUILD)/static/$*.tool.d -o $@ $< $(BUILD)/static/lib.a

LIBS_img-layer := -larchive -lcrypto
LIBS_img-store := -ljansson -lcrypto
LIBS_ufs-list := -lmount
LIBS_seccomp-compile := -lseccomp -ljansson
$(LIBRARY_TOOLS:%=$(BUILD)/bin/%): $(BUILD)/bin/%: tools/%.c $(BUILD)/shared/lib.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LIBRARY_FLAGS) -Wl,--gc-sections -MF $(BUILD)/shared/$*.tool.d -o $@ $< $(BUILD)/shared/lib.a $(LIBS_$*)

$(BUILD)/test/%: tests/lib/%.c $(BUILD)/static/lib.a
	@mkdir -p $(@D)
	$(STATIC_CC) $(ALL_CFLAGS) $(STATIC_FLAGS) -Wl,--gc-sections -MF $(BUILD)/static/$*.test.d -o $@ $< $(BUILD)/static/lib.a

clean:
	rm -rf build build-sanitize

.PHONY: all clean
-include $(wildcard $(BUILD)/static/*.d $(BUILD)/shared/*.d)
