/*
 * The program that a process runs, as others see it in /proc/PID/exe.
 */
#ifndef OWN_EXE_H
#define OWN_EXE_H

/*
 * Have nobody write to the file that we run, by way of /proc/PID/exe: unless that is read-only
 * already, execute it once more from a read-only mount of its own, which is attached nowhere, so
 * that nobody can change that either. For the beginning of a main(), with its argv. Does nothing
 * without CAP_SYS_ADMIN, where nobody inside has more rights over the file than the caller.
 * fail()s.
 */
void own_exe_protect(char **argv);

#endif
