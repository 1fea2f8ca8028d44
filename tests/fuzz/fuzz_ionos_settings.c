/* ionosctl's config file; the first two lines are IONOS_CURRENT_PROFILE and --api-url. */
#include <unistd.h>

#include "base/log.h"
#include "cloud/ionos/settings.h"
#include "fuzz/fuzz.h"

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
		REQUIRE(fd >= 0);
		atexit(remove_file);
		log_init(LOG_QUIET);
		unsetenv("IONOS_TOKEN");
		unsetenv("IONOS_TOKEN_FILE");
		unsetenv("IONOS_USERNAME");
		unsetenv("IONOS_PASSWORD");
		unsetenv("IONOS_API_URL");
	}
	REQUIRE(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
}

/* It becomes a line of FTP or HTTP: nothing may end it. */
static void check_line(const char *s, size_t cap)
{
	REQUIRE(memchr(s, '\0', cap) != NULL);
	for (; *s; s++)
		REQUIRE((unsigned char)*s >= 0x20 && *s != 0x7f);
}

static void check(const struct ionos_settings *s)
{
	const char *host = s->api_url + (strncmp(s->api_url, "http://", 7) == 0 ? 7 : 8);
	bool own = s->api_url_from[0] && strcmp(s->api_url_from, "--api-url") != 0;

	check_line(s->api_url, sizeof(s->api_url));
	REQUIRE(host == s->api_url + 7 || strncmp(s->api_url, "https://", 8) == 0);
	REQUIRE(*host != '\0' && !strpbrk(host, "/?#@\\ %"));
	check_line(s->token.value, sizeof(s->token.value));
	check_line(s->login.user, sizeof(s->login.user));
	check_line(s->login.password, sizeof(s->login.password));
	check_line(s->token_from, sizeof(s->token_from));
	check_line(s->login_from, sizeof(s->login_from));
	REQUIRE(s->token.given == (s->token.value[0] != '\0'));
	REQUIRE(s->token.given == (s->token_from[0] != '\0'));
	REQUIRE(s->token.given == (s->auth == IONOS_AUTH_TOKEN));
	REQUIRE(s->login.given == (s->login.user[0] != '\0'));
	REQUIRE(s->login.given == (s->login.password[0] != '\0'));
	REQUIRE(s->login.given == (s->login_from[0] != '\0'));
	REQUIRE(s->auth != IONOS_AUTH_NONE || !s->login.given);
	REQUIRE(memchr(s->certificates, '\0', sizeof(s->certificates)) != NULL);
	/* What the file says of its server is for no other. */
	REQUIRE(own || (!s->api_skip_verify && s->certificates[0] == '\0'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ionos_settings s;
	static char scratch[REPLY_MAX];
	struct err e = ERR_INIT;
	char *profile = fuzz_line(&data, &size), *url = fuzz_line(&data, &size);
	int result;

	write_file(data, size);
	REQUIRE(setenv("IONOS_CURRENT_PROFILE", profile, 1) == 0);
	result = ionos_settings_load(&s, path, url, scratch, sizeof(scratch), &e);
	fuzz_err(result, &e);
	if (result == 0)
		check(&s);
	else
		REQUIRE(e.code == ERR_USAGE || e.code == ERR_LIMIT);
	free(profile);
	free(url);
	return 0;
}
