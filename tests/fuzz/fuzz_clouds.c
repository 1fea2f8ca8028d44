/*
 * clouds.yaml and, behind a line of "%%", secure.yaml; the first two lines are
 * the cloud's name and OS_REGION_NAME.
 */
#include <unistd.h>

#include "base/log.h"
#include "cloud/openstack/openstack.h"
#include "cloud/openstack/settings_load.h"
#include "fuzz/fuzz.h"
#include "cloud/openstack/own.h"

static char paths[2][64];
static int fds[2] = { -1, -1 };

static void remove_files(void)
{
	unlink(paths[0]);
	unlink(paths[1]);
}

static void write_file(unsigned which, const char *data, size_t size)
{
	static const char *const variables[] = { "OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE" };

	if (fds[which] < 0) {
		strcpy(paths[which], "/tmp/hoist-fuzz.XXXXXX");
		fds[which] = mkstemp(paths[which]);
		REQUIRE(fds[which] >= 0 && setenv(variables[which], paths[which], 1) == 0);
		if (which == 1)
			atexit(remove_files);
		log_init(LOG_QUIET);
	}
	REQUIRE(ftruncate(fds[which], 0) == 0);
	REQUIRE(pwrite(fds[which], data, size, 0) == (ssize_t)size);
}

/* By its id, or by its name in a domain. */
static bool named(const struct os_settings *s, enum os_key id, enum os_key name,
		  enum os_key domain_id, enum os_key domain_name)
{
	return s->value[id] || (s->value[name] && (s->value[domain_id] || s->value[domain_name]));
}

static void check_texts(const struct os_settings *s)
{
	unsigned key;

	REQUIRE(memchr(s->cloud, '\0', sizeof(s->cloud)) != NULL);
	REQUIRE(memchr(s->secret.value, '\0', sizeof(s->secret.value)) != NULL);
	REQUIRE(memchr(s->secret.from, '\0', sizeof(s->secret.from)) != NULL);
	REQUIRE(s->pooled <= sizeof(s->pool));
	for (key = 0; key < OS_KEYS; key++) {
		const char *v = s->value[key];

		REQUIRE(!v || *v != '\0');
		if (v && v >= s->pool && v < s->pool + sizeof(s->pool))
			REQUIRE(memchr(v, '\0', (size_t)(s->pool + s->pooled - v)) != NULL);
	}
}

/* What Keystone's request is made of is there; what becomes a header is one line. */
static void check_login(const struct os_settings *s)
{
	bool endpoint = s->value[OS_ENDPOINT] || s->value[OS_IMAGE_ENDPOINT];
	const char *c;

	REQUIRE(s->auth == OS_AUTH_NONE || (s->secret.given && s->secret.value[0]));
	for (c = s->secret.value; (s->auth == OS_AUTH_READY || s->auth == OS_AUTH_TOKEN) && *c; c++)
		REQUIRE((unsigned char)*c > ' ' && *c != 0x7f);
	if (s->auth == OS_AUTH_NONE || s->auth == OS_AUTH_READY) {
		REQUIRE(endpoint);
		return;
	}
	REQUIRE(s->value[OS_AUTH_URL] != NULL);
	if (s->auth == OS_AUTH_PASSWORD || (s->auth == OS_AUTH_APPCRED && !s->value[OS_APPCRED_ID]))
		REQUIRE(named(s, OS_USER_ID, OS_USERNAME, OS_USER_DOMAIN_ID, OS_USER_DOMAIN_NAME));
	if (s->auth == OS_AUTH_APPCRED)
		REQUIRE(s->value[OS_APPCRED_ID] || s->value[OS_APPCRED_NAME]);
	else if (s->value[OS_PROJECT_ID] || s->value[OS_PROJECT_NAME])
		REQUIRE(named(s, OS_PROJECT_ID, OS_PROJECT_NAME, OS_PROJECT_DOMAIN_ID,
			      OS_PROJECT_DOMAIN_NAME));
	else
		REQUIRE(s->value[OS_SYSTEM_SCOPE] || s->value[OS_DOMAIN_ID] ||
			s->value[OS_DOMAIN_NAME]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char a[16384], b[sizeof(a)], zeros[sizeof(a)];
	static struct os_settings s;
	static struct options o;
	char *name = fuzz_line(&data, &size), *region = fuzz_line(&data, &size);
	char *text = fuzz_string(data, size), *secure = strstr(text, "\n%%\n");
	struct err e = ERR_INIT;
	int result;

	write_file(0, text, secure ? (size_t)(secure - text) : size);
	write_file(1, secure ? secure + 4 : "", secure ? size - (size_t)(secure + 4 - text) : 0);
	REQUIRE(setenv("OS_REGION_NAME", region, 1) == 0);
	os_own_set(&o)->os_cloud = name;
	result = os_settings_load(&s, size % 2 == 1 ? &otc_flavour : &openstack_flavour, &o, a, b,
				  sizeof(a), &e);
	fuzz_err(result, &e);
	REQUIRE(result == 0 || e.code == ERR_USAGE || e.code == ERR_LIMIT);
	REQUIRE(memcmp(a, zeros, sizeof(a)) == 0 && memcmp(b, zeros, sizeof(b)) == 0);
	if (result == 0) {
		check_texts(&s);
		check_login(&s);
		REQUIRE(s.cloud[0] == '\0' || name[0] == '\0' || strcmp(s.cloud, name) == 0);
	}
	free(text);
	free(region);
	free(name);
	return 0;
}
