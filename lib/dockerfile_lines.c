/* Lines of a Dockerfile: dockerfile_parse() of dockerfile.h. */
#define _GNU_SOURCE
#include "dockerfile.h"

#include "dockerfile_words.h"
#include "effort.h"
#include "growing.h"
#include "io.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST = 16 << 20 };

struct lines {
	struct dockerfile *file;
	char *at;      /* NULL at the end */
	size_t number; /* of the line before */
	bool directives_are_over;
	struct list seen; /* directives */
};

void dockerfile_bad(const struct dockerfile *file, const struct instruction *in, const char *format,
                    ...)
{
	va_list args;
	char *what = NULL;

	va_start(args, format);
	if (vasprintf(&what, format, args) < 0)
		what = NULL;
	va_end(args);
	FREED char *where =
	        in->line ? xprintf("%s:%zu", file->name, in->line) : xstrdup(file->name);
	refuse(where, "%s%s%s", in->is ? in->is->name : "", in->is ? ": " : "", what ?: "bad");
}

static _Noreturn void bad_line(const struct lines *lines, const char *why)
{
	dockerfile_bad(lines->file, &(struct instruction){.line = lines->number}, "%s", why);
}

/* With its newline, if it has one; NULL at the end. */
static char *take_line(struct lines *lines, size_t *length)
{
	char *line = lines->at, *end = line ? strchr(line, '\n') : NULL;

	if (!line || !*line)
		return NULL;
	*length = end ? (size_t)(end + 1 - line) : strlen(line);
	lines->at = end ? end + 1 : NULL;
	lines->number++;
	return line;
}

/* As take_line(), without newline and the carriage return that other systems write. */
static char *take_bare_line(struct lines *lines)
{
	size_t length;
	char *line = take_line(lines, &length);

	while (line && length && (line[length - 1] == '\n' || line[length - 1] == '\r'))
		length--;
	return line ? strndup(line, length) : NULL;
}

static char *skip_blanks(char *s)
{
	while (isspace((unsigned char)*s))
		s++;
	return s;
}

/* `# escape=X` and its like, which count before all else only. */
static void look_for_directive(struct lines *lines, char *line)
{
	static const char *const known[] = {"escape", "syntax", "check"};
	char *equals = strchr(line, '=');

	if (lines->directives_are_over)
		return;
	lines->directives_are_over = true;
	if (*line != '#' || !equals)
		return;
	FREED char *copy = strndup(line + 1, (size_t)(equals - line - 1));
	FREED char *rest = xstrdup(equals + 1);
	char *name = words_trim(copy), *value = words_trim(rest);
	for (size_t i = 0; *value && i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcasecmp(known[i], name) != 0)
			continue;
		lines->directives_are_over = false;
		for (size_t j = 0; j < lines->seen.count; j++)
			if (lines->seen.at[j] == known[i])
				bad_line(lines, "a parser directive is there twice");
		list_add(&lines->seen, (char *)(uintptr_t)known[i]);
		if (i == 0 && strcmp(value, "\\") != 0 && strcmp(value, "`") != 0)
			bad_line(lines, "the escape is neither \\ nor `");
		if (i == 0)
			lines->file->escape = *value;
		if (i == 2)
			lines->file->check = xstrdup(value);
	}
}

/* Take an escape at the end away: the line goes on. One that is escaped itself does not count. */
static bool continues(char *line, char escape)
{
	size_t length = strlen(line);

	while (length && (line[length - 1] == ' ' || line[length - 1] == '\t'))
		length--;
	if (!length || line[length - 1] != escape || (length > 1 && line[length - 2] == escape))
		return false;
	line[length - 1] = '\0';
	return true;
}

/* The next instruction as one line, without comments within; NULL at the end. *first: its number.
 */
static char *take_logical_line(struct lines *lines, size_t *first)
{
	struct growing whole = {0};
	bool more = false;
	char *line;

	while ((more || !whole.length) && (line = take_bare_line(lines))) {
		FREED char *kept = line;
		char *text = skip_blanks(kept);

		look_for_directive(lines, text);
		if (*text == '#' || !*text)
			continue;
		if (!more)
			*first = lines->number;
		more = continues(kept, lines->file->escape);
		if (!growing_text(&whole, whole.length ? kept : text))
			bad_line(lines, "too long");
	}
	return whole.length ? growing_take(&whole) : NULL;
}

/* The lines up to one that is its name. */
static void take_heredoc(struct lines *lines, const struct instruction *in, struct heredoc *heredoc)
{
	struct growing content = {0};
	size_t length, name = strlen(heredoc->name);

	for (char *line; (line = take_line(lines, &length));) {
		const char *word = line + (heredoc->chomp ? strspn(line, "\t") : 0);
		size_t bare = length - (size_t)(word - line);

		while (bare && (word[bare - 1] == '\n' || word[bare - 1] == '\r'))
			bare--;
		if (bare == name && !strncmp(word, heredoc->name, bare)) {
			heredoc->content = growing_take(&content);
			if (heredoc->chomp)
				heredoc_chomp(heredoc->content);
			return;
		}
		if (!growing_add(&content, line, length))
			bad_line(lines, "too long");
	}
	dockerfile_bad(lines->file, in, "the heredoc is not ended: %s", heredoc->name);
}

static void add(struct dockerfile *file, const struct instruction *in)
{
	if (!(file->count & (file->count + 1)) || !file->at)
		file->at = xrealloc(file->at, 2 * (file->count + 1) * sizeof(*file->at));
	file->at[file->count++] = *in;
}

void dockerfile_parse(struct dockerfile *file, const char *name, char *text, bool onbuild)
{
	static const char mark[] = "\xef\xbb\xbf"; /* of byte order */
	struct lines lines = {.file = file,
	                      .at = text + (strncmp(text, mark, 3) ? 0 : 3),
	                      .directives_are_over = onbuild};

	if (!onbuild)
		effort_begin(name);
	*file = (struct dockerfile){.name = name, .escape = file->escape ? file->escape : '\\'};
	for (;;) {
		struct instruction in = {0};

		in.whole = take_logical_line(&lines, &in.line);
		if (!in.whole)
			break;
		dockerfile_instruction(file, &in, onbuild);
		const struct instruction *what = in.trigger ? in.trigger : &in;
		if (what->is->heredocs && !what->json)
			in.heredocs = heredocs_of(in.whole, &in.heredoc_count);
		for (size_t i = 0; i < in.heredoc_count; i++)
			take_heredoc(&lines, &in, &in.heredocs[i]);
		in.end = lines.number;
		add(file, &in);
	}
	if (!file->count)
		bad_line(&lines, "there is no instruction");
}

void dockerfile_read(struct dockerfile *file, const char *path)
{
	CLOSED int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : dup(STDIN_FILENO);
	size_t length;

	if (fd < 0)
		fail(path, "open");
	char *text = read_all(fd, LONGEST, &length);
	if (!text)
		fail(path, "read");
	if (strlen(text) != length)
		refuse(path, "a NUL is in it");
	dockerfile_parse(file, path, text, false);
}
