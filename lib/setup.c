/* Setting a child up from outside: see setup.h. */
#define _GNU_SOURCE
#include "setup.h"

#include "err.h"
#include "io.h"
#include "supervise.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

void setup_make(struct setup *setup)
{
	if (setup->number >= 0 && pipe2(setup->ends, O_CLOEXEC))
		fail(NULL, "make a pipe");
}

int setup_in_child(const struct setup *setup)
{
	if (setup->number < 0)
		return -1;
	(void)close(setup->ends[1]); /* or the end of the file would never come */
	if (dup2(setup->ends[0], setup->number) < 0)
		fail(NULL, "make the pipe descriptor %d", setup->number);
	return setup->number;
}

/* The word with `pid` for each `{}`; never freed. */
static char *filled(char *word, const char *pid)
{
	char *mark;

	while ((mark = strstr(word, "{}")))
		word = xprintf("%.*s%s%s", (int)(mark - word), word, pid, mark + 2);
	return word;
}

static bool run(char **words, pid_t child, bool apart)
{
	char number[16];

	(void)snprintf(number, sizeof(number), "%d", child);
	for (char **word = words + 1; *word; word++)
		*word = filled(*word, number);
	pid_t hook = hook_start(words);
	return hook > 0 && hook_ended_well(words[0], supervise_helper(hook, child, apart));
}

bool setup_run(const struct setup *setup, pid_t child, bool apart)
{
	bool ended = false, well = true;

	for (size_t i = 0; well && !ended && i < setup->hooks.count; i++) {
		well = run(hook_words(&setup->hooks, i), child, apart);
		ended = supervise_ended(child);
	}
	if (!well && !ended)
		(void)kill(child, SIGKILL); /* before it sees the end of the pipe */
	/* We have the reading end as well, so there is no SIGPIPE. */
	else if (setup->number >= 0 && write_all(setup->ends[1], "s", 1))
		complain("--setup-fd", "write");
	for (int i = 0; i < 2 && setup->number >= 0; i++)
		(void)close(setup->ends[i]);
	return well || ended;
}
