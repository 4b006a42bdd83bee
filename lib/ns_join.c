/* A child inside of given namespaces: see ns.h. */
#define _GNU_SOURCE
#include "ns.h"

#include "err.h"
#include "io.h"
#include "sys.h"
#include <errno.h>
#include <linux/nsfs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

bool ns_joins(const struct ns_want wants[NS_KINDS])
{
	for (int kind = 0; kind < NS_KINDS; kind++)
		if (wants[kind].join)
			return true;
	return false;
}

static bool is_ours(int file, const char *path)
{
	struct stat its, ours;

	return fstat(file, &its) == 0 && stat(path, &ours) == 0 && its.st_ino == ours.st_ino &&
	       its.st_dev == ours.st_dev;
}

/* All are opened before the first is joined: in another mount namespace paths lead elsewhere. */
static void open_files(const struct ns_want wants[NS_KINDS], int files[NS_KINDS])
{
	for (int kind = 0; kind < NS_KINDS; kind++) {
		const char *path = wants[kind].join;

		files[kind] = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
		if (!path)
			continue;
		if (files[kind] < 0)
			fail(path, "open");
		if (ioctl(files[kind], NS_GET_NSTYPE) != ns_types[kind].flag)
			refuse(path, "not a %s namespace", ns_types[kind].name);
		/* The kernel refuses to give its rights anew to who is there already. */
		if (kind == NS_USER && is_ours(files[kind], "/proc/self/ns/user")) {
			(void)close(files[kind]);
			files[kind] = -1;
		}
	}
}

/*
 * Returns the kind that could not be joined, or NS_KINDS. For who has rights over the namespaces
 * the user namespace comes last, as it takes these away; for who has none it comes first, as it
 * gives them. Only trying tells.
 */
static int join(int files[NS_KINDS])
{
	for (int kind = NS_USER + 1; kind < NS_KINDS; kind++)
		if (files[kind] >= 0 && setns(files[kind], ns_types[kind].flag) == 0)
			files[kind] = -1;
	for (int kind = NS_USER; kind < NS_KINDS; kind++)
		if (files[kind] >= 0 && setns(files[kind], ns_types[kind].flag))
			return kind;
	return NS_KINDS;
}

/* What the process that joins says to the one that does not. */
struct report {
	pid_t child; /* -1: with errno */
	int why, kind;
};

/* Clones a child to who has forked us, and ends; returns only in that child, and in failure. */
static void clone_inside(struct clone_args *args, int files[NS_KINDS], int to)
{
	struct report report = {.child = -1, .kind = join(files)};

	args->flags |= CLONE_PARENT;
	args->exit_signal = 0; /* as ours */
	if (report.kind == NS_KINDS)
		report.child = sys_clone3(args);
	report.why = errno;
	if (report.child)
		_exit(write_all(to, &report, sizeof(report)) ? STATUS_OWN : 0);
}

/* A pid namespace is joined by children alone, a user namespace for good: hence a process for it.
 */
static pid_t clone_from_inside(const struct ns_want wants[NS_KINDS], struct clone_args *args)
{
	struct report report;
	int files[NS_KINDS], ends[2];

	open_files(wants, files);
	if (pipe2(ends, O_CLOEXEC))
		fail(NULL, "make a pipe");
	pid_t inside = fork();
	if (inside < 0)
		fail(NULL, "fork");
	if (inside == 0) {
		clone_inside(args, files, ends[1]);
		(void)close(ends[1]);
		return 0;
	}
	(void)close(ends[1]);
	ssize_t got = read(ends[0], &report, sizeof(report));
	(void)close(ends[0]);
	(void)waitpid(inside, NULL, 0);
	for (int kind = 0; kind < NS_KINDS; kind++)
		if (files[kind] >= 0)
			(void)close(files[kind]);

	if (got != (ssize_t)sizeof(report))
		refuse(NULL, "the process that joins namespaces was killed");
	errno = report.why;
	if (report.kind == NS_PID && errno == EINVAL)
		refuse(wants[NS_PID].join, "join the pid namespace: it is not below ours");
	if (report.kind != NS_KINDS)
		fail(wants[report.kind].join, "join the %s namespace", ns_types[report.kind].name);
	return report.child;
}

pid_t ns_clone(const struct ns_want wants[NS_KINDS], struct clone_args *args)
{
	return ns_joins(wants) ? clone_from_inside(wants, args) : sys_clone3(args);
}
