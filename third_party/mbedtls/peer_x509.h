/* Before x509_crt.c: extensions may be critical as they like, peer_unknown() looks later. */
/* First as in there: it makes the members of structs known. */
#include "common.h"

#include <mbedtls/oid.h>

#include "peer.h"

#define mbedtls_oid_get_x509_ext_type(oid, type) peer_get_ext_type(oid, type, &is_critical)
#define mbedtls_x509_get_sig_alg peer_get_sig_alg
