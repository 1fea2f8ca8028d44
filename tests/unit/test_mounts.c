#include "unit/unit.h"

#include "image/mounts.h"

static const char text[] =
	"22 28 0:21 / /proc rw,nosuid - proc proc rw\n"
	"28 1 8:3 / / ro,relatime shared:1 - ext4 /dev/sda3 ro,errors=remount-ro\n"
	"30 28 8:17 / /srv/a\\040b rw,noatime shared:5 master:1 - xfs /dev/sdb1 rw,attr2\n"
	"31 28 8:33 / /ro rw,noatime - ext4 /dev/sdc1 ro\n"
	"32 28 8:49 / /bind ro,noatime - ext4 /dev/sdd1 rw,stripe=4\n"
	"33 28 0:40 /@ /btrfs rw - btrfs /dev/sde2 rw,subvol=/@\n"
	"34 28 8:81 / /no-separator rw\n"
	"damaged\n"
	"35 28 nonsense / /nonsense rw - ext4 /dev/sdf rw\n"
	"36 28 8:97 / /cut-off rw - ext4 /dev/sdg rw";

struct ours {
	unsigned major, minor;
	const char *source;
	unsigned calls;
};

static bool is_ours(void *arg, unsigned major, unsigned minor, const char *source)
{
	struct ours *o = arg;

	o->calls++;
	return (major == o->major && minor == o->minor) ||
	       (o->source && strcmp(source, o->source) == 0);
}

static const char *find(unsigned major, unsigned minor, const char *source, size_t cap)
{
	static char point[64];
	struct ours o = { major, minor, source, 0 };

	return mounts_find(text, is_ours, &o, point, cap) ? point : NULL;
}

static void mount_points(void **state)
{
	(void)state;
	assert_string_equal(find(8, 17, NULL, 64), "/srv/a\\040b");
	assert_string_equal(find(0, 21, NULL, 64), "/proc");
	/* The mount may be read-only while the file system is not, and the other way round. */
	assert_string_equal(find(8, 49, NULL, 64), "/bind");
	assert_null(find(8, 33, NULL, 64));
	assert_null(find(8, 3, NULL, 64));
	assert_string_equal(find(1, 1, "/dev/sde2", 64), "/btrfs");
	assert_null(find(1, 1, "/dev/sda3", 64));
	/* Lines that are no such lines, or not whole. */
	assert_null(find(8, 81, NULL, 64));
	assert_null(find(8, 97, NULL, 64));
	assert_null(find(8, 17, NULL, 5));
	assert_null(find(99, 99, NULL, 64));
}

/* What is no block device is not mounted; what there is must not crash. */
static void of_a_file(void **state)
{
	char buf[65536], point[64];

	(void)state;
	assert_false(mounts_has(-1, buf, sizeof(buf), point, sizeof(point)));
	assert_false(mounts_has(0, buf, 1, point, sizeof(point)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mount_points),
		cmocka_unit_test(of_a_file),
	};

	return cmocka_run_group_tests_name("mounts", tests, NULL, NULL);
}
