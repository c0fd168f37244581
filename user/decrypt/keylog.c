/* SPDX-License-Identifier: GPL-2.0-only */
#include "decrypt/keylog.h"

#include <ctype.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LINE_BYTES 1024 /* the longest line of the format has 281 */
#define FIRST_SLOTS 256

struct keylog {
	struct secrets **slot; /* open addressing; a power of two, at most half full */
	size_t slots, count, garbage;
	uint64_t seed; /* the file's author may not choose where its lines go */
};

struct words {
	const char *at, *end;
};

struct keylog *keylog_new(void)
{
	struct keylog *log = calloc(1, sizeof(*log));

	if (!log)
		return NULL;
	log->slots = FIRST_SLOTS;
	log->slot = calloc(log->slots, sizeof(*log->slot));
	if (log->slot && RAND_bytes((uint8_t *)&log->seed, sizeof(log->seed)) == 1)
		return log;
	free(log->slot);
	free(log);
	return NULL;
}

static struct secrets **find(const struct keylog *log, const uint8_t random[32])
{
	uint64_t hash = log->seed, word;
	size_t i;

	for (int at = 0; at < 32; at += 8) {
		memcpy(&word, random + at, 8);
		hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
		hash ^= hash >> 29;
	}
	for (i = hash & (log->slots - 1); log->slot[i]; i = (i + 1) & (log->slots - 1))
		if (!memcmp(log->slot[i]->random, random, 32))
			break;
	return &log->slot[i];
}

static bool grow(struct keylog *log)
{
	struct secrets **old = log->slot, **wider = calloc(2 * log->slots, sizeof(*wider));
	size_t slots = log->slots;

	if (!wider)
		return false;
	log->slot = wider;
	log->slots *= 2;
	for (size_t i = 0; i < slots; i++)
		if (old[i])
			*find(log, old[i]->random) = old[i];
	free(old);
	return true;
}

static struct secrets *take(struct keylog *log, const uint8_t random[32])
{
	struct secrets **at = find(log, random);

	if (*at)
		return *at;
	if (2 * log->count >= log->slots) {
		if (!grow(log))
			return NULL;
		at = find(log, random);
	}
	*at = calloc(1, sizeof(**at));
	if (!*at)
		return NULL;
	memcpy((*at)->random, random, 32);
	log->count++;
	return *at;
}

static struct words word(struct words *line)
{
	struct words w;

	while (line->at < line->end && (*line->at == ' ' || *line->at == '\t'))
		line->at++;
	w.at = line->at;
	while (line->at < line->end && *line->at != ' ' && *line->at != '\t')
		line->at++;
	w.end = line->at;
	return w;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The number of bytes, or -1 when the word is no hex or longer than `most` bytes. */
static int hex(struct words w, uint8_t *out, size_t most)
{
	size_t digits = w.end - w.at;

	if (!digits || digits % 2 || digits / 2 > most)
		return -1;
	for (size_t i = 0; i < digits; i += 2) {
		int high = digit(w.at[i]), low = digit(w.at[i + 1]);

		if (high < 0 || low < 0)
			return -1;
		out[i / 2] = high << 4 | low;
	}
	return (int)(digits / 2);
}

static int label_of(struct words w)
{
	static const char *const names[SECRET_LABELS] = {
		"CLIENT_RANDOM", "CLIENT_EARLY_TRAFFIC_SECRET", "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
		"SERVER_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0",
		"SERVER_TRAFFIC_SECRET_0" };

	for (int i = 0; i < SECRET_LABELS; i++)
		if (strlen(names[i]) == (size_t)(w.end - w.at) &&
		    !memcmp(names[i], w.at, w.end - w.at))
			return i;
	return -1;
}

/* Labels that decrypt nothing here: exporters, RSA, ECH and those to come. */
static bool is_label(struct words w)
{
	if (w.at == w.end)
		return false;
	for (; w.at < w.end; w.at++)
		if (!isupper((unsigned char)*w.at) && !isdigit((unsigned char)*w.at) && *w.at != '_')
			return false;
	return true;
}

/* What a master secret and a hash's output may measure. */
static bool right_size(int label, int bytes)
{
	return bytes == 48 || (label != SECRET_MASTER && (bytes == 32 || bytes == 64));
}

static bool line_taken(struct keylog *log, struct words line)
{
	struct words label, random_word, secret_word;
	uint8_t random[32], secret[SECRET_BYTES];
	struct secrets *to;
	int which, bytes;

	if (line.end > line.at && line.end[-1] == '\r')
		line.end--;
	label = word(&line);
	random_word = word(&line);
	secret_word = word(&line);
	if (label.at == label.end || *label.at == '#')
		return true;
	which = label_of(label);
	if (which < 0) {
		log->garbage += !is_label(label) || secret_word.at == secret_word.end;
		return true;
	}
	bytes = hex(secret_word, secret, sizeof(secret));
	if (hex(random_word, random, sizeof(random)) != 32 || !right_size(which, bytes) ||
	    word(&line).at != line.end) {
		log->garbage++;
		OPENSSL_cleanse(secret, sizeof(secret));
		return true;
	}
	to = take(log, random);
	if (to) {
		memcpy(to->secret[which], secret, bytes);
		to->bytes[which] = (uint8_t)bytes;
	}
	OPENSSL_cleanse(secret, sizeof(secret));
	return to != NULL;
}

bool keylog_text(struct keylog *log, const char *text, size_t bytes)
{
	while (bytes) {
		const char *end = memchr(text, '\n', bytes);
		size_t length = end ? (size_t)(end - text) : bytes;

		if (length > LINE_BYTES)
			log->garbage++;
		else if (!line_taken(log, (struct words){ text, text + length }))
			return false;
		length += end != NULL;
		text += length;
		bytes -= length;
	}
	return true;
}

/* Lines of any length through a buffer of one: what is too long is told by its start. */
static int lines(struct keylog *log, FILE *file)
{
	char line[LINE_BYTES + 2];
	size_t have = 0;
	int c;
	bool good = true;

	do {
		c = getc(file);
		if (c != '\n' && c != EOF) {
			line[have] = (char)c;
			have += have <= LINE_BYTES;
			continue;
		}
		good = keylog_text(log, line, have);
		have = 0;
	} while (good && c != EOF);
	OPENSSL_cleanse(line, sizeof(line));
	return !good ? ENOMEM : ferror(file) ? EIO : 0;
}

int keylog_file(struct keylog *log, const char *path)
{
	char buffer[BUFSIZ];
	FILE *file = fopen(path, "re");
	struct stat st;
	int err;

	if (!file)
		return errno;
	setvbuf(file, buffer, _IOFBF, sizeof(buffer));
	if (fstat(fileno(file), &st))
		err = errno;
	else
		err = S_ISDIR(st.st_mode) ? EISDIR : lines(log, file);
	fclose(file);
	OPENSSL_cleanse(buffer, sizeof(buffer));
	return err;
}

const struct secrets *keylog_find(const struct keylog *log, const uint8_t random[32])
{
	return *find(log, random);
}

size_t keylog_count(const struct keylog *log)
{
	return log->count;
}

size_t keylog_garbage(const struct keylog *log)
{
	return log->garbage;
}

void keylog_free(struct keylog *log)
{
	for (size_t i = 0; i < log->slots; i++) {
		if (log->slot[i])
			OPENSSL_cleanse(log->slot[i], sizeof(*log->slot[i]));
		free(log->slot[i]);
	}
	free(log->slot);
	free(log);
}
