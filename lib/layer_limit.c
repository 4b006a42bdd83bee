/* How much may come out of an archive: see layer_limit.h. */
#include "layer_limit.h"

#include "err.h"
#include <inttypes.h>

enum { BLOCK = 4096 }; /* of most file systems; a directory has one, names have theirs */

void layer_limit_check(const struct layer_limit *limit, const struct layer_amount *amount,
                       const char *object)
{
	if (!limit)
		return;
	/* Neither can overflow: the archive has passed byte by byte. */
	uint64_t made = amount->archive + BLOCK * amount->files;
	uint64_t size = made > amount->content ? made : amount->content;
	uint64_t rated;

	if (size > limit->size)
		refuse(object, "unpacks to more than %" PRIu64 " bytes (--max-size)", limit->size);
	if (amount->files > limit->entries)
		refuse(object, "has more than %" PRIu64 " entries (--max-entries)", limit->entries);
	if (made > LAYER_UNRATED && !__builtin_mul_overflow(amount->read, limit->ratio, &rated) &&
	    made - LAYER_UNRATED > rated)
		refuse(object,
		       "unpacks to more than %" PRIu64 " times its size (--max-ratio): a bomb, "
		       "or nothing but zeros",
		       limit->ratio);
}
