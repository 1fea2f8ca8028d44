/* What the settings take over from openstackclient: who goes before whom, and the domain. */
#include "unit/unit.h"

#include "unit/openstack_env.h"
#include "cloud/openstack/own.h"

#define URL "OS_AUTH_URL=https://k.example:5000/v3"
#define PASSWORD "OS_PASSWORD=pw"

/* The password of the environment goes before the file's, but is sent in place of nothing else. */
static void passwords(void **state)
{
	static const char user[] = "clouds: {c: {auth: {auth_url: 'https://k', user_id: u,"
				   " project_id: p, password: fpw}}}";
	static const char token[] = "clouds: {c: {auth_type: token, auth: {auth_url: 'https://k',"
				    " project_id: p, token: ft}}}";
	static const char appcred[] =
		"clouds: {c: {auth: {auth_url: 'https://k', application_credential_id: i,"
		" application_credential_secret: fs}}}";
	struct err e = ERR_INIT;

	(void)state;
	setenv("OS_PASSWORD", "env", 1);
	setenv("OS_APPLICATION_CREDENTIAL_ID", "other", 1);
	assert_int_equal(load_files(user, NULL, "c", &e), 0);
	check_secret("env", "password");
	check_value(OS_APPCRED_ID, NULL, "how one logs in the file says");
	assert_int_equal(load_files(token, NULL, "c", &e), 0);
	check_secret("ft", "token");
	assert_int_equal(load_files(appcred, NULL, "c", &e), 0);
	check_secret("fs", "application credential");
	check_value(OS_APPCRED_ID, "i", "the file's");
}

/* Names without a domain: openstackclient's grammar takes "default", by password. */
static void no_domain(void **state)
{
	static const char *const names[] = { URL, PASSWORD, "OS_USERNAME=u", "OS_PROJECT_NAME=p",
					     NULL };
	struct err e = ERR_INIT;

	(void)state;
	set_env(names);
	assert_int_equal(load_env(&e), -1);
	check_err(&e, ERR_USAGE, "our own");
	err_clear(&e);
	os_own_set(&options)->default_domain = true;
	assert_int_equal(load_env(&e), 0);
	check_value(OS_USER_DOMAIN_ID, "default", "user");
	check_value(OS_PROJECT_DOMAIN_ID, "default", "project");
	setenv("OS_USER_DOMAIN_NAME", "d", 1);
	assert_int_equal(load_env(&e), 0);
	check_value(OS_USER_DOMAIN_ID, NULL, "one that is named");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(passwords, clean_env),
		cmocka_unit_test_setup(no_domain, clean_env),
	};

	return cmocka_run_group_tests_name("openstack_client", tests, enter_files, files_teardown);
}
