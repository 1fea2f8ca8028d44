/* The format probe: of a head in memory, of a pipe, and against a file's name (the first line). */
#include <fcntl.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "image/image.h"
#include "image/gzcheck.h"
#include "image/source.h"

/* Fits into a pipe, so that nobody has to read while it is written. */
#define INPUT_MAX 60000

static struct gzcheck gz;
static unsigned char head[PROBE_BYTES];

static void pipe_in(const uint8_t *data, size_t size)
{
	int fds[2];

	REQUIRE(pipe(fds) == 0);
	REQUIRE(write(fds[1], data, size) == (ssize_t)size);
	close(fds[1]);
	REQUIRE(dup2(fds[0], STDIN_FILENO) == STDIN_FILENO);
	close(fds[0]);
}

/* Everything still comes, unchanged. */
static void drain(struct source *s, const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	uint8_t buf[777];
	size_t at = 0;
	ssize_t n;

	while ((n = stage_pull(&s->stage, buf, sizeof(buf), &e)) > 0) {
		REQUIRE((size_t)n <= size - at && memcmp(buf, data + at, (size_t)n) == 0);
		at += (size_t)n;
	}
	REQUIRE(n == 0 && at == size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct source s;
	struct image im;
	char *name = fuzz_line(&data, &size);

	if (size > INPUT_MAX)
		size = INPUT_MAX;
	pipe_in(data, size);
	REQUIRE(source_open(&s, "-", NULL, &e) == 0);
	if (image_probe(&im, &s, head, &gz, &e) < 0) {
		REQUIRE(e.code == ERR_IMAGE && format_of(data, size) == FORMAT_GZIP);
		fuzz_err(-1, &e);
	} else {
		REQUIRE(im.format == format_of(data, size));
		REQUIRE(im.format < FORMATS && im.holds < FORMATS);
		REQUIRE((im.format == FORMAT_GZIP) == (im.holds != FORMAT_NONE));
		REQUIRE((im.format == FORMAT_EMPTY) == (size == 0));
		fuzz_err(image_name_agrees(&im, name, &e), &e);
	}
	drain(&s, data, size);
	source_close(&s);
	free(name);
	return 0;
}
