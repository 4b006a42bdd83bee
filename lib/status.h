/*
 * The exit statuses that every tool here keeps to.
 *
 * A chain tool stands in front of somebody else's command, so what it says of itself must not be
 * mistaken for what the command says: it keeps to the range that env(1), nice(1), chroot(1) and
 * docker-run(1) use. Every other tool says 0, 1 or 2.
 */
#ifndef STATUS_H
#define STATUS_H

enum status {
	STATUS_FAILED = 1,       /* not a chain tool: the operation failed */
	STATUS_USAGE = 2,        /* not a chain tool: the command line is wrong */
	STATUS_OWN = 125,        /* chain tool: it failed by itself, or its command line is wrong */
	STATUS_CANNOT_RUN = 126, /* chain tool: the command was found, and cannot be run */
	STATUS_NOT_FOUND = 127,  /* chain tool: there is no such command */
	STATUS_SIGNAL = 128, /* chain tool: plus the number of the signal that ended the command */
};

#endif
