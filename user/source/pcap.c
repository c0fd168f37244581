/* SPDX-License-Identifier: GPL-2.0-only */
#include "source/pcap.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/filter.h"

#define BUFFER_BYTES (1 << 18)

struct capture {
	const char *name; /* the caller's */
	const char *filter_text;
	struct input *in;
	struct pcapng *ng; /* or: */
	FILE *file;	   /* libpcap's to close, once it is open */
	pcap_t *pcap;
	struct filter *filter;
	bool understood; /* one interface, at least */
	int type;	 /* DLT_ of the file, or of the last interface that is not understood */
	uint64_t strange;
	int64_t time_ns;
	uint64_t packets;
	char buffer[BUFFER_BYTES];
};

static const char *name_of(const char *path)
{
	return strcmp(path, "-") ? path : "standard input";
}

/* LINKTYPE_ to DLT_, of those that link.c knows: only this one differs. */
static int dlt_of(int link_type)
{
	return link_type == 101 ? DLT_RAW : link_type;
}

/* A type of packets: the filter is made ready for it. False: the filter is at fault. */
static bool take_type(struct capture *c, int type, char *error)
{
	char why[FILTER_ERROR];

	if (!link_known(type)) {
		c->type = type;
		return true;
	}
	c->understood = true;
	if (filter_ready(c->filter, type, why))
		return true;
	snprintf(error, CAPTURE_ERROR, "'%s' is neither a file nor a filter: %s", c->filter_text, why);
	return false;
}

static void not_understood(const struct capture *c, char *error)
{
	const char *name = pcap_datalink_val_to_name(c->type);

	snprintf(error, CAPTURE_ERROR, "%s: link type %d (%s) is not understood", c->name, c->type,
		 name ? name : "?");
}

/* Where it went wrong; what the input itself says goes before what was made of it. */
static int failed(const struct capture *c, uint64_t offset, const char *why, char *error)
{
	snprintf(error, CAPTURE_ERROR, "%s: after packet %llu, byte %llu: %s", c->name,
		 (unsigned long long)c->packets, (unsigned long long)offset,
		 input_error(c->in) ? input_error(c->in) : why);
	return -1;
}

static bool open_pcap(struct capture *c, char *error, bool *usage)
{
	char why[PCAP_ERRBUF_SIZE] = "";

	c->file = input_stdio(c->in);
	if (!c->file) {
		snprintf(error, CAPTURE_ERROR, "%s", strerror(ENOMEM));
		return false;
	}
	setvbuf(c->file, c->buffer, _IOFBF, sizeof(c->buffer));
	c->pcap = pcap_fopen_offline_with_tstamp_precision(c->file, PCAP_TSTAMP_PRECISION_NANO, why);
	if (!c->pcap) {
		snprintf(error, CAPTURE_ERROR, "%s: byte 0: %s", c->name,
			 input_error(c->in) ? input_error(c->in) : why);
		return false;
	}
	c->type = pcap_datalink(c->pcap);
	*usage = !take_type(c, c->type, error);
	if (!*usage && !c->understood)
		not_understood(c, error);
	return !*usage && c->understood;
}

/* Up to the first interface, with which the filter is tried; or to Ethernet where there is none. */
static bool open_pcapng(struct capture *c, pcapng_secrets *found, void *arg, char *error, bool *usage)
{
	struct pcapng_packet p = { .link_type = DLT_EN10MB };
	char why[PCAPNG_ERROR] = "";

	c->ng = pcapng_new(c->in, found, arg);
	if (!c->ng) {
		snprintf(error, CAPTURE_ERROR, "%s", strerror(ENOMEM));
		return false;
	}
	if (pcapng_next(c->ng, &p, why) == PCAPNG_BAD) {
		failed(c, input_offset(c->in), why, error);
		return false;
	}
	*usage = !take_type(c, dlt_of(p.link_type), error);
	return !*usage;
}

struct capture *capture_open(const char *path, const char *filter, pcapng_secrets *found, void *arg,
			     char error[CAPTURE_ERROR], bool *usage)
{
	struct capture *c = calloc(1, sizeof(*c));
	const char *why;

	*usage = false;
	if (c)
		c->filter = filter_new(filter);
	if (!c || !c->filter) {
		snprintf(error, CAPTURE_ERROR, "%s", strerror(ENOMEM));
		free(c);
		return NULL;
	}
	c->name = name_of(path);
	c->filter_text = filter;
	c->in = input_open(path, &why);
	if (!c->in)
		snprintf(error, CAPTURE_ERROR, "%s: %s", c->name, why);
	else if (pcapng_begins(c->in) ? open_pcapng(c, found, arg, error, usage) :
					open_pcap(c, error, usage))
		return c;
	capture_close(c);
	return NULL;
}

static void to_link(struct capture *c, struct link *link, int type, const uint8_t *data,
		    uint32_t bytes, uint32_t wire_bytes)
{
	c->packets++;
	if (filter_passes(c->filter, type, data, bytes, wire_bytes))
		link_packet(link, type, c->time_ns, data, bytes, wire_bytes);
}

static int next_pcapng(struct capture *c, struct link *link, char *error)
{
	enum pcapng_result result;
	char why[PCAPNG_ERROR];
	struct pcapng_packet p;
	int type;

	while ((result = pcapng_next(c->ng, &p, why)) == PCAPNG_INTERFACE)
		if (!take_type(c, dlt_of(p.link_type), error))
			return -1;
	if (result == PCAPNG_BAD || input_error(c->in))
		return failed(c, input_offset(c->in), why, error);
	if (result == PCAPNG_END && c->strange && !c->understood) {
		not_understood(c, error);
		return -1;
	}
	if (result == PCAPNG_END)
		return 0;
	c->time_ns = p.time_ns;
	type = dlt_of(p.link_type);
	if (link_known(type)) {
		to_link(c, link, type, p.data, p.bytes, p.wire_bytes);
	} else {
		c->packets++;
		c->strange++;
	}
	return 1;
}

static int next_pcap(struct capture *c, struct link *link, char *error)
{
	struct pcap_pkthdr *header;
	const u_char *data;
	int got = pcap_next_ex(c->pcap, &header, &data);
	long offset;

	if (got == 1) {
		/* Of a file read with nanoseconds, the second member is that. */
		c->time_ns = (int64_t)((uint64_t)header->ts.tv_sec * 1000000000 +
				       (uint64_t)header->ts.tv_usec);
		to_link(c, link, c->type, data, header->caplen, header->len);
		return 1;
	}
	if (got == PCAP_ERROR_BREAK && !input_error(c->in))
		return 0;
	offset = ftell(c->file);
	return failed(c, offset < 0 ? 0 : (uint64_t)offset, pcap_geterr(c->pcap), error);
}

int capture_next(struct capture *c, struct link *link, char error[CAPTURE_ERROR])
{
	return c->ng ? next_pcapng(c, link, error) : next_pcap(c, link, error);
}

int64_t capture_time_ns(const struct capture *c)
{
	return c->time_ns;
}

uint64_t capture_packets(const struct capture *c)
{
	return c->packets;
}

uint64_t capture_strange(const struct capture *c, int *type)
{
	*type = c->type;
	return c->strange;
}

void capture_on_idle(struct capture *c, bool (*idle)(void *arg), void *arg)
{
	input_on_idle(c->in, idle, arg);
}

bool capture_is_stream(const struct capture *c)
{
	return input_is_stream(c->in);
}

void capture_close(struct capture *c)
{
	if (c->pcap)
		pcap_close(c->pcap);
	else if (c->file)
		fclose(c->file);
	if (c->ng)
		pcapng_free(c->ng);
	if (c->in)
		input_close(c->in);
	filter_free(c->filter);
	free(c);
}
