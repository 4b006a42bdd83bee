/*
 * Removing names without waiting for the disk. When the last of what was removed is closed, the
 * kernel gives back the room it took; where the file system discards at once that is a request to
 * the disk for each directory, a millisecond or more while the disk is busy. Who waits for us needs
 * the names gone, and they are: the room may follow.
 */
#ifndef LINGER_H
#define LINGER_H

/* From here on remove_tree() and linger_hold() keep open what is about to be removed, in part. */
void linger_begin(void);

/* Keep `name` under dir open, be it a link itself; nothing without linger_begin(). */
void linger_hold(int dir, const char *name);

/*
 * Leave what is held to a child that closes it after our end, and ends. It holds nothing else;
 * where there can be none, we close it all.
 */
void linger_on(void);

#endif
