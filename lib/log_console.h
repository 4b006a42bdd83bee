/*
 * The terminal whose output is logged.
 */
#ifndef LOG_CONSOLE_H
#define LOG_CONSOLE_H

/*
 * The master of the terminal that the writer of this log reads (log_writer.h), CLOEXEC and
 * non-blocking, the caller's to close. -1: ESRCH when nobody writes the log, ENOTTY when what is
 * logged is none, or one that somebody else attends to. Needs the right to trace the writer:
 * pidfd_getfd(2). fail()s.
 */
int log_console_open(const char *log);

#endif
