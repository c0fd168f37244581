/* SPDX-License-Identifier: GPL-2.0-only */
#include "check/client.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A list's words by the version that they are of, as OpenSSL wants them: two lists. */
struct lists {
	char *old, *tls13;
};

static bool refuse(char error[CHECK_ERROR_BYTES], const char *what, const char *value,
		   const char *expected)
{
	snprintf(error, CHECK_ERROR_BYTES, "--%s: '%.200s' is not %s", what, value, expected);
	return false;
}

static bool no_file(char error[CHECK_ERROR_BYTES], const char *what, const char *path)
{
	unsigned long code = ERR_peek_error(); /* the first says why */
	const char *text = ERR_reason_error_string(code);
	FILE *file = fopen(path, "re");

	snprintf(error, CHECK_ERROR_BYTES, "--%s: %.200s: %s", what, path,
		 !file ? strerror(errno) : text ? text : "no such thing is in it");
	if (file)
		fclose(file);
	return false;
}

/* The suites of TLS 1.3 do not name a key exchange; the others may have IANA's name. */
static void sort_word(const char *word, struct lists *to)
{
	bool tls13 = !strncmp(word, "TLS_", 4) && !strstr(word, "_WITH_");
	const char *name = strncmp(word, "TLS_", 4) || tls13 ? NULL : OPENSSL_cipher_name(word);
	char *list = tls13 ? to->tls13 : to->old;

	if (!name || !strcmp(name, "(NONE)"))
		name = word;
	if (*list)
		strcat(list, ":");
	strcat(list, name);
}

static bool take_ciphers(SSL_CTX *client, const char *text, char error[CHECK_ERROR_BYTES])
{
	/* OpenSSL's name is never longer than IANA's, which it stands for. */
	size_t bytes = 2 * strlen(text) + 64;
	struct lists lists = { calloc(1, bytes), calloc(1, bytes) };
	char *words = strdup(text), *state = NULL;
	bool good = lists.old && lists.tls13 && words;

	for (char *w = good ? strtok_r(words, ":", &state) : NULL; w; w = strtok_r(NULL, ":", &state))
		sort_word(w, &lists);
	if (good && *lists.old)
		good = SSL_CTX_set_cipher_list(client, lists.old);
	if (good && *lists.tls13)
		good = SSL_CTX_set_ciphersuites(client, lists.tls13);
	if (good)
		good = *lists.old || *lists.tls13;
	free(words);
	free(lists.old);
	free(lists.tls13);
	return good || refuse(error, "ciphers", text, "a list of cipher suites that OpenSSL knows");
}

static bool take_trust(SSL_CTX *client, const char *ca, char error[CHECK_ERROR_BYTES])
{
	struct stat st;
	bool folder;

	if (!ca)
		return SSL_CTX_set_default_verify_paths(client);
	folder = !stat(ca, &st) && S_ISDIR(st.st_mode);
	if (SSL_CTX_load_verify_locations(client, folder ? NULL : ca, folder ? ca : NULL))
		return true;
	return no_file(error, "ca", ca);
}

/* Nobody may be there to be asked for one. */
static int no_passphrase(char *to, int bytes, int writing, void *wanted)
{
	(void)to, (void)bytes, (void)writing;
	*(bool *)wanted = true;
	return -1;
}

/* A key may be in the certificate's file. */
static bool take_certificate(SSL_CTX *client, const struct check_config *c,
			     char error[CHECK_ERROR_BYTES])
{
	const char *key = c->key ? c->key : c->cert, *option = c->key ? "key" : "cert";
	bool wanted = false, good;

	if (!c->cert)
		return true;
	SSL_CTX_set_default_passwd_cb(client, no_passphrase);
	SSL_CTX_set_default_passwd_cb_userdata(client, &wanted);
	if (SSL_CTX_use_certificate_chain_file(client, c->cert) != 1)
		return no_file(error, "cert", c->cert);
	good = SSL_CTX_use_PrivateKey_file(client, key, SSL_FILETYPE_PEM) == 1;
	SSL_CTX_set_default_passwd_cb_userdata(client, NULL);
	if (wanted)
		snprintf(error, CHECK_ERROR_BYTES, "--%s: %.200s: the key needs a passphrase, and none is asked for",
			 option, key);
	return good || (!wanted && no_file(error, option, key));
}

SSL_CTX *client_new(const struct check_config *c, int version, unsigned int wishes,
		    char error[CHECK_ERROR_BYTES], bool *usage)
{
	SSL_CTX *client = SSL_CTX_new(TLS_client_method());
	bool good;

	*usage = false;
	snprintf(error, CHECK_ERROR_BYTES, "out of memory");
	if (!client)
		return NULL;
	ERR_clear_error();
	/* What the library lacks is found out by client_lacks(). */
	SSL_CTX_set_min_proto_version(client, version - !!(wishes & CLIENT_OR_BEFORE));
	SSL_CTX_set_max_proto_version(client, version);
	SSL_CTX_set_verify(client, wishes & CLIENT_VERIFIES ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_session_cache_mode(client, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	if (wishes & CLIENT_NO_TICKETS)
		SSL_CTX_set_options(client, SSL_OP_NO_TICKET);
	SSL_CTX_set_options(client, SSL_OP_NO_RENEGOTIATION);
	*usage = true;
	good = (!c->ciphers || take_ciphers(client, c->ciphers, error)) &&
	       (!c->groups || SSL_CTX_set1_groups_list(client, c->groups) ||
		refuse(error, "groups", c->groups, "a list of groups that OpenSSL knows"));
	*usage &= !good;
	if (version < TLS1_2_VERSION)
		SSL_CTX_set_security_level(client, 0);
	if (good && take_certificate(client, c, error) && take_trust(client, c->ca, error))
		return client;
	SSL_CTX_free(client);
	return NULL;
}

const char *client_lacks(SSL_CTX *client, const struct check_config *c, int version)
{
	SSL *ssl = NULL;
	STACK_OF(SSL_CIPHER) *ciphers = NULL;
	const char *why = NULL;

	if (SSL_CTX_get_min_proto_version(client) != version)
		return "the OpenSSL of this program was built without this version";
	ssl = SSL_new(client);
	ciphers = ssl ? SSL_get1_supported_ciphers(ssl) : NULL;
	if (!ciphers || !sk_SSL_CIPHER_num(ciphers))
		why = c->ciphers ? "no cipher suite of --ciphers is one of this version" :
				   "the OpenSSL of this program offers no cipher suite for this version";
	sk_SSL_CIPHER_free(ciphers);
	SSL_free(ssl);
	return why;
}

const char *client_version_name(int version)
{
	switch (version) {
	case TLS1_3_VERSION: return "TLS 1.3";
	case TLS1_2_VERSION: return "TLS 1.2";
	case TLS1_1_VERSION: return "TLS 1.1";
	}
	return "TLS 1.0";
}
