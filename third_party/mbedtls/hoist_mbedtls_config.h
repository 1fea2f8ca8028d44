/*
 * What of mbedTLS 3.6 is compiled: a TLS 1.2 and 1.3 client for HTTPS and FTPS,
 * and the hashes.  It is installed as mbedtls/mbedtls_config.h, in place of the
 * stock one, so all who include a header of mbedTLS see the same.
 *
 * Left out on purpose:
 *   USE_PSA_CRYPTO  with it every TLS record allocates memory
 *   ERROR_C         the tables of texts; net/ has its own words
 *   SHA1_C          nothing here signs or verifies with SHA-1 (see peer.h)
 *   CBC, DHE, RSA key exchange, renegotiation, DTLS, server side: old or unused
 */

/* Platform: a C library with threads, a clock and /dev/urandom or getrandom(). */
#define MBEDTLS_HAVE_ASM
#define MBEDTLS_HAVE_TIME
#define MBEDTLS_HAVE_TIME_DATE
#define MBEDTLS_FS_IO /* certificate files and folders */
#define MBEDTLS_PLATFORM_C
#define MBEDTLS_PLATFORM_MEMORY /* counted allocations: see base/mem.h */
#define MBEDTLS_THREADING_C     /* TLS 1.3 uses PSA's global state */
#define MBEDTLS_THREADING_PTHREAD
#define MBEDTLS_VERSION_C /* libcurl prints it */

/* Random numbers. */
#define MBEDTLS_ENTROPY_C
#define MBEDTLS_NO_PLATFORM_ENTROPY  /* it opens /dev/random, which a container may lack */
#define MBEDTLS_ENTROPY_HARDWARE_ALT /* getrandom.c beside this file */
#define MBEDTLS_CTR_DRBG_C

/* Hashes.  MD5 is for ETags, SHA-224 is what SHA-256's code brings along. */
#define MBEDTLS_MD_C
#define MBEDTLS_MD5_C
#define MBEDTLS_SHA224_C
#define MBEDTLS_SHA256_C
#define MBEDTLS_SHA384_C
#define MBEDTLS_SHA512_C
#define MBEDTLS_HKDF_C

/* Ciphers, in hardware where the target can have it (found out at run time). */
#define MBEDTLS_CIPHER_C
#define MBEDTLS_AES_C
#define MBEDTLS_AES_ROM_TABLES   /* threads: no tables made at run time */
#define MBEDTLS_AES_FEWER_TABLES /* 2 KB, not 8: hardware does most of it */
#define MBEDTLS_GCM_C
#define MBEDTLS_CHACHA20_C
#define MBEDTLS_POLY1305_C
#define MBEDTLS_CHACHAPOLY_C
#if defined(__x86_64__)
#define MBEDTLS_AESNI_C
#endif
#if defined(__aarch64__)
#define MBEDTLS_AESCE_C
#define MBEDTLS_SHA256_USE_ARMV8_A_CRYPTO_IF_PRESENT
#define MBEDTLS_SHA512_USE_A64_CRYPTO_IF_PRESENT
#endif

/* Public keys and curves. */
#define MBEDTLS_BIGNUM_C
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_DP_SECP384R1_ENABLED
#define MBEDTLS_ECP_DP_SECP521R1_ENABLED
#define MBEDTLS_ECP_DP_CURVE25519_ENABLED
#define MBEDTLS_ECDH_C
#define MBEDTLS_ECDSA_C
#define MBEDTLS_RSA_C
#define MBEDTLS_PKCS1_V15
#define MBEDTLS_PKCS1_V21
#define MBEDTLS_PK_C
#define MBEDTLS_PK_PARSE_C
#define MBEDTLS_PK_WRITE_C /* libcurl compares pinned keys as DER */

/* Certificates. */
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_BASE64_C
#define MBEDTLS_OID_C
#define MBEDTLS_PEM_PARSE_C
#define MBEDTLS_X509_USE_C
#define MBEDTLS_X509_CRT_PARSE_C
#define MBEDTLS_X509_REMOVE_INFO /* certificates as text, for debugging */
#define MBEDTLS_X509_RSASSA_PSS_SUPPORT

/* PSA's core: TLS 1.3 does its key exchange and key schedule with it. */
#define MBEDTLS_PSA_CRYPTO_C

/* TLS. */
#define MBEDTLS_SSL_TLS_C
#define MBEDTLS_SSL_CLI_C
#define MBEDTLS_SSL_PROTO_TLS1_2
#define MBEDTLS_SSL_PROTO_TLS1_3
#define MBEDTLS_KEY_EXCHANGE_ECDHE_RSA_ENABLED
#define MBEDTLS_KEY_EXCHANGE_ECDHE_ECDSA_ENABLED
#define MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ENABLED
#define MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_EPHEMERAL_ENABLED /* resumption */
#define MBEDTLS_SSL_TLS1_3_COMPATIBILITY_MODE                      /* middleboxes */
#define MBEDTLS_SSL_KEEP_PEER_CERTIFICATE
#define MBEDTLS_SSL_SESSION_TICKETS /* FTPS servers insist on reuse */
#define MBEDTLS_SSL_SERVER_NAME_INDICATION
#define MBEDTLS_SSL_ALPN
#define MBEDTLS_SSL_EXTENDED_MASTER_SECRET
#define MBEDTLS_SSL_IN_CONTENT_LEN 16384  /* what servers may send */
#define MBEDTLS_SSL_OUT_CONTENT_LEN 16384 /* full records upload fastest */
