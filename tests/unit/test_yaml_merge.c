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

/* What "<<" brings is counted behind an anchor too; a list that nobody merges may be long. */
static void merges_are_bounded(void **state)
{
	static char text[4096];
	char *at = text;
	struct err e = ERR_INIT;
	size_t n, i;

	(void)state;
	/* Ten times as many mappings at each level. */
	at += sprintf(at, "m0: &m0 {x: 1}\n");
	for (i = 0; i < 12; i++)
		at += sprintf(at,
			      "l%zu: &l%zu [*m%zu, *m%zu, *m%zu, *m%zu, *m%zu, *m%zu, *m%zu, *m%zu, "
			      "*m%zu, *m%zu]\nm%zu: &m%zu {<<: *l%zu}\n",
			      i, i, i, i, i, i, i, i, i, i, i, i, i + 1, i + 1, i);
	assert_int_equal(load(text, &e), -1);
	check_err(&e, ERR_LIMIT, "levels");
	assert_non_null(strstr(e.text, "mappings behind \"<<\""));
	for (n = 62; n < 80; n++) {
		at = text + sprintf(text, "m: &m {x: 1}\nl: &l [");
		for (i = 0; i < n; i++)
			at += sprintf(at, "%s*m", i > 0 ? ", " : "");
		at += sprintf(at, "]\n");
		err_clear(&e);
		CHECK(load(text, &e) == 0, "%zu: %s", n, e.text);
		assert_int_equal(yaml_count(&got, yaml_member(&got, YAML_ROOT, "l")), n);
		sprintf(at, "c: {<<: *l}\n");
		/* The mapping itself is one. */
		CHECK(load(text, &e) == (n < 64 ? 0 : -1), "%zu: %s", n, e.text);
		check_err(&e, n < 64 ? ERR_NONE : ERR_LIMIT, "a list");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(several_merges),
		cmocka_unit_test(merges_are_bounded),
	};

	return cmocka_run_group_tests_name("yaml_merge", tests, NULL, NULL);
}
