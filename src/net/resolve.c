/* Search domains of /etc/resolv.conf are kept away from names that are complete. */
#include "net/resolve.h"

#include <ctype.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

#define FILE_BYTES 4096

int resolve(const char *name, const char *service, const struct addrinfo *hints,
	    struct addrinfo **found) __asm__("__wrap_getaddrinfo");
int resolve_plain(const char *name, const char *service, const struct addrinfo *hints,
		  struct addrinfo **found) __asm__("__real_getaddrinfo");

/* /etc/resolv.conf, its beginning if it is long; "" if it cannot be read. */
static void read_file(char text[FILE_BYTES])
{
	int fd = open("/etc/resolv.conf", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, FILE_BYTES - 1) : -1;

	text[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

/* The value in the next line that begins with this word, or NULL; *at goes on behind it. */
static const char *next_line(const char **at, const char *word)
{
	size_t len = strlen(word);
	const char *line;

	while (**at) {
		line = *at;
		*at += strcspn(line, "\n");
		*at += **at == '\n';
		if (strncmp(line, word, len) == 0 && isblank((unsigned char)line[len]))
			return line + len + strspn(line + len, " \t");
	}
	return NULL;
}

void resolve_asked(char *out, size_t cap)
{
	char text[FILE_BYTES];
	const char *at = text, *value;
	struct text t;

	read_file(text);
	text_init(&t, out, cap);
	while ((value = next_line(&at, "nameserver")) != NULL) {
		if (t.len > 0)
			text_put(&t, ", ");
		text_put_n(&t, value, strcspn(value, " \t\r\n"));
	}
	text_ellipsis(&t);
	text_clean(out);
}

/* Have other names been asked for, and not this one? */
static bool is_searched(const char *name)
{
	char text[FILE_BYTES];
	const char *at = text, *value, *ndots;
	long most = 1;
	int dots = 0;
	size_t i;

	for (i = 0; name[i]; i++)
		dots += name[i] == '.';
	if (dots == 0 || name[i - 1] == '.')
		return false;
	read_file(text);
	while ((value = next_line(&at, "options")) != NULL) {
		ndots = strstr(value, "ndots:");
		if (ndots && ndots < at)
			most = strtol(ndots + 6, NULL, 10);
	}
	return dots < most;
}

int resolve(const char *name, const char *service, const struct addrinfo *hints,
	    struct addrinfo **found)
{
	int code = resolve_plain(name, service, hints, found), again;
	char whole[260];

	/* That there is no such name was said of all, of this one last. */
	if (code == 0 || code == EAI_NONAME || !name || !is_searched(name) ||
	    snprintf(whole, sizeof(whole), "%s.", name) >= (int)sizeof(whole))
		return code;
	again = resolve_plain(whole, service, hints, found);
	return again == 0 ? 0 : code;
}
