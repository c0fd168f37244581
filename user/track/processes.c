/* SPDX-License-Identifier: GPL-2.0-only */
#include "track/processes.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS 4096
#define KEPT 8192 /* entries beyond which those that nobody holds go */

struct entry {
	struct process process; /* first: a process is its entry */
	struct entry *next;
	uint32_t holders;
	uint32_t listed; /* reachable from its bucket */
};

struct processes {
	void (*enrich)(void *arg, struct process *process);
	void *arg;
	size_t count;
	struct entry *bucket[BUCKETS];
};

static const struct process nobody;

struct processes *processes_new(void (*enrich)(void *arg, struct process *process), void *arg)
{
	struct processes *p = calloc(1, sizeof(*p));

	if (p) {
		p->enrich = enrich;
		p->arg = arg;
	}
	return p;
}

static struct entry **find(struct processes *p, uint32_t pid, uint64_t start_ns)
{
	struct entry **at = &p->bucket[(pid ^ start_ns >> 20) % BUCKETS];

	while (*at && ((*at)->process.pid != pid || (*at)->process.start_ns != start_ns))
		at = &(*at)->next;
	return at;
}

static void unlist(struct processes *p, struct entry **at)
{
	struct entry *e = *at;

	*at = e->next;
	e->listed = 0;
	if (!e->holders) {
		free(e);
		p->count--;
	}
}

static void sweep(struct processes *p)
{
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct entry **at = &p->bucket[i]; *at;)
			if ((*at)->holders)
				at = &(*at)->next;
			else
				unlist(p, at);
}

static struct entry *add(struct processes *p, const struct tt_owner *o)
{
	struct entry *e, **at;

	if (p->count >= KEPT)
		sweep(p);
	e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	e->process.pid = o->pid;
	e->process.ppid = o->ppid;
	e->process.uid = o->uid;
	e->process.start_ns = o->start_ns;
	e->process.cgroup_id = o->cgroup_id;
	memcpy(e->process.comm, o->comm, sizeof(o->comm));
	at = find(p, o->pid, o->start_ns);
	e->next = *at;
	*at = e;
	e->listed = 1;
	p->count++;
	return e;
}

const struct process *processes_get(struct processes *p, const struct tt_owner *owner)
{
	struct entry *e;

	if (!owner->pid)
		return &nobody;
	e = *find(p, owner->pid, owner->start_ns);
	if (!e) {
		e = add(p, owner);
		if (!e)
			return &nobody;
		if (p->enrich)
			p->enrich(p->arg, &e->process);
	}
	e->holders++;
	return &e->process;
}

void processes_put(struct processes *p, const struct process *process)
{
	struct entry *e = (struct entry *)process;

	if (!process || process == &nobody || --e->holders || e->listed)
		return;
	free(e);
	p->count--;
}

/* Names come last one first. */
static void set_path(struct process *to, const struct tt_ev_process *event)
{
	size_t at = 0;

	for (int i = event->part_count - 1; i >= 0; i--) {
		size_t bytes = strnlen(event->part[i], TT_PART_BYTES);

		if (at + 1 + bytes >= sizeof(to->executable))
			break;
		to->executable[at++] = '/';
		memcpy(to->executable + at, event->part[i], bytes);
		at += bytes;
	}
	to->executable[at] = 0;
}

static void set_args(struct process *to, const struct tt_ev_process *event)
{
	size_t bytes = event->args_bytes;

	if (bytes >= sizeof(to->command_line))
		bytes = sizeof(to->command_line) - 1;
	memcpy(to->command_line, event->args, bytes);
	while (bytes && !to->command_line[bytes - 1])
		bytes--;
	for (size_t i = 0; i < bytes; i++)
		if (!to->command_line[i])
			to->command_line[i] = ' ';
	to->command_line[bytes] = 0;
}

void processes_told(struct processes *p, const struct tt_ev_process *event)
{
	struct entry **at = find(p, event->owner.pid, event->owner.start_ns), *e;

	if (event->part_count > TT_PATH_PARTS || event->args_bytes > TT_ARGS_BYTES)
		return;
	if (*at)
		unlist(p, at);
	e = add(p, &event->owner);
	if (!e)
		return;
	set_path(&e->process, event);
	set_args(&e->process, event);
	if (p->enrich)
		p->enrich(p->arg, &e->process);
}

void processes_free(struct processes *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		while (p->bucket[i])
			unlist(p, &p->bucket[i]);
	free(p);
}
