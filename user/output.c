/* SPDX-License-Identifier: GPL-2.0-only */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/columns.h"

/* Without memory of ours glibc takes 1 KiB for a terminal, and the status line gets between. */
static char buffer[1 << 16], file_buffer[1 << 16];

/* Does the file end within a line, of an earlier run or because the disk was full? */
static bool is_torn(int file)
{
	char path[64], last = '\n';
	struct stat st;
	int fd;

	if (fstat(file, &st) || !S_ISREG(st.st_mode) || !st.st_size)
		return false;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (pread(fd, &last, 1, st.st_size - 1) != 1)
		last = '\n';
	close(fd);
	return last != '\n';
}

static FILE *open_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool failed = fd < 0 || (is_torn(fd) && write(fd, "\n", 1) != 1);
	FILE *file = failed ? NULL : fdopen(fd, "a");

	if (!file) {
		fprintf(stderr, "tlstrace: %s: %s\n", path, strerror(errno));
		return NULL;
	}
	return file;
}

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static int status_lost(const struct stats *s, char *text, size_t bytes)
{
	static const struct {
		enum lost_cause cause;
		const char *what;
	} told[] = {
		{ LOST_RING_FULL, "event" }, { LOST_GAP, "gap" }, { LOST_OUTPUT, "line" },
		{ LOST_EVICTED, "connection" },
	};
	int used = 0;

	for (size_t i = 0; i < sizeof(told) / sizeof(*told); i++)
		if (s->lost[told[i].cause])
			used += snprintf(text + used, bytes - used, "%s %llu %s%s", used ? "," : ", lost:",
					 (unsigned long long)s->lost[told[i].cause], told[i].what,
					 plural(s->lost[told[i].cause]));
	return used;
}

void status_line(const struct stats *s)
{
	uint64_t connections = s->connections_total - s->both_ends, handshakes = s->handshakes - s->both_ends;
	int width = columns_of(stderr), used;
	char text[384];

	used = snprintf(text, sizeof(text), "%llu open, %llu connection%s, %llu handshake%s, %llu failed",
			(unsigned long long)s->connections_open, (unsigned long long)connections, plural(connections),
			(unsigned long long)handshakes, plural(handshakes),
			(unsigned long long)(s->failures - s->both_failed));
	used += status_lost(s, text + used, sizeof(text) - used);
	/* In the last column some terminals go to the next line. */
	fprintf(stderr, CLEAR_LINE "%.*s", width ? width - 1 : used, text);
	fflush(stderr);
}

int outputs_open(struct outputs *to, const struct options *o)
{
	const char *no_colour = getenv("NO_COLOR"); /* https://no-color.org: set and not empty */
	bool colour = isatty(STDOUT_FILENO) && !(no_colour && *no_colour);
	FILE *file;

	to->options = o;
	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer)); /* flushed once a poll */
	if (o->json && !o->json_file)
		json_sink(&to->sinks[to->count++], stdout);
	else if (!o->quiet)
		terminal_sink(&to->sinks[to->count++], stdout, colour, o->brief);
	to->status_line = !o->quiet && isatty(STDERR_FILENO);
	to->keylog = o->keylog_out ? open_file(o->keylog_out) : NULL;
	if (o->keylog_out && !to->keylog)
		return -1;
	file = o->json_file ? open_file(o->json_file) : NULL;
	if (file) {
		setvbuf(file, file_buffer, _IOFBF, sizeof(file_buffer));
		json_sink(&to->sinks[to->count++], file);
	}
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
	if (o->sinks[i].out != stdout && is_torn(fileno(o->sinks[i].out)))
		putc('\n', o->sinks[i].out); /* what comes next is a line of its own */
}

bool outputs_flush(struct outputs *o, bool *printed)
{
	bool heard = true;

	*printed = false;
	if (o->keylog)
		fflush(o->keylog);
	for (int i = 0; i < o->count; i++) {
		FILE *out = o->sinks[i].out;

		if (o->sinks[i].settle)
			o->sinks[i].settle(&o->sinks[i], false);
		if (!o->unwritten[i] && !__fpending(out))
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
	if (o->keylog)
		fclose(o->keylog);
	for (int i = 0; i < o->count; i++)
		if (o->sinks[i].out != stdout)
			fclose(o->sinks[i].out);
}
