/* Which ciphers a TLS connection offers, and which of them first. */
#ifndef NET_CIPHERS_H
#define NET_CIPHERS_H

/*
 * The cipher suites for mbedtls_ssl_conf_ciphersuites(): mbedTLS's own, but in the
 * order of speed on this machine, because servers follow the client's or have the
 * faster one first themselves.  Ends with 0 and lives as long as the process.
 */
const int *ciphers_list(void);

#endif
