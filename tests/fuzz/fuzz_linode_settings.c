/* linode-cli's INI file; the first line of the input is --as-user, if it is not empty. */
#include <unistd.h>

#include "cloud/linode/linode.h"
#include "fuzz/fuzz.h"
#include "cloud/linode/own.h"

static char path[64];
static int fd = -1;

static void remove_file(void)
{
	unlink(path);
}

static void write_file(const uint8_t *data, size_t size)
{
	if (fd < 0) {
		strcpy(path, "/tmp/hoist-fuzz.XXXXXX");
		fd = mkstemp(path);
		REQUIRE(fd >= 0 && setenv("LINODE_CLI_CONFIG", path, 1) == 0);
		atexit(remove_file);
	}
	REQUIRE(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
}

/* What was taken names one place and nothing else. */
static void check(const struct linode_settings *s)
{
	const char *c;

	REQUIRE(memchr(s->host, '\0', sizeof(s->host)) &&
		memchr(s->region, '\0', sizeof(s->region)));
	REQUIRE(memchr(s->user, '\0', sizeof(s->user)) && memchr(s->token.value, '\0', SECRET_MAX));
	REQUIRE(s->host[0] != '\0');
	for (c = s->host; *c; c++)
		REQUIRE(!strchr("/?#@\\ \t\r\n%", *c) && (unsigned char)*c > 0x20);
	REQUIRE(strcmp(s->scheme, "https") == 0 || strcmp(s->scheme, "http") == 0);
	REQUIRE(s->version[0] != '\0' && !strpbrk(s->version, "/.?#@% "));
	REQUIRE(s->token.given || s->token.value[0] == '\0');
	REQUIRE(!s->token.given || s->token.from[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct linode_settings s;
	static struct options o;
	static char scratch[SETTINGS_FILE_MAX];
	struct err e = ERR_INIT;
	char *user = fuzz_line(&data, &size);
	int result;

	write_file(data, size);
	linode_own_set(&o)->as_user = *user ? user : NULL;
	result = linode_settings_load(&s, &o, scratch, sizeof(scratch), &e);
	fuzz_err(result, &e);
	if (result == 0) {
		check(&s);
		REQUIRE(!linode_own_set(&o)->as_user ||
			strcmp(s.user, linode_own_set(&o)->as_user) == 0);
	} else {
		REQUIRE(e.code == ERR_USAGE || e.code == ERR_LIMIT);
	}
	free(user);
	return 0;
}
