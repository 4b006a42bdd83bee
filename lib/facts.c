/* Facts for a shell: see facts.h. */
#define _GNU_SOURCE
#include "facts.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <unistd.h>

enum { PIPE_NORMAL = 65536 };

static char kept[32 << 20]; /* no memory where nothing is written */

void facts_begin(void)
{
	(void)setvbuf(stdout, kept, _IOFBF, sizeof(kept));
}

void facts_end(void)
{
	size_t length = __fpending(stdout);

	/* Who may not have it larger, or has no pipe there, reads meanwhile. */
	if (length > PIPE_NORMAL)
		(void)fcntl(STDOUT_FILENO, F_SETPIPE_SZ, (int)length);
}
