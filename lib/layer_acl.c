/*
 * Access control lists in an archive, as attributes (layer_attr.h): the attribute that holds one is
 * a version and entries in the order of their kinds, acl(5) and linux/posix_acl_xattr.h.
 */
#include "layer_attr.h"

#include "err.h"
#include <endian.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <stdint.h>
#include <stdlib.h>

static const struct {
	int tag;
	uint16_t kernels;
} kinds[] = {
        {ARCHIVE_ENTRY_ACL_USER_OBJ,  ACL_USER_OBJ },
        {ARCHIVE_ENTRY_ACL_USER,      ACL_USER     },
        {ARCHIVE_ENTRY_ACL_GROUP_OBJ, ACL_GROUP_OBJ},
        {ARCHIVE_ENTRY_ACL_GROUP,     ACL_GROUP    },
        {ARCHIVE_ENTRY_ACL_MASK,      ACL_MASK     },
        {ARCHIVE_ENTRY_ACL_OTHER,     ACL_OTHER    },
};

static void read_one(struct archive_entry *entry, int type, const char *name,
                     struct layer_attr *attr, const char *object)
{
	int count = archive_entry_acl_reset(entry, type);
	struct posix_acl_xattr_header *acl =
	        xalloc(sizeof(*acl) + (size_t)count * sizeof(struct posix_acl_xattr_entry));
	struct posix_acl_xattr_entry *next = (void *)(acl + 1), *first = next;
	int of_type, permissions, tag, id;
	const char *who;

	acl->a_version = htole32(POSIX_ACL_XATTR_VERSION);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		(void)archive_entry_acl_reset(entry, type);
		while (archive_entry_acl_next(entry, type, &of_type, &permissions, &tag, &id,
		                              &who) == ARCHIVE_OK) {
			bool named = kinds[i].kernels == ACL_USER || kinds[i].kernels == ACL_GROUP;

			if (tag != kinds[i].tag || next - first == count)
				continue;
			if (named && id < 0)
				refuse(object,
				       "its access control list names %.100s without a number",
				       who ? who : "somebody");
			*next++ = (struct posix_acl_xattr_entry){
			        htole16(kinds[i].kernels), htole16((uint16_t)(permissions & 7)),
			        htole32(named ? (uint32_t)id : (uint32_t)ACL_UNDEFINED_ID)};
		}
	}
	if (next != first)
		layer_attr_add(attr, name, acl, (size_t)((char *)next - (char *)acl));
	free(acl);
}

void layer_acl_read(struct archive_entry *entry, struct layer_attr *attr, const char *object)
{
	int types = archive_entry_acl_types(entry);

	if (types & ARCHIVE_ENTRY_ACL_TYPE_NFS4)
		refuse(object, "has an access control list of NFSv4, which no file here can have");
	if (types & ARCHIVE_ENTRY_ACL_TYPE_ACCESS)
		read_one(entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS, "system.posix_acl_access", attr,
		         object);
	if (types & ARCHIVE_ENTRY_ACL_TYPE_DEFAULT)
		read_one(entry, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT, "system.posix_acl_default", attr,
		         object);
}
