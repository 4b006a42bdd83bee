/* What is left out of a context: see ignore.h. */
#define _GNU_SOURCE
#include "ignore.h"

#include "err.h"
#include "io.h"
#include "layer_name.h"
#include "path.h"
#include "pattern.h"
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

enum { LARGEST_FILE = 1 << 20, LONGEST = 4096 };

/* Most patterns are one of the first three, which take no time. */
enum kind { EXACT, PREFIX, SUFFIX, PATTERN };

struct ignore_pattern {
	bool exception;
	enum kind kind;
	char *text; /* of EXACT all, else what is literal at the begin or the end */
	struct pattern *pattern;
	char *literal; /* what every path begins with that it matches */
};

/*
 * With two stars at its end it is whatever begins so, with two at its begin whatever ends so:
 * Docker's special cases, the second of which differs from the pattern where no slash follows the
 * stars.
 */
static enum kind kind_of(const char *text)
{
	size_t length = strlen(text), plain = strcspn(text, "*?[]\\");

	if (plain == length)
		return EXACT;
	if (strncmp(text, "**", 2) == 0 && !strpbrk(text + 2, "*?[]\\"))
		return SUFFIX;
	return plain == length - 2 && !strcmp(text + plain, "**") ? PREFIX : PATTERN;
}

static void set_pattern(struct ignore_pattern *p, const char *text)
{
	p->kind = kind_of(text);
	p->literal = strndup(text, strcspn(text, "*?[]\\"));
	p->text = xstrdup(p->kind == SUFFIX ? text + 2 : text);
	if (p->kind == PREFIX)
		p->text[strlen(p->text) - 2] = '\0';
	if (p->kind == PATTERN)
		p->pattern = pattern_compile(text, true);
	if (!p->literal)
		fail(NULL, "memory");
}

/* Without white space at both ends, which is Docker's, and in place. */
static char *trim(char *text)
{
	static const char space[] = " \t\n\v\f\r";
	char *end = text + strlen(text);

	while (end > text && strchr(space, end[-1]))
		*--end = '\0';
	return text + strspn(text, space);
}

void ignore_add(struct ignore *ignore, const char *text, const char *object, size_t line)
{
	FREED char *copy = xstrdup(text);
	char *at = trim(copy);
	bool exception = *at == '!';
	struct ignore_pattern p = {.exception = exception};

	at = exception ? trim(at + 1) : at;
	if (!*at && !exception)
		return;
	if (strlen(at) > LONGEST) /* no path is so long */
		refuse(object, "a pattern is too long");
	FREED char *clean = path_clean(at);
	set_pattern(&p, *clean == '/' && clean[1] ? clean + 1 : clean);
	if (!*at || (p.kind == PATTERN && !p.pattern)) {
		FREED char *where = line ? xprintf("%s:%zu", object, line) : xstrdup(object);
		refuse(where, "malformed pattern: %s", layer_object(NULL, trim(copy)));
	}
	ignore->at = xrealloc(ignore->at, (ignore->count + 1) * sizeof(*ignore->at));
	ignore->at[ignore->count++] = p;
}

void ignore_read(struct ignore *ignore, const char *file)
{
	static const char mark[] = "\xef\xbb\xbf"; /* what some editors put before UTF-8 */
	CLOSED int fd = open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		fail(file, "open");
	if (!S_ISREG(st.st_mode))
		refuse(file, "not a regular file");
	FREED char *text = read_all(fd, LARGEST_FILE, NULL);
	if (!text)
		fail(file, "read");
	char *rest = strncmp(text, mark, strlen(mark)) ? text : text + strlen(mark), *line;
	for (size_t number = 1; (line = strsep(&rest, "\n")); number++)
		if (*line != '#')
			ignore_add(ignore, line, file, number);
}

void ignore_free(struct ignore *ignore)
{
	for (size_t i = 0; i < ignore->count; i++) {
		free(ignore->at[i].text);
		free(ignore->at[i].literal);
		pattern_free(ignore->at[i].pattern);
	}
	free(ignore->at);
	*ignore = (struct ignore){0};
}

static bool ends_with(const char *path, const char *end)
{
	size_t length = strlen(path), end_length = strlen(end);

	return length >= end_length && !strcmp(path + length - end_length, end);
}

static bool matches(const struct ignore_pattern *p, const char *path)
{
	switch (p->kind) {
	case EXACT:
		return !strcmp(path, p->text);
	case PREFIX:
		return !strncmp(path, p->text, strlen(p->text));
	case SUFFIX:
		return ends_with(path, p->text) || (*p->text == '/' && !strcmp(path, p->text + 1));
	default:
		return pattern_matches(p->pattern, path);
	}
}

bool ignore_step(const struct ignore *ignore, const char *path, const bool *above, bool *own)
{
	bool out = false;

	for (size_t i = 0; i < ignore->count; i++) {
		const struct ignore_pattern *p = &ignore->at[i];

		own[i] = (above && above[i]) || matches(p, path);
		if (own[i])
			out = !p->exception;
	}
	return out;
}

bool ignore_walk(const struct ignore *ignore, const char *path, bool *own)
{
	FREED char *part = xstrdup(path);
	bool out = false;

	memset(own, 0, ignore->count * sizeof(*own));
	for (char *slash = part; ignore->count && *part && slash; *slash++ = '/') {
		slash = strchr(slash, '/');
		if (slash)
			*slash = '\0';
		out = ignore_step(ignore, part, own, own);
		if (!slash)
			break;
	}
	return out;
}

bool ignore_path(const struct ignore *ignore, const char *path)
{
	FREED bool *own = xalloc((ignore->count + 1) * sizeof(*own));

	return ignore_walk(ignore, path, own);
}

bool ignore_has_exceptions(const struct ignore *ignore, const char *directory)
{
	size_t length = strlen(directory);

	for (size_t i = 0; i < ignore->count; i++) {
		const char *literal = ignore->at[i].literal;
		size_t common = strlen(literal) < length ? strlen(literal) : length;

		if (!ignore->at[i].exception || strncmp(literal, directory, common) != 0)
			continue;
		if (strlen(literal) <= length || literal[length] == '/')
			return true;
	}
	return false;
}
