/* What a command may do, by options: see rights.h. */
#include "rights.h"

#include "caps.h"

void rights_opt_cap(const struct opt *opt, const char *arg)
{
	uint64_t caps;

	if (!caps_find(arg, &caps))
		opt_refuse(opt, arg, "there is no such capability");
	*(uint64_t *)opt->into |= caps;
}

static uint64_t wanted_caps(const struct rights *rights)
{
	uint64_t base = rights->privileged ? CAPS_ALL : caps_default;

	if (rights->added == CAPS_ALL && rights->dropped != CAPS_ALL)
		return CAPS_ALL & ~rights->dropped;
	if (rights->added != CAPS_ALL)
		caps_require(rights->added);
	return (base & ~rights->dropped) | rights->added;
}

void rights_settle(struct rights *rights)
{
	creds_read_filter(&rights->creds);
	rights->creds.caps = wanted_caps(rights);
}
