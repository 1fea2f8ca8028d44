# hoist is built by this one Makefile, with GNU make, into build/<target>/:
#
#   make                                  this machine's processor, static
#   make TARGET=aarch64-linux-musl        another one (see toolchains/)
#   make help                             everything else
#
# Your own settings go into config.mk (see config.mk.example).

VERSION      := 0.1.0
RELEASE_DATE := 2026-11-21	# a clock that is before this day is wrong

-include config.mk

.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
.DEFAULT_GOAL := all
FORCE:
.PHONY: FORCE

# All processors, unless told otherwise.
JOBS := $(shell nproc 2>/dev/null || echo 1)
ifeq ($(filter -j% --jobserver%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(JOBS)
endif

ifeq ($(V),)
Q   := @
say = @echo "  $1"
else
say = @:
endif

# --- Where things are --------------------------------------------------------
O       := $(abspath build)
CACHE   ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/hoist
PREFIX  ?= /usr/local

# --- The target and its tools ---------------------------------------------------
NATIVE := $(patsubst armv7%,armv7-linux-musleabihf,$(patsubst %,%-linux-musl,$(shell uname -m)))
TARGET ?= $(NATIVE)
ifeq ($(wildcard toolchains/$(TARGET).mk),)
$(error no toolchains/$(TARGET).mk; there are: $(basename $(notdir $(wildcard toolchains/*.mk))))
endif

OPT := -O2 -g
# make's built-in "cc" and "ar" do not count as a choice.
ifeq ($(origin CC),default)
CC = $(CROSS)gcc
endif
ifeq ($(origin AR),default)
AR = $(CROSS)ar
endif
RANLIB  = $(CROSS)ranlib
STRIP   = $(CROSS)strip
OBJCOPY = $(CROSS)objcopy
HOSTCC ?= gcc

include toolchains/$(TARGET).mk
ifeq ($(TARGET),$(NATIVE))
CROSS :=
RUN   :=
endif
# Newer Debian releases have the static emulator without "-static" in its name.
RUN := $(and $(RUN),$(or $(shell command -v $(RUN)-static),$(RUN)))

# What needs no compiler, or gets it first.
NO_TOOLS := deps demo check check-all bench bump format clean distclean help
ifneq ($(filter-out $(NO_TOOLS),$(or $(MAKECMDGOALS),all)),)
$(foreach tool,$(CC) $(AR) $(HOSTCC),$(if $(shell command -v $(firstword $(tool))),,\
	$(error $(tool) is not installed: run "make deps TARGET=$(TARGET)")))
endif

B       := $(O)/$(TARGET)
LIBNAME := $(or $(LIBS),$(TARGET))
L       := $(O)/$(LIBNAME)$(if $(LIBS),-libs)
ARCH    := $(if $(filter host,$(LIBC)),$(NATIVE),$(TARGET))

# Build paths in messages and debug information become relative, so that two
# builds in different places give the same bytes.
MAPS := -ffile-prefix-map=$(CURDIR)/= -ffile-prefix-map=$(O)/= -ffile-prefix-map=$(L)/=

# C needs no unwind tables at run time, and they are a tenth of a binary; debuggers
# find the same in hoist.debug.
NO_UNWIND := -fno-asynchronous-unwind-tables -fno-unwind-tables

# What make tells its children would reach the libraries' own build systems.
CLEAN_ENV := env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u MAKEOVERRIDES \
	-u CC -u CFLAGS -u CPPFLAGS -u LDFLAGS -u LIBS -u CONFIG_SITE

ifeq ($(LIBC),musl)
# musl's wrapper specs make a dynamic program out of -static-pie, so the pieces
# of a static position-independent one are put together by hand.
TCC       = $(CC) -specs $(SYSROOT)/lib/musl-gcc.specs
SRC_CC    = $(TCC)
STATIC    := -static
CURL_HOST := --host=$(TARGET)
crt        = $(shell $(CC) -print-file-name=$1)
# Relative relocations as bitmaps, where the linker can: on x86_64 50 KiB less.
RELR      := $(shell $(CROSS)ld --help | grep -q pack-relative-relocs && \
	echo -Wl,-z,pack-relative-relocs)
LINK_START = -static -nostartfiles -Wl,-pie,--no-dynamic-linker,-z,text $(RELR) \
	$(SYSROOT)/lib/rcrt1.o $(SYSROOT)/lib/crti.o $(call crt,crtbeginS.o)
LINK_END   = $(call crt,crtendS.o) $(SYSROOT)/lib/crtn.o
else
TCC       = $(HOSTCC)
SRC_CC    = $(CC)
LINK_START = -pie
LINK_END   = -lpthread
endif

include third_party/rules.mk

# --- Flags ------------------------------------------------------------------------
WARN := -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wvla -Wundef -Wformat=2 \
	-Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings \
	$(WARN_OFF) $(if $(WERROR),-Werror)
CPP_FLAGS := -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -D_FILE_OFFSET_BITS=64 -Isrc $(LIB_INCLUDES) $(CPPFLAGS)
VERSION_DEFS = -DHOIST_VERSION='"$(strip $(VERSION))"' \
	-DHOIST_BUILD_TIME=$(shell date -u -d "$(strip $(RELEASE_DATE))" +%s)
C_FLAGS := -std=c11 $(OPT) $(WARN) -fPIE $(NO_UNWIND) -ffunction-sections -fdata-sections \
	-fstack-protector-strong $(ARCHFLAGS) $(MAPS) $(SAN) $(CFLAGS)
# Names are looked up by src/net/resolve.c.
LD_FLAGS := -Wl,--wrap=getaddrinfo,--gc-sections,-z,relro,-z,now,-z,noexecstack $(ARCHLINK) $(SAN) $(LDFLAGS)
# curl needs mbedTLS and zlib, and they nothing; libyaml needs our base/mem.c.
LIBS_LINK = $(LIB_ARCHIVES) $(LIBHOIST)
# What src/ must not call is an error in every file of it; mem.c, which counts the
# allocations of the libraries, includes the header itself and says so.
BANNED := -include src/base/banned.h

# --- The program ---------------------------------------------------------------------
# src/crypto belongs to mbedTLS's functions and src/inflate to zlib's: third_party/rules.mk
# builds them with these.
SRC     := $(sort $(shell find src -name '*.c' ! -path 'src/crypto/*' ! -path 'src/inflate/*' \
	! -name $(if $(filter yes,$(ISAL)),igzip_none.c,igzip_isal.c) 2>/dev/null))
OBJ     := $(SRC:%.c=$(B)/obj/%.o)
MAIN    := $(B)/obj/src/main.o
LIBHOIST := $(B)/libhoist.a

.PHONY: all libs
all: $(B)/hoist
libs: $(LIB_ARCHIVES) $(LIB_HEADERS)

$(B)/stamp/src: FORCE
	$(call stamp,$(SRC_CC) $(CPP_FLAGS) $(C_FLAGS) $(VERSION) $(RELEASE_DATE))
$(B)/stamp/link: FORCE
	$(call stamp,$(SRC_CC) $(LD_FLAGS) $(SRC))

$(B)/obj/src/%.o: src/%.c $(B)/stamp/src $(LIBC_READY) | $(LIB_HEADERS)
	$(call say,CC    $<)
	$(Q)mkdir -p $(@D)
	$(Q)$(SRC_CC) $(BANNED) $(CPP_FLAGS) $(VERSION_DEFS) $(C_FLAGS) -MMD -MP -c $< -o $@

$(B)/obj/src/base/mem.o: BANNED :=
# What waits for clouds, and for their users, need not be fast.
SLOW := $(if $(filter -O2,$(OPT)),-Os)
$(B)/obj/src/cloud/%.o: private C_FLAGS += $(SLOW)
$(B)/obj/src/image/disk%.o: private C_FLAGS += $(SLOW)
$(patsubst %,$(B)/obj/src/net/%.o,blame dial http identity resolve trust): private C_FLAGS += $(SLOW)

$(LIBHOIST): $(filter-out $(MAIN),$(OBJ)) $(B)/stamp/link
	$(Q)rm -f $@ && $(AR) qcs $@ $(filter %.o,$^)

link = $(SRC_CC) $(C_FLAGS) $(LD_FLAGS) $(LINK_START) $1 $(LIBS_LINK) $(LINK_END)

$(B)/hoist.debug: $(MAIN) $(LIBHOIST) $(LIB_ARCHIVES) $(B)/stamp/link
	$(call say,LINK  $(@:$(CURDIR)/%=%))
	$(Q)$(call link,-o $@ $(MAIN) $(LIBHOIST))

# The host variants keep their symbols: sanitizers and debuggers want them.
$(B)/hoist: $(B)/hoist.debug
	$(Q)$(if $(filter host,$(LIBC)),ln -f $< $@,$(STRIP) -s -R .comment -o $@ $<)

# --- Unit tests: tests/unit/test_NAME.c, one program each ---------------------------------
UNIT     := $(patsubst tests/unit/%.c,%,$(sort $(wildcard tests/unit/test_*.c)))
UNIT_BIN := $(UNIT:%=$(B)/tests/%)

$(B)/obj/tests/%.o: tests/%.c $(B)/stamp/src $(LIBC_READY) | $(LIB_HEADERS) $(LIB_TEST_HEADERS)
	$(call say,CC    $<)
	$(Q)mkdir -p $(@D)
	$(Q)$(SRC_CC) -Itests $(LIB_TEST_DEFS) $(CPP_FLAGS) $(C_FLAGS) -MMD -MP -c $< -o $@

$(B)/tests/%: $(B)/obj/tests/unit/%.o $(LIBHOIST) $(LIB_TESTS) $(LIB_ARCHIVES)
	$(Q)mkdir -p $(@D)
	$(Q)$(call link,-o $@ $(filter-out $(LIB_ARCHIVES),$(filter %.o %.a,$^)))

# All run, even if one fails; what a program printed is in its .log.
.PHONY: unit unit-build
unit-build: $(UNIT_BIN)
unit: $(UNIT_BIN)
	@failed=0; for t in $(UNIT); do \
		if $(RUN) $(B)/tests/$$t > $(B)/tests/$$t.log 2>&1; then \
			echo "  PASS  $$t ($(TARGET))"; \
		else \
			echo "  FAIL  $$t ($(TARGET)), status $$?"; failed=1; \
			tail -n 40 $(B)/tests/$$t.log; \
		fi; \
	done; exit $$failed

# --- Fuzzing: tests/fuzz/fuzz_NAME.c; without libFuzzer, replay.c runs given files -----------
FUZZERS := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
REPLAY  := $(if $(FUZZ),,$(B)/obj/tests/fuzz/replay.o)

$(B)/fuzz/%: $(B)/obj/tests/fuzz/%.o $(REPLAY) $(LIBHOIST) $(LIB_TESTS) $(LIB_ARCHIVES)
	$(Q)mkdir -p $(@D)
	$(Q)$(call link,$(FUZZ) -o $@ $(filter-out $(LIB_ARCHIVES),$(filter %.o %.a,$^)))

.PHONY: fuzz
fuzz: $(FUZZERS)

# --- What scripts do -------------------------------------------------------------------------
# They get the tools that they need first.  Everything that they build, they build
# by calling make again, with the same settings (+ lets them share the jobs).
export TARGET CACHE DISTFILES
.PHONY: deps demo check check-all bench bump format tidy
deps:
	@toolchains/deps.sh build $(TARGET)
	@toolchains/deps.sh check
demo:
	@toolchains/deps.sh build $(TARGET)
	@toolchains/deps.sh demo
	@$(MAKE) --no-print-directory all
	+@tests/demo.sh $(B)/hoist
check check-all bench: deps
	+@tests/$(if $(filter bench,$@),bench/run.sh,check.sh) $(if $(filter check-all,$@),all)
bump: deps
	+@third_party/bump.sh
format:
	clang-format -i $(shell find src tests third_party -name '*.[ch]')
tidy: $(LIB_HEADERS)
	@printf '%s\n' $(SRC) | xargs -P $(JOBS) -I FILE clang-tidy --quiet FILE -- \
		-std=c11 $(CPP_FLAGS) $(VERSION_DEFS) $(BANNED)

# --- Installing and cleaning --------------------------------------------------------------------
.PHONY: install clean distclean help
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 755 $(B)/hoist $(DESTDIR)$(PREFIX)/bin/hoist
	install -m 644 docs/hoist.1 $(DESTDIR)$(PREFIX)/share/man/man1/hoist.1

# The libraries stay; distclean removes them too.  The cache is never touched.
clean:
	rm -rf $(B)/obj/src $(B)/obj/tests $(B)/tests $(B)/fuzz $(B)/hoist* $(LIBHOIST)
distclean:
	rm -rf $(O)

help:
	@sed -n 's/^#? //p' Makefile
#? make [TARGET=...]    build build/TARGET/hoist; TARGETs are the files in toolchains/
#? make ISAL=no         without ISA-L, which compresses faster on 64-bit PCs
#? make ROOTS=ca.pem    with these CA roots compiled in, not Mozilla's
#? make unit            build and run the unit tests of TARGET
#? make fuzz            build the fuzz targets (TARGET=host-fuzz for libFuzzer)
#? make demo            upload an image to a stand-in cloud on this machine
#? make check           all ordinary tests;  check-all: the long ones too
#? make bench           measure, beside other tools
#? make deps            install what building and testing needs (Debian, Ubuntu)
#? make bump            look for newer third-party sources, test, write PINS
#? make format, tidy    clang-format, clang-tidy
#? make install         to $(DESTDIR)$(PREFIX)
#? make clean           our own objects;  distclean: the whole build directory
#? V=1 shows commands, WERROR=1 makes warnings errors, DISTFILES=dir has sources.

-include $(OBJ:.o=.d) $(wildcard $(B)/obj/tests/*/*.d)
