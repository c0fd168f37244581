/* SPDX-License-Identifier: GPL-2.0-only */
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define BYTES_MOST (64 << 20) /* both tables full take 30 MB at most */

struct state {
	const char *path;
	int fd; /* of the file as it is, locked as long as we run; -1: there is none yet */
	struct history *history;
	uint64_t saved;	 /* history_handshakes() of the last write */
	int64_t next_ns; /* of the next write, 0: the clock is not known yet */
	pthread_t writer;
	bool writing, told;
	uint8_t *bytes; /* what the writer writes */
	size_t count;
	int error; /* errno of the last write */
};

static int complain(const char *path, const char *why)
{
	fprintf(stderr, "tlstrace: --state: %s: %s\n", path, why);
	return -1;
}

static int open_locked(struct state *s, struct stat *st)
{
	s->fd = open(s->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (s->fd < 0)
		return complain(s->path, errno == ELOOP ? "a symbolic link is not followed" : strerror(errno));
	if (fstat(s->fd, st) || !S_ISREG(st->st_mode) || st->st_size > BYTES_MOST)
		return complain(s->path, "not a state file of tlstrace: it stays as it is");
	if (flock(s->fd, LOCK_EX | LOCK_NB))
		return complain(s->path, errno == EWOULDBLOCK ? "another tlstrace is using it" : strerror(errno));
	return 0;
}

/* The caller frees *bytes, also after an error. */
static int read_whole(struct state *s, uint8_t **bytes, size_t *count)
{
	struct stat st;
	ssize_t got = 0;

	if (open_locked(s, &st))
		return -1;
	*bytes = malloc((size_t)st.st_size + 1);
	while (*bytes && *count < (size_t)st.st_size &&
	       (got = read(s->fd, *bytes + *count, (size_t)st.st_size - *count)) > 0)
		*count += (size_t)got;
	return *bytes && got >= 0 ? 0 : complain(s->path, strerror(*bytes ? errno : ENOMEM));
}

/* An empty file is one that was made for us. */
static int take_up(struct state *s, const uint8_t *bytes, size_t count, bool verbose)
{
	size_t at, entries;
	enum unpacked how = count ? history_unpack(s->history, bytes, count, &at, &entries) : UNPACKED;

	if (how == UNPACKED_FOREIGN)
		return complain(s->path, "not a state file of tlstrace: it stays as it is");
	if (how == UNPACKED_NEWER)
		return complain(s->path, "written by a newer version of tlstrace: it stays as it is");
	if (how == UNPACKED_OLDER)
		fprintf(stderr, "tlstrace: --state: %s: written by an older version of tlstrace: it is begun anew\n", s->path);
	else if (how == UNPACKED_DAMAGED)
		fprintf(stderr, "tlstrace: --state: %s: damaged at byte %zu: the %zu entries before are used, what follows is lost\n",
			s->path, at, entries);
	else if (verbose && count)
		fprintf(stderr, "tlstrace: --state: %s: %zu entries\n", s->path, entries);
	return 0;
}

static int write_all(int fd, const uint8_t *bytes, size_t count)
{
	while (count) {
		ssize_t done = write(fd, bytes, count);

		if (done < 0 && errno != EINTR)
			return -1;
		bytes += done < 0 ? 0 : done;
		count -= done < 0 ? 0 : (size_t)done;
	}
	return fsync(fd);
}

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
}

/* Said at once, not when all is to be written at the end. */
static int check_folder(const char *path)
{
	char *folder = folder_of(path);
	int error = !folder ? ENOMEM : access(folder, W_OK | X_OK) ? errno : 0;

	free(folder);
	return error ? complain(path, strerror(error)) : 0;
}

/* The new name is on the disk only when its folder is. */
static void sync_folder(const char *path)
{
	char *folder = folder_of(path);
	int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(folder);
}

/* 0 or errno. The lock goes over to the new file. */
static int replace(struct state *s)
{
	int fd, error, old = s->fd;
	char *beside;

	if (asprintf(&beside, "%s.XXXXXX", s->path) < 0)
		return ENOMEM;
	fd = mkostemp(beside, O_CLOEXEC); /* 0600, and a name that nobody has */
	if (fd >= 0 && !flock(fd, LOCK_EX | LOCK_NB) && !write_all(fd, s->bytes, s->count) &&
	    !rename(beside, s->path)) {
		error = 0;
		s->fd = fd;
		sync_folder(s->path);
	} else {
		error = errno;
		old = fd;
		if (fd >= 0)
			unlink(beside);
	}
	if (old >= 0)
		close(old);
	free(beside);
	return error;
}

static void *write_down(void *state)
{
	struct state *s = state;

	s->error = replace(s);
	return NULL;
}

static bool pack(struct state *s)
{
	s->saved = history_handshakes(s->history);
	s->bytes = history_pack(s->history, &s->count);
	if (!s->bytes)
		s->error = ENOMEM;
	return s->bytes;
}

/* Signals are for the thread that traces. */
static bool start_writer(struct state *s)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&s->writer, NULL, write_down, s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return !error;
}

/* What the writer came to is told of once; the next write may succeed. */
static void finish(struct state *s)
{
	if (s->writing)
		pthread_join(s->writer, NULL);
	s->writing = false;
	free(s->bytes);
	s->bytes = NULL;
	if (s->error && !s->told)
		complain(s->path, strerror(s->error));
	s->told = s->error != 0;
	if (s->error)
		s->saved--; /* not as it is now: so there is something to write */
}

void state_tick(struct state *s, int64_t now_ns)
{
	if (!s->next_ns)
		s->next_ns = now_ns + STATE_EVERY_NS;
	if (now_ns < s->next_ns || (!s->writing && s->saved == history_handshakes(s->history)))
		return;
	s->next_ns = now_ns + STATE_EVERY_NS;
	finish(s);
	if (pack(s))
		s->writing = start_writer(s);
}

static void let_go(struct state *s)
{
	if (s->fd >= 0)
		close(s->fd);
	free(s->bytes);
	free(s);
}

/* So that it is ours, and that it can be written is known now and not at the end. */
static bool make(struct state *s)
{
	if (pack(s))
		write_down(s);
	if (s->error)
		complain(s->path, strerror(s->error));
	free(s->bytes);
	s->bytes = NULL;
	return !s->error;
}

struct state *state_open(const char *path, struct history *history, bool verbose)
{
	struct state *s = calloc(1, sizeof(*s));
	uint8_t *bytes = NULL;
	size_t count = 0;
	struct stat st;
	bool good;

	if (!s)
		return NULL;
	s->path = path;
	s->history = history;
	s->fd = -1;
	if (lstat(path, &st) && errno == ENOENT)
		good = make(s);
	else
		good = !check_folder(path) && !read_whole(s, &bytes, &count) &&
		       !take_up(s, bytes, count, verbose);
	free(bytes);
	if (good)
		return s;
	let_go(s);
	return NULL;
}

bool state_close(struct state *s)
{
	bool good;

	if (!s)
		return true;
	finish(s);
	s->error = 0;
	s->told = false;
	if (s->saved != history_handshakes(s->history) && pack(s))
		write_down(s);
	finish(s);
	good = !s->error;
	let_go(s);
	return good;
}
