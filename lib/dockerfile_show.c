/* Instructions on stdout: dockerfile_show() of dockerfile.h. */
#define _GNU_SOURCE
#include "dockerfile.h"

#include "io.h"
#include "text.h"
#include <stdio.h>
#include <string.h>

/* A string; true or false; of what can be there several times, an array. */
static void show_flag(const struct instruction *in, const struct flag *flag)
{
	FREED char *kind = xprintf(" %s", flag->name);
	const char *mark = strstr(in->is->flags, kind) + strlen(kind), *value;

	text_json(flag->name);
	putchar(':');
	if (*mark == '?') {
		fputs(strcasecmp(flag->value, "true") ? "false" : "true", stdout);
		return;
	}
	if (*mark != '*') {
		text_json(flag->value);
		return;
	}
	for (size_t n = 0; (value = dockerfile_flag(in, flag->name, n)); n++) {
		putchar(n ? ',' : '[');
		text_json(value);
	}
	putchar(']');
}

static void show_flags(const struct instruction *in)
{
	const char *comma = "";

	for (size_t i = 0; i < in->flag_count; i++) {
		if (dockerfile_flag(in, in->flags[i].name, 0) != in->flags[i].value)
			continue;
		fputs(comma, stdout);
		show_flag(in, &in->flags[i]);
		comma = ",";
	}
}

static void show_heredoc(const struct heredoc *heredoc)
{
	fputs("{\"name\":", stdout);
	text_json(heredoc->name);
	fputs(",\"content\":", stdout);
	text_json(heredoc->content);
	printf(",\"expand\":%s,\"chomp\":%s}", heredoc->expand ? "true" : "false",
	       heredoc->chomp ? "true" : "false");
}

static const char *form_of(const struct instruction *in)
{
	bool shell = in->is->form == FORM_COMMAND || in->is->form == FORM_HEALTH;

	return in->json ? "\"exec\"" : shell && in->args.count ? "\"shell\"" : "null";
}

static void show_instruction(const struct instruction *in, long stage)
{
	printf("{\"line\":%zu,\"end\":%zu,\"stage\":", in->line, in->end);
	printf(stage < 0 ? "null" : "%ld", stage);
	printf(",\"instruction\":\"%s\",\"flags\":{", in->is->name);
	show_flags(in);
	printf("},\"form\":%s,\"args\":[", form_of(in));
	for (size_t i = 0; i < in->args.count; i++) {
		fputs(i ? "," : "", stdout);
		text_json(in->args.at[i]);
	}
	fputs("],\"heredocs\":[", stdout);
	for (size_t i = 0; i < in->heredoc_count; i++) {
		fputs(i ? "," : "", stdout);
		show_heredoc(&in->heredocs[i]);
	}
	fputs("],\"text\":", stdout);
	text_json(in->text);
	puts("}");
}

void dockerfile_show(const struct dockerfile *file)
{
	long stage = -1;

	for (size_t i = 0; i < file->count; i++) {
		stage += !strcmp(file->at[i].is->name, "FROM");
		show_instruction(&file->at[i], stage);
	}
}
