# libdane-policy: the C library and its tools. Needs cargo, cc, make and binutils.
#
#   make            library and tools in build/
#   make demo       the 30 rows of the decision table, seen working
#   make test       every hermetic test, Rust and C, shared and static library
#   make install    DESTDIR= PREFIX=/usr/local LIBDIR=$(PREFIX)/lib MANDIR=$(PREFIX)/share/man
#   make bench      times verification beside OpenSSL's and GnuTLS's, where they are installed
#   make texts      rewrite docs/texts.md, the listing of every text
#   make man        manual pages in build/man, where scdoc is installed; `make install` takes them along
#   make diagrams   rewrite docs/*.svg from docs/*.dot, with Graphviz
#   make header     rewrite include/dane_policy.h from src/ffi
#   make test-servers  real mail and name servers, and attacks (root, Debian); SERVERS='postfix sendmail' SEEDS='1 2 3'
#   make check-abi  the exported symbols are those of abi/symbols.txt, all of version DANE_POLICY_1.0
#   make clean

VERSION := 1.0.0
SONAME := libdane_policy.so.1
NODE := DANE_POLICY_1.0

PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man

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

B := build
SHARED := $(B)/libdane_policy.so.$(VERSION)
STATIC := $(B)/libdane_policy.a
ARCHIVE := target/release/libdane_policy.a
TOOLS := $(B)/dane-check $(B)/dane-verify
# What the archive needs of the system beside libc.
PRIVATE_LIBS := -lpthread -ldl -lm

.PHONY: all demo test test-servers bench install man diagrams header texts check-abi clean FORCE
.DELETE_ON_ERROR:

all: $(SHARED) $(STATIC) $(TOOLS)

$(B):
	mkdir -p $@

$(ARCHIVE): FORCE
	$(CARGO) build --release --locked --lib

$(B)/libdane_policy.map: abi/symbols.txt | $(B)
	{ echo '$(NODE) {'; echo 'global:'; sed 's/$$/;/' abi/symbols.txt; echo 'local: *;'; echo '};'; } > $@

# What the linker must take out of the archive, as options for cc and for ld.
$(B)/keep.cc: abi/symbols.txt | $(B)
	sed 's/^/-Wl,-u,/' abi/symbols.txt > $@

$(B)/keep.ld: abi/symbols.txt | $(B)
	sed 's/^/-u /' abi/symbols.txt > $@

# cargo cannot give symbols a version; the linker can.
$(SHARED): $(ARCHIVE) $(B)/libdane_policy.map $(B)/keep.cc
	$(CC) $(CFLAGS) -shared -o $@ @$(B)/keep.cc $(ARCHIVE) \
	    -Wl,--version-script=$(B)/libdane_policy.map -Wl,-soname,$(SONAME) \
	    -Wl,-z,defs -Wl,-z,nodelete -Wl,--gc-sections -Wl,--as-needed $(LDFLAGS) $(PRIVATE_LIBS)
	ln -sf $(@F) $(B)/$(SONAME)
	ln -sf $(SONAME) $(B)/libdane_policy.so

# One object whose other symbols are local, so that it links beside any other Rust library.
$(STATIC): $(ARCHIVE) $(B)/keep.ld
	$(LD) -r -o $(B)/libdane_policy.o @$(B)/keep.ld $(ARCHIVE)
	$(OBJCOPY) --keep-global-symbols=abi/symbols.txt --remove-section=.llvmbc --remove-section=.llvmcmd \
	    $(B)/libdane_policy.o
	rm -f $@
	$(AR) rcs $@ $(B)/libdane_policy.o
	rm $(B)/libdane_policy.o

$(TOOLS): $(B)/%: examples-c/%.c $(wildcard examples-c/*.h) include/dane_policy.h $(SHARED)
	$(CC) $(WARNINGS) $(CFLAGS) -Iinclude -o $@ $< -L$(B) -ldane_policy -Wl,-rpath,'$$ORIGIN' $(LDFLAGS)

$(B)/demo: tests/c/demo.c include/dane_policy.h $(SHARED)
	$(CC) $(WARNINGS) $(CFLAGS) -Iinclude -o $@ $< -L$(B) -ldane_policy -Wl,-rpath,'$$ORIGIN' $(LDFLAGS)

demo: all $(B)/demo
	$(CARGO) run --quiet --locked -p dane-policy-world -- run -- $(B)/demo

# Installed before the tests run: none of them may build the library again under the others' feet.
test: all check-abi
	rm -rf $(B)/installed
	$(MAKE) install DESTDIR='$(CURDIR)/$(B)/installed' PREFIX=/opt/dane LIBDIR=/opt/dane/lib64
	$(CARGO) build --locked -p dane-policy-world
	DANE_POLICY_BUILD='$(CURDIR)/$(B)' CC='$(CC)' $(CARGO) test --workspace --locked

# Flags for the other verifiers, as far as pkg-config finds them.
OTHERS = $(shell pkg-config --cflags --libs openssl 2>/dev/null | sed 's/^/-DWITH_OPENSSL /') \
    $(shell pkg-config --cflags --libs gnutls-dane 2>/dev/null | sed 's/^/-DWITH_GNUTLS /')

$(B)/verifiers: benches/verifiers.c tests/c/allocations.h include/dane_policy.h $(SHARED)
	$(CC) $(WARNINGS) $(CFLAGS) -Iinclude -o $@ $< -L$(B) -ldane_policy -Wl,-rpath,'$$ORIGIN' $(LDFLAGS) $(OTHERS)

bench: $(B)/verifiers
	$(CARGO) run --quiet --locked -p dane-policy-world -- chains > $(B)/chains.txt
	$(B)/verifiers times $(B)/chains.txt
	$(CARGO) bench --quiet --locked --bench floor

SEEDS ?= 1
SERVERS ?= postfix exim-openssl exim-gnutls sendmail exim-plain-openssl exim-plain-gnutls sendmail-plain

test-servers: all
	integrations/lab/run $(SERVERS) $(SEEDS)

install: all man
	$(INSTALL) -d $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCLUDEDIR) $(DESTDIR)$(BINDIR)
	$(INSTALL) -m 755 $(SHARED) $(DESTDIR)$(LIBDIR)/
	$(STRIP) --strip-unneeded $(DESTDIR)$(LIBDIR)/$(notdir $(SHARED))
	ln -sf $(notdir $(SHARED)) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libdane_policy.so
	$(INSTALL) -m 644 $(STATIC) $(DESTDIR)$(LIBDIR)/
	$(STRIP) --strip-debug $(DESTDIR)$(LIBDIR)/$(notdir $(STATIC))
	$(INSTALL) -m 644 $(wildcard include/*.h) $(DESTDIR)$(INCLUDEDIR)/
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' \
	    -e 's|@VERSION@|$(VERSION)|' -e 's|@PRIVATE_LIBS@|$(PRIVATE_LIBS)|' \
	    dane-policy.pc.in > $(DESTDIR)$(LIBDIR)/pkgconfig/dane-policy.pc
	for tool in dane-check dane-verify; do \
	    $(CC) $(WARNINGS) $(CFLAGS) -Iinclude -o $(DESTDIR)$(BINDIR)/$$tool examples-c/$$tool.c \
	        -L$(B) -ldane_policy $(LDFLAGS) || exit 1; \
	done
	for section in 1 3 7; do \
	    [ -d $(B)/man/man$$section ] || continue; \
	    $(INSTALL) -d $(DESTDIR)$(MANDIR)/man$$section && \
	    $(INSTALL) -m 644 $(B)/man/man$$section/* $(DESTDIR)$(MANDIR)/man$$section/ || exit 1; \
	done

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

header:
	DANE_POLICY_HEADER='$(CURDIR)/include/dane_policy.h' $(CARGO) build --locked --features regenerate-header

texts:
	DANE_POLICY_WRITE_TEXTS=1 $(CARGO) test --locked --test texts

check-abi: $(SHARED)
	$(NM) -D --defined-only --with-symbol-versions $(SHARED) | sed 's/.* //' | grep -v '^$(NODE)' \
	    | LC_ALL=C sort > $(B)/exported.txt
	sed 's/$$/@@$(NODE)/' abi/symbols.txt | LC_ALL=C sort | diff - $(B)/exported.txt

clean:
	rm -rf $(B)
	$(CARGO) clean
