#!/bin/sh
# ISA-L: what isal_deflate_stateless() makes of the same bytes, at level 1 or 2, depends on
# where in memory the struct isal_zstream is.  All is valid and unpacks to the same, but with address
# space randomisation two runs of a program may give different files: of 400 MiB that are
# compressed in blocks of 256 KiB, about every fourth run differs from the others (with 2.31.1).
set -eu

version=2.30.0-5
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
mkdir -p debs/partial root
for package in "libisal2=$version" "libisal-dev=$version"; do
	apt-get -qq install -y --no-install-recommends --reinstall --download-only --allow-downgrades \
		-o "Dir::Cache::archives=$tmp/debs" -o APT::Sandbox::User=root "$package" >/dev/null
done
for deb in debs/*.deb; do
	dpkg -x "$deb" root
done

cat >places.c <<'END'
/* One small text, compressed with the stream at PLACES addresses: how many results are there? */
#include <isa-l/igzip_lib.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define PLACES 60000
#define STEP 65536

int main(int argc, char **argv)
{
	static unsigned char level_buf[ISAL_DEF_LVL2_DEFAULT];
	static const char line[] = "all that is in here is in here for the second time; ";
	unsigned char text[400], out[600], seen[4][600];
	size_t lens[4], counts[4] = { 0 };
	unsigned kinds = 0, i, k;
	int level;
	char *memory = mmap(NULL, (size_t)PLACES * STEP, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	(void)argc;
	level = argv[1][0] - '0';
	for (i = 0; i < sizeof(text); i++)
		text[i] = (unsigned char)line[i % (sizeof(line) - 1)];
	if (memory == MAP_FAILED)
		return 2;
	for (i = 0; i + 4 < PLACES; i++) {
		struct isal_zstream *z = (struct isal_zstream *)(void *)(memory + (size_t)i * STEP);

		isal_deflate_stateless_init(z);
		z->level = (unsigned)level;
		z->level_buf = level_buf;
		z->level_buf_size = sizeof(level_buf);
		z->flush = FULL_FLUSH;
		z->next_in = text;
		z->avail_in = sizeof(text);
		z->next_out = out;
		z->avail_out = sizeof(out);
		if (isal_deflate_stateless(z) != COMP_OK)
			return 2;
		for (k = 0; k < kinds; k++)
			if (lens[k] == z->total_out && memcmp(seen[k], out, lens[k]) == 0)
				break;
		if (k == 4)
			return 2;
		if (k == kinds) {
			lens[k] = z->total_out;
			memcpy(seen[k], out, lens[k]);
			kinds++;
		}
		counts[k]++;
		madvise(memory + (size_t)i * STEP, STEP, MADV_DONTNEED);
	}
	printf("level %d: %u results in %u places:", level, kinds, PLACES - 4);
	for (k = 0; k < kinds; k++)
		printf(" %zu bytes (%zu times)", lens[k], counts[k]);
	putchar('\n');
	return kinds > 1;
}
END
lib=$(dirname "$(find "$tmp/root" -name 'libisal.so.2' | head -n 1)")
gcc -O1 -I"$tmp/root/usr/include" -o places places.c "$lib/libisal.so.2"
LD_LIBRARY_PATH=$lib
export LD_LIBRARY_PATH
echo "libisal2 $version"
for level in 1 2; do
	status=0
	./places "$level" || status=$?
	[ "$status" -eq 1 ]
done
