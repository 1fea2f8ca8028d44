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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(meter_counts),
	};

	return cmocka_run_group_tests_name("meter", tests, NULL, NULL);
}
