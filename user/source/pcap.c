/* SPDX-License-Identifier: GPL-2.0-only */
#include "source/pcap.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define BUFFER_BYTES (1 << 18)

struct capture {
	const char *name; /* the caller's */
	FILE *file;	  /* libpcap's to close, once it is open */
	pcap_t *pcap;
	int type; /* DLT_ */
	bool stream;
	int64_t time_ns;
	uint64_t packets;
	char buffer[BUFFER_BYTES];
};

static const char *name_of(const char *path)
{
	return strcmp(path, "-") ? path : "standard input";
}

static bool set_filter(struct capture *c, const char *filter, char *error)
{
	struct bpf_program program;
	bool good;

	if (!*filter)
		return true;
	if (pcap_compile(c->pcap, &program, filter, 1, PCAP_NETMASK_UNKNOWN)) {
		snprintf(error, CAPTURE_ERROR, "'%s' is neither a file nor a filter: %s", filter,
			 pcap_geterr(c->pcap));
		return false;
	}
	good = !pcap_setfilter(c->pcap, &program);
	if (!good)
		snprintf(error, CAPTURE_ERROR, "'%s': %s", filter, pcap_geterr(c->pcap));
	pcap_freecode(&program);
	return good;
}

static bool open_file(struct capture *c, const char *path, char *error)
{
	char why[PCAP_ERRBUF_SIZE] = "";
	struct stat st;

	c->file = strcmp(path, "-") ? fopen(path, "re") : stdin;
	if (!c->file || fstat(fileno(c->file), &st)) {
		snprintf(error, CAPTURE_ERROR, "%s: %s", c->name, strerror(errno));
		return false;
	}
	if (S_ISDIR(st.st_mode)) {
		snprintf(error, CAPTURE_ERROR, "%s: %s", c->name, strerror(EISDIR));
		return false;
	}
	if (S_ISREG(st.st_mode) && !st.st_size) {
		snprintf(error, CAPTURE_ERROR, "%s: byte 0: the file is empty", c->name);
		return false;
	}
	c->stream = !S_ISREG(st.st_mode);
	setvbuf(c->file, c->buffer, _IOFBF, sizeof(c->buffer));
	c->pcap = pcap_fopen_offline_with_tstamp_precision(c->file, PCAP_TSTAMP_PRECISION_NANO, why);
	if (!c->pcap) {
		snprintf(error, CAPTURE_ERROR, "%s: byte 0: %s", c->name, why);
		return false;
	}
	c->type = pcap_datalink(c->pcap);
	if (link_known(c->type))
		return true;
	snprintf(error, CAPTURE_ERROR, "%s: link type %d (%s) is not understood", c->name, c->type,
		 pcap_datalink_val_to_name(c->type) ? pcap_datalink_val_to_name(c->type) : "?");
	return false;
}

struct capture *capture_open(const char *path, const char *filter, char error[CAPTURE_ERROR],
			     bool *usage)
{
	struct capture *c = calloc(1, sizeof(*c));

	*usage = false;
	if (!c) {
		snprintf(error, CAPTURE_ERROR, "%s", strerror(ENOMEM));
		return NULL;
	}
	c->name = name_of(path);
	if (open_file(c, path, error)) {
		*usage = !set_filter(c, filter, error);
		if (!*usage)
			return c;
	}
	capture_close(c);
	return NULL;
}

int capture_next(struct capture *c, struct link *link, char error[CAPTURE_ERROR])
{
	struct pcap_pkthdr *header;
	const u_char *data;
	long offset;
	int got = pcap_next_ex(c->pcap, &header, &data);

	if (got == 1) {
		c->packets++;
		/* Of a file read with nanoseconds, the second member is that. */
		c->time_ns = (int64_t)((uint64_t)header->ts.tv_sec * 1000000000 +
				       (uint64_t)header->ts.tv_usec);
		link_packet(link, c->type, c->time_ns, data, header->caplen, header->len);
		return 1;
	}
	if (got == PCAP_ERROR_BREAK)
		return 0;
	offset = c->stream ? -1 : ftell(c->file);
	if (offset >= 0)
		snprintf(error, CAPTURE_ERROR, "%s: after packet %llu, byte %ld: %s", c->name,
			 (unsigned long long)c->packets, offset, pcap_geterr(c->pcap));
	else
		snprintf(error, CAPTURE_ERROR, "%s: after packet %llu: %s", c->name,
			 (unsigned long long)c->packets, pcap_geterr(c->pcap));
	return -1;
}

int64_t capture_time_ns(const struct capture *c)
{
	return c->time_ns;
}

uint64_t capture_packets(const struct capture *c)
{
	return c->packets;
}

bool capture_is_stream(const struct capture *c)
{
	return c->stream;
}

void capture_close(struct capture *c)
{
	if (c->pcap)
		pcap_close(c->pcap);
	else if (c->file && c->file != stdin)
		fclose(c->file);
	/* libpcap leaves standard input open, and its buffer is ours. */
	if (c->file == stdin)
		setvbuf(stdin, NULL, _IONBF, 0);
	free(c);
}
