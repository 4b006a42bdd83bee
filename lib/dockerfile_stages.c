/* The stages of a Dockerfile: see dockerfile_build.h. */
#define _GNU_SOURCE
#include "dockerfile_build.h"

#include "io.h"
#include "num.h"
#include "platform.h"
#include <ctype.h>
#include <string.h>

enum { MOST_STAGES = 1000 };

static const char *global_value(void *of, const char *name)
{
	return scope_get(&((const struct build *)of)->global, name);
}

static char *expand(struct build *build, const struct instruction *in, const char *text)
{
	return build_expand(&build->file, in, 0, text, global_value, build);
}

static void set_platform(struct build *build, const char *prefix, const struct platform *platform)
{
	const struct {
		const char *name, *value;
	} parts[] = {
	        {"PLATFORM", platform_text(platform)},
	        {"OS",       platform->os           },
	        {"ARCH",     platform->architecture },
	        {"VARIANT",  platform->variant      },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		FREED char *name = xprintf("%s%s", prefix, parts[i].name);

		scope_set(&build->global, name, parts[i].value);
	}
}

static void set_platforms(struct build *build)
{
	struct platform target = *platform_host();

	if (build->platform && !platform_parse(build->platform, &target))
		refuse("--platform", "%s: not OS/ARCHITECTURE[/VARIANT]", build->platform);
	set_platform(build, "BUILD", platform_host());
	set_platform(build, "TARGET", &target);
}

static void set_argument(struct build *build, const struct instruction *in, const char *text)
{
	FREED char *name = strndup(text, strcspn(text, "="));
	const char *given = build_given(build, name);
	const char *value = strchr(text, '=');

	if (given || value) {
		FREED char *expanded = given ? xstrdup(given) : expand(build, in, value + 1);

		scope_set(&build->global, name, expanded);
	}
}

static void check_name(const struct build *build, const struct instruction *in, const char *name)
{
	bool good = isalpha((unsigned char)*name);

	for (const char *s = name; *s; s++)
		good &= isalnum((unsigned char)*s) || strchr("-_.", *s);
	if (!good)
		dockerfile_bad(&build->file, in, "%s: no name for a stage", name);
}

static long find_name(const struct build *build, size_t before, const char *name)
{
	for (size_t i = before; i-- > 0;)
		if (*name && !strcasecmp(build->stages[i].name, name))
			return (long)i;
	return -1;
}

long build_stage(const struct build *build, const struct instruction *in, const struct stage *stage,
                 const char *from)
{
	long found = find_name(build, stage->number, from);
	uint64_t number;

	if (found >= 0 || num_parse(from, INT32_MAX, &number))
		found = found >= 0 || strcasecmp(stage->name, from) != 0 || !*from
		                ? found
		                : (long)stage->number;
	else
		found = (long)number;
	if (found >= (long)stage->number)
		dockerfile_bad(&build->file, in, "%s: not a stage before this one", from);
	return found;
}

static void add_stage(struct build *build, const struct instruction *in, size_t index)
{
	struct stage *stage = &build->stages[build->count];
	const char *platform = dockerfile_flag(in, "platform", 0);

	if (build->count == MOST_STAGES)
		dockerfile_bad(&build->file, in, "too many stages");
	if (in->args.count == 2 || (in->args.count == 3 && strcasecmp(in->args.at[1], "AS") != 0))
		dockerfile_bad(&build->file, in, "not IMAGE [AS NAME]");
	*stage = (struct stage){.number = build->count, .first = index, .name = ""};
	stage->base = expand(build, in, in->args.at[0]);
	stage->platform = expand(build, in, platform ? platform : "");
	stage->base_stage = find_name(build, build->count, stage->base);
	if (!*stage->base)
		dockerfile_bad(&build->file, in, "%s: stands for nothing", in->args.at[0]);
	if (in->args.count == 3) {
		check_name(build, in, in->args.at[2]);
		for (char *s = in->args.at[2]; *s; s++)
			*s = (char)tolower((unsigned char)*s);
		stage->name = in->args.at[2];
	}
	build->count++;
}

/* ARGs, then each FROM begins a stage. */
static void add_stages(struct build *build)
{
	const struct dockerfile *file = &build->file;

	build->stages = xalloc(file->count * sizeof(*build->stages));
	for (size_t i = 0; i < file->count; i++) {
		const struct instruction *in = &file->at[i];

		if (!strcmp(in->is->name, "FROM"))
			add_stage(build, in, i);
		else if (!build->count && in->is->form != FORM_VARIABLES)
			dockerfile_bad(file, in, "stands before the first FROM");
		for (size_t j = 0; !build->count && j < in->args.count; j++)
			set_argument(build, in, in->args.at[j]);
		if (build->count)
			build->stages[build->count - 1].end = i + 1;
	}
	if (!build->count)
		refuse(file->name, "there is no FROM");
}

static void add_need(const struct build *build, const struct instruction *in, struct stage *stage,
                     const char *from)
{
	long needed = build_stage(build, in, stage, from);

	if (needed >= 0)
		stage->needs[needed] = true;
	else if (*from)
		list_add(&stage->images, xstrdup(from));
}

/* ONBUILD's are needed by who is FROM this one, which cannot do without it. */
static void find_needs(const struct build *build, struct stage *stage)
{
	stage->needs = xalloc(build->count * sizeof(*stage->needs));
	if (stage->base_stage >= 0)
		stage->needs[stage->base_stage] = true;
	for (size_t i = stage->first + 1; i < stage->end; i++) {
		const struct instruction *in = &build->file.at[i];
		const char *value;

		in = in->trigger ? in->trigger : in;
		value = dockerfile_flag(in, "from", 0);
		if (value)
			add_need(build, in, stage, value);
		for (size_t n = 0; n < in->flag_count; n++) {
			if (strcmp(in->flags[n].name, "mount") != 0)
				continue;
			FREED char *from = mount_field(in->flags[n].value, "from");

			if (from)
				add_need(build, in, stage, from);
		}
	}
}

struct stage *build_find(const struct build *build, const char *name)
{
	uint64_t number;
	long found = name ? find_name(build, build->count, name) : (long)build->count - 1;

	if (found < 0 && !num_parse(name, build->count - 1, &number))
		found = (long)number;
	if (found < 0)
		refuse(build->file.name, "%s: no such stage", name);
	return &build->stages[found];
}

void build_stages(struct build *build)
{
	set_platforms(build);
	add_stages(build);
	for (size_t i = 0; i < build->count; i++)
		find_needs(build, &build->stages[i]);
	struct stage *target = build_find(build, build->target);
	target->needed = true;
	for (size_t i = target->number + 1; i-- > 0;)
		for (size_t j = 0; j < i; j++)
			build->stages[j].needed |=
			        build->stages[i].needed && build->stages[i].needs[j];
}
