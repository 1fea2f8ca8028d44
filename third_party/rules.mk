# The third-party libraries: fetched, unpacked once into $(O)/src, and built for
# one target into $(L).  Included by the Makefile, which sets
#
#   O           the build directory             L         where this target's libraries go
#   TCC         the compiler with its target    LIBC      musl, or host for the machine's own
#   MAPS        flags that keep build paths out of the binary
#
# Versions are in the object directories' names and, with the flags, in stamps, so
# that changing the table PINS or a flag builds again what depends on it.

PINS := third_party/PINS
PINNED := $(shell awk '/^[a-z]/ { print $$1 "=" $$2 }' $(PINS))
version = $(patsubst $1=%,%,$(filter $1=%,$(PINNED)))

# --- Sources ---------------------------------------------------------------
src = $(O)/src/$1-$(call version,$1)

define unpack
$(call src,$1)/.unpacked:
	@mkdir -p $(O)/src
	@rm -rf $$(@D) $$(@D).new && mkdir $$(@D).new
	@file=$$$$(PINS='$(PINS)' CACHE='$(CACHE)' DISTFILES='$(DISTFILES)' \
		third_party/fetch.sh $1) && \
	tar -xf "$$$$file" --no-same-owner --strip-components=1 -C $$(@D).new
	@: > $$(@D).new/.unpacked && mv $$(@D).new $$(@D)
endef
$(foreach pin,$(PINNED),$(eval $(call unpack,$(firstword $(subst =, ,$(pin))))))

# --- Stamps ----------------------------------------------------------------
# A stamp's file changes when the text it stands for does.
stamp = @mkdir -p $(@D); echo '$1' | cmp -s - $@ || echo '$1' > $@

$(L)/stamp/%: FORCE
	$(call stamp,$(call version,$*) $(TCC) $(LIB_FLAGS) $(STAMP_$*))
$(L)/stamp/roots: FORCE
	$(call stamp,$(or $(ROOTS),$(call version,ca-certificates)))

# --- Flags -----------------------------------------------------------------
# Small by default; what touches every byte of an image is compiled for speed.
LIB_FLAGS := -g -std=gnu11 -fPIE $(NO_UNWIND) -ffunction-sections -fdata-sections \
	-fstack-protector-strong $(ARCHFLAGS) $(MAPS)
SIZE  := -Os
SPEED := -O3

# --- musl: the C library, static, with a wrapper for the compiler -----------
SYSROOT := $(L)/musl
ifeq ($(LIBC),musl)
LIBC_READY := $(SYSROOT)/.done

# Kernel headers come from the machine, but only they: links to the folders in
# which the compiler itself finds them.
$(SYSROOT)/.done: $(call src,musl)/.unpacked $(L)/stamp/musl
	@echo "  LIB   musl $(call version,musl) for $(TARGET)"
	@rm -rf $(SYSROOT) $(L)/obj/musl && mkdir -p $(SYSROOT)/include $(L)/obj/musl
	@cd $(L)/obj/musl && $(CLEAN_ENV) sh -c '\
		CC="$(CC)" AR="$(AR)" RANLIB="$(RANLIB)" CROSS_COMPILE="$(CROSS)" CFLAGS="$(SIZE) $(LIB_FLAGS)" \
		$(call src,musl)/configure --target=$(TARGET) --prefix=$(SYSROOT) \
			--syslibdir=$(SYSROOT)/lib --disable-shared \
			--enable-wrapper=gcc && \
		$(MAKE) -j$(JOBS) install' >$(L)/musl.log 2>&1 || { tail -n 30 $(L)/musl.log; exit 1; }
	@for d in linux asm asm-generic; do \
		f=$$(echo "#include <$$d/errno.h>" | $(CC) -E -xc - | \
			sed -n "s|^# 1 \"\(/.*/$$d\)/errno.h\".*|\1|p" | head -n 1); \
		[ -n "$$f" ] || { echo "no kernel headers <$$d/...>: run make deps TARGET=$(TARGET)" >&2; exit 1; }; \
		ln -s "$$f" $(SYSROOT)/include/$$d; \
	done
	@: > $@
endif

# --- compile rule for a library whose objects we make ourselves ---------------
# $1 name, $2 folder in its source, $3 objects, $4 flags, $5 objects for speed,
# $6 more prerequisites; FLAGS_LIBRARY/NAME are those of one object
define library
STAMP_$1 := $3 $4 $(foreach object,$3,$(FLAGS_$1/$(object)))
$(L)/obj/$1/%.o: $(call src,$1)/.unpacked $(L)/stamp/$1 $(LIBC_READY) $6
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(TCC) $(LIB_FLAGS) $$(if $$(filter $5,$$*),$(SPEED),$(SIZE)) $4 \
		$$(FLAGS_$1/$$*) -c $(call src,$1)/$2$$*.c -o $$@
$(L)/lib/lib$1.a: $(patsubst %,$(L)/obj/$1/%.o,$3)
	@echo "  LIB   $1 $(call version,$1) for $(LIBNAME)"
	@mkdir -p $$(@D) && rm -f $$@
	$$(Q)$(AR) rcs $$@ $$^
endef

# --- zlib ----------------------------------------------------------------------
# The inner loop of inflate() is ours where a processor suits it, and the CRC libdeflate's.
INFLATE := $(if $(filter x86_64 aarch64,$(firstword $(subst -, ,$(ARCH)))),inflate_fast)
FLAGS_zlib/inffast := $(if $(INFLATE),-Dinflate_fast=hoist_plain_inflate_fast)
FLAGS_zlib/crc32   := -Dcrc32=hoist_plain_crc32

# The gz* files are not used; curl's configure looks for gzread().
ZLIB := adler32 crc32 deflate inffast inflate inftrees trees zutil \
	gzclose gzlib gzread gzwrite
$(eval $(call library,zlib,,$(ZLIB),-DHAVE_UNISTD_H,$(ZLIB)))
$(L)/lib/libzlib.a: $(patsubst %,$(L)/obj/zlib/hoist_%.o,$(INFLATE) crc32)

$(L)/obj/zlib/hoist_%.o: src/inflate/%.c $(call src,zlib)/.unpacked $(L)/stamp/zlib $(LIBC_READY) \
		$(L)/include/zlib.h $(L)/include/libdeflate.h
	$(Q)mkdir -p $(@D)
	$(Q)$(TCC) $(LIB_FLAGS) $(SPEED) -DHAVE_UNISTD_H -I$(call src,zlib) -I$(L)/include -c $< -o $@

# As it is, under names with "z_": what ours is tested against.
PLAIN := adler32 crc32 inffast inflate inftrees zutil
$(L)/obj/plain/%.o: $(call src,zlib)/.unpacked $(L)/stamp/zlib $(LIBC_READY)
	$(Q)mkdir -p $(@D)
	$(Q)$(TCC) $(LIB_FLAGS) $(SPEED) -DHAVE_UNISTD_H -DZ_PREFIX -Dz_errmsg=z_z_errmsg -c $(call src,zlib)/$*.c -o $@
$(L)/lib/libplain.a: $(PLAIN:%=$(L)/obj/plain/%.o)
	$(Q)mkdir -p $(@D) && rm -f $@ && $(AR) rcs $@ $^

$(L)/include/zlib.h: $(call src,zlib)/.unpacked $(L)/stamp/zlib
	@mkdir -p $(@D) && cp $(<D)/zlib.h $(<D)/zconf.h $(@D)

# --- libdeflate: what compresses, and the CRC-32; its memory is counted and capped by src/base/mem.c ---
LIBDEFLATE := deflate_compress crc32 utils x86/cpu_features arm/cpu_features
$(eval $(call library,libdeflate,lib/,$(LIBDEFLATE),-I$(call src,libdeflate) -Dmalloc=mem_malloc -Dfree=mem_free,deflate_compress crc32))

$(L)/include/libdeflate.h: $(call src,libdeflate)/.unpacked $(L)/stamp/libdeflate
	@mkdir -p $(@D) && cp $(<D)/libdeflate.h $(@D)

# --- ISA-L: what compresses; for 64-bit PCs, unless ISAL=no -----------------------------------
override ISAL := $(if $(filter x86_64,$(firstword $(subst -, ,$(ARCH)))),$(if $(filter no,$(ISAL)),no,yes),no)
ifeq ($(ISAL),yes)
ISAL_C := adler32_base encode_df flatten_ll huff_codes hufftables_c igzip igzip_base igzip_icf_base \
	igzip_icf_body
ISAL_ASM := adler32_avx2_4 adler32_sse encode_df_04 encode_df_06 igzip_body igzip_deflate_hash \
	igzip_finish igzip_gen_icf_map_lh1_04 igzip_gen_icf_map_lh1_06 igzip_icf_body_h1_gr_bt \
	igzip_icf_finish igzip_multibinary igzip_set_long_icf_fg_04 igzip_set_long_icf_fg_06 \
	igzip_update_histogram_01 igzip_update_histogram_04 proc_heap rfc1951_lookup
ISAL_DIRS := -I$(call src,isal)/include/ -I$(call src,isal)/igzip/
# Its CRC is for gzip's trailer, which we make.
$(eval $(call library,isal,igzip/,$(ISAL_C),$(ISAL_DIRS) -Dcrc32_gzip_refl=libdeflate_crc32,$(ISAL_C)))
$(L)/lib/libisal.a: $(ISAL_ASM:%=$(L)/obj/isal/%.asm.o)

# The first hash of a block is of whatever the register holds, which is an address: with that,
# the same bytes would not always give the same.
$(L)/obj/isal/%.asm.o: $(call src,isal)/.unpacked $(L)/stamp/isal
	$(Q)mkdir -p $(@D)
	$(Q)sed '/^.write_first_byte:/,/compute_hash/s/^\tshr\ttmp2, 16/\tmov tmp2, curr_data\n&/' \
		$(call src,isal)/igzip/$*.asm > $(@D)/$*.asm
	@command -v nasm >/dev/null || { echo "ISA-L needs nasm: run make deps, or build with ISAL=no" >&2; exit 1; }
	$(Q)nasm -f elf64 $(ISAL_DIRS) $(@D)/$*.asm -o $@

$(L)/include/igzip_lib.h: $(call src,isal)/.unpacked $(L)/stamp/isal
	@mkdir -p $(@D) && cp $(<D)/include/igzip_lib.h $(@D)
endif

# --- mbedTLS: one library, our own configuration -----------------------------------
# GCM is the processor's own where we have one: see src/crypto/gcm_eight.h.
GCM := $(or $(filter x86_64 aarch64,$(firstword $(subst -, ,$(ARCH)))),none)
ifneq ($(GCM),none)
FLAGS_mbedtls/gcm := -Dmbedtls_gcm_crypt_and_tag=hoist_plain_gcm_crypt_and_tag
endif
FLAGS_gcm_x86_64  := -mssse3
FLAGS_gcm_aarch64 := -march=armv8-a+crypto

# mbedTLS itself has SHA-512 in instructions for aarch64.
ifneq ($(filter x86_64-%,$(ARCH)),)
FLAGS_mbedtls/sha512 := -Dmbedtls_sha512_update=hoist_plain_sha512_update
SHA512 := sha512_x86_64
endif

# How certificates are looked at, and what is kept of a handshake: see mbedtls/peer.h.
FLAGS_mbedtls/x509_crt = -I$(call src,mbedtls)/library -include third_party/mbedtls/peer_x509.h
FLAGS_mbedtls/ssl_tls13_generic := -Dmbedtls_x509_crt_parse_der=peer_parse_der \
	-Dmbedtls_x509_crt_verify_restartable=peer_verify
FLAGS_mbedtls/ssl_tls := $(FLAGS_mbedtls/ssl_tls13_generic) -Dmbedtls_ssl_handshake=peer_plain_handshake
FLAGS_mbedtls/ssl_msg := -Dmbedtls_ssl_read=peer_plain_read -Dmbedtls_ssl_write=peer_plain_write

MBEDTLS_SPEED := aesni aesce $(if $(FLAGS_mbedtls/gcm),,gcm) chacha20 poly1305 chachapoly sha256 sha512 md5
MBEDTLS := $(MBEDTLS_SPEED) \
	aes asn1parse asn1write base64 bignum bignum_core bignum_mod bignum_mod_raw \
	block_cipher cipher cipher_wrap constant_time ctr_drbg ecdh ecdsa ecp \
	ecp_curves ecp_curves_new entropy entropy_poll $(if $(FLAGS_mbedtls/gcm),gcm) hkdf md oid pem pk pk_ecc \
	pk_wrap pkparse pkwrite platform platform_util \
	psa_crypto psa_crypto_aead psa_crypto_cipher psa_crypto_client \
	psa_crypto_driver_wrappers_no_static psa_crypto_ecp psa_crypto_hash \
	psa_crypto_mac psa_crypto_random psa_crypto_rsa \
	psa_crypto_slot_management psa_util rsa rsa_alt_helpers \
	ssl_ciphersuites ssl_client ssl_msg ssl_tls ssl_tls12_client \
	ssl_tls13_client ssl_tls13_generic ssl_tls13_keys \
	threading version x509 x509_crt random peer gcm_$(GCM) $(SHA512)
# AES instructions by intrinsics, which are faster than the assembly; whether the
# processor has them is asked at run time.  For all files, because they must agree
# on the alignment of the key; compilers make no such instructions on their own.
ifneq ($(filter x86_64-%,$(ARCH)),)
FLAGS_mbedtls := -maes -mpclmul
endif
$(eval $(call library,mbedtls,library/,$(MBEDTLS),$(FLAGS_mbedtls) -I$(L)/include,$(MBEDTLS_SPEED),$(L)/include/mbedtls/mbedtls_config.h))

# What the configuration leaves to us is a part of the library.
$(L)/obj/mbedtls/random.o: third_party/mbedtls/random.c $(L)/stamp/mbedtls $(LIBC_READY)
	$(Q)mkdir -p $(@D)
	$(Q)$(TCC) $(LIB_FLAGS) $(SIZE) -c $< -o $@

# -O3 is no faster here and twice as large.
$(L)/obj/mbedtls/gcm_$(GCM).o: src/crypto/gcm_$(GCM).c src/crypto/gcm_eight.h \
		$(L)/stamp/mbedtls $(LIBC_READY) $(L)/include/mbedtls/mbedtls_config.h
	$(Q)mkdir -p $(@D)
	$(Q)$(TCC) $(LIB_FLAGS) -O2 $(FLAGS_mbedtls) $(FLAGS_gcm_$(GCM)) -Isrc -I$(L)/include \
		-I$(call src,mbedtls)/library -c $< -o $@

$(L)/obj/mbedtls/sha512_x86_64.o: src/crypto/sha512_x86_64.c \
		$(L)/stamp/mbedtls $(LIBC_READY) $(L)/include/mbedtls/mbedtls_config.h
	$(Q)mkdir -p $(@D)
	$(Q)$(TCC) $(LIB_FLAGS) -O2 -I$(L)/include -c $< -o $@

$(L)/obj/mbedtls/peer.o: third_party/mbedtls/peer.c $(L)/include/peer.h \
		$(L)/stamp/mbedtls $(LIBC_READY) $(L)/include/mbedtls/mbedtls_config.h
	$(Q)mkdir -p $(@D)
	$(Q)$(TCC) $(LIB_FLAGS) $(SIZE) -I$(L)/include -I$(call src,mbedtls)/library -c $< -o $@

$(L)/obj/mbedtls/x509_crt.o: third_party/mbedtls/peer_x509.h $(L)/include/peer.h
$(L)/include/peer.h: third_party/mbedtls/peer.h
	@mkdir -p $(@D) && cp $< $@

$(L)/include/mbedtls/mbedtls_config.h: third_party/mbedtls/hoist_mbedtls_config.h \
		$(call src,mbedtls)/.unpacked $(L)/stamp/mbedtls
	@mkdir -p $(L)/include
	@cp -R $(call src,mbedtls)/include/mbedtls $(call src,mbedtls)/include/psa $(L)/include
	@cp $< $@

# --- curl: HTTP, TLS and proxies; FTP is net/ftps.c on connections that it makes -------------
# Its own configure and make, because its files and their settings change with
# every version.  Authentication stays for proxies; headers-api is for ETag and
# Retry-After.  No CA bundle and no CA path: curl would add them to a --cacert.
# No eventfd(2): where it is denied, libcurl would be "out of memory"; pipes do as well.
# No verbose strings: 64 KB.  Error texts stay, but curl_easy_strerror() has none.
CURL_CONFIGURE := \
	--disable-shared --enable-static --disable-dependency-tracking \
	--disable-docs --disable-manual --disable-debug \
	--without-libpsl --without-libidn2 --without-brotli --without-zstd \
	--without-nghttp2 --without-libssh2 --without-libgsasl \
	--without-ca-bundle --without-ca-path --without-ca-fallback \
	--with-mbedtls=$(L) --with-zlib=$(L) \
	--enable-http --disable-ftp --enable-ipv6 --enable-proxy \
	--enable-threaded-resolver --enable-headers-api --enable-http-auth \
	--enable-basic-auth --enable-symbol-hiding --disable-versioned-symbols \
	--disable-file --disable-ipfs --disable-ldap --disable-ldaps --disable-rtsp \
	--disable-dict --disable-telnet --disable-tftp --disable-pop3 --disable-imap \
	--disable-smb --disable-smtp --disable-gopher --disable-mqtt \
	--disable-websockets --disable-alt-svc --disable-hsts --disable-cookies \
	--disable-doh --disable-httpsrr --disable-netrc --disable-mime \
	--disable-form-api --disable-aws --disable-ntlm --disable-tls-srp \
	--disable-bearer-auth --disable-digest-auth --disable-kerberos-auth \
	--disable-negotiate-auth --disable-unix-sockets --disable-bindlocal \
	--disable-sha512-256 --disable-dnsshuffle --disable-get-easy-options \
	--disable-libcurl-option --disable-ares --disable-ech --disable-ssls-export \
	--disable-progress-meter --disable-verbose

STAMP_curl := $(CURL_CONFIGURE) no-eventfd

$(L)/lib/libcurl.a: $(call src,curl)/.unpacked $(L)/stamp/curl $(LIBC_READY) \
		$(L)/lib/libmbedtls.a $(L)/lib/libzlib.a $(L)/include/zlib.h
	@echo "  LIB   curl $(call version,curl) for $(LIBNAME)"
	@rm -rf $(L)/obj/curl && mkdir -p $(L)/obj/curl
	@cd $(L)/obj/curl && cp $(L)/lib/libmbedtls.a . && cp $(L)/lib/libzlib.a libz.a && \
		$(AR) rc libmbedx509.a && $(AR) rc libmbedcrypto.a
	@cd $(L)/obj/curl && $(CLEAN_ENV) sh -c '\
		ac_cv_func_eventfd=no \
		$(call src,curl)/configure -q $(CURL_HOST) --prefix=$(L) \
			$(CURL_CONFIGURE) CC="$(TCC)" AR="$(AR)" RANLIB="$(RANLIB)" \
			CFLAGS="$(SIZE) $(LIB_FLAGS)" CPPFLAGS="-I$(L)/include" \
			LDFLAGS="$(STATIC) -L$(L)/obj/curl" PKG_CONFIG=false && \
		$(MAKE) -j$(JOBS) -C lib libcurl.la' >$(L)/curl.log 2>&1 || \
		{ tail -n 30 $(L)/curl.log; exit 1; }
	@cp $(L)/obj/curl/lib/.libs/libcurl.a $@

$(L)/include/curl/curl.h: $(call src,curl)/.unpacked $(L)/stamp/curl
	@mkdir -p $(@D) && cp $(<D)/include/curl/*.h $(@D)

# --- jsmn (a header), inih (INI files, without the heap) ---------------------------------
$(L)/include/jsmn.h: $(call src,jsmn)/.unpacked $(L)/stamp/jsmn
	@mkdir -p $(@D) && cp $(<D)/jsmn.h $(@D)

# ini.h takes these as defines wherever it is included.
INIH_DEFS := -DINI_USE_STACK=1 -DINI_MAX_LINE=65538 -DINI_ALLOW_REALLOC=0 \
	-DINI_ALLOW_INLINE_COMMENTS=0 -DINI_ALLOW_MULTILINE=1 -DINI_ALLOW_BOM=1 \
	-DINI_HANDLER_LINENO=1 -DINI_CALL_HANDLER_ON_NEW_SECTION=1 \
	-DINI_STOP_ON_FIRST_ERROR=0
$(eval $(call library,inih,,ini,$(INIH_DEFS)))

$(L)/include/ini.h: $(call src,inih)/.unpacked $(L)/stamp/inih
	@mkdir -p $(@D) && cp $(<D)/ini.h $(@D)

# --- libyaml: only what reads; its memory is counted and capped by src/base/mem.c ----------
# Nobody asks for its version, but it does not compile without one.
LIBYAML_DEFS := -DYAML_VERSION_MAJOR=0 -DYAML_VERSION_MINOR=0 -DYAML_VERSION_PATCH=0 \
	-DYAML_VERSION_STRING=0 \
	-Dmalloc=mem_malloc -Drealloc=mem_realloc -Dfree=mem_free -Dstrdup=mem_strdup
$(eval $(call library,libyaml,src/,api reader scanner parser,$(LIBYAML_DEFS) -I$(call src,libyaml)/include))

$(L)/include/yaml.h: $(call src,libyaml)/.unpacked $(L)/stamp/libyaml
	@mkdir -p $(@D) && cp $(<D)/include/yaml.h $(@D)

# --- cmocka: the unit tests ----------------------------------------------------------
CMOCKA_DEFS := -DHAVE_INTTYPES_H -DHAVE_SIGNAL_H -DHAVE_STRINGS_H -DHAVE_MALLOC_H \
	-DHAVE_STRSIGNAL -DHAVE_STRUCT_TIMESPEC -DHAVE_CLOCK_REALTIME -DHAVE_SIGLONGJMP \
	-DHAVE_GCC_THREAD_LOCAL_STORAGE -DHAVE_UINTPTR_T=1 -D_GNU_SOURCE
$(eval $(call library,cmocka,src/,cmocka,$(CMOCKA_DEFS) -I$(call src,cmocka)/include))

$(L)/include/cmocka.h: $(call src,cmocka)/.unpacked $(L)/stamp/cmocka
	@mkdir -p $(@D) && cp $(<D)/include/cmocka*.h $(@D)

# --- CA roots: Mozilla's, or make ROOTS=my-ca.pem ------------------------------------
ifeq ($(ROOTS),)
CERTS := $(call src,ca-certificates)/mozilla/certdata.txt
$(CERTS): $(call src,ca-certificates)/.unpacked ;
else
CERTS := $(ROOTS)
endif

$(O)/tools/mkroots: third_party/roots/mkroots.c
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) -std=c11 -O1 -Wall -Wextra -o $@ $<

# The header is plain (not -isystem), so what includes it is built again.
$(L)/roots/roots.gz: $(O)/tools/mkroots $(CERTS) $(L)/stamp/roots
	@echo "  ROOTS $(if $(ROOTS),$(ROOTS),Mozilla $(call version,ca-certificates))"
	@mkdir -p $(@D)
	@$(O)/tools/mkroots $(CERTS) $(@D)/roots.der $(@D)/roots_size.h
	@gzip -9 -n < $(@D)/roots.der > $@
	@echo "#define ROOTS_GZ_LEN $$(wc -c < $@)" >> $(@D)/roots_size.h

$(L)/roots/roots_size.h: $(L)/roots/roots.gz ;

$(L)/lib/libroots.a: third_party/roots/roots.c $(L)/roots/roots.gz $(LIBC_READY)
	@mkdir -p $(@D) && rm -f $@
	$(Q)$(TCC) $(LIB_FLAGS) $(SIZE) -I$(L)/roots -Wa,-I,$(L)/roots -c $< -o $(L)/roots/roots.o
	$(Q)$(AR) rcs $@ $(L)/roots/roots.o

# --- What the Makefile uses ----------------------------------------------------------
LIB_INCLUDES := -isystem $(L)/include -I$(L)/roots $(INIH_DEFS)
LIB_HEADERS  := $(L)/include/zlib.h $(L)/include/libdeflate.h $(L)/include/mbedtls/mbedtls_config.h $(L)/include/peer.h \
	$(L)/include/curl/curl.h $(L)/include/jsmn.h $(L)/include/ini.h \
	$(L)/include/yaml.h $(L)/roots/roots_size.h $(if $(filter yes,$(ISAL)),$(L)/include/igzip_lib.h)
LIB_ARCHIVES := $(addprefix $(L)/lib/,libcurl.a libmbedtls.a libzlib.a libinih.a \
	liblibyaml.a $(if $(filter yes,$(ISAL)),libisal.a) liblibdeflate.a libroots.a)
LIB_TESTS    := $(L)/lib/libcmocka.a $(L)/lib/libplain.a
LIB_TEST_HEADERS := $(L)/include/cmocka.h
# cmocka.h would make its own, wrong one otherwise.
LIB_TEST_DEFS := -DHAVE_UINTPTR_T=1
