/* A task of OpenStack's, as job.c makes one, and a server that gives one answer. */
#ifndef UNIT_OPENSTACK_TASK_H
#define UNIT_OPENSTACK_TASK_H

#include <signal.h>

#include "cloud/openstack/glance.h"
#include "cloud/openstack/keystone.h"
#include "cloud/openstack/openstack.h"
#include "unit/files.h"
#include "unit/server.h"

static struct roots roots;
static struct net_config net = { .trust = { .roots = &roots }, .stall_ms = 30000 };
static struct os_settings settings;
static struct options options;
static struct work work;
static struct task task;
static struct server server;
static char url[128]; /* of the server, without a path */

static inline int task_setup(void **state)
{
	static const char *const proxies[] = { "http_proxy", "https_proxy", "all_proxy",
					       "ALL_PROXY",  "HTTPS_PROXY", "no_proxy",
					       "NO_PROXY" };
	struct err e = ERR_INIT;

	(void)state;
	env_clear(proxies, COUNT(proxies));
	signal(SIGPIPE, SIG_IGN);
	return http_global_init(&e);
}

/* A new task, that has not logged in. */
static int task_init(void **state)
{
	(void)state;
	memset(&settings, 0, sizeof(settings));
	memset(&options, 0, sizeof(options));
	memset(&work, 0, sizeof(work));
	memset(&task, 0, sizeof(task));
	settings.flavour = &openstack_flavour;
	task.provider = &openstack_provider;
	task.options = &options;
	task.settings = &settings;
	task.work = &work;
	return 0;
}

/* One that has, with a password. */
static inline void task_login(const char *token)
{
	settings.auth = OS_AUTH_PASSWORD;
	os_work(&task)->authenticated = true;
	snprintf(work.auth, sizeof(work.auth), "X-Auth-Token: %s", token);
}

static inline void set_secret(const char *value)
{
	settings.secret.given = true;
	snprintf(settings.secret.value, sizeof(settings.secret.value), "%s", value);
}

/* Start a server that gives this answer; url is its. */
static inline void task_serve(const char *answer)
{
	struct err e = ERR_INIT;

	memset(&server, 0, sizeof(server));
	server.answer = answer;
	server_open(&server);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", server.port);
	if (http_open(&work.http, &net, &e) < 0)
		abort();
}

/* It has answered; its body is a text now. */
static inline void task_served(void)
{
	http_close(&work.http);
	/* Should nobody have come, it ends by this. */
	shutdown(server.fd, SHUT_RD);
	server_close(&server);
	server.body[server.body_len < sizeof(server.body) ? server.body_len :
							    sizeof(server.body) - 1] = '\0';
}

#endif
