/*
 * The CA roots, compressed, as part of the binary: see mkroots.c for what they
 * are.  An assembler's job, because a C array of this size takes a second to
 * compile and a megabyte to write down.
 */
#include <stddef.h>

#include "roots_size.h"

__asm__(".section .rodata.roots_gz,\"a\",%progbits\n"
	".balign 16\n"
	".globl roots_gz\n"
	".type roots_gz, %object\n"
	"roots_gz:\n"
	".incbin \"roots.gz\"\n"
	"roots_gz_end:\n"
	".size roots_gz, roots_gz_end - roots_gz\n"
	".previous\n");

extern const size_t roots_gz_len, roots_der_len;
const size_t roots_gz_len = ROOTS_GZ_LEN;
const size_t roots_der_len = ROOTS_DER_LEN;
