/*
 * The caller's terminal in raw mode, and back however we end.
 */
#ifndef TTY_GUARD_H
#define TTY_GUARD_H

/*
 * Keep the modes that the terminal `tty` has now, and start a process which sets them again should
 * this one die without having done so: SIGKILL cannot be caught. It lives in a session of its own
 * and ends with us. In the background this stops our process group, as any change of a terminal
 * does there. One terminal at a time. fail()s.
 */
void tty_guard_begin(int tty);

/*
 * Raw mode, termios(3): every byte to us, none with a meaning of its own. In the background it
 * stops us as well. Nothing without tty_guard_begin().
 */
void tty_guard_raw(void);

/* The modes as they were, also from the background. */
void tty_guard_restore(void);

/*
 * Stop as SIGTSTP, which is held back, would have us do: not at all where no shell would know. The
 * modes are restored meanwhile.
 */
void tty_guard_stop(void);

/* As tty_guard_restore(), and the other process is gone. nothing: NULL, to fit on_failure(). */
void tty_guard_end(void *nothing);

#endif
