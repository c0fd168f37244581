/* SPDX-License-Identifier: GPL-2.0-only */
/* terminal_io.c - a call that moved plaintext, and the plaintext itself when it was asked for. */
#include <stdlib.h>

#include "sink/terminal_parts.h"
#include "util/columns.h"
#include "util/text.h"

#define DATA_INDENT 4

static void result(FILE *out, const struct io_call *io)
{
	if (io->sender) {
		fprintf(out, "decrypted, from the %s: %llu bytes", io->sender, (unsigned long long)io->bytes);
		return;
	}
	fprintf(out, "%s: ", io->call);
	if (!io->failed)
		fprintf(out, "%llu of", (unsigned long long)io->bytes);
	else if (io->error)
		fprintf(out, "%s,", io->error);
	else if (io->has_code)
		fprintf(out, "failed (%d),", io->code);
	else
		fputs("failed,", out);
	fprintf(out, " %llu bytes, %.1f us", (unsigned long long)io->asked_bytes,
		(double)io->took_ns / 1e3);
}

static void data(struct sink *s, const struct io_call *io)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return;
	if (s->hex)
		for (size_t i = 0; i < io->data_bytes; i++)
			fprintf(out, "%02x", io->data[i]);
	else
		terminal_bytes(out, io->data, io->data_bytes);
	fputs(io->data_bytes < io->bytes ? "..." : "", out);
	fclose(out);
	fprintf(s->out, "%*sdata     ", DATA_INDENT, "");
	columns_wrap(s->out, text, DATA_INDENT + 9, DATA_INDENT + 9, s->width);
	fputs("\n", s->out);
	free(text);
}

void terminal_io(struct sink *s, const struct fact *fact, const struct io_call *io)
{
	struct line line;

	line_begin(&line, s, fact, "");
	result(line.text, io);
	line_end(&line);
	if (io->data_bytes)
		data(s, io);
}
