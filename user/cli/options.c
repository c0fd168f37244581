/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/scope.h"

#ifndef TLSTRACE_VERSION
#define TLSTRACE_VERSION "0.1.0"
#endif

enum option_id {
	OPT_FIRST = 256,
#define OPT(id, short_name, long_name, arg, kind, help) OPT_##id,
#include "cli/options.def"
#undef OPT
};

static const struct {
	int id;
	char short_name;
	const char *long_name, *arg;
	int kind;
	const char *help;
} table[] = {
#define OPT(id, short_name, long_name, arg, kind, help) \
	{ OPT_##id, short_name, long_name, arg, kind, help },
#include "cli/options.def"
#undef OPT
};

#define OPTIONS (sizeof(table) / sizeof(*table))

static void usage(void)
{
	printf("usage: tlstrace [options] [-- COMMAND ARG...]\n"
	       "       tlstrace read [options] FILE... [FILTER]\n"
	       "       tlstrace support [-p PID]\n"
	       "       tlstrace explain [CODE|ALERT|NUMBER|REASON]\n"
	       "Show every TLS handshake, alert and close on this host, with its process,\n"
	       "or those in captures. FILE is pcap or pcapng, \"-\" standard input; the words\n"
	       "after the last one that is a file are a filter as of pcap-filter(7).\n\n");
	for (size_t i = 0; i < OPTIONS; i++) {
		char left[48];
		const char *arg = table[i].arg;

		snprintf(left, sizeof(left), "%c%c%s --%s%s%s%s", table[i].short_name ? '-' : ' ',
			 table[i].short_name ? table[i].short_name : ' ',
			 table[i].short_name ? "," : " ", table[i].long_name,
			 !arg ? "" : table[i].kind == optional_argument ? "[=" : " ",
			 arg ? arg : "", arg && table[i].kind == optional_argument ? "]" : "");
		printf("  %-26s %s\n", left, table[i].help);
	}
}

static int bad(const char *option, const char *value, const char *expected)
{
	fprintf(stderr, "tlstrace: --%s: '%s' is not %s\n", option, value, expected);
	return 2;
}

static bool number(const char *text, uint64_t most, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);
	return !errno && end != text && !*end && *text != '-' && *out && *out <= most;
}

static bool one_of(const char *word, const char *words)
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
			       bad("container", arg, "a running container");
	return scope_cgroup(arg, &o->cgroup_id) ? -1 : bad("cgroup", arg, "a cgroup");
}

static int take_fail_on(struct options *o, const char *arg)
{
	static const char *const names[] = { "info", "warning", "error" };

	for (unsigned int i = 0; i < 3; i++)
		if (!strcmp(arg, names[i]))
			o->fail_on = i + 1;
	return o->fail_on ? -1 : bad("fail-on", arg, "info, warning or error");
}

static int take_pid(struct options *o, const char *arg)
{
	uint64_t n;

	if (!number(arg, INT32_MAX, &n))
		return bad("pid", arg, "a process ID");
	if (kill((pid_t)n, 0) && errno == ESRCH)
		return bad("pid", arg, "a running process");
	o->pid = n;
	return -1;
}

static int take_overhead(struct options *o, const char *arg)
{
	char *end;

	o->max_overhead = strtod(arg, &end);
	if (end == arg || *end || !(o->max_overhead >= 0 && o->max_overhead <= 100))
		return bad("max-overhead", arg, "a percentage");
	return -1;
}

static int take(struct options *o, int id, const char *arg)
{
	uint64_t n = 0;

	switch (id) {
	case OPT_PID: return take_pid(o, arg);
	case OPT_PORT:
		if (!number(arg, 65535, &n))
			return bad("port", arg, "a TCP port");
		o->port = n;
		return -1;
	case OPT_DURATION:
		return number(arg, 1 << 30, &o->duration_s) ? -1 : bad("duration", arg, "seconds");
	case OPT_COUNT:
		return number(arg, UINT64_MAX, &o->count) ? -1 : bad("count", arg, "a count");
	case OPT_READY_FD:
		if (!number(arg, 1 << 20, &n))
			return bad("ready-fd", arg, "a descriptor");
		o->ready_fd = n;
		return -1;
	case OPT_HOOKS:
		if (!one_of(arg, "auto copy fentry kprobe cgroup"))
			return bad("hooks", arg, "auto, copy, fentry, kprobe or cgroup");
		o->hooks = strcmp(arg, "auto") ? arg : NULL;
		return -1;
	case OPT_USER:
		o->by_uid = true;
		return scope_user(arg, &o->uid) ? -1 : bad("user", arg, "a user");
	case OPT_CGROUP:
	case OPT_CONTAINER: return take_cgroup(o, id == OPT_CONTAINER, arg);
	case OPT_NETNS:
		return scope_netns(arg, &o->netns) ? -1 : bad("netns", arg, "a network namespace");
	case OPT_HOST:
		o->by_host = true;
		return scope_cidr(arg, o->host, o->host_mask) ? -1 :
			       bad("host", arg, "an address or ADDRESS/BITS");
	case OPT_COMM:
		if (strlen(arg) > 15)
			return bad("comm", arg, "a process name (at most 15 bytes)");
		o->comm = arg;
		return -1;
	case OPT_FAIL_ON: return take_fail_on(o, arg);
	case OPT_FOLLOW: o->follow = true; return -1;
	case OPT_SNI: o->sni = arg; return -1;
	case OPT_FAILURES: o->failures = true; return -1;
	case OPT_BRIEF: o->brief = true; return -1;
	case OPT_MAX_OVERHEAD: return take_overhead(o, arg);
	case OPT_WIRE_ONLY: o->libraries = false; return -1;
	case OPT_RECORDS: o->records = true; return -1;
	case OPT_JSON: o->json = true; o->json_file = arg; return -1;
	case OPT_KEYLOG: o->keylog = arg; return -1;
	case OPT_QUIET: o->quiet = true; return -1;
	case OPT_VERBOSE: o->verbose++; return -1;
	case OPT_HELP: usage(); return 0;
	case OPT_VERSION: puts("tlstrace " TLSTRACE_VERSION); return 0;
	}
	return 2;
}

/* Options up to the first other word, or with `everywhere` among the others too. */
static int take_all(struct options *o, int argc, char **argv, bool everywhere)
{
	struct option longs[OPTIONS + 1] = { 0 };
	char shorts[2 * OPTIONS + 2] = "+";
	size_t at = 1;
	int id, status;

	optind = 0; /* glibc: begin anew */
	for (size_t i = 0; i < OPTIONS; i++) {
		longs[i] = (struct option){ table[i].long_name, table[i].kind, NULL, table[i].id };
		if (!table[i].short_name)
			continue;
		shorts[at++] = table[i].short_name;
		if (table[i].kind == required_argument)
			shorts[at++] = ':';
	}
	while ((id = getopt_long(argc, argv, shorts + everywhere, longs, NULL)) != -1) {
		for (size_t i = 0; i < OPTIONS; i++)
			if (id == table[i].short_name && id)
				id = table[i].id;
		status = take(o, id, optarg);
		if (status >= 0)
			return status;
	}
	return -1;
}

/* The first word is a file whatever it is, so that a missing one is named as such. */
static int read_words(struct options *o, char **words)
{
	const struct { bool given; const char *name; } live_only[] = {
		{ o->pid, "pid" }, { o->comm, "comm" }, { o->by_uid, "user" }, { o->follow, "follow" },
		{ o->cgroup_id, "cgroup and --container" }, { o->netns, "netns" },
		{ o->hooks, "hooks" }, { o->duration_s, "duration" }, { o->ready_fd >= 0, "ready-fd" },
	};

	for (size_t i = 0; i < sizeof(live_only) / sizeof(*live_only); i++)
		if (live_only[i].given) {
			fprintf(stderr, "tlstrace: --%s: not for a capture\n", live_only[i].name);
			return 2;
		}
	if (!*words) {
		fprintf(stderr, "tlstrace: read: which FILE?\n");
		return 2;
	}
	o->files = words;
	do
		words++, o->file_count++;
	while (*words && (!strcmp(*words, "-") || !access(*words, F_OK)));
	o->filter = words;
	return -1;
}

int options_parse(struct options *o, int argc, char **argv)
{
	int status;

	*o = (struct options){ .ready_fd = -1, .libraries = true, .max_overhead = 1 };
	status = take_all(o, argc, argv, false);
	if (status >= 0)
		return status;
	if (optind < argc && !strcmp(argv[optind], "read") && strcmp(argv[optind - 1], "--")) {
		o->read = true;
		argc -= optind;
		argv += optind;
		status = take_all(o, argc, argv, true);
		return status >= 0 ? status : read_words(o, argv + optind);
	}
	if (optind < argc && !strcmp(argv[optind], "explain") && strcmp(argv[optind - 1], "--")) {
		o->explain = argv + optind + 1;
		return -1;
	}
	if (optind < argc && !strcmp(argv[optind], "support") && strcmp(argv[optind - 1], "--")) {
		o->support = true;
		argc -= optind;
		argv += optind;
		status = take_all(o, argc, argv, false);
		if (status >= 0 || optind == argc)
			return status;
	}
	if (optind < argc && strcmp(argv[optind - 1], "--")) {
		fprintf(stderr, "tlstrace: unexpected word '%s' (a command follows \"--\")\n",
			argv[optind]);
		return 2;
	}
	if (o->keylog) {
		fprintf(stderr, "tlstrace: --keylog: only with read: the kernel half copies no "
				"protected records\n");
		return 2;
	}
	o->command = optind < argc ? argv + optind : NULL;
	if (o->follow && !o->pid) {
		fprintf(stderr, "tlstrace: --follow goes with --pid\n");
		return 2;
	}
	if (o->pid && o->command) {
		fprintf(stderr, "tlstrace: --pid does not go with a command\n");
		return 2;
	}
	return -1;
}
