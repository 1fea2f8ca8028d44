#include "unit/unit.h"

#include "cloud/yaml.h"

static struct yaml got;
static char store[16384];

static int load(const char *text, struct err *e)
{
	return yaml_load(&got, store, sizeof(store), text, strlen(text), "the file", e);
}

/* As PyYAML has it: of a list the first, of two keys "<<" the last one. */
static void several_merges(void **state)
{
	struct err e = ERR_INIT;
	unsigned c;

	(void)state;
	assert_int_equal(load("a: &a {x: ax, y: ay}\nb: &b {x: bx, z: bz}\nd: &d {x: dx}\n"
			      "c: {<<: [*a, *b], w: cw}\ne: {<<: *a, <<: *b}\n"
			      "f: {<<: [*d, {<<: *b, v: fv}], <<: *a, y: fy}\n",
			      &e),
			 0);
	c = yaml_member(&got, YAML_ROOT, "c");
	assert_string_equal(yaml_get(&got, c, "x"), "ax");
	assert_string_equal(yaml_get(&got, c, "z"), "bz");
	assert_string_equal(yaml_get(&got, c, "w"), "cw");
	assert_int_equal(yaml_count(&got, c), 1);
	c = yaml_member(&got, YAML_ROOT, "e");
	assert_string_equal(yaml_get(&got, c, "x"), "bx");
	assert_string_equal(yaml_get(&got, c, "y"), "ay");
	assert_int_equal(yaml_first(&got, c), YAML_NONE);
	c = yaml_member(&got, YAML_ROOT, "f");
	assert_string_equal(yaml_get(&got, c, "x"), "ax");
	assert_string_equal(yaml_get(&got, c, "y"), "fy");
	assert_string_equal(yaml_get(&got, c, "z"), "bz");
	assert_string_equal(yaml_get(&got, c, "v"), "fv");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(several_merges),
	};

	return cmocka_run_group_tests_name("yaml_merge", tests, NULL, NULL);
}
