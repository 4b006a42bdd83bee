/* Many records on stdout: see record_list.h. */
#define _GNU_SOURCE
#include "record_list.h"

#include "err.h"
#include "io.h"
#include "record_fields.h"
#include "record_filter.h"
#include "record_show.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* A line of output, and where it belongs. */
struct row {
	const char *created;
	char *text;
};

struct rows {
	struct row *at;
	size_t count;
	int status;
};

static void add_row(struct rows *rows, const char *created, char *text)
{
	if (!(rows->count & (rows->count + 1)))
		rows->at = xrealloc(rows->at, 2 * (rows->count + 1) * sizeof(*rows->at));
	rows->at[rows->count++] = (struct row){created, text};
}

static struct list find_ids(int store)
{
	int fd = openat(store, "containers", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct list ids = {0};

	if (!dir && store >= 0 && errno != ENOENT)
		fail(store_file("containers"), "open");
	for (struct dirent *entry; dir && (entry = readdir(dir));)
		if (id_is_valid(entry->d_name))
			list_add(&ids, xstrdup(entry->d_name));
	if (dir)
		(void)closedir(dir);
	return ids;
}

/* With `json` a row is the id: the object is printed in the end. */
static void load_rows(int store, const struct listing *listing, char **ids, size_t count,
                      struct rows *rows)
{
	struct record record;

	for (size_t i = 0; i < count; i++) {
		/* One that is removed meanwhile was not there. */
		if (!record_load(store, ids[i], &record)) {
			if (errno == ENOENT)
				continue;
			complain(store_file(record_path("", ids[i], NULL)), "read");
			rows->status = STATUS_FAILED;
			continue;
		}
		bool lives = strcmp(record.status, "exited") && strcmp(record.status, "dead") &&
		             strcmp(record.status, "created");
		if ((!lives && !listing->all) || !filters_match(&listing->filters, &record))
			continue;
		if (!strcmp(record.status, "dead") && !rows->status)
			rows->status = RECORD_DEAD;
		const char *created = record_value(&record, "created");
		add_row(rows, created ? created : "",
		        listing->json ? ids[i] : fields_of(&record, listing->fields));
		free(record.pairs.at);
		free(record.facts.at);
	}
}

static _Noreturn void send_rows(FILE *to, const struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		(void)(fputs(rows->at[i].created, to) == EOF || putc('\t', to) == EOF ||
		       fputs(rows->at[i].text, to) == EOF || putc('\n', to) == EOF);
	if (fflush(to) || ferror(to))
		_exit(STATUS_FAILED + RECORD_DEAD);
	_exit(rows->status);
}

static void receive_rows(int from, pid_t child, struct rows *rows)
{
	char *text = read_all(from, (size_t)1 << 32, NULL);
	int status;

	if (!text)
		fail(NULL, "read what the other half has found");
	for (char *line; (line = strsep(&text, "\n")) && text;) {
		char *created = strsep(&line, "\t");

		add_row(rows, created, line);
	}
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
	    WEXITSTATUS(status) > RECORD_DEAD)
		refuse(NULL, "the other half of the records could not be read");
	if (WEXITSTATUS(status) && rows->status != STATUS_FAILED)
		rows->status = WEXITSTATUS(status);
}

/* Nearly all of the time is the kernel's, to open files: two processes do it in half of it. */
static void load_side_by_side(int store, const struct listing *listing, const struct list *ids,
                              struct rows *rows)
{
	size_t half = ids->count / 2;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		fail(NULL, "make a pipe");
	(void)signal(SIGCHLD, SIG_DFL); /* ignored, it would have the kernel reap in our place */
	pid_t child = fork();
	if (child < 0)
		fail(NULL, "fork");
	if (child == 0) {
		FILE *to = fdopen(ends[1], "w");

		(void)close(ends[0]);
		if (!to)
			fail(NULL, "open a pipe");
		load_rows(store, listing, ids->at + half, ids->count - half, rows);
		send_rows(to, rows);
	}
	(void)close(ends[1]);
	load_rows(store, listing, ids->at, half, rows);
	receive_rows(ends[0], child, rows);
	(void)close(ends[0]);
}

static int by_age(const void *a, const void *b)
{
	const struct row *left = a, *right = b;

	return strcmp(right->created, left->created);
}

int record_list(int store, const struct listing *listing)
{
	enum { MANY = 100 };
	static char buffer[64 * 1024];
	struct rows rows = {0};
	struct record record;
	struct list ids = find_ids(store);

	if (ids.count < MANY)
		load_rows(store, listing, ids.at, ids.count, &rows);
	else
		load_side_by_side(store, listing, &ids, &rows);
	if (rows.count)
		qsort(rows.at, rows.count, sizeof(*rows.at), by_age);
	(void)setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	for (size_t i = 0; i < rows.count && (!listing->most || i < listing->most); i++) {
		if (!listing->json) {
			(void)fputs(rows.at[i].text, stdout);
			(void)putchar('\n');
		} else if (record_load(store, rows.at[i].text, &record)) {
			record_show_pairs(&record, SHOW_JSON);
			(void)fputs("}\n", stdout);
		}
	}
	return rows.status;
}
