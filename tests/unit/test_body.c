#include "unit/unit.h"

#include <curl/curl.h>

#include "net/body.h"
#include "unit/script.h"

#define LEN 23

static const unsigned char data[LEN + 8] = "the bytes of this image; more";

/* What a server would have after libcurl has called until the end. */
struct sent {
	size_t len;
	bool aborted;
	unsigned char bytes[2 * LEN];
};

static void send_all(struct script *s, uint64_t announced, size_t cap, struct sent *out,
		     struct body *b, struct err *e)
{
	unsigned char buf[2 * LEN];
	size_t n;

	memset(out, 0, sizeof(*out));
	body_init(b, &s->stage, announced, e);
	/* libcurl stops calling when it has as many bytes as were announced. */
	while (out->len < announced) {
		memset(buf, 0, sizeof(buf));
		n = body_read((char *)buf, 1, cap, b);
		out->aborted = n == CURL_READFUNC_ABORT;
		if (out->aborted || n == 0)
			break;
		assert_in_range(n, 1, cap);
		assert_true(out->len + n <= announced);
		memcpy(out->bytes + out->len, buf, n);
		out->len += n;
	}
	assert_memory_equal(out->bytes, data, out->len);
	assert_false(s->misused);
}

/* Nothing at all is an image if its chain says so, and only then. */
static void an_empty_image(void **state)
{
	struct err e = ERR_INIT;
	struct script s;
	struct body b;
	char byte;

	(void)state;
	script_init(&s, data, 0, 0);
	body_init(&b, &s.stage, 0, &e);
	assert_int_equal(body_read(&byte, 1, 1, &b), 0);
	assert_true(b.done);
	script_init(&s, data, 1, 0);
	body_init(&b, &s.stage, 0, &e);
	assert_int_equal(body_read(&byte, 1, 1, &b), CURL_READFUNC_ABORT);
	assert_false(b.done);
	check_err(&e, ERR_IMAGE, "longer");
}

static void a_good_image_goes_out_whole(void **state)
{
	size_t cap, len, step;
	struct script s;
	struct sent out;
	struct body b;

	(void)state;
	for (len = 1; len <= LEN; len++) {
		for (cap = 1; cap <= len + 2; cap++) {
			for (step = 0; step < 4; step++) {
				struct err e = ERR_INIT;

				script_init(&s, data, len, step);
				send_all(&s, len, cap, &out, &b, &e);
				CHECK(out.len == len && !out.aborted, "%zu by %zu", len, cap);
				CHECK(b.done, "%zu by %zu", len, cap);
				check_err(&e, ERR_NONE, "good");
				/* Asked again, it has nothing more. */
				assert_int_equal(body_read((char *)out.bytes, 1, 4, &b), 0);
			}
		}
	}
}

/* The chain fails at byte N, the one after the last included: the server never has it all. */
static void a_failing_chain(void **state)
{
	size_t cap, at, step;
	struct script s;
	struct sent out;
	struct body b;

	(void)state;
	for (at = 0; at <= LEN; at++) {
		for (cap = 1; cap <= LEN + 2; cap++) {
			for (step = 0; step < 3; step++) {
				struct err e = ERR_INIT;

				script_init(&s, data, LEN, step);
				s.fail_at = at;
				send_all(&s, LEN, cap, &out, &b, &e);
				CHECK(out.aborted && out.len < LEN && !b.done,
				      "fails at %zu, by %zu", at, cap);
				check_err(&e, ERR_IMAGE, "failing");
				CHECK(strstr(e.text, "scripted failure"), "%s", e.text);
			}
		}
	}
}

/* Shorter or longer than announced, by one byte or by many. */
static void another_length(void **state)
{
	size_t cap, len, announced;
	struct script s;
	struct sent out;
	struct body b;

	(void)state;
	for (len = 0; len <= LEN; len++) {
		for (announced = 1; announced <= LEN; announced++) {
			for (cap = 1; len != announced && cap <= LEN + 2; cap++) {
				struct err e = ERR_INIT;

				script_init(&s, data, len, 0);
				send_all(&s, announced, cap, &out, &b, &e);
				CHECK(out.aborted && out.len < announced && !b.done,
				      "%zu announced as %zu, by %zu", len, announced, cap);
				check_err(&e, ERR_IMAGE, "length");
			}
		}
	}
}

/* size times n is one number to libcurl. */
static void size_and_number(void **state)
{
	struct err e = ERR_INIT;
	unsigned char buf[LEN];
	struct script s;
	struct body b;

	(void)state;
	script_init(&s, data, LEN, 0);
	body_init(&b, &s.stage, LEN, &e);
	assert_int_equal(body_read((char *)buf, 2, 5, &b), 10);
	assert_int_equal(body_read((char *)buf, 5, 2, &b), 10);
	assert_int_equal(body_read((char *)buf, 0, 5, &b), 0);
	assert_int_equal(body_read((char *)buf, 1, 5, &b), 2);
	assert_false(b.done);
	assert_int_equal(body_read((char *)buf, 1, 5, &b), 1);
	assert_true(b.done);
	assert_int_equal(buf[0], data[LEN - 1]);
}

/* A size beyond 32 bits: nothing is cut down on the way. */
static void a_large_announcement(void **state)
{
	struct err e = ERR_INIT;
	unsigned char buf[LEN];
	struct script s;
	struct body b;

	(void)state;
	script_init(&s, data, LEN, 0);
	body_init(&b, &s.stage, (UINT64_C(1) << 32) + 1, &e);
	assert_int_equal(body_read((char *)buf, 1, LEN, &b), LEN);
	assert_int_equal(body_read((char *)buf, 1, LEN, &b), CURL_READFUNC_ABORT);
	check_err(&e, ERR_IMAGE, "short by 4 GiB");
	assert_false(b.done);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_image),  cmocka_unit_test(a_good_image_goes_out_whole),
		cmocka_unit_test(a_failing_chain), cmocka_unit_test(another_length),
		cmocka_unit_test(size_and_number), cmocka_unit_test(a_large_announcement),
	};

	return cmocka_run_group_tests_name("body", tests, NULL, NULL);
}
