/*
 * Keystone's answer to a login; the first three lines are the region, the
 * interface, and the token that came with it.
 */
#include "base/log.h"
#include "cloud/openstack/catalog.h"
#include "cloud/openstack/keystone.h"
#include "cloud/openstack/openstack.h"
#include "fuzz/fuzz.h"

static struct os_settings settings;
static struct options options;
static struct work work;
static struct task task = {
	.provider = &openstack_provider,
	.options = &options,
	.settings = &settings,
	.work = &work,
};

static void check_base(const char *base)
{
	size_t len = strlen(base), scheme = strncmp(base, "https://", 8) == 0 ? 8 : 7;

	REQUIRE(len < sizeof(os_work(&task)->base));
	REQUIRE(strncmp(base, "https://", 8) == 0 || strncmp(base, "http://", 7) == 0);
	REQUIRE(len > scheme && base[len - 1] != '/');
}

static void check_token(const char *token)
{
	const char *c;

	REQUIRE(strncmp(work.auth, "X-Auth-Token: ", 14) == 0);
	REQUIRE(strcmp(work.auth + 14, token) == 0 && *token);
	for (c = token; *c; c++)
		REQUIRE((unsigned char)*c > ' ' && *c != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *region = fuzz_line(&data, &size), *interface = fuzz_line(&data, &size);
	char *token = fuzz_line(&data, &size);
	struct err e = ERR_INIT;
	struct catalog catalog;
	jsmntok_t service[64];
	size_t at, n;
	int result;

	log_init(LOG_QUIET);
	if (size > sizeof(work.answer) - 1)
		size = sizeof(work.answer) - 1;
	memset(os_work(&task), 0, sizeof(*os_work(&task)));
	memset(work.auth, 0, sizeof(work.auth));
	/* As http_call() leaves it: the answer comes in pieces. */
	work.reply.len = 0;
	catalog_init(&catalog, service, 64);
	for (at = 0; at < size; at += n) {
		n = 1 + (unsigned char)token[0] % 64u < size - at ?
			    1 + (unsigned char)token[0] % 64u :
			    size - at;
		REQUIRE(catalog_take(&catalog, (const char *)data + at, n, work.answer,
				     &work.reply.len, sizeof(work.answer) - 1) == 0);
		REQUIRE(work.reply.len <= at + n);
	}
	work.answer[work.reply.len] = '\0';
	settings.value[OS_REGION] = *region ? region : NULL;
	settings.value[OS_INTERFACE] = *interface ? interface : NULL;
	result = keystone_accept(&task, token, &e);
	fuzz_err(result, &e);
	if (result == 0) {
		check_base(os_work(&task)->base);
		check_token(token);
	} else {
		REQUIRE(e.code == ERR_USAGE || e.code == ERR_LIMIT || e.code == ERR_REPLY);
	}
	free(token);
	free(interface);
	free(region);
	return 0;
}
