/* SPDX-License-Identifier: GPL-2.0-only */
#include "source/filter.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

#define TYPES_MAX 16 /* more than link.c knows */
#define SNAP_BYTES 262144

struct filter {
	const char *text;
	int count;
	struct {
		int type;
		struct bpf_program program;
	} compiled[TYPES_MAX];
};

struct filter *filter_new(const char *text)
{
	struct filter *f = calloc(1, sizeof(*f));

	if (f)
		f->text = text;
	return f;
}

static const struct bpf_program *find(const struct filter *f, int type)
{
	for (int i = 0; i < f->count; i++)
		if (f->compiled[i].type == type)
			return &f->compiled[i].program;
	return NULL;
}

bool filter_ready(struct filter *f, int type, char error[FILTER_ERROR])
{
	pcap_t *dead;
	bool good;

	if (!*f->text || find(f, type))
		return true;
	dead = f->count < TYPES_MAX ? pcap_open_dead(type, SNAP_BYTES) : NULL;
	if (!dead) {
		snprintf(error, FILTER_ERROR, "no memory for it");
		return false;
	}
	good = !pcap_compile(dead, &f->compiled[f->count].program, f->text, 1, PCAP_NETMASK_UNKNOWN);
	if (good)
		f->compiled[f->count++].type = type;
	else
		snprintf(error, FILTER_ERROR, "%s", pcap_geterr(dead));
	pcap_close(dead);
	return good;
}

bool filter_passes(const struct filter *f, int type, const uint8_t *data, uint32_t bytes,
		   uint32_t wire_bytes)
{
	const struct pcap_pkthdr header = { .caplen = bytes, .len = wire_bytes };
	const struct bpf_program *program = *f->text ? find(f, type) : NULL;

	return !program || pcap_offline_filter(program, &header, data);
}

void filter_free(struct filter *f)
{
	for (int i = 0; i < f->count; i++)
		pcap_freecode(&f->compiled[i].program);
	free(f);
}
