/* Names of images: see reference.h. */
#define _GNU_SOURCE
#include "reference.h"

#include "num.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const char format_error[] = "not the name of an image: [DOMAIN/]NAME[:TAG][@DIGEST]";

/* [a-z0-9]+ joined by one dot, one or two underscores, or any number of dashes */
static bool is_component(const char *s, size_t length)
{
	const char *end = s + length;

	for (;;) {
		const char *word = s;

		while (s < end && (islower((unsigned char)*s) || isdigit((unsigned char)*s)))
			s++;
		if (s == word)
			return false;
		if (s == end)
			return true;
		if (*s == '-') {
			while (s < end && *s == '-')
				s++;
		} else if (*s == '.') {
			s++;
		} else if (*s == '_') {
			s += s + 1 < end && s[1] == '_' ? 2 : 1;
		} else {
			return false;
		}
	}
}

/* Labels of letters, digits and dashes, none at their ends, joined by dots; or [IPv6] */
static bool is_host(const char *s, size_t length)
{
	const char *end = s + length;
	char last = '.';

	if (length > 2 && s[0] == '[' && s[length - 1] == ']')
		return strspn(s + 1, "0123456789abcdefABCDEF:") == length - 2;
	for (; s < end; last = *s++)
		if (!isalnum((unsigned char)*s) && (*s != '-' || last == '.') &&
		    (*s != '.' || !isalnum((unsigned char)last)))
			return false;
	return isalnum((unsigned char)last);
}

static bool is_domain(const char *s, size_t length)
{
	const char *end = s + length, *port = memrchr(s, ':', length);
	char digits[6] = "";
	uint64_t number;

	if (!port || s[length - 1] == ']')
		return is_host(s, length);
	if ((size_t)(end - port - 1) >= sizeof(digits))
		return false;
	memcpy(digits, port + 1, (size_t)(end - port - 1));
	return num_parse(digits, 65535, &number) == 0 && is_host(s, (size_t)(port - s));
}

/* The first component is a domain when it cannot be anything else, as Docker tells them apart. */
static size_t domain_length(const char *name)
{
	const char *slash = strchr(name, '/');

	if (!slash)
		return 0;
	size_t length = (size_t)(slash - name);
	if (memchr(name, '.', length) || memchr(name, ':', length) ||
	    (length == 9 && !memcmp(name, "localhost", 9)))
		return length;
	for (size_t i = 0; i < length; i++)
		if (isupper((unsigned char)name[i]))
			return length;
	return 0;
}

static bool is_tag(const char *tag)
{
	if (!isalnum((unsigned char)*tag) && *tag != '_')
		return false;
	for (const char *s = tag; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("_.-", *s))
			return false;
	return true;
}

static const char *check_name(const char *name)
{
	size_t domain = domain_length(name);
	const char *path = name + (domain ? domain + 1 : 0);

	if (domain && !is_domain(name, domain))
		return format_error;
	for (const char *s = path; *s; s++)
		if (isupper((unsigned char)*s))
			return "the name of an image must be in lower case";
	for (;;) {
		size_t length = strcspn(path, "/");

		if (!is_component(path, length))
			return format_error;
		if (!path[length])
			break;
		path += length + 1;
	}
	return NULL;
}

/* `library/a` alone is short already for docker.io; `x.org/library/a` is not. */
static void shorten(char *name)
{
	static const char hub[] = "docker.io/", other[] = "index.docker.io/",
	                  library[] = "library/";
	const char *path = name;

	if (!strncmp(path, other, sizeof(other) - 1))
		path += sizeof(other) - 1;
	else if (!strncmp(path, hub, sizeof(hub) - 1))
		path += sizeof(hub) - 1;
	/* Without that, the name of a directory there would be taken for a domain. */
	if (path != name && domain_length(path)) {
		memmove(name + sizeof(hub) - 1, path, strlen(path) + 1);
		memcpy(name, hub, sizeof(hub) - 1);
		return;
	}
	if (!strncmp(path, library, sizeof(library) - 1) &&
	    !strchr(path + sizeof(library) - 1, '/'))
		path += sizeof(library) - 1;
	memmove(name, path, strlen(path) + 1);
}

/* What would be taken for an id when somebody looks it up. */
static const char *check_ambiguous(const char *name)
{
	if (strlen(name) == DIGEST_HEX && digest_hex_span(name) == DIGEST_HEX)
		return "64 hexadecimal digits are an id, not a name";
	if (!strcmp(name, "sha256"))
		return "sha256: begins a digest, not a name";
	return NULL;
}

const char *reference_parse(const char *text, struct reference *reference)
{
	const char *at = strchr(text, '@'), *end = at ? at : text + strlen(text);
	const char *slash = memrchr(text, '/', (size_t)(end - text));
	const char *colon =
	        memrchr(slash ? slash : text, ':', (size_t)(end - (slash ? slash : text)));
	size_t length = (size_t)((colon ? colon : end) - text);

	memset(reference, 0, sizeof(*reference));
	if (at && !digest_is_valid(at + 1))
		return "the digest is not sha256: and 64 hexadecimal digits";
	if (at)
		(void)strcpy(reference->digest, at + 1);
	if (length >= sizeof(reference->name))
		return "the name is longer than 255 bytes";
	memcpy(reference->name, text, length);
	if (colon && (size_t)(end - colon - 1) >= sizeof(reference->tag))
		return "the tag is longer than 128 bytes";
	if (colon)
		memcpy(reference->tag, colon + 1, (size_t)(end - colon - 1));
	else if (!at)
		(void)strcpy(reference->tag, "latest");
	if ((colon || !at) && !is_tag(reference->tag))
		return format_error;
	const char *why = check_name(reference->name);
	if (why)
		return why;
	shorten(reference->name);
	return check_ambiguous(reference->name);
}

const char *reference_text(const struct reference *reference)
{
	static char text[sizeof(reference->name) + sizeof(reference->tag) + 1];

	(void)snprintf(text, sizeof(text), "%s%s%s", reference->name, *reference->tag ? ":" : "@",
	               *reference->tag ? reference->tag : reference->digest);
	return text;
}
