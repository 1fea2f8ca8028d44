#include "unit/unit.h"

#include "image/meter.h"
#include "unit/script.h"

static void meter_counts(void **state)
{
	atomic_ullong bytes = 99;
	struct err e = ERR_INIT;
	unsigned char out[64];
	struct meter m;
	struct script s;
	size_t came;

	(void)state;
	script_init(&s, "0123456789", 10, 3);
	meter_init(&m, &s.stage, &bytes, 0);
	assert_int_equal(atomic_load(&bytes), 0);
	assert_int_equal(stage_pull(&m.stage, out, 2, &e), 2);
	assert_false(m.ended);
	assert_int_equal(atomic_load(&bytes), 2);
	assert_int_equal(stage_rewind(&m.stage, &e), 0);
	assert_int_equal(atomic_load(&bytes), 0);
	assert_int_equal(drain(&m.stage, 64, out, sizeof(out), &came, &e), 10);
	assert_memory_equal(out, "0123456789", 10);
	assert_int_equal(atomic_load(&bytes), 10);
	assert_true(m.ended);
	s.fail_at = 5;
	assert_int_equal(stage_rewind(&m.stage, &e), 0);
	assert_int_equal(drain(&m.stage, 64, out, sizeof(out), &came, &e), -1);
	check_err(&e, ERR_IMAGE, "meter");
	assert_int_equal(atomic_load(&bytes), 5);
	assert_false(m.ended);
	assert_false(s.misused);
}

/* As many bytes as were announced, and not one more or less. */
static void announced(void **state)
{
	unsigned char out[64];
	atomic_ullong bytes;
	struct script s;
	struct meter m;
	uint64_t n;
	size_t came;

	(void)state;
	for (n = 1; n < 20; n++) {
		struct err e = ERR_INIT;

		script_init(&s, "0123456789", 10, 3);
		meter_init(&m, &s.stage, &bytes, n);
		CHECK(drain(&m.stage, 64, out, sizeof(out), &came, &e) == (n == 10 ? 10 : -1), "%d",
		      (int)n);
		check_err(&e, n == 10 ? ERR_NONE : ERR_IMAGE, "announced");
		assert_true(came <= n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(meter_counts),
		cmocka_unit_test(announced),
	};

	return cmocka_run_group_tests_name("meter", tests, NULL, NULL);
}
