/* ISA-L: the same bytes give the same, wherever its memory is. */
#include "unit/unit.h"

#include <sys/mman.h>

#include "base/mem.h"
#include "image/igzip.h"

#define PLACES 40000
#define STEP ((size_t)512 * 1024)

/* Of all that its first hash can be, which was of an address once, some 8,000 would be seen. */
static void in_any_place(void **state)
{
	unsigned char in[400], first[500], out[500];
	size_t len = 0, n;
	void *g, *hole;
	unsigned i;

	(void)state;
	if (!igzip_is_here) {
		assert_null(igzip_open());
		return;
	}
	fill_random(in, sizeof(in), 7);
	memcpy(in + 200, in, 100);
	for (i = 0; i < PLACES; i++) {
		g = igzip_open();
		assert_non_null(g);
		n = igzip_block(g, in, sizeof(in), out, sizeof(out));
		assert_true(n > 0);
		if (i == 0) {
			memcpy(first, out, n);
			len = n;
		}
		CHECK(n == len && memcmp(out, first, n) == 0, "%u: %zu", i, n);
		igzip_close(g);
		/* The next one is elsewhere. */
		hole = mmap(NULL, STEP, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
			    0);
		assert_true(hole != MAP_FAILED);
	}
}

static void what_does_not_fit(void **state)
{
	unsigned char in[1000], out[500];
	void *g;

	(void)state;
	if (!igzip_is_here)
		return;
	fill_random(in, sizeof(in), 7);
	g = igzip_open();
	assert_int_equal(igzip_block(g, in, sizeof(in), out, sizeof(out)), 0);
	igzip_close(g);
	assert_int_equal(mem_use().now, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_any_place),
		cmocka_unit_test(what_does_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
