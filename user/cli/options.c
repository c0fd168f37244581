/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/options.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/check.h"
#include "cli/mistakes.h"
#include "cli/options_io.h"
#include "cli/scope.h"
#include "cli/table.h"
#include "cli/values.h"
#include "util/proc.h"
#include "util/version.h"

int bad_value(const char *option, const char *value, const char *expected)
{
	fprintf(stderr, "tlstrace: --%s: '%s' is not %s\n", option, value, expected);
	return 2;
}

bool number_value(const char *text, uint64_t most, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);
	return !errno && end != text && !*end && *text != '-' && *out && *out <= most;
}

bool one_of(const char *word, const char *words)
{
	size_t length = strlen(word);

	for (; *words; words += strcspn(words, " "), words += *words == ' ')
		if (length == strcspn(words, " ") && !strncmp(words, word, length))
			return true;
	return false;
}

static int take_cgroup(struct options *o, bool container, const char *arg)
{
	if (o->cgroup_id) {
		fprintf(stderr, "tlstrace: one --cgroup or --container at a time\n");
		return 2;
	}
	if (container)
		return scope_container(arg, &o->cgroup_id) ? -1 :
			       bad_value("container", arg, "a running container");
	return scope_cgroup(arg, &o->cgroup_id) ? -1 : bad_value("cgroup", arg, "a cgroup");
}

static int take_fail_on(struct options *o, const char *arg)
{
	static const char *const names[] = { "info", "warning", "error" };

	for (unsigned int i = 0; i < 3; i++)
		if (!strcmp(arg, names[i]))
			o->fail_on = i + 1;
	return o->fail_on ? -1 : bad_value("fail-on", arg, "info, warning or error");
}

static int take_pid(struct options *o, const char *arg)
{
	uint64_t n;

	if (!number_value(arg, INT32_MAX, &n))
		return bad_value("pid", arg, "a process ID");
	if (kill((pid_t)n, 0) && errno == ESRCH)
		return bad_value("pid", arg, "a running process");
	if (proc_leader((uint32_t)n) != n)
		return bad_value("pid", arg, "a process, but a thread of one");
	o->pid = n;
	return -1;
}

static int take_overhead(struct options *o, const char *arg)
{
	char *end;

	o->overhead_given = true;
	o->max_overhead = strtod(arg, &end);
	if (end == arg || *end || !(o->max_overhead >= 0 && o->max_overhead <= 100))
		return bad_value("max-overhead", arg, "a percentage (0 to 100)");
	return -1;
}

/* An option that is a word by itself; false: it is another one. */
static bool take_flag(struct options *o, int id)
{
	switch (id) {
	case OPT_FOLLOW: o->follow = true; return true;
	case OPT_FAILURES: o->failures = true; return true;
	case OPT_BRIEF: o->brief = true; return true;
	case OPT_HEX: o->hex = true; return true;
	case OPT_YES_ALL_PROCESSES: o->all_processes = true; return true;
	case OPT_WIRE_ONLY: o->libraries = false; return true;
	case OPT_RECORDS: o->records = true; return true;
	case OPT_QUIET: o->quiet = true; return true;
	case OPT_VERBOSE: o->verbose++; return true;
	}
	return false;
}

static int take(struct options *o, int id, const char *arg)
{
	uint64_t n = 0;

	switch (id) {
	case OPT_PID: return take_pid(o, arg);
	case OPT_PORT:
		if (!number_value(arg, 65535, &n))
			return bad_value("port", arg, "a TCP port (1 to 65535)");
		o->port = n;
		return -1;
	case OPT_DURATION:
		return number_value(arg, 1 << 30, &o->duration_s) ? -1 : bad_value("duration", arg, "a whole number of seconds");
	case OPT_COUNT:
		return number_value(arg, UINT64_MAX, &o->count) ? -1 : bad_value("count", arg, "a number of events");
	case OPT_READY_FD:
		if (!number_value(arg, 1 << 20, &n) || fcntl((int)n, F_GETFD) < 0)
			return bad_value("ready-fd", arg, "the number of an open descriptor");
		o->ready_fd = n;
		return -1;
	case OPT_HOOKS:
		if (!one_of(arg, option_words("SET")))
			return bad_value("hooks", arg, "auto, copy, fentry, kprobe or cgroup");
		o->hooks = strcmp(arg, "auto") ? arg : NULL;
		return -1;
	case OPT_USER:
		o->by_uid = true;
		return scope_user(arg, &o->uid) ? -1 : bad_value("user", arg, "a user");
	case OPT_CGROUP:
	case OPT_CONTAINER: return take_cgroup(o, id == OPT_CONTAINER, arg);
	case OPT_NETNS:
		return scope_netns(arg, &o->netns) ? -1 : bad_value("netns", arg, "a network namespace");
	case OPT_HOST:
		o->by_host = true;
		return scope_cidr(arg, o->host, o->host_mask) ? -1 :
			       bad_value("host", arg, "an address or ADDRESS/BITS");
	case OPT_COMM:
		if (strlen(arg) > 15)
			return bad_value("comm", arg, "a process name (at most 15 bytes)");
		o->comm = arg;
		return -1;
	case OPT_FAIL_ON: return take_fail_on(o, arg);
	case OPT_SNI: o->sni = arg; return -1;
	case OPT_IO:
		return options_io(o, arg) ? -1 : bad_value("io", arg, "always, auto or off");
	case OPT_DATA:
		return options_data(o, arg) ? -1 : bad_value("data", arg, "a number of bytes up to 4096");
	case OPT_MAX_OVERHEAD: return take_overhead(o, arg);
	case OPT_JSON: o->json = true; o->json_file = arg; return -1;
	case OPT_STATE: o->state = arg; return -1;
	case OPT_KEYLOG: o->keylog = arg; return -1;
	case OPT_KEYLOG_OUT: o->keylog_out = arg; return -1;
	case OPT_HELP: usage(o->task); return 0;
	case OPT_VERSION: puts("tlstrace " TLSTRACE_VERSION); return 0;
	}
	return take_flag(o, id) ? -1 : check_option(o, id, arg);
}

static void tables(struct option *longs, char *shorts)
{
	const struct option_row *row;

	for (size_t i = 0; (row = option_row(i)); i++) {
		if (!row->id)
			continue;
		*longs++ = (struct option){ row->name, row->kind, NULL, row->id };
		if (!row->short_name)
			continue;
		*shorts++ = row->short_name;
		if (row->kind == required_argument)
			*shorts++ = ':';
	}
}

/* Options up to the first other word, or with `everywhere` among the others too. */
static int take_all(struct given *g, int argc, char **argv, bool everywhere)
{
	struct option longs[OPT_LAST - OPT_FIRST] = { 0 };
	char shorts[2 * (OPT_LAST - OPT_FIRST) + 3] = "+:";
	int id, status;

	optind = 0; /* glibc: begin anew */
	opterr = 0;
	tables(longs, shorts + 2);
	while ((id = getopt_long(argc, argv, shorts + everywhere, longs, NULL)) != -1) {
		if (id == '?' || id == ':')
			return mistaken_option(id, optopt, argv[optind - 1]);
		id = option_by_id(id)->id;
		if (optarg && !*optarg && !strcmp(option_by_id(id)->arg, "FILE"))
			return mistaken_option(':', id, argv[optind - 1]);
		if (option_by_id(id)->kind == required_argument && g->ids[id - OPT_FIRST])
			return mistaken_twice(id);
		g->ids[id - OPT_FIRST] = true;
		status = take(g->options, id, optarg);
		if (status >= 0)
			return status;
	}
	return -1;
}

/* The first word is a file whatever it is, so that a missing one is named as such. */
static int read_words(struct options *o, char **words)
{
	if (!*words) {
		fprintf(stderr, "tlstrace: read: which FILE?\n");
		return 2;
	}
	o->files = words;
	do
		words++, o->file_count++;
	while (*words && (!strcmp(*words, "-") || !access(*words, F_OK)));
	o->filter = words;
	if (!o->hex || o->data_bytes)
		return -1;
	fprintf(stderr, "tlstrace: --hex goes with --data\n");
	return 2;
}

static int live_words(struct options *o, char **words)
{
	const char *why;

	o->command = *words ? words : NULL;
	if (o->follow && !o->pid) {
		fprintf(stderr, "tlstrace: --follow goes with --pid\n");
		return 2;
	}
	if (o->pid && o->command) {
		fprintf(stderr, "tlstrace: --pid does not go with a command\n");
		return 2;
	}
	why = options_io_fit(o);
	if (why)
		fprintf(stderr, "tlstrace: %s\n", why);
	return why ? 2 : -1;
}

/* The words are the task's own: of options only the one for help. */
static int take_words(struct options *o, char **words)
{
	o->words = words;
	if (!*words || (strcmp(*words, "--help") && strcmp(*words, "-h")))
		return -1;
	usage(o->task);
	return 0;
}

/* What follows the word that names the task; `argv` begins with that word. */
static int take_task(struct given *g, int argc, char **argv)
{
	struct options *o = g->options;
	int status;

	if (o->task == TASK_EXPLAIN || o->task == TASK_GENERATE) {
		status = mistaken_options(g, o->task);
		return status >= 0 ? status : take_words(o, argv + 1);
	}
	status = take_all(g, argc, argv, true);
	if (status < 0)
		status = mistaken_options(g, o->task);
	if (status >= 0)
		return status;
	if (o->task == TASK_READ)
		return read_words(o, argv + optind);
	if (o->task == TASK_CHECK)
		return check_words(o, argv + optind);
	return optind == argc ? -1 : mistaken_word(argv[optind]);
}

int options_parse(struct options *o, int argc, char **argv)
{
	struct given given = { .options = o };
	int status;

	*o = (struct options){ .ready_fd = -1, .libraries = true, .max_overhead = 1,
				.check = { .limit_s = 5, .reconnections = 6 } };
	status = take_all(&given, argc, argv, false);
	if (status >= 0)
		return status;
	if (optind < argc && strcmp(argv[optind - 1], "--")) {
		o->task = task_named(argv[optind]);
		if (o->task == TASK_LIVE)
			return mistaken_word(argv[optind]);
		return take_task(&given, argc - optind, argv + optind);
	}
	status = mistaken_options(&given, TASK_LIVE);
	return status >= 0 ? status : live_words(o, argv + optind);
}
