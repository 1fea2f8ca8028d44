/* Locations and URLs become a list of servers. */
#include "cloud/ionos/target.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/fit.h"
#include "base/log.h"
#include "base/text.h"
#include "cloud/ionos/own.h"

/* The longest that is known has 8 characters. */
#define LOCATION_MAX 30

#define DEFAULT_URL "ftp-%s.ionos.com"

/* A location, as a part of a host name and as the API calls it. */
struct location {
	char server[LOCATION_MAX + 2]; /* "fra-2" */
	char api[LOCATION_MAX + 2];    /* "de/fra/2" */
};

static const char *const known[] = { "de/fra", "de/fra/2", "es/vit", "gb/lhr", "gb/bhx", "fr/par",
				     "us/las", "us/ewr",   "us/mci", "de/txl", "de/fkb", NULL };

/* The known one that is written so, with its country or without. */
static const char *find_known(const char *word)
{
	size_t i;

	for (i = 0; known[i]; i++)
		if (strcmp(known[i], word) == 0 || strcmp(known[i] + 3, word) == 0)
			break;
	return known[i];
}

/* All of them, for messages. */
static const char *list_known(char list[128])
{
	struct text t;
	size_t i;

	text_init(&t, list, 128);
	for (i = 0; known[i]; i++)
		text_printf(&t, "%s%s", i > 0 ? ", " : "", known[i]);
	return list;
}

/* Lower case letters, digits and '-', in at most three parts that '/' separates. */
static int check_location(const char *word, struct err *e)
{
	unsigned slashes = 0;
	char list[128];
	size_t i;

	for (i = 0; word[i]; i++) {
		if (word[i] == '/') {
			if (i == 0 || word[i - 1] == '/' || ++slashes > 2)
				break;
		} else if (!islower((unsigned char)word[i]) && !isdigit((unsigned char)word[i]) &&
			   word[i] != '-') {
			break;
		}
	}
	if (word[i] || i == 0 || i > LOCATION_MAX || word[i - 1] == '/')
		return err_set(e, ERR_USAGE, "--location %.40s: not one; known are %s",
			       *word ? word : "\"\"", list_known(list));
	return 0;
}

/*
 * What is behind the country names the server: of "de/fra" it is ftp-fra, of
 * "de/fra/2" ftp-fra-2.  So it may be with locations that are newer than the
 * table, too.
 */
static int find_location(const char *word, struct location *at, struct err *e)
{
	const char *api = find_known(word), *city, *number, *c;
	char list[128];
	struct text t;

	if (check_location(word, e) < 0)
		return -1;
	if (!api)
		log_warn("the location %s is not known; known are %s", word, list_known(list));
	city = api ? api + 3 : word;
	number = strchr(city, '/');
	if (!api && number && number[1 + strspn(number + 1, "0123456789")] != '\0')
		city = number + 1;
	text_init(&t, at->server, sizeof(at->server));
	for (c = city; *c; c++)
		text_put_n(&t, *c == '/' ? "-" : c, 1);
	return fit_copy(at->api, sizeof(at->api), api ? api : word, "--location", e);
}

/* The same directory on the same server, whatever it was called. */
static bool same_place(const struct ionos_target *a, const struct ionos_target *b)
{
	return strcasecmp(a->host, b->host) == 0 && a->port == b->port &&
	       strcmp(a->prefix, b->prefix) == 0;
}

/* The targets as they become more. */
struct list {
	struct ionos_target *at;
	unsigned cap, count;
};

/* A URL with one location in it, or without any. */
static int add(struct list *list, const char *url, const struct location *at, const char *ftp_port,
	       struct err *e)
{
	struct ionos_target one;
	unsigned i;

	if (ionos_url(url, at ? at->server : "", ftp_port, &one, e) < 0 ||
	    fit_copy(one.location, sizeof(one.location), at ? at->api : "", "--location", e) < 0)
		return -1;
	for (i = 0; i < list->count; i++) {
		if (!same_place(&list->at[i], &one))
			continue;
		if (strcmp(list->at[i].location, one.location) != 0)
			return err_set(e, ERR_USAGE,
				       "--location %s and %s would go to the same server, %s",
				       list->at[i].location, one.location, one.host);
		return 0;
	}
	if (list->count == list->cap)
		return err_set(e, ERR_USAGE, "more than %u servers are given", list->cap);
	list->at[list->count++] = one;
	return 0;
}

/* A URL, for each location if it has a place for them. */
static int add_all(struct list *list, const struct options *o, const char *url,
		   const struct location *locations, struct err *e)
{
	bool filled = strstr(url, "%s") != NULL;
	unsigned i;

	/* Before it is shown in a message. */
	if (add(list, url, filled ? &locations[0] : NULL, ionos_own(o)->ftp_port, e) < 0)
		return -1;
	/* To ionosctl it is the API's alone, then. */
	if (!filled && o->foreign && ionos_own(o)->locations.count == 1)
		return fit_copy(list->at[list->count - 1].location, sizeof(list->at->location),
				locations[0].api, "--location", e);
	if (!filled && ionos_own(o)->locations.count > 0)
		return err_set(e, ERR_USAGE,
			       "--ftp-url %s has no %%s to put the --location there: leave one of them out",
			       url);
	if (filled && ionos_own(o)->locations.count == 0)
		return err_set(e, ERR_USAGE, "--ftp-url %s has a %%s: --location is required, too",
			       url);
	for (i = 1; i < ionos_own(o)->locations.count; i++)
		if (add(list, url, &locations[i], ionos_own(o)->ftp_port, e) < 0)
			return -1;
	return 0;
}

int ionos_target_list(const struct options *o, struct ionos_target *targets, unsigned cap,
		      unsigned *count, struct err *e)
{
	struct location locations[LIST_MAX] = { { "fra", "de/fra" } };
	struct list list = { .at = targets, .cap = cap };
	char names[128];
	unsigned i;

	*count = 0;
	for (i = 0; i < ionos_own(o)->locations.count; i++)
		if (find_location(ionos_own(o)->locations.at[i], &locations[i], e) < 0)
			return -1;
	if (ionos_own(o)->ftp_urls.count == 0 && ionos_own(o)->ftp_port)
		return err_set(e, ERR_USAGE,
			       "--ftp-port needs --ftp-url: all servers of IONOS have port 21");
	if (ionos_own(o)->ftp_urls.count == 0 && ionos_own(o)->locations.count == 0)
		return err_set(e, ERR_USAGE, "--location is required: one of %s; or --ftp-url",
			       list_known(names));
	if (ionos_own(o)->ftp_urls.count == 0 && add_all(&list, o, DEFAULT_URL, locations, e) < 0)
		return -1;
	for (i = 0; i < ionos_own(o)->ftp_urls.count; i++)
		if (add_all(&list, o, ionos_own(o)->ftp_urls.at[i], locations, e) < 0)
			return -1;
	*count = list.count;
	return 0;
}
