/* Error codes are told apart by what ran out. */
#include "net/shortage.h"

#include "base/mem.h"

uint64_t shortage_count(void)
{
	return mem_use().failed;
}

int shortage_memory(uint64_t count, struct err *e)
{
	return mem_use().failed == count ? 0 : err_set(e, ERR_FAILED, "out of memory");
}

int shortage_resources(struct err *e)
{
	return err_set(e, ERR_FAILED,
		       "the system gives no more descriptors or threads (ulimit -n, ulimit -u)");
}
