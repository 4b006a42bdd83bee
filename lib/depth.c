/* Deep trees: see depth.h. */
#include "depth.h"

#include <sys/resource.h>

void allow_depth(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max < 8192 ? limit.rlim_max : 8192;
		(void)setrlimit(RLIMIT_NOFILE, &limit); /* the usual limit will do for most */
	}
}
