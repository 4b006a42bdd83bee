/* One verb of printf: see tpl_verb.h. */
#define _GNU_SOURCE
#include "tpl_verb.h"

#include "io.h"
#include "text.h"
#include <inttypes.h>
#include <string.h>

static void pad(FILE *out, int width, size_t length)
{
	for (size_t i = length; width > 0 && i < (size_t)width; i++)
		putc(' ', out);
}

static void put_padded(FILE *out, const struct tpl_verb *verb, const char *s, size_t length)
{
	size_t characters = 0;

	for (size_t i = 0; i < length; i++)
		characters += (s[i] & 0xc0) != 0x80;
	if (!verb->minus)
		pad(out, verb->width, characters);
	fwrite(s, 1, length, out);
	if (verb->minus)
		pad(out, verb->width, characters);
}

/* As strconv.Quote does. */
static void put_quoted(FILE *out, const char *s, size_t length)
{
	static const char names[] = "abtnvfr"; /* from 7 on */

	putc('"', out);
	while (length) {
		size_t bytes = text_character(s, length);

		if (bytes > 1)
			fwrite(s, 1, bytes, out);
		else if (*s == '"' || *s == '\\')
			fprintf(out, "\\%c", *s);
		else if (*s >= 7 && *s <= 13)
			fprintf(out, "\\%c", names[*s - 7]);
		else if (*s >= ' ' && *s < 0x7f)
			putc(*s, out);
		else
			fprintf(out, "\\x%02x", (unsigned char)*s);
		bytes += bytes == 0;
		s += bytes;
		length -= bytes;
	}
	putc('"', out);
}

static void put_bad(struct tpl_run *run, FILE *out, const struct tpl_verb *verb,
                    const struct tpl_value *value)
{
	bool is_nil = value->kind == TPL_NULL || value->kind == TPL_NOTHING;
	struct tpl_verb plain = *verb;

	fprintf(out, "%%!%c(%s", verb->letter, is_nil ? "" : tpl_kind_name(value));
	if (!is_nil)
		putc('=', out);
	plain.letter = 'v';
	tpl_put(run, out, &plain, value);
	putc(')', out);
}

static bool put_text(FILE *out, const struct tpl_verb *verb, const struct tpl_value *value)
{
	const char *s = value->text.at;
	size_t length = value->text.length, end = 0;
	FREED char *made = NULL;

	if (!strchr("vsqxX", verb->letter))
		return false;
	for (int left = verb->precision; left > 0 && end < length; left--)
		for (end++; end < length && (s[end] & 0xc0) == 0x80;)
			end++;
	if (verb->precision >= 0)
		length = end;
	if (verb->letter == 'v' ? verb->sharp : verb->letter != 's') {
		size_t size;
		FILE *text = open_memstream(&made, &size);

		if (!text)
			fail(NULL, "memory");
		if (verb->letter == 'q' || verb->letter == 'v')
			put_quoted(text, s, length);
		else
			for (size_t i = 0; i < length; i++)
				fprintf(text, verb->letter == 'x' ? "%02x" : "%02X",
				        (unsigned char)s[i]);
		(void)fclose(text);
		s = made;
		length = size;
	}
	put_padded(out, verb, s, length);
	return true;
}

/* Go and C agree about numbers. conversion: what C wants in place of the verb */
static void put_by_c(FILE *out, const struct tpl_verb *verb, const char *conversion,
                     const struct tpl_value *value)
{
	char format[40];
	char *to = stpcpy(format, "%");

	if (verb->minus)
		*to++ = '-';
	if (verb->plus)
		*to++ = '+';
	if (verb->sharp)
		*to++ = '#';
	if (verb->space)
		*to++ = ' ';
	if (verb->zero && !verb->minus)
		*to++ = '0';
	if (verb->width >= 0)
		to += sprintf(to, "%d", verb->width);
	if (verb->precision >= 0)
		to += sprintf(to, ".%d", verb->precision);
	(void)stpcpy(to, conversion);
	if (value->kind == TPL_INT)
		fprintf(out, format, value->integer);
	else
		fprintf(out, format, value->real);
}

static bool put_integer(FILE *out, const struct tpl_verb *verb, const struct tpl_value *value)
{
	switch (verb->letter) {
	case 'v':
	case 'd':
		put_by_c(out, verb, PRId64, value);
		return true;
	case 'o':
		put_by_c(out, verb, PRIo64, value);
		return true;
	case 'x':
		put_by_c(out, verb, PRIx64, value);
		return true;
	case 'X':
		put_by_c(out, verb, PRIX64, value);
		return true;
	case 'c':
		if (value->integer < 0x80) {
			char c = (char)value->integer;

			put_padded(out, verb, &c, 1);
			return true;
		}
		break;
	default:
		break;
	}
	return false;
}

static bool put_real(FILE *out, const struct tpl_verb *verb, const struct tpl_value *value)
{
	char conversion[] = {verb->letter, '\0'}, text[TPL_REAL_SIZE];

	if (!strchr("veEfFgG", verb->letter))
		return false;
	if (verb->precision >= 0 || !strchr("vg", verb->letter)) {
		put_by_c(out, verb, conversion[0] == 'v' ? "g" : conversion, value);
	} else {
		tpl_real(text, value->real, -4, 6);
		put_padded(out, verb, text, strlen(text));
	}
	return true;
}

/* Each element for itself. */
static void put_elements(struct tpl_run *run, FILE *out, const struct tpl_verb *verb, json_t *json)
{
	FREED const char **keys = json_is_object(json) ? tpl_keys(json) : NULL;
	size_t count = keys ? json_object_size(json) : json_array_size(json);

	fputs(json_is_object(json) ? "map[" : "[", out);
	for (size_t i = 0; i < count; i++) {
		struct tpl_value value = tpl_from_json(run, keys ? json_object_get(json, keys[i])
		                                                 : json_array_get(json, i));

		if (i)
			putc(' ', out);
		if (keys) {
			struct tpl_value key = tpl_string(run, keys[i], strlen(keys[i]));

			tpl_put(run, out, verb, &key);
			putc(':', out);
		}
		if (value.kind == TPL_NULL)
			tpl_print(run, out, &value);
		else
			tpl_put(run, out, verb, &value);
	}
	putc(']', out);
}

void tpl_put(struct tpl_run *run, FILE *out, const struct tpl_verb *verb,
             const struct tpl_value *value)
{
	bool done = false;

	if (verb->letter == 'T') {
		put_padded(out, verb, tpl_kind_name(value), strlen(tpl_kind_name(value)));
		return;
	}
	switch (value->kind) {
	case TPL_TEXT:
		done = put_text(out, verb, value);
		break;
	case TPL_INT:
		done = put_integer(out, verb, value);
		break;
	case TPL_FLOAT:
		done = put_real(out, verb, value);
		break;
	case TPL_BOOL:
		done = verb->letter == 'v' || verb->letter == 't';
		if (done)
			put_padded(out, verb, value->truth ? "true" : "false", 5U - value->truth);
		break;
	case TPL_LIST:
	case TPL_MAP:
		put_elements(run, out, verb, value->json);
		return;
	default:
		break;
	}
	if (!done && verb->letter == 'v')
		tpl_print(run, out, value);
	else if (!done)
		put_bad(run, out, verb, value);
}
