#include "unit/unit.h"

#include "image/in_use.h"

static const char text[] =
	"22 28 0:21 / /proc rw,nosuid - proc proc rw\n"
	"28 1 8:3 / / ro,relatime shared:1 - ext4 /dev/sda3 ro,errors=remount-ro\n"
	"30 28 8:17 / /srv/a\\040b\\134 rw,noatime shared:5 master:1 - xfs /dev/sdb1 rw,attr2\n"
	"31 28 8:33 / /ro rw,noatime - ext4 /dev/sdc1 ro\n"
	"32 28 8:49 / /bind ro,noatime - ext4 /dev/sdd1 rw,stripe=4\n"
	"33 28 0:40 /@ /btrfs rw - btrfs /dev/sde2 rw,subvol=/@\n"
	"34 28 8:81 / /no-separator rw\n"
	"damaged\n"
	"35 28 nonsense / /nonsense rw - ext4 /dev/sdf rw\n"
	"36 28 8:97 / /cut-off rw - ext4 /dev/sdg rw";

/* The mount may be read-only while the file system is not, and the other way round. */
static void mounts(void **state)
{
	static const struct in_use_mount want[] = {
		{ 0, 21, true, "proc", "/proc" },           { 8, 3, false, "/dev/sda3", "/" },
		{ 8, 17, true, "/dev/sdb1", "/srv/a b\\" }, { 8, 33, false, "/dev/sdc1", "/ro" },
		{ 8, 49, true, "/dev/sdd1", "/bind" },      { 0, 40, true, "/dev/sde2", "/btrfs" },
	};
	struct in_use_mount m;
	size_t at = 0, i;

	(void)state;
	for (i = 0; i < COUNT(want); i++) {
		assert_true(in_use_next_mount(text, &at, &m));
		assert_int_equal(m.major, want[i].major);
		assert_int_equal(m.minor, want[i].minor);
		assert_int_equal(m.writable, want[i].writable);
		assert_string_equal(m.source, want[i].source);
		assert_string_equal(m.point, want[i].point);
	}
	/* Lines that are no such lines, or not whole. */
	assert_false(in_use_next_mount(text, &at, &m));
	assert_false(in_use_next_mount(text, &at, &m));
}

/* What is no block device is not in use; what there is must not crash. */
static void of_a_file(void **state)
{
	char buf[65536], what[PATH_BYTES];

	(void)state;
	assert_int_equal(in_use(-1, 0, 1, buf, sizeof(buf), what), IN_USE_NOT);
	assert_int_equal(in_use(0, 0, 1, buf, 1, what), IN_USE_NOT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mounts),
		cmocka_unit_test(of_a_file),
	};

	return cmocka_run_group_tests_name("in_use", tests, NULL, NULL);
}
