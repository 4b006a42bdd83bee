/* Shared libraries: see library.h. */
#define _GNU_SOURCE
#include "library.h"

#include "args.h"
#include "err.h"
#include "io.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

/* Who was started without an interpreter is static. */
static bool is_static(void)
{
	return getauxval(AT_BASE) == 0;
}

static _Noreturn void become_twin(void)
{
	char own[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", own, sizeof(own) - 1);

	if (length < 0)
		fail("/proc/self/exe", "read");
	own[length] = '\0';
	char *name = strrchr(own, '/');
	*name++ = '\0';
	FREED char *twin = xprintf("%s/" LIBRARY_TWINS "/%s", own, name);
	CLOSED int arguments = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	if (arguments < 0)
		fail("/proc/self/cmdline", "open");
	(void)execv(twin, args_read(arguments, NULL, 0));
	fail(twin, "execute the build of it that loads libraries");
}

void *library_load(const char *file)
{
	if (is_static())
		become_twin();
	void *library = dlopen(file, RTLD_LAZY | RTLD_LOCAL);
	if (!library)
		refuse(NULL, "%s", dlerror());
	return library;
}

void *library_symbol(void *library, const char *file, const char *name)
{
	void *found = dlsym(library, name);

	if (!found)
		refuse(file, "%s", dlerror());
	return found;
}
