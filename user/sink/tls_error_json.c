/* SPDX-License-Identifier: GPL-2.0-only */
#include "model/names.h"
#include "sink/tls_json.h"
#include "sink/tls_peer_json.h"

void tls_json_error(struct json *j, const struct library_error *e)
{
	json_open(j, "error", '{');
	json_text(j, "library", e->library);
	if (*e->version)
		json_text(j, "library_version", e->version);
	if (!e->unnumbered) {
		json_int(j, "code", e->code);
		json_int(j, "reason_code", e->reason);
	}
	if (*e->text)
		json_text(j, "reason", e->text);
	if (*e->function)
		json_text(j, "function", e->function);
	if (*e->source)
		json_text(j, "file", e->source);
	if (*e->source && e->line)
		json_int(j, "line", e->line);
	if (e->call)
		json_text(j, "call", e->call);
	if (e->received >= 0)
		tls_json_code(j, "alert", alert_name((uint8_t)e->received), (uint16_t)e->received);
	if (e->verify > 0)
		json_int(j, "verify_code", e->verify);
	if (e->verify_text)
		json_text(j, "verify_reason", e->verify_text);
	json_text(j, "confidence", e->guessed ? "possible" : "certain");
	json_close(j, '}');
}
