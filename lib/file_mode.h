/*
 * Changes of permissions, written as for chmod(1).
 */
#ifndef FILE_MODE_H
#define FILE_MODE_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Change *mode, a file's whole st_mode, as `text` says: an octal number, or symbols such as
 * `u=rwX,go-w`. Who is not named is everybody, whatever the umask. False: that is neither.
 */
bool file_mode_change(const char *text, mode_t *mode);

#endif
