/* Images of the right name are told apart by their dates and sizes. */
#include "cloud/ionos/whose.h"

#include <string.h>

#include "base/clock.h"
#include "base/parse.h"
#include "base/text.h"
#include "cloud/ionos/state.h"
#include "net/retry.h"

/* An image may be so much older than its upload's end: clocks, and seconds that were rounded. */
#define EARLY_S 5

/* The API's sizes are in GB, of which nobody says whether they are 10^9 or 2^30 bytes. */
#define GB_LEAST UINT64_C(1000000000)
#define GB_MOST (UINT64_C(1) << 30)

/* "2026-11-20T10:00:00Z" (RFC 3339) in seconds since 1970; -1 if it is none. */
static int64_t read_date(const char *s)
{
	static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	static const char form[] = "0000-00-00T00:00:00";
	int64_t n[6] = { 0 }, days, years;
	size_t i, k = 0;

	for (i = 0; form[i]; i++) {
		if (form[i] == '0' && s[i] >= '0' && s[i] <= '9')
			n[k] = n[k] * 10 + (s[i] - '0');
		else if (form[i] != '0' && s[i] == form[i])
			k++;
		else
			return -1;
	}
	if (n[0] < 1970 || n[1] < 1 || n[1] > 12)
		return -1;
	/* The days of the years that have ended, leap days among them. */
	years = n[0] - (n[1] <= 2);
	days = (n[0] - 1970) * 365 + years / 4 - years / 100 + years / 400 - 477;
	return ((days + before[n[1] - 1] + n[2] - 1) * 24 + n[3]) * 3600 + n[4] * 60 + n[5];
}

void ionos_whose_note_clock(struct task *t)
{
	const char *date = t->work->date;
	int64_t there = date[0] ? retry_date(date) : -1;

	ionos_work(t)->clock_known = there >= 0;
	ionos_work(t)->clock_ahead_s = there - clock_wall();
}

/* Was it made before the last byte of ours had left? */
static bool is_early(struct task *t, const char *created)
{
	const struct ionos_work *w = ionos_work(t);
	int64_t made = read_date(created);

	return w->clock_known && w->sent_s > 0 && made >= 0 &&
	       made + EARLY_S < w->sent_s + w->clock_ahead_s;
}

/* Has the API a disk that is clearly larger or smaller than both the file and the disk in it? */
static bool is_other_size(struct task *t, const struct json *item)
{
	uint64_t sent = ionos_work(t)->total, disk = t->image.virtual_size, gb, least, most;
	char size[24];
	const char *raw;
	size_t len = json_raw(item, "properties.size", &raw);
	struct text text;

	/* The whole ones: what follows a point makes no clear difference. */
	text_init(&text, size, sizeof(size));
	text_put_n(&text, raw, len > 0 ? strspn(raw, "0123456789") : 0);
	if (parse_number(size, UINT32_MAX, &gb) < 0 || gb == 0)
		return false;
	least = disk > 0 && disk < sent ? disk : sent;
	most = disk > sent ? disk : sent;
	return gb > most / GB_LEAST + 2 || gb + 2 < least / GB_MOST;
}

const char *ionos_whose_not(struct task *t, const struct json *item)
{
	const char *user = ionos_of(t)->settings.login.user;
	char who[LOGIN_MAX], created[40];

	json_show(item, "metadata.createdBy", who, sizeof(who));
	if (strchr(who, '@') && strchr(user, '@') && !text_same(who, user))
		return "it was made by another user";
	json_show(item, "metadata.createdDate", created, sizeof(created));
	if (is_early(t, created))
		return "it was made before this upload was complete";
	if (is_other_size(t, item))
		return "its size is another one";
	return NULL;
}
