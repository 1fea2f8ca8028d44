/* The help texts are printed from the same tables that read the command line. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli.h"

/* Terminals are so wide, at least; options take so much of it. */
#define WIDTH 80
#define INDENT 28

/* Words that begin behind INDENT. */
static void help_text(const char *s)
{
	size_t at = INDENT, len;

	for (; *s; s += len) {
		len = strcspn(s, " ");
		if (at + 1 + len > WIDTH && at > INDENT) {
			printf("\n%*s", INDENT, "");
			at = INDENT;
		}
		at += (size_t)printf("%s%.*s", at > INDENT ? " " : "", (int)len, s);
		len += strspn(s + len, " ");
	}
	putchar('\n');
}

static void help_option(const struct opt *o)
{
	char left[128];
	struct text t;

	text_init(&t, left, sizeof(left));
	if (o->letter)
		text_printf(&t, "-%c, ", o->letter);
	text_printf(&t, "--%s", o->name);
	if (o->kind == OPT_ANSWER)
		text_put(&t, "[=BOOL]");
	else if (o->arg)
		text_printf(&t, o->kind == OPT_MAYBE ? " [%s]" : " %s", o->arg);
	if (strlen(left) > INDENT - 4)
		printf("  %s\n%*s", left, INDENT, "");
	else
		printf("  %-*s", INDENT - 2, left);
	help_text(o->help);
}

/* Does a table before this one have an option of the same name, which is the one that counts? */
static bool is_hidden(const struct opt *const tables[], const struct opt *const *table,
		      const struct opt *opt)
{
	const struct opt *o;

	for (; tables != table; tables++)
		for (o = *tables; o->kind != OPT_END; o++)
			if (strcmp(o->name, opt->name) == 0)
				return true;
	return false;
}

void cli_help(const char *program, const char *command, const char *operands, const char *summary,
	      const struct opt *const tables[])
{
	const struct opt *const *table;
	const struct opt *o;

	printf("usage: %s %s [options]%s%s\n\n%s\n\noptions:\n", program, command,
	       *operands ? " " : "", operands, summary);
	for (table = tables; *table; table++)
		for (o = *table; o->kind != OPT_END; o++)
			if (!is_hidden(tables, table, o))
				help_option(o);
	fputs("\nexit status: 0 done, 1 failed for good, 2 usage or settings, 3 bad image,\n"
	      "4 temporary failure, 5 uploaded, but unproven or unfinished; see hoist(1)\n",
	      stdout);
}

void cli_overview(const struct provider *const local[])
{
	const struct provider *const *p;

	fputs("usage: hoist COMMAND [options] FILE...\n\n"
	      "Uploads disk images to clouds, and reports nothing as done that is not.\n\n"
	      "commands:\n",
	      stdout);
	for (p = providers; *p; p++)
		printf("  %-12s%s\n", (*p)->name, (*p)->summary);
	for (p = local; *p; p++)
		printf("  %-12s%s\n", (*p)->name, (*p)->summary);
	fputs("  linode-cli  image-upload and images upload, in linode-cli's own grammar\n"
	      "  ionosctl    image upload, in ionosctl's own grammar\n"
	      "  openstack   image create, in openstackclient's own grammar\n"
	      "  glance      image-create, -upload and -create-via-import, in glanceclient's\n\n"
	      "hoist COMMAND --help tells the options of one, hoist(1) everything.\n",
	      stdout);
}
