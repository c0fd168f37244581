/* SPDX-License-Identifier: GPL-2.0-only */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static FILE *open_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "a");

	if (!file) {
		fprintf(stderr, "tlstrace: %s: %s\n", path, strerror(errno));
		return NULL;
	}
	setvbuf(file, NULL, _IOFBF, 1 << 16);
	return file;
}

void status_line(const struct stats *s)
{
	fprintf(stderr, CLEAR_LINE "%llu open, %llu connections, %llu handshakes, %llu failed",
		(unsigned long long)s->connections_open, (unsigned long long)s->connections_total,
		(unsigned long long)s->handshakes, (unsigned long long)s->failures);
	if (s->lost[LOST_OUTPUT] || s->lost[LOST_EVICTED])
		fprintf(stderr, ", lost: %llu output, %llu evicted",
			(unsigned long long)s->lost[LOST_OUTPUT],
			(unsigned long long)s->lost[LOST_EVICTED]);
	fflush(stderr);
}

int outputs_open(struct outputs *to, const struct options *o)
{
	bool colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
	FILE *file;

	to->options = o;
	setvbuf(stdout, NULL, _IOFBF, 1 << 16); /* flushed once a poll */
	if (o->json && !o->json_file)
		json_sink(&to->sinks[to->count++], stdout);
	else if (!o->quiet)
		terminal_sink(&to->sinks[to->count++], stdout, colour, o->brief);
	to->status_line = !o->quiet && isatty(STDERR_FILENO);
	file = o->json_file ? open_file(o->json_file) : NULL;
	if (file)
		json_sink(&to->sinks[to->count++], file);
	for (int i = 0; i < to->count; i++)
		to->sinks[i].hex = o->hex;
	return o->json_file && !file ? -1 : 0;
}

static void failed(struct outputs *o, int i)
{
	const char *name = o->sinks[i].out == stdout ? "standard output" : o->options->json_file;

	if (!o->broken[i] && errno != EPIPE)
		fprintf(stderr, "%stlstrace: %s: %s\n", o->status_line ? CLEAR_LINE : "", name,
			strerror(errno));
	o->broken[i] = true;
	o->lost += o->unwritten[i];
	clearerr(o->sinks[i].out);
	__fpurge(o->sinks[i].out);
}

bool outputs_flush(struct outputs *o, bool *printed)
{
	bool heard = true;

	*printed = false;
	for (int i = 0; i < o->count; i++) {
		FILE *out = o->sinks[i].out;

		if (!o->unwritten[i])
			continue;
		if (out == stdout && o->status_line && __fpending(out)) {
			fputs(CLEAR_LINE, stderr);
			fflush(stderr);
			*printed = true;
		}
		if (fflush(out) || ferror(out)) {
			heard &= out != stdout;
			failed(o, i);
		}
		o->unwritten[i] = 0;
	}
	return heard;
}

void outputs_close(struct outputs *o)
{
	for (int i = 0; i < o->count; i++)
		if (o->sinks[i].out != stdout)
			fclose(o->sinks[i].out);
}
