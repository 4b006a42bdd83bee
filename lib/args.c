/* Arguments that come through a descriptor: see args.h. */
#include "args.h"

#include "err.h"
#include "io.h"
#include <errno.h>
#include <string.h>

enum { MOST = 6 << 20 }; /* bytes; execve(2) never takes more */

char **args_read(int fd, char **command, size_t count)
{
	size_t length, more = 0;
	char *data = read_all(fd, MOST, &length);

	if (!data) {
		if (errno == EFBIG)
			errno = E2BIG;
		fail("--args-fd", "read the arguments");
	}
	if (!length)
		refuse("--args-fd", "no argument came");
	if (data[length - 1])
		refuse("--args-fd", "the last argument is cut off: no NUL behind it");
	for (size_t at = 0; at < length; at += strlen(data + at) + 1)
		more++;
	char **all = xalloc((count + more + 1) * sizeof(*all)), **next = all + count;
	if (count)
		memcpy(all, command, count * sizeof(*all));
	for (size_t at = 0; at < length; at += strlen(data + at) + 1)
		*next++ = data + at;
	return all;
}
