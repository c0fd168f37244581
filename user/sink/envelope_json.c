/* SPDX-License-Identifier: GPL-2.0-only */
#include "sink/envelope_json.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "model/roles.h"

void json_endpoint(struct json *j, const char *key, const struct endpoint *e, const char *name)
{
	char text[ADDRESS_TEXT];

	address_text(e, text);
	json_open(j, key, '{');
	json_text(j, "ip", text);
	json_int(j, "port", e->port);
	if (name && *name)
		json_text(j, "address", name);
	json_close(j, '}');
}

void json_process(struct json *j, const struct conn *c)
{
	const struct process *p = c->process;

	if (!p->pid)
		return;
	json_open(j, "process", '{');
	json_int(j, "pid", p->pid);
	json_text(j, "name", p->comm);
	if (*p->executable)
		json_text(j, "executable", p->executable);
	if (*p->command_line)
		json_text(j, "command_line", p->command_line);
	json_open(j, "thread", '{');
	json_int(j, "id", c->thread_id);
	json_close(j, '}');
	json_open(j, "parent", '{');
	json_int(j, "pid", p->ppid);
	json_close(j, '}');
	json_open(j, "user", '{');
	json_int(j, "id", p->uid);
	if (*p->user)
		json_text(j, "name", p->user);
	json_close(j, '}');
	if (p->start_wall_ns)
		json_time(j, "start", p->start_wall_ns);
	json_close(j, '}');
	if (*p->container_id) {
		json_open(j, "container", '{');
		json_text(j, "id", p->container_id);
		if (p->container_runtime && *p->container_runtime)
			json_text(j, "runtime", p->container_runtime);
		json_close(j, '}');
	}
	if (*p->service) {
		json_open(j, "service", '{');
		json_text(j, "name", p->service);
		json_close(j, '}');
	}
}

/* A hash of the machine ID, which machine-id(5) asks not to publish itself. */
static void machine_hash(char id[33])
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	char machine[64] = "";
	FILE *file = fopen("/etc/machine-id", "re");

	if (!file)
		return;
	if (fscanf(file, "%63s", machine) == 1 &&
	    EVP_Digest(machine, strlen(machine), digest, NULL, EVP_sha256(), NULL))
		for (int i = 0; i < 16; i++)
			snprintf(id + 2 * i, 3, "%02x", digest[i]);
	fclose(file);
}

/* Both are read once: they do not change while tracing. */
void json_host(struct json *j)
{
	static char name[256], id[33];

	if (!*name) {
		gethostname(name, sizeof(name) - 1);
		machine_hash(id);
	}
	json_open(j, "host", '{');
	if (*name)
		json_text(j, "name", name);
	if (*id)
		json_text(j, "id", id);
	json_close(j, '}');
}
