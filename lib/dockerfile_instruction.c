/* One instruction: what may stand in it, and how it is taken apart. See dockerfile.h. */
#define _GNU_SOURCE
#include "dockerfile.h"

#include "dockerfile_words.h"
#include "io.h"
#include <ctype.h>
#include <string.h>

/* clang-format off */
static const struct keyword keywords[] = {
	{"ADD", FORM_LIST, " chown chmod checksum link? keep-git-dir? unpack? exclude* ", 2, -1, true},
	{"ARG", FORM_VARIABLES, NULL, 1, -1, false},
	{"CMD", FORM_COMMAND, NULL, 0, -1, false},
	{"COPY", FORM_LIST, " from chown chmod link? parents? exclude* ", 2, -1, true},
	{"ENTRYPOINT", FORM_COMMAND, NULL, 0, -1, false},
	{"ENV", FORM_PAIRS, NULL, 2, -1, false},
	{"EXPOSE", FORM_WORDS, NULL, 1, -1, false},
	{"FROM", FORM_WORDS, " platform ", 1, 3, false},
	{"HEALTHCHECK", FORM_HEALTH, " interval timeout start-period start-interval retries ", 0, -1, false},
	{"LABEL", FORM_PAIRS, NULL, 2, -1, false},
	{"MAINTAINER", FORM_TEXT, NULL, 1, 1, false},
	{"ONBUILD", FORM_TRIGGER, NULL, 0, -1, false},
	{"RUN", FORM_COMMAND, " mount* network security device* ", 1, -1, true},
	{"SHELL", FORM_ARRAY, NULL, 1, -1, false},
	{"STOPSIGNAL", FORM_TEXT, NULL, 1, 1, false},
	{"USER", FORM_TEXT, NULL, 1, 1, false},
	{"VOLUME", FORM_LIST, NULL, 1, -1, false},
	{"WORKDIR", FORM_TEXT, NULL, 1, 1, false},
};
/* clang-format on */

const struct keyword *dockerfile_keyword(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (strlen(keywords[i].name) == length &&
		    !strncasecmp(keywords[i].name, name, length))
			return &keywords[i];
	return NULL;
}

static bool take_json(const struct dockerfile *file, struct instruction *in, const char *text)
{
	bool others;
	json_t *array = words_json(text, &others), *one;
	size_t i;

	if (others)
		dockerfile_bad(file, in, "not all in the JSON array are strings");
	json_array_foreach(array, i, one) list_add(&in->args, xstrdup(json_string_value(one)));
	in->json = array;
	json_decref(array);
	return in->json;
}

static void take_pairs(const struct dockerfile *file, struct instruction *in)
{
	struct list words = words_split(in->text, file->escape);

	if (words.count && !strchr(words.at[0], '=')) {
		char *rest = in->text + strcspn(in->text, " \t\v\f\r");

		in->legacy = true;
		list_add(&in->args, strndup(in->text, (size_t)(rest - in->text)));
		if (!*words_trim(rest))
			dockerfile_bad(file, in, "%s: has no value", words.at[0]);
		list_add(&in->args, words_trim(xstrdup(rest)));
		return;
	}
	for (size_t i = 0; i < words.count; i++) {
		char *value = strchr(words.at[i], '=');

		if (!value || value == words.at[i])
			dockerfile_bad(file, in, "%s: not NAME=VALUE", words.at[i]);
		*value++ = '\0';
		list_add(&in->args, words.at[i]);
		list_add(&in->args, value);
	}
}

/* NONE, or CMD and what is there in both forms. */
static void take_health(const struct dockerfile *file, struct instruction *in)
{
	size_t length = strcspn(in->text, " \t\v\f\r");
	char *command = words_trim(xstrdup(in->text + length));

	if (length == 4 && !strncasecmp(in->text, "NONE", 4)) {
		if (*command || in->flag_count)
			dockerfile_bad(file, in, "nothing goes with NONE");
		return;
	}
	if (length != 3 || strncasecmp(in->text, "CMD", 3) != 0)
		dockerfile_bad(file, in, "neither NONE nor CMD");
	if (*command && !take_json(file, in, command))
		list_add(&in->args, command);
	if (!in->args.count)
		dockerfile_bad(file, in, "CMD has no command");
}

static void take_trigger(const struct dockerfile *file, struct instruction *in)
{
	struct instruction *trigger = in->trigger = xalloc(sizeof(*trigger));

	if (!*in->text)
		dockerfile_bad(file, in, "has no instruction");
	*trigger = (struct instruction){.line = in->line, .whole = xstrdup(in->text)};
	dockerfile_instruction(file, trigger, true);
}

static void take_args(const struct dockerfile *file, struct instruction *in)
{
	switch (in->is->form) {
	case FORM_WORDS:
		in->args = words_split_blanks(in->text);
		break;
	case FORM_LIST:
		if (!take_json(file, in, in->text))
			in->args = words_split_blanks(in->text);
		break;
	case FORM_ARRAY:
	case FORM_COMMAND:
		if (!take_json(file, in, in->text) && *in->text)
			list_add(&in->args, in->text);
		if (in->is->form == FORM_ARRAY && !in->json)
			dockerfile_bad(file, in,
			               "needs a JSON array, such as [\"/bin/sh\", \"-c\"]");
		break;
	case FORM_PAIRS:
		take_pairs(file, in);
		break;
	case FORM_VARIABLES:
		in->args = words_split(in->text, file->escape);
		break;
	case FORM_TEXT:
		if (*in->text)
			list_add(&in->args, in->text);
		break;
	case FORM_HEALTH:
		take_health(file, in);
		break;
	case FORM_TRIGGER:
		take_trigger(file, in);
		break;
	}
}

static void check_count(const struct dockerfile *file, const struct instruction *in)
{
	struct heredoc ignored;
	int count = (int)in->args.count;

	if (count < in->is->least || (in->is->form == FORM_COMMAND && !in->json && !count))
		dockerfile_bad(file, in,
		               in->is->least == 2 && count ? "needs two arguments"
		                                           : "says nothing");
	if (in->is->most >= 0 && count > in->is->most)
		dockerfile_bad(file, in, "has too many arguments");
	for (int i = 0; in->is->form == FORM_VARIABLES && i < count; i++)
		if (*in->args.at[i] == '=')
			dockerfile_bad(file, in, "%s: has no name", in->args.at[i]);
	if (in->is->form == FORM_LIST && in->is->heredocs && !in->json &&
	    heredoc_of(in->args.at[count - 1], &ignored))
		dockerfile_bad(file, in, "the destination cannot be a heredoc");
	if (in->json && in->is->form == FORM_COMMAND && in->is->least && !*in->args.at[0])
		dockerfile_bad(file, in, "the command is empty");
}

/* Variables have values only where the stage is looked at. */
static void check_from(const struct dockerfile *file, const struct instruction *in,
                       const char *flag)
{
	for (size_t n = 0; n < in->flag_count; n++) {
		const char *value = in->flags[n].value;
		if (strcmp(in->flags[n].name, flag) != 0)
			continue;
		FREED char *from =
		        !strcmp(flag, "mount") ? mount_field(value, "from") : xstrdup(value);

		if (from && strchr(from, '$'))
			dockerfile_bad(file, in, "%s: variables are not replaced in 'from'", from);
	}
}

void dockerfile_instruction(const struct dockerfile *file, struct instruction *in, bool onbuild)
{
	char *line = words_trim(in->whole);
	size_t length = strcspn(line, " \t\v\f\r");

	in->whole = line;
	in->is = dockerfile_keyword(line, length);
	if (!in->is)
		dockerfile_bad(file, in, "%.*s: no such instruction", (int)length, line);
	if (onbuild && (in->is->form == FORM_TRIGGER || !strcmp(in->is->name, "FROM") ||
	                !strcmp(in->is->name, "MAINTAINER")))
		dockerfile_bad(file, in, "not with ONBUILD");
	in->text = words_trim(xstrdup(line + length));
	in->text = dockerfile_flags(file, in, in->text);
	take_args(file, in);
	check_count(file, in);
	check_from(file, in, "from");
	check_from(file, in, "mount");
}
