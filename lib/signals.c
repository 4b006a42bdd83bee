/* Signals by name, and held back: see signals.h. */
#define _GNU_SOURCE
#include "signals.h"

#include "num.h"
#include <signal.h>
#include <stddef.h>
#include <strings.h>

/* The kernel's, of which a C library keeps some for itself. */
enum { RT_MIN = 34, RT_MAX = 64 };

static const struct {
	const char *name;
	int number;
} signals[] = {
        {"HUP",    SIGHUP   },
        {"INT",    SIGINT   },
        {"QUIT",   SIGQUIT  },
        {"ILL",    SIGILL   },
        {"TRAP",   SIGTRAP  },
        {"ABRT",   SIGABRT  },
        {"IOT",    SIGABRT  },
        {"BUS",    SIGBUS   },
        {"FPE",    SIGFPE   },
        {"KILL",   SIGKILL  },
        {"USR1",   SIGUSR1  },
        {"SEGV",   SIGSEGV  },
        {"USR2",   SIGUSR2  },
        {"PIPE",   SIGPIPE  },
        {"ALRM",   SIGALRM  },
        {"TERM",   SIGTERM  },
        {"STKFLT", SIGSTKFLT},
        {"CHLD",   SIGCHLD  },
        {"CONT",   SIGCONT  },
        {"STOP",   SIGSTOP  },
        {"TSTP",   SIGTSTP  },
        {"TTIN",   SIGTTIN  },
        {"TTOU",   SIGTTOU  },
        {"URG",    SIGURG   },
        {"XCPU",   SIGXCPU  },
        {"XFSZ",   SIGXFSZ  },
        {"VTALRM", SIGVTALRM},
        {"PROF",   SIGPROF  },
        {"WINCH",  SIGWINCH },
        {"IO",     SIGIO    },
        {"POLL",   SIGIO    },
        {"PWR",    SIGPWR   },
        {"SYS",    SIGSYS   },
};

static int find_realtime(const char *text)
{
	uint64_t off = 0;

	if (!strncasecmp(text, "RTMIN", 5) && (!text[5] || text[5] == '+') &&
	    (!text[5] || !num_parse(text + 6, RT_MAX - RT_MIN, &off)))
		return RT_MIN + (int)off;
	if (!strncasecmp(text, "RTMAX", 5) && (!text[5] || text[5] == '-') &&
	    (!text[5] || !num_parse(text + 6, RT_MAX - RT_MIN, &off)))
		return RT_MAX - (int)off;
	return 0;
}

int signal_find(const char *text)
{
	uint64_t number;

	if (!num_parse(text, RT_MAX, &number))
		return (int)number;
	if (!strncasecmp(text, "SIG", 3))
		text += 3;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (!strcasecmp(text, signals[i].name))
			return signals[i].number;
	return find_realtime(text);
}

void signals_hold(void)
{
	static const int asking[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGUSR1,
	                             SIGUSR2, SIGPIPE, SIGALRM, SIGTERM};
	sigset_t held;

	(void)sigemptyset(&held);
	for (size_t i = 0; i < sizeof(asking) / sizeof(asking[0]); i++)
		(void)sigaddset(&held, asking[i]);
	(void)sigprocmask(SIG_BLOCK, &held, NULL);
}
