# libdane-policy: the C library and its tools. Needs cargo, cc, make and binutils.
#
#   make            library and tools in build/
#   make examples   the programs of examples-c in build/; one alone by its name, as build/openssl-client
#   make demo       the 30 rows of the decision table, seen working
#   make test       every hermetic test, Rust and C, shared and static library; SKIP='sim::storms' leaves out some
#   make counters   record what the library takes, of system calls to instructions, in tests/counters.txt (strace, valgrind)
#   make storm      a million simulated calls in bad weather, and each event of every case made to fail (hours on one core)
#   make soak       a hundred thousand calls over sockets, to hostile mail servers too: memory and descriptors stay (minutes)
#   make faults     every system call and every allocation made to fail in each row, and all else that a system does to a process
#   make fuzz       what octets can do to it: ten targets for SECONDS=60 each, two at a time (g++; the first build takes minutes)
#   make sanitize   tests under AddressSanitizer, ThreadSanitizer and valgrind; PARTS='address thread'
#   make mutants    changes what decides, one operator at a time: FILE=src/verify/ta.rs, SHARD=0/8 (needs cargo-mutants; hours)
#   make install    DESTDIR= PREFIX=/usr/local LIBDIR=$(PREFIX)/lib MANDIR=$(PREFIX)/share/man; shell completion, too
#   make rustls     libdane_policy_rustls in build/rustls/: the library and rustls-ffi in one, for programs that speak TLS through it
#   make install-rustls   as install, for it
#   make bench      one table: what lookups, verification and calls cost, beside other libraries where they are installed (minutes); PARTS='cold trips'
#   make bench-programs   the programs that it compares, in build/bench
#   make bench-scale   100,000 domains through one dane-check, and resolvers that are slow and lose (minutes)
#   make texts      rewrite docs/texts.md, the listing of every text
#   make man        manual pages in build/man, where scdoc is installed; `make install` takes them along
#   make diagrams   rewrite docs/*.svg from docs/*.dot, with Graphviz
#   make header     rewrite include/dane_policy.h, dane_policy_diagnosis.h and dane_policy_rustls.h from src/ffi
#   make test-programs  dma and nullmailer, without TLS, through dane-connect (Debian)
#   make test-servers  real mail and name servers, and attacks (root, Debian); SERVERS='postfix sendmail' SEEDS='1 2 3'
#   make kit        build/dane-kit: what any mail server does with every destination (docs/conformance-kit.md)
#   make check-abi  the library is the one of abi/: symbols, their versions, types (abidiff) and enumerators
#   make abi-baseline  rewrite abi/libdane_policy.abi and the symbols file of debian/
#   make check-deb  Debian packages: built in a new Debian, reproducible, clean for lintian, tried in another (root, Debian)
#   make check-rpm  RPM packages, tried in an empty root (root)
#   make check-machines  other releases, other processors, another C library: MACHINES='sid/amd64 sid/s390x musl freebsd' (root, Debian; hours)
#   make check-advisories  no crate of Cargo.lock has a vulnerability that RustSec knows of; "skipped" without its database
#   make clean
#   make help       this list

VERSION := 1.0.0
# The version of rustls-ffi, which the second library's name carries.
RUSTLS_FFI := $(shell sed -n 's/^rustls-ffi = { version = "=\([0-9.]*\)".*/\1/p' Cargo.toml)

PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
# Where shells look for completion; Debian's zsh has another place for packages.
BASH_COMPLETIONS ?= $(PREFIX)/share/bash-completion/completions
ZSH_COMPLETIONS ?= $(PREFIX)/share/zsh/site-functions
# Files of the system with the root's trust anchors, with colons between them; where it is set, if only to nothing, instead of
# those that dane_policy_context_new(3) names.
ifneq ($(origin ANCHOR_FILES),undefined)
export DANE_POLICY_ANCHOR_FILES := $(ANCHOR_FILES)
endif
# Where the installed tools find the library; nothing where every loader looks by itself.
RUNPATH ?= $(if $(filter /usr/lib% /lib%,$(LIBDIR)),,-Wl,-rpath,'$(LIBDIR)')

CARGO ?= cargo
CC ?= cc
LD ?= ld
AR ?= ar
NM ?= nm
OBJCOPY ?= objcopy
STRIP ?= strip
INSTALL ?= install
SCDOC ?= scdoc
DOT ?= dot
CFLAGS ?= -O2 -g
LDFLAGS ?= -Wl,-z,relro -Wl,-z,now
WARNINGS := -std=c99 -Wall -Wextra -Wpedantic -Werror

# Where cargo puts what it makes for another machine than this one, whose CC, LD, AR, NM, OBJCOPY and STRIP are given then.
FOR := $(addsuffix /,$(CARGO_BUILD_TARGET))

B := build
SHARED := $(B)/libdane_policy.so.$(VERSION)
STATIC := $(B)/libdane_policy.a
ARCHIVE := target/$(FOR)release/libdane_policy.a
HEADERS := include/dane_policy.h include/dane_policy_diagnosis.h
TOOL_NAMES := dane-check dane-connect dane-verify
TOOLS := $(TOOL_NAMES:%=$(B)/%)
EXAMPLES := $(addprefix $(B)/,minimal monitor event-loop delivery-loop openssl-client gnutls-client libtls-client)
R := $(B)/rustls
RUSTLS_SHARED := $(R)/libdane_policy_rustls-$(RUSTLS_FFI).so.$(VERSION)
RUSTLS_STATIC := $(R)/libdane_policy_rustls.a
RUSTLS_HEADER := $(R)/include/dane_policy_rustls/rustls.h
# A folder of its own: the archive of the other features has the same name.
RUSTLS_TARGET := target/rustls-ffi
RUSTLS_ARCHIVE := $(RUSTLS_TARGET)/$(FOR)release/libdane_policy.a
# What the archives need of the system: rustc's list without libc and libgcc, which every cc brings in the form it
# wants; -lgcc_s by name would break cc -static.
PRIVATE_LIBS := -lutil -lrt -lpthread -lm -ldl

.PHONY: all rustls examples kit demo test installed counters storm faults soak fuzz sanitize mutants test-servers test-programs bench bench-programs bench-scale install install-rustls how-to-use help man diagrams header texts check-abi \
    check-abidiff abi-baseline check-deb check-rpm check-machines check-advisories clean FORCE
.DELETE_ON_ERROR:

all: $(SHARED) $(STATIC) $(TOOLS)

rustls: $(RUSTLS_SHARED) $(RUSTLS_STATIC) $(RUSTLS_HEADER)

examples: $(EXAMPLES)

$(B) $(R):
	mkdir -p $@

# A static library and nothing beside it: what cargo can optimise as a whole.
$(ARCHIVE): FORCE
	$(CARGO) rustc --release --locked --lib --crate-type staticlib

$(RUSTLS_ARCHIVE): FORCE | $(R)
	$(CARGO) rustc --release --locked --lib --crate-type staticlib --features rustls-ffi --target-dir $(RUSTLS_TARGET) \
	    --message-format=json-render-diagnostics > $(R)/cargo.json

# The header that rustls-ffi's build script left for those who depend on it.
$(RUSTLS_HEADER): $(RUSTLS_ARCHIVE)
	mkdir -p $(@D)
	cp "$$(sed -n '/"build-script-executed"/s/.*#rustls-ffi@.*"out_dir":"\([^"]*\)".*/\1/p' $(R)/cargo.json)/include/rustls.h" $@

# Each symbol and its version node; rustls-ffi promises no stable ABI, so its node has its version.
$(B)/versions.txt: abi/symbols.txt | $(B)
	cp $< $@

$(R)/versions.txt: abi/symbols.txt abi/rustls/symbols.txt $(RUSTLS_HEADER)
	{ cat abi/symbols.txt abi/rustls/symbols.txt; $(CC) -E -P -DDEFINE_RING $(RUSTLS_HEADER) | tr -d '\n' | tr ';{}' '\n' \
	    | sed -nE 's/.*[ *](rustls_[a-z0-9_]+)\(.*/\1/p; s/.*extern const .* (RUSTLS_[A-Z_]+).*/\1/p' \
	    | sed 's/$$/ RUSTLS_FFI_$(RUSTLS_FFI)/'; } > $@

%/symbols.txt: %/versions.txt
	sed 's/ .*//' $< > $@

# Each node holds what its release added; the newest depends on the ones before.
%/libdane_policy.map: %/versions.txt
	older=; for node in $$(sed 's/.* //' $< | sort -uV); do \
	    echo "$$node {"; echo 'global:'; sed -n "s/ $$node$$/;/p" $<; \
	    [ -n "$$older" ] || echo 'local: *;'; echo "} $$older;"; older=$$node; \
	done > $@

# What the linker must take out of an archive, as options for cc and for ld.
%/keep.cc: %/symbols.txt
	sed 's/^/-Wl,-u,/' $< > $@

%/keep.ld: %/symbols.txt
	sed 's/^/-u /' $< > $@

comma := ,

# $(call soname,file) and $(call linkname,file): what programs ask for when they run, and when they are linked.
soname = $(patsubst %$(VERSION),%$(firstword $(subst ., ,$(VERSION))),$(notdir $(1)))
linkname = $(patsubst %.$(VERSION),%,$(subst -$(RUSTLS_FFI),,$(notdir $(1))))

$(SHARED): $(ARCHIVE) $(B)/libdane_policy.map $(B)/keep.cc
$(RUSTLS_SHARED): $(RUSTLS_ARCHIVE) $(R)/libdane_policy.map $(R)/keep.cc

# cargo cannot give symbols a version; the linker can. It would keep libm for what it then throws away, and loading libgcc_s is a
# third of what a process needs to come to a context.
$(SHARED) $(RUSTLS_SHARED):
	$(CC) $(CFLAGS) -shared -static-libgcc -o $@ @$(@D)/keep.cc $< \
	    -Wl,--version-script=$(@D)/libdane_policy.map -Wl,-soname,$(call soname,$@) \
	    -Wl,-z,defs -Wl,-z,nodelete -Wl,--gc-sections -Wl,--as-needed $(LDFLAGS) $(filter-out -lm,$(PRIVATE_LIBS))
	ln -sf $(@F) $(@D)/$(call soname,$@)
	ln -sf $(call soname,$@) $(@D)/$(call linkname,$@)

$(STATIC): $(ARCHIVE) $(B)/keep.ld $(B)/symbols.txt
$(RUSTLS_STATIC): $(RUSTLS_ARCHIVE) $(R)/keep.ld $(R)/symbols.txt

# One object whose other symbols are local, so that it links beside any other Rust library. Left as groups, sections
# would stand in for those of the other library, whose symbols are not theirs.
$(STATIC) $(RUSTLS_STATIC):
	$(LD) -r --force-group-allocation -o $(@:.a=.o) @$(@D)/keep.ld $<
	$(OBJCOPY) --keep-global-symbols=$(@D)/symbols.txt --remove-section=.llvmbc --remove-section=.llvmcmd \
	    $(@:.a=.o)
	rm -f $@
	$(AR) rcs $@ $(@:.a=.o)
	rm $(@:.a=.o)

$(TOOLS) $(EXAMPLES): $(B)/%: examples-c/%.c $(wildcard examples-c/*.h include/*.h) $(SHARED)
	$(CC) $(WARNINGS) $(CPPFLAGS) $(CFLAGS) -Iinclude -o $@ $< -L$(B) -ldane_policy -Wl,-rpath,'$$ORIGIN' $(LDFLAGS) $(TLS)

$(B)/openssl-client $(B)/delivery-loop: TLS = $(shell pkg-config --cflags --libs openssl)
$(B)/gnutls-client: TLS = $(shell pkg-config --cflags --libs gnutls)
$(B)/libtls-client: TLS = $(shell pkg-config --cflags --libs libtls)

$(B)/demo: tests/c/demo.c tests/c/cases.h examples-c/world.h $(HEADERS) $(SHARED)
	$(CC) $(WARNINGS) $(CPPFLAGS) $(CFLAGS) -Iinclude -o $@ $< -L$(B) -ldane_policy -Wl,-rpath,'$$ORIGIN' $(LDFLAGS)

demo: all $(B)/demo
	$(CARGO) run --quiet --locked -p dane-policy-world -- run -- $(B)/demo

# What takes hours where it is not optimised.
STORM := a_million_calls each_event_of_every_case
LONG := $(STORM) a_hundred_thousand_calls

# Before the tests run: none of them may build the library again under the others' feet.
installed: all
	rm -rf $(B)/installed
	$(MAKE) install $(if $(wildcard $(RUSTLS_SHARED)),install-rustls) DESTDIR='$(CURDIR)/$(B)/installed' \
	    PREFIX=/opt/dane LIBDIR=/opt/dane/lib64

test: installed check-abi
	$(CARGO) build --locked -p dane-policy-world
	DANE_POLICY_BUILD='$(CURDIR)/$(B)' CC='$(CC)' NM='$(NM)' $(CARGO) test --workspace --locked -- \
	    $(if $(CI),--include-ignored $(LONG:%=--skip %)) $(SKIP:%=--skip %)

counters: installed
	DANE_POLICY_WRITE_COUNTERS=1 $(CARGO) test --locked --lib sim::servers
	DANE_POLICY_WRITE_COUNTERS=1 DANE_POLICY_BUILD='$(CURDIR)/$(B)' CC='$(CC)' \
	    $(CARGO) test --locked --test counters -- --include-ignored

# One after the other: what is allocated is counted.
storm:
	$(CARGO) test --release --locked --lib -- --ignored --nocapture --test-threads 1 $(STORM)

soak: all
	$(CARGO) build --locked -p dane-policy-world
	DANE_POLICY_BUILD='$(CURDIR)/$(B)' CC='$(CC)' $(CARGO) test --locked --test hostile -- --ignored --nocapture

faults: all
	$(CARGO) build --locked -p dane-policy-world
	DANE_POLICY_BUILD='$(CURDIR)/$(B)' CC='$(CC)' DANE_POLICY_FAULTS=1 $(CARGO) test --locked --test faults -- \
	    --nocapture --test-threads 1

SECONDS ?= 60

fuzz:
	fuzz/run $(SECONDS)

sanitize: all
	tests/sanitize $(PARTS)

mutants:
	FILE='$(FILE)' SHARD='$(SHARD)' .ci/mutants

# Flags for the other verifiers, as far as pkg-config finds them.
OTHERS = $(shell pkg-config --cflags --libs openssl 2>/dev/null | sed 's/^/-DWITH_OPENSSL /') \
    $(shell pkg-config --cflags --libs gnutls-dane 2>/dev/null | sed 's/^/-DWITH_GNUTLS /')

$(B)/verifiers: benches/verifiers.c tests/c/allocations.h include/dane_policy.h $(SHARED)
	$(CC) $(WARNINGS) $(CPPFLAGS) $(CFLAGS) -Iinclude -o $@ $< -L$(B) -ldane_policy -Wl,-rpath,'$$ORIGIN' $(LDFLAGS) $(OTHERS)

# What the table compares, each a program that links its library as a user would.
PEERS := $(addprefix $(B)/bench/,lookups context calls nquery stub nothing measure allocations.so redirect.so \
    $(if $(shell pkg-config --exists libunbound 2>/dev/null && echo yes),unbound))

$(B)/bench:
	mkdir -p $@

$(B)/bench/%: benches/peers/%.c $(wildcard benches/peers/*.h) $(SHARED) | $(B)/bench
	$(CC) $(WARNINGS) $(CPPFLAGS) $(CFLAGS) -Iinclude -o $@ $< $(LDFLAGS) $(PEER)

$(B)/bench/%.so: benches/peers/%.c benches/peers/empty.h tests/c/allocations.h | $(B)/bench
	$(CC) $(WARNINGS) $(CPPFLAGS) $(CFLAGS) -shared -fPIC -o $@ $< $(LDFLAGS)

$(addprefix $(B)/bench/,lookups context calls): PEER = -L$(B) -ldane_policy -Wl,-rpath,'$$ORIGIN/..' -lpthread
$(B)/bench/calls: PEER += -L$(B)/bench -l:empty.so -Wl,-rpath,'$$ORIGIN'
$(B)/bench/calls: $(B)/bench/empty.so
$(B)/bench/nquery: PEER = -lresolv
$(B)/bench/unbound: PEER = $(shell pkg-config --cflags --libs libunbound)

bench-programs: all $(B)/verifiers $(PEERS)

bench: bench-programs
	$(CARGO) run --quiet --locked -p dane-policy-world -- chains > $(B)/chains.txt
	DANE_POLICY_BUILD='$(CURDIR)/$(B)' $(CARGO) bench --quiet --locked --bench table -- $(PARTS)

bench-scale: bench-programs
	DANE_POLICY_BUILD='$(CURDIR)/$(B)' $(CARGO) bench --quiet --locked --bench table -- scale

SEEDS ?= 1
SERVERS ?= mutants postfix exim-openssl exim-gnutls sendmail exim-plain-openssl exim-plain-gnutls sendmail-plain

kit:
	$(CARGO) build --locked -p dane-policy-kit
	mkdir -p $(B)
	cp target/$(FOR)debug/dane-kit $(B)/

test-servers: all
	integrations/lab/run $(SERVERS) $(SEEDS)

# Real programs that speak SMTP through dane-connect; PROGRAMS is where they are built.
PROGRAMS ?= $(CURDIR)/$(B)/connect

test-programs: all
	integrations/connect/build '$(PROGRAMS)' '$(PROGRAMS)/etc'
	DANE_POLICY_BUILD='$(CURDIR)/$(B)' DANE_POLICY_PROGRAMS='$(PROGRAMS)' $(CARGO) test --locked --test programs -- \
	    --nocapture --test-threads 1

# $(call install-library,shared,static)
define install-library
	$(INSTALL) -d $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCLUDEDIR)
	$(INSTALL) -m 755 $(1) $(DESTDIR)$(LIBDIR)/
	$(STRIP) --strip-unneeded $(DESTDIR)$(LIBDIR)/$(notdir $(1))
	ln -sf $(notdir $(1)) $(DESTDIR)$(LIBDIR)/$(call soname,$(1))
	ln -sf $(call soname,$(1)) $(DESTDIR)$(LIBDIR)/$(call linkname,$(1))
	$(INSTALL) -m 644 $(2) $(DESTDIR)$(LIBDIR)/
	$(STRIP) --strip-debug $(DESTDIR)$(LIBDIR)/$(notdir $(2))
endef

# $(call install-pc,name)
define install-pc
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' \
	    -e 's|@VERSION@|$(VERSION)|' -e 's|@PRIVATE_LIBS@|$(PRIVATE_LIBS)|' \
	    $(1).in > $(DESTDIR)$(LIBDIR)/pkgconfig/$(1)
endef

# $(call install-man,pages): of those that are built, by a test of find's
define install-man
	[ ! -d $(B)/man ] || for page in $$(cd $(B) && find man -type f $(1)); do \
	    $(INSTALL) -D -m 644 $(B)/$$page $(DESTDIR)$(MANDIR)/$${page#man/} || exit 1; \
	done
endef

install: all man
	@case '$(LIBDIR)' in /*) ;; *) echo 'PREFIX and LIBDIR begin with /' >&2; exit 2 ;; esac
	$(call install-library,$(SHARED),$(STATIC))
	$(INSTALL) -d $(DESTDIR)$(BINDIR)
	$(INSTALL) -m 644 $(filter-out %_rustls.h,$(wildcard include/*.h)) $(DESTDIR)$(INCLUDEDIR)/
	$(call install-pc,dane-policy.pc)
	for tool in $(TOOL_NAMES); do \
	    $(CC) $(WARNINGS) $(CPPFLAGS) $(CFLAGS) -Iinclude -o $(DESTDIR)$(BINDIR)/$$tool examples-c/$$tool.c \
	        -L$(B) -ldane_policy $(RUNPATH) $(LDFLAGS) || exit 1; \
	done
	$(INSTALL) -d $(DESTDIR)$(BASH_COMPLETIONS) $(DESTDIR)$(ZSH_COMPLETIONS)
	$(INSTALL) -m 644 examples-c/completion/dane-tools.bash $(DESTDIR)$(BASH_COMPLETIONS)/$(firstword $(TOOL_NAMES))
	for tool in $(wordlist 2,9,$(TOOL_NAMES)); do \
	    ln -sf $(firstword $(TOOL_NAMES)) $(DESTDIR)$(BASH_COMPLETIONS)/$$tool || exit 1; \
	done
	$(INSTALL) -m 644 examples-c/completion/_dane-tools $(DESTDIR)$(ZSH_COMPLETIONS)/
	$(call install-man,! -name '*_rustls*')
	$(if $(DESTDIR),,@$(MAKE) --no-print-directory how-to-use)

# For people who install by hand; tried by packaging/check-install.
how-to-use:
	@echo 'Installed. The tools and their pages, and a program of yours:'
	@echo '    export PATH=$(BINDIR):$$PATH PKG_CONFIG_PATH=$(LIBDIR)/pkgconfig'
	@echo '    cc program.c $$(pkg-config --cflags --libs dane-policy)$(if $(RUNPATH), -Wl$(comma)-rpath$(comma)$(LIBDIR)) -o program'
	@[ -z "$(RUNPATH)" ] || echo 'Without -Wl,-rpath it runs after ldconfig, as root, where /etc/ld.so.conf has $(LIBDIR).'

# A page for each source, and for every other name in its NAME section a page that leads to it.
man:
	@command -v $(SCDOC) >/dev/null || { echo 'skipped: no manual pages without $(SCDOC)'; exit 0; }; \
	set -e; rm -rf $(B)/man; \
	for source in docs/man/*.scd; do \
	    page=$$(basename $$source .scd); section=$${page##*.}; folder=$(B)/man/man$$section; \
	    mkdir -p $$folder; \
	    sed 's/@VERSION@/$(VERSION)/' $$source | $(SCDOC) > $$folder/$$page; \
	    for name in $$(sed -n '/^# NAME/,/ - /{/^#/d;s/ - .*//;s/,/ /g;p;}' $$source); do \
	        [ $$name.$$section = $$page ] || echo ".so man$$section/$$page" > $$folder/$$name.$$section; \
	    done; \
	done

diagrams:
	for source in docs/*.dot; do $(DOT) -Tsvg -o $${source%.dot}.svg $$source || exit 1; done

install-rustls: rustls man
	$(call install-library,$(RUSTLS_SHARED),$(RUSTLS_STATIC))
	$(INSTALL) -d $(DESTDIR)$(INCLUDEDIR)/dane_policy_rustls
	$(INSTALL) -m 644 $(RUSTLS_HEADER) $(DESTDIR)$(INCLUDEDIR)/dane_policy_rustls/
	$(INSTALL) -m 644 $(HEADERS) include/dane_policy_rustls.h $(DESTDIR)$(INCLUDEDIR)/
	$(call install-pc,dane-policy-rustls.pc)
	$(call install-man,-name '*_rustls*')

header:
	DANE_POLICY_HEADERS='$(CURDIR)/include' $(CARGO) build --locked --features regenerate-header

texts:
	DANE_POLICY_WRITE_TEXTS=1 $(CARGO) test --locked --lib sim::texts

check-abi: $(SHARED) check-abidiff
	$(NM) -D --defined-only --with-symbol-versions $(SHARED) | sed 's/.* //' | grep -v '^DANE_POLICY_' \
	    | LC_ALL=C sort > $(B)/exported.txt
	sed 's/ /@@/' abi/symbols.txt | LC_ALL=C sort | diff - $(B)/exported.txt

# The ABI that a C compiler reads from the headers, under the symbols and versions of the library. Rust's own debug
# information would add the inside of every opaque object, and has no enumerators. The system's types are not this library's.
$(B)/libdane_policy.abi: $(HEADERS) $(B)/libdane_policy.map
	sed -e '/^#include <dane_policy/d' -e 's|^#include <sys/socket.h>|struct sockaddr_storage; typedef unsigned int socklen_t;|' \
	    -e 's/);$$/) { __builtin_trap(); }/' $(HEADERS) | $(CC) -x c -std=c99 -ffreestanding -g -fno-eliminate-unused-debug-types \
	    -w -fPIC -shared -nostdlib -o $(B)/abi.so - -Wl,--version-script=$(B)/libdane_policy.map -Wl,-soname,$(call soname,$(SHARED))
	abidw --load-all-types --no-show-locs --no-comp-dir-path --no-corpus-path --type-id-style hash $(B)/abi.so > $@

check-abidiff:
	@if ! command -v abidiff >/dev/null; then \
	    echo 'skipped: abidiff is not here'; test -z "$$CI"; \
	elif [ "$$(uname -m)" != x86_64 ]; then \
	    echo 'skipped: the baseline is of x86-64'; \
	else \
	    $(MAKE) $(B)/libdane_policy.abi && \
	    abidiff --non-reachable-types --harmless abi/libdane_policy.abi $(B)/libdane_policy.abi; \
	fi

abi-baseline: $(B)/libdane_policy.abi
	cp $< abi/
	{ echo '$(call soname,$(SHARED)) libdane-policy1 #MINVER#'; echo '* Build-Depends-Package: libdane-policy-dev'; \
	    for node in $$(sed 's/.* //' abi/symbols.txt | sort -uV); do echo " $$node@$$node $${node#DANE_POLICY_}.0"; done; \
	    sed 's/^\(.*\) \(DANE_POLICY_\(.*\)\)$$/ \1@\2 \3.0/' abi/symbols.txt; } > debian/libdane-policy1.symbols

check-advisories:
	packaging/check-advisories

check-deb check-rpm: check-%:
	packaging/check-$* $(B)/$*

check-machines:
	packaging/check-machines $(B)/machines $(MACHINES)

help:
	@sed -n '/^$$/q; s/^# \{0,1\}//p' Makefile

clean:
	rm -rf $(B)
	$(CARGO) clean
