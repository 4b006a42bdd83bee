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

	if (size > limit->size)
		refuse(object, "unpacks to more than %" PRIu64 " bytes (--max-size)", limit->size);
	if (made > LAYER_UNRATED && (made - LAYER_UNRATED) / limit->ratio > amount->read)
		refuse(object,
		       "unpacks to more than %" PRIu64 " times its size (--max-ratio): a bomb, "
		       "or nothing but zeros",
		       limit->ratio);
}
