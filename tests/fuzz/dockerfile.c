/* The Dockerfile parser, all of it: instructions, stages, the steps of each stage. */
#define _GNU_SOURCE
#include "caught.h"

#include "dockerfile_build.h"
#include <stdio.h>
#include <string.h>

struct input {
	const uint8_t *data;
	size_t size;
};

static void take_apart(void *of)
{
	static char argument[] = "A=$x \"b\" '", other[] = "http_proxy=p";
	struct input *input = of;
	struct build build = {0};

	list_add(&build.given, argument);
	list_add(&build.given, other);
	char *text = strndup((const char *)input->data, input->size);
	dockerfile_parse(&build.file, "Dockerfile", text, false);
	dockerfile_show(&build.file);
	build_stages(&build);
	build_warn(&build);
	for (enum build_format how = BUILD_LINES; how <= BUILD_SHELL; how++)
		stages_show(&build, how);
	for (size_t i = 0; i < build.count && i < 8; i++) {
		struct state state = {.workdir = "/", .user = "", .config = json_object()};

		list_add(&state.onbuild, (char[]){"ENV T=$A"});
		steps_show(&build, &build.stages[i], &state, i % 2 ? BUILD_JSON : BUILD_SHELL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *null;

	if (!null && !(null = freopen("/dev/null", "w", stdout)))
		return 0;
	(void)caught(take_apart, &(struct input){data, size});
	return 0;
}
