/* SPDX-License-Identifier: GPL-2.0-only */
#include "probe/mappings.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/clock.h"

#define RING_PAGES 16 /* a power of two, beside the control page */
#define RECORD_MAX 8192 /* a path of PATH_MAX and what goes with it */

struct ring {
	int fd;
	struct perf_event_mmap_page *page;
};

struct mappings {
	void (*seen)(void *arg, const struct mapping *mapping);
	void *arg;
	uint64_t lost;
	size_t bytes; /* of a ring's data */
	int count;
	struct ring ring[];
};

static int open_ring(struct ring *r, int cpu, size_t page_bytes)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(attr),
					.config = PERF_COUNT_SW_DUMMY, .mmap = 1, .mmap2 = 1,
					.watermark = 1,
					.wakeup_watermark = UINT32_MAX / 2 };

	r->fd = (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	if (r->fd < 0)
		return -1;
	r->page = mmap(NULL, (RING_PAGES + 1) * page_bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
		       r->fd, 0);
	if (r->page != MAP_FAILED)
		return 0;
	close(r->fd);
	r->fd = -1;
	return -1;
}

struct mappings *mappings_open(void (*seen)(void *arg, const struct mapping *mapping), void *arg)
{
	size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	int cpus = (int)sysconf(_SC_NPROCESSORS_CONF);
	struct mappings *m = calloc(1, sizeof(*m) + (size_t)cpus * sizeof(*m->ring));

	if (!m)
		return NULL;
	m->seen = seen;
	m->arg = arg;
	m->bytes = RING_PAGES * page_bytes;
	for (int cpu = 0; cpu < cpus; cpu++)
		if (!open_ring(&m->ring[m->count], cpu, page_bytes))
			m->count++;
		else if (errno != ENODEV) { /* a processor that is off */
			mappings_close(m);
			return NULL;
		}
	return m;
}

/* struct perf_event_header and PERF_RECORD_MMAP2, as perf_event_open(2) has it. */
struct mmap2 {
	struct perf_event_header header;
	uint32_t pid, tid;
	uint64_t address, bytes, page_offset;
	uint32_t major, minor;
	uint64_t inode, inode_generation;
	uint32_t prot, flags;
	char path[];
};

static void take_record(struct mappings *m, const struct perf_event_header *header)
{
	const struct mmap2 *r = (const void *)header;
	struct mapping mapping;

	if (header->type == PERF_RECORD_LOST) {
		m->lost += ((const uint64_t *)(header + 1))[1];
		return;
	}
	if (header->type != PERF_RECORD_MMAP2 || header->size <= sizeof(*r) || !r->inode)
		return;
	mapping = (struct mapping){ .pid = r->pid, .major = r->major, .minor = r->minor,
				    .inode = r->inode, .address = r->address, .bytes = r->bytes,
				    .generation = r->inode_generation, .path = r->path };
	m->seen(m->arg, &mapping);
}

/* False: there is more. */
static bool take_ring(struct mappings *m, struct ring *r, int64_t until_ns)
{
	uint64_t head = __atomic_load_n(&r->page->data_head, __ATOMIC_ACQUIRE);
	uint64_t tail = r->page->data_tail;
	const uint8_t *data = (const uint8_t *)r->page + r->page->data_offset;
	_Alignas(8) uint8_t record[RECORD_MAX];

	bool in_time = true;

	while (tail < head && in_time) {
		struct perf_event_header header;
		size_t at = tail % m->bytes, first;

		memcpy(&header, data + at, sizeof(header)); /* never split: sizes are of eights */
		if (header.size < sizeof(header) || header.size > sizeof(record) - 1) {
			m->lost++; /* what follows cannot be found */
			tail = head;
			break;
		}
		first = m->bytes - at < header.size ? m->bytes - at : header.size;
		memcpy(record, data + at, first);
		memcpy(record + first, data, header.size - first);
		record[header.size] = 0;
		take_record(m, (const void *)record);
		tail += header.size;
		in_time = clock_ns(CLOCK_MONOTONIC) < until_ns;
	}
	__atomic_store_n(&r->page->data_tail, tail, __ATOMIC_RELEASE);
	return tail == head;
}

bool mappings_take(struct mappings *m, int64_t until_ns, uint64_t *lost)
{
	bool all = true;

	m->lost = 0;
	for (int i = 0; i < m->count; i++)
		all &= take_ring(m, &m->ring[i], until_ns);
	*lost = m->lost;
	return all;
}

void mappings_close(struct mappings *m)
{
	for (int i = 0; i < m->count; i++) {
		munmap(m->ring[i].page, m->bytes + (size_t)sysconf(_SC_PAGESIZE));
		close(m->ring[i].fd);
	}
	free(m);
}
