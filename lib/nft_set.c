/* Elements of sets: see nft_set.h. */
#define _GNU_SOURCE
#include "nft_set.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

/* The comment, as nft(8) writes and shows it (libnftnl's udata.h): type, length, text with its NUL.
 */
enum { USERDATA_COMMENT = 0, USERDATA_HEADER = 2 };

static void put_data(struct nlmsghdr *message, uint16_t type, const unsigned char *bytes,
                     unsigned int size)
{
	struct nlattr *data = nl_nest(message, type);

	nl_put(message, NFTA_DATA_VALUE, size, bytes);
	nl_nest_end(message, data);
}

static void put_comment(struct nlmsghdr *message, const char *comment)
{
	unsigned char userdata[USERDATA_HEADER + OWNER_ROOM];
	size_t size = strlen(comment) + 1;

	userdata[0] = USERDATA_COMMENT;
	userdata[1] = (unsigned char)size;
	memcpy(userdata + USERDATA_HEADER, comment, size);
	nl_put(message, NFTA_SET_ELEM_USERDATA, USERDATA_HEADER + size, userdata);
}

static void put_set(struct nlmsghdr *message, const void *set)
{
	nl_put_text(message, NFTA_SET_ELEM_LIST_TABLE, NFT_TABLE);
	nl_put_text(message, NFTA_SET_ELEM_LIST_SET, set);
}

static void put_element(struct nlmsghdr *message, const struct element *element, bool whole)
{
	struct nlattr *list = nl_nest(message, NFTA_SET_ELEM_LIST_ELEMENTS);
	struct nlattr *one = nl_nest(message, NFTA_LIST_ELEM);

	put_data(message, NFTA_SET_ELEM_KEY, element->key, element->key_size);
	if (element->end)
		nl_put_u32(message, NFTA_SET_ELEM_FLAGS, htonl(NFT_SET_ELEM_INTERVAL_END));
	if (whole && element->value_size)
		put_data(message, NFTA_SET_ELEM_DATA, element->value, element->value_size);
	if (whole && *element->comment)
		put_comment(message, element->comment);
	nl_nest_end(message, one);
	nl_nest_end(message, list);
}

void nft_element(struct nf *nf, int type, const char *set, const struct element *element)
{
	bool added = type == NFT_MSG_NEWSETELEM;
	struct nlmsghdr *change =
	        nf_change(nf, type, added ? NLM_F_CREATE | NLM_F_EXCL : 0, NFT_INET);

	put_set(change, set);
	put_element(change, element, added);
	nf_change_end(nf, change);
}

static unsigned int take_data(const struct nlattr *nest, unsigned char *into, size_t room)
{
	const struct nlattr *of[NFTA_DATA_MAX + 1];
	size_t size;

	if (!nest)
		return 0;
	nf_nested(nest, of, NFTA_DATA_MAX);
	size = of[NFTA_DATA_VALUE] ? nl_size(of[NFTA_DATA_VALUE]) : 0;
	if (size == 0 || size > room)
		return 0;
	memcpy(into, nl_data(of[NFTA_DATA_VALUE]), size);
	return (unsigned int)size;
}

static void take_comment(const struct nlattr *userdata, char comment[OWNER_ROOM])
{
	const unsigned char *at = nl_data(userdata);
	size_t left = nl_size(userdata);

	for (; left > USERDATA_HEADER && left >= USERDATA_HEADER + (size_t)at[1];
	     left -= USERDATA_HEADER + at[1], at += USERDATA_HEADER + at[1])
		if (at[0] == USERDATA_COMMENT && at[1] && at[1] <= OWNER_ROOM) {
			memcpy(comment, at + USERDATA_HEADER, at[1] - 1UL);
			comment[at[1] - 1] = '\0';
			return;
		}
}

static void take_element(const struct nlattr *nest, struct element *element)
{
	const struct nlattr *of[NFTA_SET_ELEM_MAX + 1];

	memset(element, 0, sizeof(*element));
	nf_nested(nest, of, NFTA_SET_ELEM_MAX);
	element->key_size = take_data(of[NFTA_SET_ELEM_KEY], element->key, sizeof(element->key));
	element->value_size =
	        take_data(of[NFTA_SET_ELEM_DATA], element->value, sizeof(element->value));
	if (of[NFTA_SET_ELEM_FLAGS])
		element->end = ntohl(nl_u32(of[NFTA_SET_ELEM_FLAGS])) & NFT_SET_ELEM_INTERVAL_END;
	if (of[NFTA_SET_ELEM_USERDATA])
		take_comment(of[NFTA_SET_ELEM_USERDATA], element->comment);
}

struct taker {
	void (*take)(const struct element *element, void *to);
	void *to;
};

static void take_elements(const struct nlmsghdr *message, void *to)
{
	const struct nlattr *of[NFTA_SET_ELEM_LIST_MAX + 1], *at;
	const struct taker *taker = to;
	struct element element;

	nf_attributes(message, of, NFTA_SET_ELEM_LIST_MAX);
	if (!of[NFTA_SET_ELEM_LIST_ELEMENTS])
		return;
	nl_each_nested (at, of[NFTA_SET_ELEM_LIST_ELEMENTS]) {
		take_element(at, &element);
		taker->take(&element, taker->to);
	}
}

static void fill_set(struct nlmsghdr *question, const void *set)
{
	put_set(question, set);
}

int nft_elements(struct nf *nf, const char *set,
                 void (*take)(const struct element *element, void *to), void *to)
{
	struct taker taker = {take, to};

	return nf_ask(nf, NFT_MSG_GETSETELEM, NLM_F_DUMP, NFT_INET, fill_set, set, take_elements,
	              &taker);
}

struct wanted {
	const char *set;
	const struct element *element;
};

static void fill_wanted(struct nlmsghdr *question, const void *of)
{
	const struct wanted *wanted = of;

	put_set(question, wanted->set);
	put_element(question, wanted->element, false);
}

static void take_one(const struct element *element, void *to)
{
	*(struct element *)to = *element;
}

bool nft_element_find(struct nf *nf, const char *set, struct element *element)
{
	struct wanted wanted = {set, element};
	struct element found = {.key_size = 0};
	struct taker taker = {take_one, &found};

	if (nf_ask(nf, NFT_MSG_GETSETELEM, 0, NFT_INET, fill_wanted, &wanted, take_elements,
	           &taker) != 0)
		return false;
	*element = found;
	return found.key_size != 0;
}

void nft_key(struct element *element, const void *bytes, unsigned int size)
{
	memcpy(element->key + element->key_size, bytes, size);
	element->key_size += (size + 3) / 4 * 4;
}

void nft_value(struct element *element, const void *bytes, unsigned int size)
{
	memcpy(element->value + element->value_size, bytes, size);
	element->value_size += (size + 3) / 4 * 4;
}
