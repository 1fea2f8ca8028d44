/* A client's certificate and key are read from PEM files. */
#include "net/identity.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/random.h"
#include "base/text.h"

/* For the check that the key is the certificate's. */
static int fill(void *arg, unsigned char *p, size_t len)
{
	(void)arg;
	return random_fill(p, len) < 0 ? MBEDTLS_ERR_PK_FILE_IO_ERROR : 0;
}

/*
 * Is there a PEM block in it that only a passphrase opens?  This build could not read
 * one, and says no more than that.  The word is in the lines at the top of a key.
 */
static bool is_locked(const char *file)
{
	char head[16384] = "";
	bool found;
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	/* The last byte stays what it is, the end of the text. */
	found = read(fd, head, sizeof(head) - 1) > 0 && strstr(head, "ENCRYPTED") != NULL;
	close(fd);
	text_wipe(head, sizeof(head));
	return found;
}

int identity_load(struct identity *id, const char *cert, const char *key, struct err *e)
{
	int failed;

	mbedtls_x509_crt_init(&id->crt);
	mbedtls_pk_init(&id->key);
	if (mbedtls_x509_crt_parse_file(&id->crt, cert) != 0)
		return err_set(e, ERR_USAGE,
			       "%s holds no certificate that can be used (PEM is expected)", cert);
	if (!key)
		key = cert;
	failed = mbedtls_pk_parse_keyfile(&id->key, key, NULL, fill, NULL);
	if (failed && is_locked(key))
		return err_set(e, ERR_USAGE,
			       "the private key in %s has a passphrase, which is not taken here",
			       key);
	if (failed)
		return err_set(e, ERR_USAGE,
			       "%s holds no private key that can be used (PEM is expected)", key);
	if (mbedtls_pk_check_pair(&id->crt.pk, &id->key, fill, NULL) != 0)
		return err_set(e, ERR_USAGE, "the private key in %s is not that of %s", key, cert);
	return 0;
}

void identity_show(mbedtls_ssl_config *conf, struct identity *id)
{
	/* It fails for want of memory only; then the server says what is missing. */
	(void)mbedtls_ssl_conf_own_cert(conf, &id->crt, &id->key);
}
