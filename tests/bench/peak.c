/*
 * peak COMMAND [ARG...]: run it, and then print for every program that ran, it and all that it
 * started, the largest resident size: a line of KiB, a tab, and the program's name.
 *
 * The kernel's own record, ru_maxrss, will not do: it is kept by pages in hundreds for each
 * processor, which is more than some of these programs have. So each process is traced, and looked
 * at when it is about to execute another program, or to end: none of ours gives memory back before.
 *
 * Exit status: the command's, 128 + N when a signal ended it; 125 when it cannot be traced.
 */
#define _GNU_SOURCE
#include "err.h"
#include "io.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { MOST = 64, SYSCALL_STOP = SIGTRAP | 0x80 };

static struct {
	char name[64];
	unsigned long kib;
} programs[MOST];

static void note(const char *name, unsigned long kib)
{
	int i = 0;

	while (i < MOST - 1 && programs[i].name[0] && strcmp(programs[i].name, name) != 0)
		i++;
	(void)snprintf(programs[i].name, sizeof(programs[i].name), "%s", name);
	if (programs[i].kib < kib)
		programs[i].kib = kib;
}

static void look_at(pid_t pid)
{
	char path[32], name[64];
	unsigned long kib;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", pid);
	FREED char *status = read_file(AT_FDCWD, path, 65536, NULL);
	const char *peak = status ? strstr(status, "\nVmHWM:") : NULL;
	if (peak && sscanf(status, "Name: %63[^\n]", name) == 1 &&
	    sscanf(peak, "\nVmHWM: %lu", &kib) == 1 &&
	    strcmp(name, program_invocation_short_name) != 0)
		note(name, kib);
}

static bool is_exec(pid_t pid)
{
	struct __ptrace_syscall_info info;

	return ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) > 0 &&
	       info.op == PTRACE_SYSCALL_INFO_ENTRY && info.entry.nr == SYS_execve;
}

/* One stop of a process; returns the signal to go on with. */
static int stopped(pid_t pid, int status)
{
	int event = status >> 16, number = WSTOPSIG(status);

	if (event == PTRACE_EVENT_EXIT || (number == SYSCALL_STOP && is_exec(pid)))
		look_at(pid);
	return event || number == SYSCALL_STOP ? 0 : number;
}

static pid_t start(char **command)
{
	int gate[2];
	char go;

	if (pipe2(gate, O_CLOEXEC))
		fail(NULL, "make a pipe");
	pid_t child = fork();
	if (child < 0)
		fail(NULL, "fork");
	if (child == 0) {
		(void)close(gate[1]);
		(void)read(gate[0], &go, 1);
		exec_command(command);
	}
	if (ptrace(PTRACE_SEIZE, child, 0,
	           PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
	                   PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL) ||
	    ptrace(PTRACE_INTERRUPT, child, 0, 0))
		fail(command[0], "trace");
	(void)close(gate[0]);
	(void)close(gate[1]);
	return child;
}

int main(int argc, char **argv)
{
	int status, result = STATUS_OWN;
	pid_t pid, first;

	err_status = STATUS_OWN;
	if (argc < 2)
		refuse(NULL, "usage: peak COMMAND [ARG...]");
	first = start(argv + 1);
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (WIFSTOPPED(status))
			(void)ptrace(PTRACE_SYSCALL, pid, 0, stopped(pid, status)); /* or it died */
		else if (pid == first)
			result = WIFEXITED(status) ? WEXITSTATUS(status)
			                           : STATUS_SIGNAL + WTERMSIG(status);
	}
	for (int i = 0; i < MOST && programs[i].name[0]; i++)
		printf("%lu\t%s\n", programs[i].kib, programs[i].name);
	return result;
}
