/* There is no ISA-L for this processor. */
#include "image/igzip.h"

const bool igzip_is_here = false;

void *igzip_open(void)
{
	return NULL;
}

size_t igzip_block(void *g, const unsigned char *in, size_t len, unsigned char *out, size_t cap)
{
	(void)g;
	(void)in;
	(void)len;
	(void)out;
	(void)cap;
	return 0;
}

void igzip_close(void *g)
{
	(void)g;
}
