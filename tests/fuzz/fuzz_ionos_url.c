/*
 * --ftp-url, and the names of images.  The first line is a location for the
 * URL's placeholders, the second --rename, the third --format, what follows the
 * URL and the file.
 */
#include "base/text.h"
#include "cloud/ionos/name.h"
#include "cloud/ionos/url.h"
#include "fuzz/fuzz.h"
#include "cloud/ionos/own.h"

/* A name that is one on any server, and in any line of a protocol. */
static void check_step(const char *s, size_t len)
{
	size_t i, n;

	REQUIRE(len > 0 && !(len <= 2 && memcmp(s, "..", len) == 0));
	for (i = 0; i < len; i += n) {
		n = text_utf8(s + i, len - i);
		REQUIRE(n > 0 && (unsigned char)s[i] >= 0x20 && s[i] != 0x7f && s[i] != '/');
	}
}

static void check_url(const char *url, const char *server)
{
	struct ionos_target to;
	struct err e = ERR_INIT;
	int result = ionos_url(url, server, NULL, &to, &e);
	const char *step;

	fuzz_err(result, &e);
	if (result < 0) {
		REQUIRE(e.code == ERR_USAGE);
		REQUIRE(!strchr(url, '@') || strncmp(e.text, "--ftp-url may hold", 18) == 0);
		return;
	}
	REQUIRE(!strchr(url, '@') && to.port >= 1 && to.port <= 65535);
	REQUIRE(to.host[0] && to.host[0] != '-' && strlen(to.host) < sizeof(to.host));
	REQUIRE(!strpbrk(to.host, " /@[]%\r\n"));
	for (step = to.prefix; *step; step += strcspn(step, "/") + 1)
		check_step(step, strcspn(step, "/"));
	REQUIRE(to.prefix[0] != '/');
}

static void check_name(const char *file, const char *word, const char *extension)
{
	struct options o;
	struct ionos_name name;
	struct err e = ERR_INIT;
	int result;

	memset(&o, 0, sizeof(o));
	o.files[0] = file;
	o.file_count = 1;
	ionos_own_set(&o)->renames.at[0] = word;
	ionos_own_set(&o)->renames.count = *word != '\0';
	ionos_own_set(&o)->extension = *extension ? extension : NULL;
	result = ionos_name(&o, 0, &name, &e);
	fuzz_err(result, &e);
	if (result < 0) {
		REQUIRE(e.code == ERR_USAGE);
		return;
	}
	REQUIRE(strlen(name.file) <= 250);
	check_step(name.file, strlen(name.file));
	REQUIRE(name.extension > name.file && name.extension[0] == '.');
	REQUIRE(strcmp(strrchr(name.file, '.'), name.extension) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *server = fuzz_line(&data, &size), *word = fuzz_line(&data, &size);
	char *extension = fuzz_line(&data, &size), *rest = fuzz_string(data, size);
	const char *plain = "abcdefghijklmnopqrstuvwxyz0123456789-";

	server[strspn(server, plain) < 31 ? strspn(server, plain) : 31] = '\0';
	check_url(rest, *server ? server : "fra");
	check_name(rest, word, extension);
	free(rest);
	free(extension);
	free(word);
	free(server);
	return 0;
}
