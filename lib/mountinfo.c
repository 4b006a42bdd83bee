/* The table of mounts: see mountinfo.h. */
#define _GNU_SOURCE
#include "mountinfo.h"

#include "io.h"
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int mounts_open(struct mounts *mounts, const char *pid)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%s/mountinfo", pid ? pid : "self");
	mounts->next = mounts->text = read_file(AT_FDCWD, path, SIZE_MAX / 2, NULL);
	return mounts->text ? 0 : -1;
}

void mounts_close(struct mounts *mounts)
{
	free(mounts->text);
	mounts->text = mounts->next = NULL;
}

/* The kernel writes space, tab, newline and backslash as \ooo (mangle() in fs/seq_file.c). */
void mounts_unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] && s[3]) {
			*to++ = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 + (s[3] - '0'));
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

bool mounts_next(struct mounts *mounts, struct mount_entry *entry)
{
	char *line, *device, *rest;

	while ((line = strsep(&mounts->next, "\n")) && *line) {
		if (sscanf(line, "%d %d", &entry->id, &entry->parent) != 2)
			continue;
		(void)strsep(&line, " ");
		(void)strsep(&line, " ");
		device = strsep(&line, " ");
		entry->root = strsep(&line, " ");
		entry->target = strsep(&line, " ");
		entry->options = strsep(&line, " ");
		if (!device || !line)
			continue;
		/* Optional fields, none or more, end in a lone dash. */
		rest = strncmp(line, "- ", 2) == 0 ? line : strstr(line, " - ");
		if (!rest)
			continue;
		entry->fields = rest == line ? rest + 1 : line;
		entry->fields[rest == line ? 0 : rest - line] = '\0';
		line = rest + (rest == line ? 2 : 3);
		entry->type = strsep(&line, " ");
		entry->source = strsep(&line, " ");
		entry->super = line;
		if (!entry->super)
			continue;
		mounts_unescape(entry->root);
		mounts_unescape(entry->target);
		mounts_unescape(entry->source);
		return true;
	}
	return false;
}

bool has_word(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (; list; list = strchr(list, ',') ? strchr(list, ',') + 1 : NULL)
		if (strncmp(list, word, length) == 0 && (list[length] == ',' || !list[length]))
			return true;
	return false;
}
