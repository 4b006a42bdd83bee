/* Commands run at the end: see hook.h. */
#define _GNU_SOURCE
#include "hook.h"

#include "err.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

void hook_opt(const struct opt *opt, const char *arg)
{
	struct hooks *hooks = opt->into;

	if (hooks->count == sizeof(hooks->starts) / sizeof(hooks->starts[0]))
		opt_refuse(opt, arg, "one hook too many");
	if (hooks->count)
		list_add(&hooks->words, NULL);
	hooks->starts[hooks->count++] = hooks->words.count;
	list_add(&hooks->words, (char *)(uintptr_t)arg);
}

void hook_opt_arg(const struct opt *opt, const char *arg)
{
	struct hooks *hooks = opt->into;

	if (!hooks->count)
		opt_refuse(opt, arg, "stands before the hook that it belongs to");
	list_add(&hooks->words, (char *)(uintptr_t)arg);
}

static void run(char **hook, const posix_spawn_file_actions_t *files, const posix_spawnattr_t *how)
{
	extern char **environ;
	pid_t pid;
	int status;

	errno = posix_spawnp(&pid, hook[0], files, how, hook, environ);
	if (errno) {
		complain(hook[0], "run the hook");
		return;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return;
	if (status)
		complain_plainly(hook[0], "the hook ended with status %d",
		                 WIFEXITED(status) ? WEXITSTATUS(status)
		                                   : STATUS_SIGNAL + WTERMSIG(status));
}

void hooks_run(void *of)
{
	struct hooks *hooks = of;
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none;

	if (!hooks->count)
		return;
	/* Hooks get what is said here, nothing of what is open for other ends. */
	(void)syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */);
	(void)sigemptyset(&none);
	if (posix_spawn_file_actions_init(&files) ||
	    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0) ||
	    posix_spawn_file_actions_adddup2(&files, 2, 1) || posix_spawnattr_init(&how) ||
	    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK) ||
	    posix_spawnattr_setsigmask(&how, &none)) {
		complain(NULL, "prepare the hooks");
		return;
	}
	for (size_t i = 0; i < hooks->count; i++)
		run(hooks->words.at + hooks->starts[i], &files, &how);
	hooks->count = 0;
	(void)posix_spawn_file_actions_destroy(&files);
	(void)posix_spawnattr_destroy(&how);
}
