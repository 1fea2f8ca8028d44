/* Partition tables are looked for, and read one partition after the other. */
#include "image/partition.h"

#include <string.h>
#include <zlib.h>

/* The header of a GPT, in the second sector and in the last. */
enum {
	GPT_LEN = 12,
	GPT_SUM = 16, /* of the header */
	GPT_OWN = 24, /* its own sector, and that of the other copy */
	GPT_OTHER = 32,
	GPT_ENTRIES = 72,
	GPT_COUNT = 80,
	GPT_WIDTH = 84,
	GPT_ENTRIES_SUM = 88,
	GPT_BYTES = 92
};

#define GPT_WIDTH_MAX 4096

/* An entry of it: the type, then the first and the last sector. */
enum {
	ENTRY_GUID = 0,
	ENTRY_FIRST = 32,
	ENTRY_LAST = 40,
	ENTRY_BYTES = 128
};

/* The MBR: four entries of 16 bytes, and the mark behind them. */
enum {
	MBR_ENTRIES = 446,
	MBR_MARK = 510,
	MBR_ENTRY = 16,
	MBR_FLAG = 0,
	MBR_TYPE = 4,
	MBR_FIRST = 8,
	MBR_COUNT = 12
};

#define PRIMARIES 4
#define TYPE_PROTECTIVE 0xee

static bool is_gpt(unsigned char *h, uint64_t own)
{
	uint32_t len = le32(h + GPT_LEN), sum = le32(h + GPT_SUM), width = le32(h + GPT_WIDTH);

	if (memcmp(h, "EFI PART", 8) != 0 || len < GPT_BYTES || len > SECTOR ||
	    le64(h + GPT_OWN) != own)
		return false;
	memset(h + GPT_SUM, 0, 4);
	return crc32(0, h, len) == sum && power_of_two(width) && width >= ENTRY_BYTES &&
	       width <= GPT_WIDTH_MAX;
}

static bool gpt_begin(struct partition_table *t, const unsigned char *h)
{
	uint64_t at = le64(h + GPT_ENTRIES);

	if (at > UINT64_MAX / t->sector)
		return false;
	disk_table_init(&t->gpt, t->v, at * t->sector, le32(h + GPT_COUNT), le32(h + GPT_WIDTH));
	return true;
}

/* The copy in this sector.  1 if its header is right, and sound if its entries are, too. */
static int gpt_copy(struct partition_table *t, uint64_t own, struct err *e)
{
	unsigned char h[SECTOR];
	const unsigned char *entry;
	uint32_t sum = 0;
	int result = disk_read(t->v, own * t->sector, h, sizeof(h), e);

	if (result <= 0)
		return result;
	if (!is_gpt(h, own))
		return 0;
	t->kind = PARTITION_GPT;
	t->backup = le64(h + GPT_OTHER);
	t->sound = false;
	if (!gpt_begin(t, h))
		return 1;
	while ((result = disk_table_next(&t->gpt, &entry, e)) > 0)
		sum = (uint32_t)crc32(sum, entry, t->gpt.width);
	if (result < 0)
		return -1;
	t->sound = sum == le32(h + GPT_ENTRIES_SUM);
	(void)gpt_begin(t, h);
	return 1;
}

static int gpt(struct partition_table *t, struct err *e)
{
	uint64_t sectors = t->v->size / t->sector;
	struct err why = ERR_INIT, other = ERR_INIT;
	int result, second;

	if (sectors < 2)
		return 0;
	result = gpt_copy(t, 1, &why);
	/* For a sector that cannot be read there is the other copy. */
	if (result < 0 && (why.code == ERR_STOPPED || gpt_copy(t, sectors - 1, &other) <= 0)) {
		*e = why;
		return -1;
	}
	if (result < 0) {
		t->second = t->sound;
		return 1;
	}
	/* Of a pipe, the entries of the other copy are gone. */
	if ((result > 0 && t->sound) || t->v->fd < 0)
		return result;
	second = gpt_copy(t, sectors - 1, e);
	t->second = second > 0 && t->sound;
	return second != 0 ? second : result;
}

/* The first sector of FAT, NTFS and exFAT has the mark of an MBR, and so has a Linux kernel. */
static bool is_boot_sector(const unsigned char *s)
{
	uint32_t bytes = le16(s + 11);

	return memcmp(s, "MZ", 2) == 0 || memcmp(s + 3, "EXFAT   ", 8) == 0 ||
	       (power_of_two(bytes) && bytes >= SECTOR && bytes <= 4096 && power_of_two(s[13]) &&
		s[21] >= 0xf0);
}

/* Do two partitions overlap?  One from sector 0 on is that of a hybrid ISO, and may hold others. */
static bool overlap(const unsigned char *a, const unsigned char *b)
{
	uint64_t a_at = le32(a + 8), b_at = le32(b + 8);

	return a_at != 0 && b_at != 0 && a_at < b_at + le32(b + 12) && b_at < a_at + le32(a + 12);
}

/* The slice that FreeBSD's boot block tells of a disk without slices: as large on all of them. */
static bool is_dummy(const unsigned char *p)
{
	return p[4] == 0xa5 && le32(p + 8) == 0 && le32(p + 12) == 50000;
}

/* The mark alone proves little. */
static bool is_mbr(const unsigned char *s)
{
	const unsigned char *p, *other, *first = s + MBR_ENTRIES;
	unsigned active = 0;

	if (s[MBR_MARK] != 0x55 || s[MBR_MARK + 1] != 0xaa || is_boot_sector(s))
		return false;
	for (p = first; p < s + MBR_MARK; p += MBR_ENTRY) {
		active += p[MBR_FLAG] == 0x80;
		if (p[MBR_FLAG] & 0x7f)
			return false;
		/* The length of the one that protects a GPT is often the largest number. */
		if (p[MBR_TYPE] == 0 || p[MBR_TYPE] == TYPE_PROTECTIVE || is_dummy(p))
			continue;
		if (le32(p + MBR_COUNT) == 0 ||
		    (uint64_t)le32(p + MBR_FIRST) + le32(p + MBR_COUNT) > UINT32_MAX)
			return false;
		for (other = first; other < p; other += MBR_ENTRY)
			if (other[MBR_TYPE] != 0 && other[MBR_TYPE] != TYPE_PROTECTIVE &&
			    overlap(other, p))
				return false;
	}
	return active <= 1;
}

int partition_open_mbr(struct partition_table *t, const struct disk_view *v, unsigned sector,
		       struct err *e)
{
	unsigned char s[SECTOR];
	int result = disk_read(v, 0, s, sizeof(s), e);

	*t = (struct partition_table){
		.v = v, .next = 1, .logical = true, .sector = sector ? sector : SECTOR
	};
	if (result <= 0 || !is_mbr(s))
		return result < 0 ? -1 : 0;
	t->kind = PARTITION_MBR;
	memcpy(t->first, s + MBR_ENTRIES, sizeof(t->first));
	return 1;
}

int partition_open_gpt(struct partition_table *t, const struct disk_view *v, unsigned sector,
		       struct err *e)
{
	static const unsigned sizes[] = { SECTOR, 4096 };
	size_t i;
	int result = 0;

	*t = (struct partition_table){ .v = v, .next = 1 };
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]) && result == 0; i++) {
		if (sector != 0 && sector != sizes[i])
			continue;
		t->sector = sizes[i];
		result = gpt(t, e);
	}
	return result;
}

int partition_other_copy(struct partition_table *t, struct err *e)
{
	uint64_t last = t->v->size / t->sector - 1;
	int result = gpt_copy(t, t->second ? 1 : last, e);

	t->kind = PARTITION_NONE;
	return result > 0 ? t->sound : result;
}

static bool is_protective(const unsigned char *entries)
{
	return entries[MBR_TYPE] == TYPE_PROTECTIVE ||
	       entries[MBR_ENTRY + MBR_TYPE] == TYPE_PROTECTIVE ||
	       entries[2 * MBR_ENTRY + MBR_TYPE] == TYPE_PROTECTIVE ||
	       entries[3 * MBR_ENTRY + MBR_TYPE] == TYPE_PROTECTIVE;
}

/* Entries that say something, beside the one that protects a GPT. */
static unsigned count_entries(const unsigned char *entries)
{
	const unsigned char *p;
	unsigned count = 0;

	for (p = entries; p < entries + (size_t)PRIMARIES * MBR_ENTRY; p += MBR_ENTRY)
		count += p[MBR_TYPE] != 0 && p[MBR_TYPE] != TYPE_PROTECTIVE &&
			 le32(p + MBR_COUNT) != 0;
	return count;
}

/* An MBR that was made later has left a GPT there, which nobody looks at any more. */
static int is_stale(const struct disk_view *v, struct err *e)
{
	unsigned char s[SECTOR];
	int result = disk_read(v, 0, s, sizeof(s), e);

	if (result <= 0)
		return result;
	return is_mbr(s) && !is_protective(s + MBR_ENTRIES) && count_entries(s + MBR_ENTRIES) > 0;
}

static bool has_gpt_mark(const struct disk_view *v, uint64_t at)
{
	struct err ignored = ERR_INIT;
	unsigned char mark[8];

	return at < v->size && disk_read(v, at, mark, sizeof(mark), &ignored) > 0 &&
	       memcmp(mark, "EFI PART", sizeof(mark)) == 0;
}

/* Tables of BSD, Sun, SGI, Apple and Amiga. */
static bool is_foreign(const unsigned char *s)
{
	return le32(s + 64) == 0x82564557 || (s[508] == 0xda && s[509] == 0xbe) ||
	       be32(s) == 0x0be5a941 || memcmp(s, "ER", 2) == 0 || memcmp(s, "RDSK", 4) == 0;
}

int partition_certain(const struct partition_table *t, unsigned *hybrid, struct err *e)
{
	static const unsigned char nothing[PRIMARIES * MBR_ENTRY];
	const struct disk_view *v = t->v;
	unsigned char s[2 * SECTOR];
	int result = v->size < sizeof(s) ? 0 : disk_read(v, 0, s, sizeof(s), e);
	bool marked;

	*hybrid = 0;
	if (result <= 0)
		return result;
	marked = s[MBR_MARK] == 0x55 && s[MBR_MARK + 1] == 0xaa;
	if (t->kind == PARTITION_MBR)
		return 1;
	if (t->kind == PARTITION_GPT) {
		*hybrid = count_entries(s + MBR_ENTRIES);
		return marked && is_protective(s + MBR_ENTRIES);
	}
	return !(marked && memcmp(s + MBR_ENTRIES, nothing, sizeof(nothing)) != 0) &&
	       !is_foreign(s) && le32(s + SECTOR) != 0x82564557 && !has_gpt_mark(v, SECTOR) &&
	       !has_gpt_mark(v, 4096) && !has_gpt_mark(v, v->size - SECTOR) &&
	       !has_gpt_mark(v, v->size - 4096);
}

int partition_open(struct partition_table *t, const struct disk_view *v, unsigned sector,
		   struct err *e)
{
	int result = partition_open_gpt(t, v, sector, e), stale;
	size_t i;

	if (result > 0) {
		stale = is_stale(v, e);
		if (stale < 0)
			return -1;
		result = !stale;
	}
	if (result == 0)
		result = partition_open_mbr(t, v, sector, e);
	/* The MBR in front of a GPT that is damaged tells nothing. */
	for (i = 0; t->kind == PARTITION_MBR && i < PRIMARIES; i++)
		if (t->first[i * MBR_ENTRY + MBR_TYPE] == TYPE_PROTECTIVE)
			t->kind = PARTITION_NONE;
	return result < 0 ? -1 : t->kind != PARTITION_NONE;
}

static bool is_extended(unsigned char type)
{
	return type == 0x05 || type == 0x0f || type == 0x85;
}

static int gpt_next(struct partition_table *t, struct partition *p, struct err *e)
{
	static const unsigned char unused[16];
	const unsigned char *entry;
	uint64_t first, last;
	int result;

	while (t->sound && t->next <= PARTITIONS_MAX) {
		result = disk_table_next(&t->gpt, &entry, e);
		if (result <= 0)
			return result;
		p->number = t->next++;
		if (memcmp(entry + ENTRY_GUID, unused, sizeof(unused)) == 0)
			continue;
		first = le64(entry + ENTRY_FIRST);
		last = le64(entry + ENTRY_LAST);
		/* Linux passes over such, too. */
		if (first > last)
			continue;
		/* No file reaches as far as the last numbers. */
		if (last >= UINT64_MAX / t->sector)
			last = UINT64_MAX / t->sector - 1;
		if (first > last)
			first = last;
		memcpy(p->guid, entry + ENTRY_GUID, sizeof(p->guid));
		p->at = first * t->sector;
		p->len = (last - first + 1) * t->sector;
		return 1;
	}
	return 0;
}

/* What an entry of four says; base is the sector that it counts from. */
static void mbr_take(const struct partition_table *t, const unsigned char *entry, uint64_t base,
		     struct partition *p)
{
	p->type = entry[MBR_TYPE];
	p->at = (base + le32(entry + MBR_FIRST)) * t->sector;
	p->len = (uint64_t)le32(entry + MBR_COUNT) * t->sector;
	p->extended = is_extended(p->type);
}

/* Each logical partition is described in a sector of its own, which names the next one. */
static int logical_next(struct partition_table *t, struct partition *p, struct err *e)
{
	unsigned char s[SECTOR];
	const unsigned char *entry;
	uint64_t link;
	bool found = false;
	int result;

	while (t->link != 0 && t->next <= PARTITIONS_MAX) {
		link = t->link;
		t->link = 0;
		result = disk_read(t->v, link * t->sector, s, sizeof(s), e);
		if (result <= 0)
			return result;
		if (s[MBR_MARK] != 0x55 || s[MBR_MARK + 1] != 0xaa)
			return disk_bad(e, "a logical partition has no description");
		for (entry = s + MBR_ENTRIES; entry < s + MBR_MARK; entry += MBR_ENTRY) {
			if (entry[MBR_TYPE] == 0 || le32(entry + MBR_COUNT) == 0)
				continue;
			if (is_extended(entry[MBR_TYPE]))
				t->link = t->link ? t->link : t->extended + le32(entry + MBR_FIRST);
			else if (!found)
				mbr_take(t, entry, link, p);
			found = found || !is_extended(entry[MBR_TYPE]);
		}
		/* A number each, also where nothing is described: so Linux counts them. */
		p->number = t->next;
		t->next += found;
		if (found)
			return 1;
		if (t->link <= link)
			return 0;
	}
	return 0;
}

static int mbr_next(struct partition_table *t, struct partition *p, struct err *e)
{
	const unsigned char *entry;

	while (t->next <= PRIMARIES) {
		entry = t->first + (size_t)(t->next - 1) * MBR_ENTRY;
		p->number = t->next++;
		if (entry[MBR_TYPE] == 0 || entry[MBR_TYPE] == TYPE_PROTECTIVE || is_dummy(entry))
			continue;
		mbr_take(t, entry, 0, p);
		if (p->extended && t->extended == 0)
			t->extended = t->link = le32(entry + MBR_FIRST);
		return 1;
	}
	return t->logical ? logical_next(t, p, e) : 0;
}

int partition_next(struct partition_table *t, struct partition *p, struct err *e)
{
	*p = (struct partition){ .number = 0 };
	if (t->kind == PARTITION_GPT)
		return gpt_next(t, p, e);
	return t->kind == PARTITION_MBR ? mbr_next(t, p, e) : 0;
}
