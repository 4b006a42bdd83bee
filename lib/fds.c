/* Which descriptors are open: see fds.h. */
#define _GNU_SOURCE
#include "fds.h"

#include "err.h"
#include "num.h"
#include "sys.h"

void fds_add(struct fds *fds, int fd)
{
	fds->at = xrealloc(fds->at, (fds->count + 1) * sizeof(*fds->at));
	fds->at[fds->count++] = fd;
}

void fds_opt(const struct opt *opt, const char *arg)
{
	int fd;

	opt_fd(&(struct opt){.name = opt->name, .into = &fd}, arg);
	fds_add(opt->into, fd);
}

void fds_opt_number(const struct opt *opt, const char *arg)
{
	uint64_t number;

	if (num_parse(arg, INT16_MAX, &number) || number < 3)
		opt_refuse(opt, arg, "not a descriptor's number from 3 up");
	*(int *)opt->into = (int)number;
}

void fds_reserve(void)
{
	int fd;

	do
		fd = open("/", O_PATH | O_CLOEXEC);
	while (fd >= 0 && fd <= 2);
	if (fd < 0)
		fail("/", "open");
	(void)close(fd);
}

void fds_claim(int fd)
{
	if (fd < 0 || fcntl(fd, F_GETFD) >= 0)
		return;
	int place = open("/", O_PATH | O_CLOEXEC);
	if (place < 0 || (place != fd && dup3(place, fd, O_CLOEXEC) < 0))
		fail(NULL, "reserve descriptor %d", fd);
	if (place != fd)
		(void)close(place);
}

void fds_close_but(const int *kept, size_t count)
{
	/* From gap to gap between those that stay. */
	for (unsigned int from = 3, next; from; from = next + 1) {
		next = ~0U;
		for (size_t i = 0; i < count; i++) {
			unsigned int fd = (unsigned int)kept[i];

			if (kept[i] >= 0 && fd >= from && fd < next)
				next = fd;
		}
		if (next > from && syscall(SYS_close_range, from, next - 1, 0U))
			fail(NULL, "close descriptors");
	}
}

void fds_leave(const struct fds *fds)
{
	fds_close_but(fds->at, fds->count);
	for (size_t i = 0; i < fds->count; i++)
		if (fcntl(fds->at[i], F_SETFD, 0))
			fail(NULL, "keep descriptor %d", fds->at[i]);
}
