/*
 * tarmake ENTRY...: write a tar archive to stdout, as hostile as it is told to. An entry is a type,
 * a name and a third word:
 *   f NAME CONTENTS   x NAME MODE    file; file with a mode (octal) and an owner 12:34
 *   d NAME MODE       s NAME TARGET  directory; symbolic link
 *   l NAME TARGET     c NAME MINOR   hard link; character device 1:MINOR
 *   t NAME TYPE[MODE] o NAME OWNER   of this type, a letter; file of an owner, a number
 *   z NAME SIZE       file that claims this size and has no contents
 *   p NAME TEXT       extended header (pax) for the next entry, TEXT whole and unchecked
 *   k KEY VALUE       extended header of one attribute, well-formed
 *   b - -             a header whose checksum is wrong
 *   e - -             the mark of the end; there is none unless it is asked for
 *   r - TEXT          this text, raw
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char block[512];

/* POSIX's ustar, pax(1p): where the fields are. */
enum {
	NAME = 0,
	MODE = 100,
	UID = 108,
	GID = 116,
	SIZE = 124,
	MTIME = 136,
	SUM = 148,
	TYPE = 156,
	LINK = 157,
	MAGIC = 257,
	MAJOR = 329,
	MINOR = 337,
	PREFIX = 345
};

static void octal(int at, int width, unsigned long value)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%0*lo", width - 1, value);
	memcpy(block + at, text, (size_t)width - 1);
}

static void put(const char *data, size_t length)
{
	if (fwrite(data, 1, length, stdout) != length)
		exit(1);
}

static void pad(const char *data)
{
	static const char zeros[512];
	size_t length = strlen(data);

	put(data, length);
	put(zeros, (512 - length % 512) % 512);
}

static void header(const char *name, char type, unsigned long size, int wrong)
{
	unsigned long sum = 0;
	size_t length = strlen(name);

	if (length > 100) { /* a split at a slash, as ustar wants it */
		const char *slash = strchr(name + length - 100, '/');

		memcpy(block + PREFIX, name, (size_t)(slash - name));
		name = slash + 1;
	}
	memcpy(block + NAME, name, strlen(name));
	octal(SIZE, 12, size);
	octal(MTIME, 12, 981173106);
	block[TYPE] = type;
	memcpy(block + MAGIC,
	       "ustar\0"
	       "00",
	       8);
	memset(block + SUM, ' ', 8);
	for (size_t i = 0; i < sizeof(block); i++)
		sum += (unsigned char)block[i];
	octal(SUM, 7, sum + (unsigned long)wrong);
	block[SUM + 6] = '\0';
	put(block, sizeof(block));
}

/* pax(1p): LENGTH KEY=VALUE, of which LENGTH is a part. */
static void attribute(const char *key, const char *value)
{
	static char text[100000];
	int length = 0, longer = 1;

	while (longer != length) {
		length = longer;
		longer = snprintf(text, sizeof(text), "%d %s=%s\n", length, key, value);
	}
	header("pax", 'x', strlen(text), 0);
	pad(text);
}

static void entry(char kind, const char *name, const char *third)
{
	const char *octal_mode = kind == 't' ? third + 1 : third;
	unsigned long mode =
	        strchr("dxt", kind) && *octal_mode ? strtoul(octal_mode, NULL, 8) : 0644;
	unsigned long owner = kind == 'o' ? strtoul(third, NULL, 10) : kind == 'x' ? 12 : 0;

	memset(block, 0, sizeof(block));
	octal(MODE, 8, mode);
	octal(UID, 8, owner);
	octal(GID, 8, kind == 'x' ? 34 : owner);
	if (kind == 's' || kind == 'l')
		memcpy(block + LINK, third, strnlen(third, 100));
	octal(MAJOR, 8, 1);
	octal(MINOR, 8, kind == 'c' ? strtoul(third, NULL, 10) : 0);
	switch (kind) {
	case 'f':
		header(name, '0', strlen(third), 0);
		pad(third);
		break;
	case 'p':
		header(name, 'x', strlen(third), 0);
		pad(third);
		break;
	case 'k':
		attribute(name, third);
		break;
	case 'z':
		header(name, '0', strtoul(third, NULL, 10), 0);
		break;
	case 't':
		header(name, *third, 0, 0);
		break;
	case 'b':
		header("bad", '0', 0, 1);
		break;
	case 'e':
		memset(block, 0, sizeof(block));
		put(block, sizeof(block));
		put(block, sizeof(block));
		break;
	case 'r':
		put(third, strlen(third));
		break;
	default:
		header(name, "005321"[strcspn("xodcsl", (char[]){kind, 0})], 0, 0);
	}
}

int main(int argc, char **argv)
{
	for (int i = 1; i + 2 < argc; i += 3)
		entry(*argv[i], argv[i + 1], argv[i + 2]);
	return fflush(stdout) != 0;
}
