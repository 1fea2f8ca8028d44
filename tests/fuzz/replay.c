/*
 * A main() for the fuzz targets without libFuzzer: run each file, and each file
 * in each directory, through the target once.  Says how many there were; none,
 * or one that cannot be read, is a failure.
 */
#include <dirent.h>
#include <sys/stat.h>

#include "fuzz/fuzz.h"

/* The memory is bounded by one input of this size at a time. */
#define INPUT_MAX ((size_t)1 << 20)

static unsigned count;

static void run_file(const char *path)
{
	static uint8_t buf[INPUT_MAX + 1];
	FILE *f = fopen(path, "rb");
	uint8_t *exact;
	size_t len;

	if (!f) {
		perror(path);
		exit(1);
	}
	len = fread(buf, 1, sizeof(buf), f);
	if (ferror(f) || len > INPUT_MAX) {
		fprintf(stderr, "%s: cannot be read, or is longer than %zu bytes\n", path,
			INPUT_MAX);
		exit(1);
	}
	fclose(f);
	/* From the heap and of this size, so that a sanitizer sees one byte too far. */
	exact = malloc(len > 0 ? len : 1);
	REQUIRE(exact != NULL);
	memcpy(exact, buf, len);
	fprintf(stderr, "%s\n", path);
	LLVMFuzzerTestOneInput(exact, len);
	free(exact);
	count++;
}

static void run_path(const char *path)
{
	struct dirent *entry;
	char below[4096];
	struct stat st;
	DIR *dir;

	if (stat(path, &st) != 0) {
		perror(path);
		exit(1);
	}
	if (!S_ISDIR(st.st_mode)) {
		run_file(path);
		return;
	}
	dir = opendir(path);
	REQUIRE(dir != NULL);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		REQUIRE((size_t)snprintf(below, sizeof(below), "%s/%s", path, entry->d_name) <
			sizeof(below));
		run_path(below);
	}
	closedir(dir);
}

int main(int argc, char *argv[])
{
	int i;

	for (i = 1; i < argc; i++)
		run_path(argv[i]);
	printf("%s: %u inputs\n", argv[0], count);
	return count > 0 ? 0 : 1;
}
