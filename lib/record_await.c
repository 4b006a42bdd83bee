/* A command beside a container: see record.h. */
#define _GNU_SOURCE
#include "err.h"
#include "fds.h"
#include "io.h"
#include "record.h"
#include "supervise.h"
#include "sys.h"
#include <sys/prctl.h>

int record_await(int store, const char *id, char **command)
{
	struct record_end end = record_end_of(store, id);
	pid_t parent = getpid();
	sigset_t mask;

	supervise_begin(&mask);
	pid_t child = fork();
	if (child < 0)
		fail(NULL, "fork");
	if (child == 0) {
		/* Between the fork and this call we may have lost our parent unnoticed. */
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
			_exit(STATUS_OWN);
		(void)sigprocmask(SIG_SETMASK, &mask, NULL);
		exec_command(command);
	}
	fds_close_but((int[]){store, end.run, end.supervisor, end.process}, 4);
	int status = supervise(child, false);
	if (status)
		return status;
	(void)sigprocmask(SIG_SETMASK, &mask, NULL); /* nobody is left to hand signals on to */
	return record_end_wait(&end, UINT64_MAX);
}
