/* SPDX-License-Identifier: GPL-2.0-only */
#include "model/words.h"

#include <stddef.h>

const char *alert_words(uint8_t description)
{
	static const char *const words[256] = {
		[0] = "has nothing more to send",
		[10] = "got a message that has no place there",
		[20] = "could not verify or decrypt a record (different keys, or altered bytes)",
		[21] = "could not decrypt a record",
		[22] = "got a record that is too long",
		[30] = "could not decompress a record",
		[40] = "found nothing that both ends accept (cipher suite, group, certificate)",
		[41] = "has no certificate to show",
		[42] = "found the @'s certificate corrupt or its signature wrong",
		[43] = "cannot use the type of the @'s certificate",
		[44] = "found that the @'s certificate was revoked",
		[45] = "found that the @'s certificate has expired or is not valid yet",
		[46] = "refused the @'s certificate for a reason it does not name",
		[47] = "got a field that is out of range or contradicts another",
		[48] = "does not trust the issuer of the @'s certificate",
		[49] = "verified the @'s certificate but denies it access",
		[50] = "could not parse a message",
		[51] = "could not verify a signature or a Finished",
		[60] = "refused a key length that export rules forbid",
		[70] = "speaks no TLS version that the @ accepts",
		[71] = "wants stronger cipher suites than the @ offers",
		[80] = "failed for a reason of its own (memory, configuration)",
		[86] = "saw the @ fall back to an older version than both speak",
		[90] = "gave up the handshake",
		[100] = "refused to renegotiate",
		[109] = "missed an extension that must be there",
		[110] = "got an extension that it did not ask for",
		[111] = "could not fetch the @'s certificate",
		[112] = "serves no such name",
		[113] = "found the @'s OCSP response wrong",
		[114] = "found the hash of a certificate wrong",
		[115] = "knows no such pre-shared key",
		[116] = "wants a certificate of the @ and got none",
		[120] = "speaks none of the application protocols (ALPN) offered",
		[121] = "could not decrypt the encrypted ClientHello (ECH)",
	};

	return words[description];
}
