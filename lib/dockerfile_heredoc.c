/* Heredocs of a Dockerfile: see dockerfile.h. */
#define _GNU_SOURCE
#include "dockerfile.h"

#include "dockerfile_words.h"
#include "io.h"
#include <ctype.h>
#include <string.h>

/* In them a backslash is the escape, whatever a directive says. */
static const struct words bare = {.escape = '\\', .how = WORDS_KEEP_UNSET};
static const struct words raw = {.escape = '\\', .how = WORDS_KEEP_UNSET | WORDS_RAW};

static struct list split(const struct words *how, const char *text)
{
	struct list words = {0};

	/* What is no text of words has no heredocs either. */
	if (words_expand(how, text, NULL, &words))
		words.count = 0;
	return words;
}

/* <<NAME, <<-NAME, 3<<NAME. With a quote in the name, variables are left alone in what follows. */
size_t heredoc_of(const char *word, struct heredoc *heredoc)
{
	word += strspn(word, "0123456789");
	if (strncmp(word, "<<", 2) != 0)
		return 0;
	word += 2;
	bool chomp = *word == '-';
	word += chomp;
	if (!*word || strchr(word, '<'))
		return 0;
	struct list name = split(&bare, word), quoted = split(&raw, word);
	if (name.count != 1 || quoted.count != 1)
		return 0;
	*heredoc = (struct heredoc){.name = name.at[0],
	                            .expand = !strcmp(name.at[0], quoted.at[0]),
	                            .chomp = chomp};
	return 1;
}

struct heredoc *heredocs_of(const char *text, size_t *count)
{
	struct list words = split(&raw, text);
	struct heredoc *found = xalloc((words.count + 1) * sizeof(*found));

	*count = 0;
	for (size_t i = 0; i < words.count; i++)
		*count += heredoc_of(words.at[i], &found[*count]);
	return found;
}

void heredoc_chomp(char *content)
{
	char *to = content;

	while (*content) {
		content += strspn(content, "\t");
		size_t length = strcspn(content, "\n");
		length += content[length] == '\n';
		memmove(to, content, length);
		to += length;
		content += length;
	}
	*to = '\0';
}
