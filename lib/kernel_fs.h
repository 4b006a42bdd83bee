/*
 * File systems whose files are made up by the kernel: what is in there is no data.
 */
#ifndef KERNEL_FS_H
#define KERNEL_FS_H

#include <stdbool.h>

/* Is the file in a file system that keeps files, rather than in one such as proc? O_PATH will do.
 */
bool keeps_files(int fd);

#endif
