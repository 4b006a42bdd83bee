/* What is in a file: see copy.h. */
#define _GNU_SOURCE
#include "copy.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SMALL = 64 << 10 };

/* Not between these file systems, or not of this kind of file. */
static bool is_unsupported(int why)
{
	return why == EXDEV || why == EINVAL || why == EOPNOTSUPP || why == ENOSYS || why == EBADF;
}

static int copy_by_hand(int in, int out, off_t at, off_t end)
{
	static char buffer[256 << 10];

	while (at < end) {
		off_t most = end - at < (off_t)sizeof(buffer) ? end - at : (off_t)sizeof(buffer);
		ssize_t got = pread(in, buffer, (size_t)most, at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			errno = ENODATA;
		if (got <= 0)
			return -1;
		for (ssize_t done = 0, put; done < got; done += put, at += put) {
			put = pwrite(out, buffer + done, (size_t)(got - done), at);
			if (put < 0 && errno != EINTR)
				return -1;
			put = put < 0 ? 0 : put;
		}
	}
	return 0;
}

/* Between `at` and `end` there is no hole. */
static int copy_part(int in, int out, off_t at, off_t end)
{
	static bool unsupported; /* it is of the next file, too */
	off_t to = at;

	while (!unsupported && end - at > SMALL) {
		ssize_t got = copy_file_range(in, &at, out, &to, (size_t)(end - at), 0);

		if (got < 0 && !is_unsupported(errno))
			return -1;
		if (got <= 0) {
			unsupported = got < 0;
			break; /* of 0 some file systems mean that they cannot */
		}
	}
	return copy_by_hand(in, out, at, end);
}

int copy_contents(int in, int out, off_t size)
{
	struct stat st;

	if (fstat(in, &st))
		return -1;
	if (st.st_blocks * 512 >= size)
		return copy_part(in, out, 0, size);
	if (ftruncate(out, size))
		return -1;
	for (off_t at = 0, end; at < size; at = end) {
		at = lseek(in, at, SEEK_DATA);
		if (at < 0 && errno == ENXIO)
			break; /* a hole up to the end */
		end = at < 0 ? -1 : lseek(in, at, SEEK_HOLE);
		if (end < 0)
			return is_unsupported(errno) ? copy_part(in, out, 0, size) : -1;
		end = end < size ? end : size;
		if (at < end && copy_part(in, out, at, end))
			return -1;
	}
	if (fstat(in, &st))
		return -1;
	errno = ENODATA;
	return st.st_size < size ? -1 : 0;
}
