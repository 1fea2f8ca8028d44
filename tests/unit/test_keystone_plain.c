/* Keystone without TLS: who is warned. */
#include "unit/unit.h"

#include "unit/caught.h"
#include "unit/openstack_task.h"

/* What leaves this machine in clear, itself or by a proxy. */
static void in_clear(void **state)
{
	static const struct {
		const char *url, *proxy, *none;
		bool warned;
	} rows[] = {
		{ "https://k.example/v3", NULL, NULL, false },
		{ "http://k.example/v3", NULL, NULL, true },
		{ "http://localhost", NULL, NULL, false },
		{ "http://Localhost:5000/v3", NULL, NULL, false },
		{ "http://127.0.0.1:5000", NULL, NULL, false },
		{ "http://127.1.2.3/v3", NULL, NULL, false },
		{ "http://[::1]:5000/v3", NULL, NULL, false },
		{ "http://localhost.evil.example/v3", NULL, NULL, true },
		{ "http://localhostess/v3", NULL, NULL, true },
		{ "http://127.evil.example/v3", NULL, NULL, true },
		{ "http://127.0.0.1.evil.example/v3", NULL, NULL, true },
		{ "http://128.0.0.1/v3", NULL, NULL, true },
		{ "http://[::1].evil.example/v3", NULL, NULL, true },
		{ "http://[::2]/v3", NULL, NULL, true },
		{ "http://localhost/v3", "http_proxy", NULL, true },
		{ "http://127.0.0.1:5000", "all_proxy", NULL, true },
		{ "http://[::1]:5000", "ALL_PROXY", NULL, true },
		{ "http://localhost/v3", "https_proxy", NULL, false },
		{ "http://localhost/v3", "http_proxy", "a.example, LOCALHOST", false },
		{ "http://127.0.0.1/v3", "http_proxy", "*", false },
		{ "http://[::1]/v3", "http_proxy", "127.0.0.1,::1", false },
		{ "http://127.0.0.1/v3", "http_proxy", "localhost,127.0.0.10", true },
		{ "http://k.example/v3", "http_proxy", "k.example", true },
	};
	size_t i;
	int result;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		task_init(NULL);
		settings.auth = OS_AUTH_NONE;
		settings.value[OS_ENDPOINT] = rows[i].url;
		if (rows[i].proxy)
			setenv(rows[i].proxy, "http://proxy.example:3128", 1);
		if (rows[i].none)
			setenv("no_proxy", rows[i].none, 1);
		caught_begin(2);
		result = keystone_authenticate(&task, &e);
		caught_end();
		if (rows[i].proxy)
			unsetenv(rows[i].proxy);
		unsetenv("no_proxy");
		CHECK(result == 0, "row %zu: %s", i, e.text);
		CHECK((strstr(caught, "unencrypted") != NULL) == rows[i].warned, "%s: %s",
		      rows[i].url, caught);
	}
}

static int setup(void **state)
{
	return files_setup(state) < 0 ? -1 : task_setup(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_clear),
	};

	return cmocka_run_group_tests_name("keystone_plain", tests, setup, files_teardown);
}
