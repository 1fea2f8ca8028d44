#include "unit/unit.h"

#include "image/tail.h"
#include "unit/disks.h"
#include "unit/script.h"

static unsigned char disk[DISK_BYTES], out[2 * DISK_BYTES];

/* What agree() was asked, and what it shall say. */
static struct {
	unsigned calls;
	enum format format;
	int answer;
} asked;

static int agree(void *arg, enum format f, struct err *e)
{
	assert_ptr_equal(arg, &asked);
	asked.calls++;
	asked.format = f;
	return asked.answer < 0 ? err_set(e, ERR_IMAGE, "does not agree") : 0;
}

static size_t make(size_t i)
{
	memset(disk, 0, sizeof(disk));
	return disk_images[i].make(disk);
}

static void begin(struct tail *t, struct stage *up, enum format f, size_t head,
		  int (*ask)(void *arg, enum format f, struct err *e))
{
	const struct ends ends = { .agree = ask, .arg = &asked, .head = disk, .head_len = head };

	tail_init(t, up, f, &ends);
}

/* The first len bytes of disk through a tail that was given head of them, cap at a time. */
static ssize_t pass(size_t len, size_t step, size_t cap, size_t head, struct err *e)
{
	struct script s;
	struct tail t;
	size_t came;
	ssize_t n;

	*e = ERR_INIT;
	memset(&asked, 0, sizeof(asked));
	script_init(&s, disk, len, step);
	begin(&t, &s.stage, format_of(disk, len), head, agree);
	n = drain(&t.stage, cap, out, sizeof(out), &came, e);
	check_err(e, n < 0 ? ERR_IMAGE : ERR_NONE, "tail");
	assert_int_equal(came, len);
	assert_memory_equal(out, disk, len);
	assert_int_equal(asked.calls, 1);
	assert_false(s.misused);
	return n;
}

/* Everything passes, and the end knows what it is, whatever the size of the pulls. */
static void whole_images(void **state)
{
	static const size_t sizes[] = { 1, 7, 511, 512, 1535, 1536, 1537, 4096, DISK_BYTES };
	struct err e;
	size_t i, j, len;

	(void)state;
	for (i = 0; i < DISK_IMAGES; i++) {
		len = make(i);
		for (j = 0; j < COUNT(sizes); j++) {
			CHECK(pass(len, sizes[j], sizeof(out), len, &e) == (ssize_t)len, "%s: %s",
			      disk_images[i].name, e.text);
			assert_int_equal(asked.format, disk_images[i].format);
			CHECK(pass(len, 0, sizes[j], len, &e) == (ssize_t)len, "%s: %s",
			      disk_images[i].name, e.text);
			/* Little of the head, or none, is no reason to refuse. */
			assert_int_equal(pass(len, 0, sizes[j], 100, &e), len);
			assert_int_equal(pass(len, 0, sizes[j], 0, &e), len);
		}
	}
}

static void cut_images(void **state)
{
	struct err e;
	size_t i, len, whole, need;
	ssize_t n;

	(void)state;
	for (i = 0; i < DISK_IMAGES; i++) {
		whole = make(i);
		need = disk_images[i].spare == EXACT ? whole : whole - disk_images[i].spare;
		for (len = 100; len < whole; len++) {
			n = pass(len, len % 700 + 1, sizeof(out), whole, &e);
			if (disk_images[i].make == make_vhd_fixed) {
				/* Raw data, for all that can be said: the name decides. */
				assert_int_equal(n, len % 512 == 0 ? (ssize_t)len : -1);
				assert_int_equal(asked.format, FORMAT_RAW);
				continue;
			}
			assert_int_equal(asked.format, disk_images[i].format);
			CHECK((n < 0) == (len < need), "%s cut to %zu of %zu: %s",
			      disk_images[i].name, len, whole, e.text);
		}
	}
}

/* Its end alone tells a VHD of fixed size, and the caller has the last word. */
static void agreeing(void **state)
{
	struct script s;
	struct tail t;
	struct err e = ERR_INIT;
	size_t len = 0, i, came;

	(void)state;
	for (i = 0; i < DISK_IMAGES; i++)
		if (disk_images[i].make == make_vhd_fixed)
			len = make(i);
	asked.calls = 0;
	asked.answer = -1;
	script_init(&s, disk, len, 100);
	begin(&t, &s.stage, FORMAT_RAW, len, agree);
	assert_int_equal(drain(&t.stage, 64, out, sizeof(out), &came, &e), -1);
	check_err(&e, ERR_IMAGE, "agree");
	assert_string_equal(e.text, "does not agree");
	assert_true(came == len && asked.calls == 1 && asked.format == FORMAT_VHD);
	/* Without such a caller. */
	err_clear(&e);
	script_init(&s, disk, len, 100);
	begin(&t, &s.stage, FORMAT_RAW, len, NULL);
	assert_int_equal(drain(&t.stage, 64, out, sizeof(out), &came, &e), len);
	/* The end stays the end. */
	assert_int_equal(stage_pull(&t.stage, out, 1, &e), 0);
	vhd_footer(disk + len - 512, 1, 2);
	script_init(&s, disk, len, 100);
	begin(&t, &s.stage, FORMAT_RAW, len, NULL);
	assert_int_equal(drain(&t.stage, 64, out, sizeof(out), &came, &e), -1);
	check_err(&e, ERR_IMAGE, "footer");
}

static void empty(void **state)
{
	struct err e;

	(void)state;
	assert_int_equal(pass(0, 0, 10, 0, &e), -1);
	CHECK(strstr(e.text, "empty"), "%s", e.text);
	assert_int_equal(asked.format, FORMAT_EMPTY);
}

/* A second pass is checked by itself; what fails to the left is passed on. */
static void rewinding_and_failing(void **state)
{
	struct script s;
	struct tail t;
	struct err e = ERR_INIT;
	size_t len = make(0), came;

	(void)state;
	asked.calls = 0;
	asked.answer = 0;
	script_init(&s, disk, len, 1000);
	s.fail_at = 2000;
	begin(&t, &s.stage, format_of(disk, len), len, agree);
	assert_int_equal(drain(&t.stage, 600, out, sizeof(out), &came, &e), -1);
	check_err(&e, ERR_IMAGE, "left");
	assert_true(came == 2000 && asked.calls == 0);
	err_clear(&e);
	s.fail_at = NEVER;
	assert_int_equal(stage_rewind(&t.stage, &e), 0);
	assert_int_equal(drain(&t.stage, 600, out, sizeof(out), &came, &e), len);
	assert_int_equal(asked.calls, 1);
	/* Shorter this time. */
	assert_int_equal(stage_rewind(&t.stage, &e), 0);
	s.len = len - 1;
	assert_int_equal(drain(&t.stage, 600, out, sizeof(out), &came, &e), -1);
	check_err(&e, ERR_IMAGE, "cut");
	err_clear(&e);
	s.no_rewind = true;
	assert_int_equal(stage_rewind(&t.stage, &e), -1);
	check_err(&e, ERR_IMAGE, "rewind");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_images),
		cmocka_unit_test(cut_images),
		cmocka_unit_test(agreeing),
		cmocka_unit_test(empty),
		cmocka_unit_test(rewinding_and_failing),
	};

	return cmocka_run_group_tests_name("tail", tests, NULL, NULL);
}
