/* Secrets that a text of somebody else's repeats, such as a server's reason for a refusal. */
#ifndef BASE_HIDE_H
#define BASE_HIDE_H

#include <stddef.h>

#include "base/text.h"

/*
 * Whatever s repeats of the secrets (texts; empty ones are passed over): put '*' in
 * its place, or append s with "***" for each.  They are found as they are, with
 * JSON's escapes, XML's references or percent-encoding, and long ones without their ends.  A
 * secret that is a word of every second refusal ("wrong") is left alone: to show
 * it tells nobody anything.
 *
 * To be called before anything of s is decoded, cleaned or cut off.
 */
void hide_secrets(char *s, const char *const *secrets, size_t count);
void hide_put(struct text *t, const char *s, const char *const *secrets, size_t count);

#endif
