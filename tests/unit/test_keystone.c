/* Logging in: the request to Keystone, byte for byte, and what is made of its answers. */
#include "unit/unit.h"

#include "base/text.h"
#include "unit/openstack_task.h"

#define CREATED "HTTP/1.1 201 CREATED\r\nx-subject-token: tok\r\n"
#define ENDPOINT                                                                                   \
	"{\"interface\": \"public\", \"region\": \"R\", \"url\": \"https://g.example/v2/\"}"
#define CATALOG "{\"token\": {\"catalog\": [{\"type\": \"image\", \"endpoints\": [" ENDPOINT "]}]}}"

static char answer[SECRET_MAX + 4096];

/* An answer with this body, and these lines in its head. */
static const char *with_body(const char *head, const char *content)
{
	snprintf(answer, sizeof(answer), "%sContent-Length: %zu\r\n\r\n%s", head, strlen(content),
		 content);
	return answer;
}

/* Log in at path of a server that answers so. */
static int login_at(const char *path, const char *reply, struct err *e)
{
	static char auth_url[256];
	int result;

	task_serve(reply);
	snprintf(auth_url, sizeof(auth_url), "%s%s", url, path);
	settings.value[OS_AUTH_URL] = auth_url;
	result = keystone_authenticate(&task, e);
	task_served();
	return result;
}

static int login(const char *reply, struct err *e)
{
	return login_at("/v3", reply, e);
}

struct value {
	enum os_key key;
	const char *text;
};

static void set_values(const struct value *v)
{
	for (; v->text; v++)
		settings.value[v->key] = v->text;
}

#define PASSWORD_IN(user)                                                                          \
	"{'auth': {'identity': {'methods': ['password'], 'password': {'user': {" user "}}}"
#define PW ", 'password': 'pw'"
#define BY_ID "'id': 'ui'" PW
#define BY_DOMAIN_ID "'name': 'u', 'domain': {'id': 'udi'}" PW
#define ODD "'id': '}, \\\\ \\t', 'password': '\\\\\\n\\u0001\xc3\xa4'"
#define BY_NAME "'name': 'u', 'domain': {'name': 'ud'}" PW

static const struct {
	enum os_auth auth;
	const char *secret;
	struct value values[8];
	const char *json; /* with ' in place of " */
} logins[] = {
	/* Who: by an id, by a name in a domain, which has an id or a name. */
	{ OS_AUTH_PASSWORD,
	  "pw",
	  { { OS_USER_ID, "ui" }, { OS_PROJECT_ID, "pi" } },
	  PASSWORD_IN(BY_ID) ", 'scope': {'project': {'id': 'pi'}}}}" },
	{ OS_AUTH_PASSWORD,
	  "pw",
	  { { OS_USERNAME, "u" },
	    { OS_USER_DOMAIN_NAME, "ud" },
	    { OS_PROJECT_NAME, "p" },
	    { OS_PROJECT_DOMAIN_NAME, "pd" } },
	  PASSWORD_IN(BY_NAME) ", 'scope': {'project': {'name': 'p', 'domain':"
			       " {'name': 'pd'}}}}}" },
	{ OS_AUTH_PASSWORD,
	  "pw",
	  { { OS_USERNAME, "u" },
	    { OS_USER_DOMAIN_ID, "udi" },
	    { OS_PROJECT_NAME, "p" },
	    { OS_PROJECT_DOMAIN_ID, "pdi" } },
	  PASSWORD_IN(
		  BY_DOMAIN_ID) ", 'scope': {'project': {'name': 'p', 'domain': {'id': 'pdi'}}}}}" },
	/* An id goes before a name, and is enough. */
	{ OS_AUTH_PASSWORD,
	  "pw",
	  { { OS_USER_ID, "ui" },
	    { OS_USERNAME, "u" },
	    { OS_USER_DOMAIN_NAME, "ud" },
	    { OS_PROJECT_ID, "pi" },
	    { OS_PROJECT_NAME, "p" } },
	  PASSWORD_IN(BY_ID) ", 'scope': {'project': {'id': 'pi'}}}}" },
	/* Other scopes; a project goes before them. */
	{ OS_AUTH_PASSWORD,
	  "pw",
	  { { OS_USER_ID, "ui" }, { OS_DOMAIN_NAME, "d" } },
	  PASSWORD_IN(BY_ID) ", 'scope': {'domain': {'name': 'd'}}}}" },
	{ OS_AUTH_PASSWORD,
	  "pw",
	  { { OS_USER_ID, "ui" }, { OS_DOMAIN_NAME, "d" }, { OS_DOMAIN_ID, "di" } },
	  PASSWORD_IN(BY_ID) ", 'scope': {'domain': {'id': 'di'}}}}" },
	{ OS_AUTH_PASSWORD,
	  "pw",
	  { { OS_USER_ID, "ui" }, { OS_SYSTEM_SCOPE, "all" }, { OS_DOMAIN_NAME, "d" } },
	  PASSWORD_IN(BY_ID) ", 'scope': {'system': {'all': true}}}}" },
	{ OS_AUTH_PASSWORD,
	  "pw",
	  { { OS_USER_ID, "ui" }, { OS_SYSTEM_SCOPE, "all" }, { OS_PROJECT_ID, "pi" } },
	  PASSWORD_IN(BY_ID) ", 'scope': {'project': {'id': 'pi'}}}}" },
	/* "Application credentials cannot request a scope." */
	{ OS_AUTH_APPCRED,
	  "as",
	  { { OS_APPCRED_ID, "ai" },
	    { OS_USER_ID, "ui" },
	    { OS_PROJECT_ID, "pi" },
	    { OS_SYSTEM_SCOPE, "all" } },
	  "{'auth': {'identity': {'methods': ['application_credential'],"
	  " 'application_credential': {'id': 'ai', 'secret': 'as'}}}}" },
	{ OS_AUTH_APPCRED,
	  "as",
	  { { OS_APPCRED_NAME, "an" }, { OS_USER_ID, "ui" }, { OS_PROJECT_NAME, "p" } },
	  "{'auth': {'identity': {'methods': ['application_credential'],"
	  " 'application_credential': {'name': 'an', 'user': {'id': 'ui'},"
	  " 'secret': 'as'}}}}" },
	{ OS_AUTH_APPCRED,
	  "as",
	  { { OS_APPCRED_NAME, "an" },
	    { OS_USERNAME, "u" },
	    { OS_USER_DOMAIN_NAME, "ud" },
	    { OS_DOMAIN_ID, "di" } },
	  "{'auth': {'identity': {'methods': ['application_credential'],"
	  " 'application_credential': {'name': 'an', 'user': {'name': 'u', 'domain':"
	  " {'name': 'ud'}}, 'secret': 'as'}}}}" },
	{ OS_AUTH_TOKEN,
	  "t0",
	  { { OS_PROJECT_ID, "pi" }, { OS_USER_ID, "ui" } },
	  "{'auth': {'identity': {'methods': ['token'], 'token': {'id': 't0'}},"
	  " 'scope': {'project': {'id': 'pi'}}}}" },
	/* Whatever is in them, it is JSON, and the same text. */
	{ OS_AUTH_PASSWORD,
	  "\\\n\x01\xc3\xa4",
	  { { OS_USER_ID, "}, \\ \t" }, { OS_PROJECT_ID, "\x7f" } },
	  PASSWORD_IN(ODD) ", 'scope': {'project': {'id': '\\u007f'}}}}" },
};

static void requests(void **state)
{
	size_t i;
	char *c;

	(void)state;
	for (i = 0; i < COUNT(logins); i++) {
		struct err e = ERR_INIT;

		task_init(NULL);
		settings.auth = logins[i].auth;
		set_secret(logins[i].secret);
		set_values(logins[i].values);
		CHECK(login(with_body(CREATED, CATALOG), &e) == 0, "row %zu: %s", i, e.text);
		CHECK(server.announced == strlen((char *)server.body), "row %zu", i);
		for (c = (char *)server.body; *c; c++)
			if (*c == '"')
				*c = '\'';
		CHECK(strcmp((char *)server.body, logins[i].json) == 0, "row %zu: %s", i,
		      (char *)server.body);
		assert_non_null(strstr(server.head, "\r\nContent-Type: application/json\r\n"));
		assert_null(strstr(server.head, "X-Auth-Token"));
	}
}

static void with_password(void)
{
	task_init(NULL);
	settings.auth = OS_AUTH_PASSWORD;
	settings.value[OS_USER_ID] = "ui";
	settings.value[OS_PROJECT_ID] = "pi";
	set_secret("pw");
}

static void urls(void **state)
{
	static const struct {
		const char *path, *asked;
	} rows[] = {
		{ "", "/v3/auth/tokens" },
		{ "/", "/v3/auth/tokens" },
		{ "/v3", "/v3/auth/tokens" },
		{ "/v3/", "/v3/auth/tokens" },
		{ "/v3///", "/v3/auth/tokens" },
		{ "/identity", "/identity/v3/auth/tokens" },
		{ "/identity/v3", "/identity/v3/auth/tokens" },
		{ "/v2.0", "/v3/auth/tokens" },
		{ "/identity/v2.0/", "/identity/v3/auth/tokens" },
		{ "/v30", "/v30/v3/auth/tokens" },
		{ "/av3", "/av3/v3/auth/tokens" },
	};
	char line[80];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		with_password();
		CHECK(login_at(rows[i].path, with_body(CREATED, CATALOG), &e) == 0, "\"%s\": %s",
		      rows[i].path, e.text);
		snprintf(line, sizeof(line), "POST %s HTTP/1.1\r\n", rows[i].asked);
		CHECK(strncmp(server.head, line, strlen(line)) == 0, "\"%s\": %.60s", rows[i].path,
		      server.head);
	}
}

/* A password goes nowhere when it is not clear where to, or how. */
static void urls_that_are_none(void **state)
{
	static const char *const bad[] = { "127.0.0.1:%u/v3",
					   "localhost:%u",
					   "ftp://127.0.0.1:%u",
					   "file:///etc/passwd",
					   "//127.0.0.1:%u",
					   "http:",
					   "https://",
					   "http://127.0.0.1:%u /",
					   "/v3",
					   ":" };
	char port[16];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		static char auth_url[128];
		struct err e = ERR_INIT;
		const char *at = strstr(bad[i], "%u");
		struct text t;
		int result;

		with_password();
		task_serve(with_body(CREATED, CATALOG));
		snprintf(port, sizeof(port), "%u", server.port);
		text_init(&t, auth_url, sizeof(auth_url));
		text_put_n(&t, bad[i], at ? (size_t)(at - bad[i]) : strlen(bad[i]));
		text_put(&t, at ? port : "");
		text_put(&t, at ? at + 2 : "");
		settings.value[OS_AUTH_URL] = auth_url;
		result = keystone_authenticate(&task, &e);
		task_served();
		CHECK(result == -1, "%s", bad[i]);
		check_err(&e, ERR_USAGE, bad[i]);
		CHECK(server.head[0] == '\0', "%s: %s", bad[i], server.head);
	}
}

static void refusals(void **state)
{
	static const struct {
		const char *head, *body;
		enum err_code code;
		bool retry;
		const char *words[2];
	} rows[] = {
		{ "HTTP/1.1 401 UNAUTHORIZED\r\nX-Openstack-Request-Id: req-1\r\n",
		  "{\"error\": {\"code\": 401, \"message\": \"The request you have made requires"
		  " authentication.\", \"title\": \"Unauthorized\"}}",
		  ERR_USAGE,
		  false,
		  { "401", "requires authentication. [req-1]" } },
		{ "HTTP/1.1 400 BAD REQUEST\r\n",
		  "{\"error\":{\"message\":\"Expecting to find domain in user.\",\"title\":\"x\"}}",
		  ERR_USAGE,
		  false,
		  { "400", "Expecting to find domain in user." } },
		{ "HTTP/1.1 403 Forbidden\r\n", "", ERR_USAGE, false, { "403" } },
		{ "HTTP/1.1 404 Not Found\r\n", "", ERR_USAGE, false, { "v3", "404" } },
		{ "HTTP/1.1 300 Multiple Choices\r\n",
		  "{\"versions\": {}}",
		  ERR_USAGE,
		  false,
		  { "v3", "300" } },
		{ "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n",
		  "",
		  ERR_REPLY,
		  false,
		  { "302", "redirect" } },
		{ "HTTP/1.1 503 Busy\r\n",
		  "<html><h1>No server</h1></html>",
		  ERR_BUSY,
		  true,
		  { "503", "No server" } },
		{ "HTTP/1.1 429 Slow\r\n", "", ERR_BUSY, true, { "429" } },
		{ "HTTP/1.1 200 OK\r\nX-Subject-Token: tok\r\n",
		  CATALOG,
		  ERR_USAGE,
		  false,
		  { "200" } },
		{ "HTTP/1.1 201 CREATED\r\n", CATALOG, ERR_REPLY, false, { "token" } },
		{ "HTTP/1.1 201 CREATED\r\nX-Subject-Token:\r\n",
		  CATALOG,
		  ERR_REPLY,
		  false,
		  { "token" } },
		{ CREATED, "", ERR_REPLY, false, { "Keystone" } },
		{ CREATED, "<html>hello</html>", ERR_REPLY, false, { "Keystone" } },
		{ CREATED, "{\"token\": {}", ERR_REPLY, false, { "Keystone" } },
		/* What is repeated of a secret is not shown. */
		{ "HTTP/1.1 400 BAD REQUEST\r\n",
		  "{\"message\": \"password=pw, p\\u0077\"}",
		  ERR_USAGE,
		  false,
		  { "400", "**" } },
		{ "HTTP/1.1 401 UNAUTHORIZED\r\n", "\x1b[2J \xff", ERR_USAGE, false, { "401" } },
	};
	char which[32];
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		snprintf(which, sizeof(which), "row %zu", i);
		with_password();
		CHECK(login(with_body(rows[i].head, rows[i].body), &e) == -1, "%s", which);
		check_err(&e, rows[i].code, which);
		CHECK(e.retry == rows[i].retry, "%s", which);
		for (k = 0; k < 2 && rows[i].words[k]; k++)
			CHECK(strstr(e.text, rows[i].words[k]), "%s: no %s in \"%s\"", which,
			      rows[i].words[k], e.text);
		CHECK(!strstr(e.text, "pw"), "%s: %s", which, e.text);
		assert_false(os_work(&task)->authenticated);
		/* It is asked again. */
		err_clear(&e);
		CHECK(login(with_body(CREATED, CATALOG), &e) == 0, "%s: %s", which, e.text);
	}
}

/* PKI tokens have many kilobytes; one that there is no room for is refused whole. */
static void long_tokens(void **state)
{
	static const size_t lens[] = { 1, 184, 250, 16000, SECRET_MAX - 1, SECRET_MAX };
	static char token[SECRET_MAX + 1];
	size_t i, len;

	(void)state;
	for (i = 0; i < COUNT(lens); i++) {
		struct err e = ERR_INIT;
		bool fits = lens[i] < SECRET_MAX;

		with_password();
		for (len = 0; len < lens[i]; len++)
			token[len] = (char)('A' + len % 26);
		token[len] = '\0';
		snprintf(answer, sizeof(answer),
			 "HTTP/1.1 201 CREATED\r\nX-SUBJECT-TOKEN: %s\r\nContent-Length: %zu\r\n\r\n%s",
			 token, strlen(CATALOG), CATALOG);
		CHECK(login(answer, &e) == (fits ? 0 : -1), "%zu: %s", lens[i], e.text);
		check_err(&e, fits ? ERR_NONE : ERR_REPLY, "a token");
		CHECK(!strstr(e.text, "ABCD"), "%s", e.text);
		if (!fits)
			continue;
		assert_memory_equal(work.auth, "X-Auth-Token: ", 14);
		assert_string_equal(work.auth + 14, token);
		assert_string_equal(os_work(&task)->base, "https://g.example");
	}
}

/* One that would be more than a header's value. */
static void tokens_that_are_none(void **state)
{
	static const char *const bad[] = { "a\x01z", "a b", "a\tb", "a\x7f", "a\x1b[2J" };
	char head[80];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		struct err e = ERR_INIT;

		with_password();
		snprintf(head, sizeof(head), "HTTP/1.1 201 CREATED\r\nX-Subject-Token: %s\r\n",
			 bad[i]);
		CHECK(login(with_body(head, CATALOG), &e) == -1, "%zu", i);
		check_err(&e, ERR_REPLY, "a token");
	}
}

static void nothing_is_left_of_the_secrets(void **state)
{
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	with_password();
	set_secret("PASSWORD-IN-MEMORY");
	assert_int_equal(login(with_body(CREATED, CATALOG), &e), 0);
	assert_non_null(strstr((char *)server.body, "PASSWORD-IN-MEMORY"));
	for (i = 0; i + 18 < sizeof(work); i++)
		CHECK(memcmp((char *)&work + i, "PASSWORD-IN-MEMORY", 18) != 0, "at %zu", i);
	keystone_forget(&task);
	for (i = 0; i < sizeof(work.auth); i++)
		assert_int_equal(work.auth[i], 0);
	assert_false(os_work(&task)->authenticated);
}

/* Another request may be waiting for its token: it stays as it is. */
static void a_request_that_waits(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	with_password();
	memset(work.request, 'W', sizeof(work.request));
	assert_int_equal(login(with_body(CREATED, CATALOG), &e), 0);
	for (size_t i = 0; i < sizeof(work.request); i++)
		assert_int_equal(work.request[i], 'W');
}

/* What was kept is not asked for again: nobody is there who could answer. */
static void once(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	with_password();
	assert_int_equal(login(with_body(CREATED, CATALOG), &e), 0);
	assert_int_equal(keystone_authenticate(&task, &e), 0);
	check_err(&e, ERR_NONE, "once");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests),
		cmocka_unit_test(urls),
		cmocka_unit_test(urls_that_are_none),
		cmocka_unit_test(refusals),
		cmocka_unit_test(long_tokens),
		cmocka_unit_test(tokens_that_are_none),
		cmocka_unit_test(nothing_is_left_of_the_secrets),
		cmocka_unit_test(a_request_that_waits),
		cmocka_unit_test(once),
	};

	return cmocka_run_group_tests_name("keystone", tests, task_setup, NULL);
}
