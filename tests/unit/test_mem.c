#include "unit/unit.h"

#include "base/bounds.h"
#include "base/mem.h"

static void counts_and_gives_back(void **state)
{
	struct mem_use before = mem_use(), with, after;
	char *p, *q, *s;

	(void)state;
	p = mem_malloc(1000);
	q = mem_calloc(10, 100);
	s = mem_strdup("a string");
	assert_non_null(p);
	assert_non_null(q);
	assert_string_equal(s, "a string");
	with = mem_use();
	assert_int_equal(with.calls - before.calls, 3);
	assert_true(with.now >= before.now + 2009);
	assert_true(with.peak >= with.now);
	mem_free(p);
	mem_free(q);
	mem_free(s);
	after = mem_use();
	assert_int_equal(after.now, before.now);
	assert_int_equal(after.peak, with.peak);
	mem_free(NULL);
	assert_int_equal(mem_use().now, before.now);
	assert_int_equal(mem_use().failed, before.failed);
	assert_null(mem_malloc(MEM_CAP_BYTES + 1));
	assert_null(mem_calloc(2, MEM_CAP_BYTES));
	assert_int_equal(mem_use().failed - before.failed, 2);
}

static void calloc_gives_zeros(void **state)
{
	unsigned char *p;
	size_t i;

	(void)state;
	p = mem_malloc(4096);
	memset(p, 0xff, 4096);
	mem_free(p);
	p = mem_calloc(64, 64);
	assert_non_null(p);
	for (i = 0; i < 4096; i++)
		assert_int_equal(p[i], 0);
	mem_free(p);
}

static void realloc_keeps_the_content(void **state)
{
	size_t before = mem_use().now, size;
	unsigned char *p = NULL;
	size_t i, have = 0;

	(void)state;
	for (size = 1; size <= 100000; size = size * 3 + 1) {
		p = mem_realloc(p, size);
		assert_non_null(p);
		for (i = 0; i < have; i++)
			assert_int_equal(p[i], (unsigned char)(i * 7));
		for (i = 0; i < size; i++)
			p[i] = (unsigned char)(i * 7);
		have = size;
	}
	p = mem_realloc(p, 5);
	for (i = 0; i < 5; i++)
		assert_int_equal(p[i], (unsigned char)(i * 7));
	mem_free(p);
	assert_int_equal(mem_use().now, before);
}

/* One block that is too large in itself, however its size is written. */
static void refuses_what_is_too_large(void **state)
{
	size_t before = mem_use().now;
	char *p = mem_malloc(16);

	(void)state;
	assert_non_null(p);
	memcpy(p, "still the same!", 16);
	assert_null(mem_malloc(MEM_CAP_BYTES + 1));
	assert_null(mem_malloc(SIZE_MAX));
	assert_null(mem_calloc(1, MEM_CAP_BYTES + 1));
	assert_null(mem_calloc(MEM_CAP_BYTES + 1, 1));
	assert_null(mem_calloc(SIZE_MAX, SIZE_MAX));
	assert_null(mem_calloc(SIZE_MAX / 2 + 2, 2));
	assert_null(mem_realloc(p, MEM_CAP_BYTES + 1));
	assert_string_equal(p, "still the same!");
	mem_free(p);
	p = mem_calloc(0, 0);
	mem_free(p);
	assert_int_equal(mem_use().now, before);
}

/* Many blocks that are too much together; then there is room again. */
static void the_cap_is_for_all_together(void **state)
{
	void *blocks[128];
	size_t before = mem_use().now, n = 0, k;

	(void)state;
	while (n < COUNT(blocks) && (blocks[n] = mem_malloc(1024 * 1024)) != NULL)
		n++;
	assert_true(n < COUNT(blocks));
	assert_true(mem_use().now <= MEM_CAP_BYTES);
	assert_true(mem_use().now + 2 * 1024 * 1024 > MEM_CAP_BYTES);
	assert_true(mem_use().peak >= mem_use().now);
	assert_null(mem_calloc(1024, 1024));
	assert_null(mem_realloc(blocks[0], 2 * 1024 * 1024));
	mem_free(blocks[--n]);
	blocks[n] = mem_malloc(1024 * 1024);
	assert_non_null(blocks[n++]);
	for (k = 0; k < n; k++)
		mem_free(blocks[k]);
	assert_int_equal(mem_use().now, before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_and_gives_back),
		cmocka_unit_test(calloc_gives_zeros),
		cmocka_unit_test(realloc_keeps_the_content),
		cmocka_unit_test(refuses_what_is_too_large),
		cmocka_unit_test(the_cap_is_for_all_together),
	};

	return cmocka_run_group_tests_name("mem", tests, NULL, NULL);
}
