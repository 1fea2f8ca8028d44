/* What a compiler is told of functions, if it listens. */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H

#ifdef __GNUC__
#define ERR_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define MUST_CHECK __attribute__((warn_unused_result))
#else
#define ERR_PRINTF(fmt, args)
#define MUST_CHECK
#endif

#endif
