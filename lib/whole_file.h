/*
 * A file that appears when it is whole: who is killed before leaves nothing, and an older file of
 * this name stays as it was. What is there and no file, such as a pipe, is written to as it comes.
 */
#ifndef WHOLE_FILE_H
#define WHOLE_FILE_H

struct whole_file {
	const char *path;
	char *parked; /* where the file system has no files without a name, what it is called */
	int fd;       /* to write to */
	int dir;      /* where it is to be; -1: it is there already */
};

/* fail()s, and removes what is not whole if the tool fails later. The path has to stay. */
void whole_open(struct whole_file *file, const char *path);
void whole_finish(struct whole_file *file);

#endif
