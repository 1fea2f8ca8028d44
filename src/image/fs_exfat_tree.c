/* exFAT's directories: sets of entries, of which one tells where a file is. */
#include "image/fs_exfat.h"

/* Directories in directories; nobody has more. */
#define DEPTH_MOST 64

/* Types of entries; without the highest bit one is not in use. */
#define IN_USE 0x80
#define BITMAP 0x81
#define UPCASE 0x82
#define LABEL 0x83
#define FILE_ENTRY 0x85
#define GUID 0xa0
#define STREAM 0xc0
#define NAME 0xc1
#define VENDOR 0xe0

/* Of a stream's flags: it can have clusters; they are contiguous, without a chain. */
#define POSSIBLE 1
#define CONTIGUOUS 2

#define DIRECTORY 0x10

/* A directory that is being read. */
struct place {
	uint32_t cluster, at; /* the next entry is in this cluster, at this byte of it */
	bool contiguous;
	uint64_t left; /* bytes from the next entry on */
};

struct stream {
	bool directory, contiguous;
	uint32_t first;
	uint64_t clusters;
};

/* The next entry, which is gone when another one is read.  NULL at the end, or with fs->why. */
static const unsigned char *next_entry(struct fs *fs, struct place *p)
{
	const struct fs_exfat *x = &fs->u.exfat;
	const unsigned char *entry;
	uint32_t len;

	if (p->left == 0)
		return NULL;
	if (p->at == x->cluster) {
		p->cluster = p->contiguous ? p->cluster + 1 : exfat_next(fs, p->cluster);
		p->at = 0;
	}
	entry = exfat_look(fs, EXFAT_DIRECTORY, exfat_offset(x, p->cluster) + p->at, &len);
	p->at += EXFAT_ENTRY;
	p->left -= EXFAT_ENTRY;
	/* Nothing is behind this one. */
	if (entry && entry[0] == 0)
		p->left = 0;
	return entry && entry[0] != 0 ? entry : NULL;
}

static uint16_t sum_up(uint16_t sum, const unsigned char *entry, bool first)
{
	unsigned i;

	for (i = 0; i < EXFAT_ENTRY; i++)
		if (!first || (i != 2 && i != 3))
			sum = (uint16_t)((sum << 15 | sum >> 1) + entry[i]);
	return sum;
}

static bool take_stream(struct fs *fs, const unsigned char *entry, struct stream *s)
{
	uint64_t len = le64(entry + 24);

	s->first = le32(entry + 20);
	s->contiguous = entry[1] & CONTIGUOUS;
	s->clusters = pieces(len, fs->u.exfat.cluster);
	if ((s->first == 0) != (len == 0) || (len > 0 && !(entry[1] & POSSIBLE)) ||
	    (s->directory && len % fs->u.exfat.cluster != 0))
		return exfat_doubt(fs, fs_odd);
	return true;
}

/* A file's set of entries, of which this is the first. */
static bool read_set(struct fs *fs, struct place *p, const unsigned char *entry, struct stream *s)
{
	unsigned count = entry[1], i;
	uint16_t want = (uint16_t)le16(entry + 2), sum = sum_up(0, entry, true);

	s->directory = le16(entry + 4) & DIRECTORY;
	for (i = 0; i < count; i++) {
		entry = next_entry(fs, p);
		if (!entry)
			return exfat_doubt(fs, fs_odd);
		if (i == 0 ? entry[0] != STREAM : entry[0] != NAME && entry[0] != VENDOR)
			return exfat_doubt(fs, "a directory has an entry that is not known here");
		sum = sum_up(sum, entry, false);
		if (i == 0 && !take_stream(fs, entry, s))
			return false;
	}
	if (count < 2 || sum != want)
		return exfat_doubt(fs, "the checksum of a directory's entry is wrong");
	return true;
}

/* The next file or directory in it: 1, 0 at its end, or -1. */
static int next_file(struct fs *fs, struct place *p, bool root, struct stream *s)
{
	const unsigned char *entry;

	while ((entry = next_entry(fs, p))) {
		if (!(entry[0] & IN_USE))
			continue;
		if (entry[0] == FILE_ENTRY)
			return read_set(fs, p, entry, s) ? 1 : -1;
		if (!root || (entry[0] != BITMAP && entry[0] != UPCASE && entry[0] != LABEL &&
			      entry[0] != GUID))
			return fs_doubt(fs, "a directory has an entry that is not known here");
		if (entry[0] == UPCASE &&
		    !exfat_take(fs, le32(entry + 20), pieces(le64(entry + 24), fs->u.exfat.cluster),
				false))
			return -1;
	}
	return fs->why ? -1 : 0;
}

/* The root's length is that of its chain, which may go round. */
static bool open_root(struct fs *fs, struct place *p)
{
	const struct fs_exfat *x = &fs->u.exfat;
	uint64_t count = 1;
	uint32_t next;

	for (next = exfat_next(fs, x->root); !exfat_is_last(next); count++) {
		if (next < EXFAT_FIRST || next - EXFAT_FIRST >= x->clusters || count == x->clusters)
			return exfat_doubt(fs, fs_odd);
		next = exfat_next(fs, next);
	}
	*p = (struct place){ .cluster = x->root, .left = count * x->cluster };
	return true;
}

bool exfat_find_bitmap(struct fs *fs)
{
	struct fs_exfat *x = &fs->u.exfat;
	const unsigned char *entry;
	struct place p;
	unsigned count = 0;
	uint32_t first = 0, i;
	uint64_t len = 0, need = pieces(x->clusters, 8);

	if (!open_root(fs, &p))
		return false;
	while ((entry = next_entry(fs, &p)))
		if (entry[0] == BITMAP) {
			first = le32(entry + 20);
			len = le64(entry + 24);
			/* The second is for a second table. */
			count += entry[1] & 1 ? 2 : 1;
		}
	if (fs->why || count != 1 || len != need || first < EXFAT_FIRST ||
	    first - EXFAT_FIRST >= x->clusters)
		return exfat_doubt(fs, fs_odd);
	x->bitmap = exfat_offset(x, first);
	/* Its own bits are looked for in it. */
	if (!exfat_take(fs, first, pieces(len, x->cluster), false))
		return false;
	for (i = 1; i < pieces(len, x->cluster); i++)
		if (exfat_next(fs, first + i - 1) != first + i)
			return exfat_doubt(fs, "its bitmap is not in one piece");
	return true;
}

bool exfat_walk(struct fs *fs)
{
	struct place places[DEPTH_MOST];
	unsigned depth = 0;
	struct stream s = { .clusters = 0 };
	int result;

	if (!open_root(fs, &places[0]) ||
	    !exfat_take(fs, fs->u.exfat.root, places[0].left / fs->u.exfat.cluster, false))
		return false;
	for (;;) {
		result = next_file(fs, &places[depth], depth == 0, &s);
		if (result < 0)
			return false;
		if (result == 0) {
			if (depth-- == 0)
				return true;
			continue;
		}
		if (s.clusters == 0)
			continue;
		if (!exfat_take(fs, s.first, s.clusters, s.contiguous))
			return false;
		if (!s.directory)
			continue;
		if (++depth == DEPTH_MOST)
			return exfat_doubt(fs, "its directories are too deep");
		places[depth] = (struct place){ .cluster = s.first,
						.contiguous = s.contiguous,
						.left = s.clusters * fs->u.exfat.cluster };
	}
}
