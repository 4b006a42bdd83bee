/* Commands run on the way: see hook.h. */
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

void hook_opt_if(const struct opt *opt, const char *arg)
{
	struct hooks *hooks = opt->into;

	if (!hooks->count)
		opt_refuse(opt, arg, "stands before the hook that it belongs to");
	hooks->files[hooks->count - 1] = arg;
}

/* Hooks get what is said here, nothing of what is open for other ends. */
static int prepare(posix_spawn_file_actions_t *files, posix_spawnattr_t *how, int out, int third)
{
	sigset_t none;

	(void)syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */);
	(void)sigemptyset(&none);
	if ((errno = posix_spawn_file_actions_init(files)) ||
	    (errno = posix_spawn_file_actions_adddup2(files, out, 1)) || /* it may be 0, or 3 */
	    (errno = posix_spawn_file_actions_addopen(files, 0, "/dev/null", O_RDONLY, 0)) ||
	    (third >= 0 && (errno = posix_spawn_file_actions_adddup2(files, third, 3))) ||
	    (errno = posix_spawnattr_init(how)) ||
	    (errno = posix_spawnattr_setflags(how, POSIX_SPAWN_SETSIGMASK)) ||
	    (errno = posix_spawnattr_setsigmask(how, &none)))
		return -1;
	return 0;
}

pid_t hook_start(char *const *words, int out, int third)
{
	extern char **environ;
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	pid_t pid;

	if (prepare(&files, &how, out, third)) {
		complain(words[0], "prepare the hook");
		return -1;
	}
	errno = posix_spawnp(&pid, words[0], &files, &how, words, environ);
	if (errno) {
		complain(words[0], "run the hook");
		pid = -1;
	}
	(void)posix_spawn_file_actions_destroy(&files);
	(void)posix_spawnattr_destroy(&how);
	return pid;
}

bool hook_ended_well(const char *name, int status)
{
	if (status)
		complain_plainly(name, "the hook ended with status %d", status);
	return !status;
}

static void run(char *const *words)
{
	pid_t pid = hook_start(words, 2, -1);
	int status;

	if (pid < 0)
		return;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return;
	(void)hook_ended_well(words[0], WIFEXITED(status) ? WEXITSTATUS(status)
	                                                  : STATUS_SIGNAL + WTERMSIG(status));
}

char **hook_words(const struct hooks *hooks, size_t i)
{
	return hooks->words.at + hooks->starts[i];
}

void hooks_run(void *of)
{
	struct hooks *hooks = of;

	for (size_t i = 0; i < hooks->count; i++)
		if (!hooks->files[i] || !access(hooks->files[i], F_OK))
			run(hook_words(hooks, i));
	hooks->count = 0;
}
