/*
 * Included before everything else in src/ (the compiler's -include): our code
 * takes nothing from the heap, and calls no function that writes without a
 * bound or keeps hidden state.  base/mem.c, which counts what libcurl and
 * mbedTLS take, is the one exception.  tests/style/ also looks at the symbols
 * of the object files, which no macro can hide.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

/* Declared by the system before the names become errors. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BANNED(name) function_##name##_is_banned_in_hoist

#ifndef HOIST_MAY_ALLOCATE
#undef malloc
#undef calloc
#undef realloc
#undef free
#define malloc(n) BANNED(malloc)
#define calloc(n, m) BANNED(calloc)
#define realloc(p, n) BANNED(realloc)
#define free(p) BANNED(free)
#endif

#undef alloca
#undef strdup
#undef strndup
#undef getline
#undef strcpy
#undef strcat
#undef strncpy
#undef strncat
#undef sprintf
#undef vsprintf
#undef strtok
#undef gmtime
#undef localtime
#undef rand
#undef atoi
#undef atol
#define alloca(n) BANNED(alloca)
#define strdup(s) BANNED(strdup)
#define strndup(s, n) BANNED(strndup)
#define getline(p, n, f) BANNED(getline)
#define strcpy(a, b) BANNED(strcpy)
#define strcat(a, b) BANNED(strcat)
#define strncpy(a, b, n) BANNED(strncpy)
#define strncat(a, b, n) BANNED(strncat)
#define sprintf(...) BANNED(sprintf)
#define vsprintf(...) BANNED(vsprintf)
#define strtok(s, d) BANNED(strtok)
#define gmtime(t) BANNED(gmtime)
#define localtime(t) BANNED(localtime)
#define rand() BANNED(rand)
#define atoi(s) BANNED(atoi)
#define atol(s) BANNED(atol)

#endif
