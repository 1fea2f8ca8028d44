/* What hoist check says of a raw disk: what is on it, and how it would go to each cloud. */
#ifndef REPORT_DISK_H
#define REPORT_DISK_H

#include "base/text.h"
#include "cloud/provider.h"

/* Was it looked at what is on the disk? */
bool report_disk_is_known(const struct task *t);

/* "GPT, sectors of 512 bytes"; nothing where there is no partition table. */
void report_disk_put(const struct task *t, struct text *out);

/* Tables for a person, with lines for what is worth noting, on standard output. */
void report_disk_print(const struct task *t);

/* On standard output: an object, or null if nothing is known. */
void report_disk_print_json(const struct task *t);

#endif
