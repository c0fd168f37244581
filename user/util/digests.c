/* SPDX-License-Identifier: GPL-2.0-only */
#include "util/digests.h"

#include <openssl/evp.h>

/* To fetch a digest, and to make a context for it, each cost more than the digest itself. */
static EVP_MD_CTX *context_of(enum digest which, EVP_MD **md)
{
	static const char *const names[] = { "MD5", "SHA1", "SHA256" };
	static EVP_MD_CTX *contexts[3];
	static EVP_MD *mds[3];

	if (!mds[which])
		mds[which] = EVP_MD_fetch(NULL, names[which], NULL);
	if (!contexts[which])
		contexts[which] = EVP_MD_CTX_new();
	*md = mds[which];
	return mds[which] ? contexts[which] : NULL;
}

bool digest_of(enum digest which, const void *bytes, size_t count, uint8_t out[DIGEST_MAX])
{
	EVP_MD *md;
	EVP_MD_CTX *context = context_of(which, &md);

	return context && EVP_DigestInit_ex2(context, md, NULL) &&
	       EVP_DigestUpdate(context, bytes, count) && EVP_DigestFinal_ex(context, out, NULL);
}
