#!/usr/bin/env bash
# What "tlstrace explain" knows: every code and alert that the program says, numbers, reasons.
cd "$(dirname "$0")/../.." || exit 1
result=0
ok() { # ok NAME CONDITION...
	if "${@:2}"; then
		echo "ok - $1"
	else
		echo "not ok - $1"
		result=1
	fi
}
says() { # says WORDS... - TEXT: the first line
	local text=${!#}
	[ "$("$B/tlstrace" explain "${@:1:$#-1}" 2>&1 | head -1)" = "$text" ]
}
unexplained() { # of the names on standard input, those that have no entry
	while read -r name; do
		"$B/tlstrace" explain "$name" >/dev/null 2>&1 || echo "# $name"
	done
}
none() { [ -z "$1" ] || { echo "$1"; false; }; }

codes=$(sed -n 's/.*{ "\([a-z-]*\)", SEVERITY_.*/\1/p' user/diagnose/diagnose.c | sort -u)
ok "there are codes to look for" test "$(wc -l <<<"$codes")" -gt 30
ok "every code of the diagnosis is explained" none "$(unexplained <<<"$codes")"
names=$(sed -n 's/^ALERT([0-9]*, "\([a-z_]*\)".*/\1/p' user/knowledge/alerts.def)
known=$(sed -n 's/^{ [0-9]*, "\([a-z_]*\)" }.*/\1/p' user/model/names_alerts.inc)
ok "there are alerts to look for" test "$(wc -l <<<"$known")" -gt 30
ok "every alert that the program names is explained" none "$(unexplained <<<"$known")"
ok "the list has every alert" test "$("$B/tlstrace" explain | grep -cFf <(sed 's/.*/ & /' <<<"$names"))" = \
	"$(wc -l <<<"$names")"
ok "an alert by name" says Bad Record MAC "bad_record_mac: alert 20"
ok "an alert by number" says 48 "unknown_ca: alert 48"
ok "a finding" says resumed-session-keys-differ "resumed-session-keys-differ: finding"
ok "a reason by number" says 281 "decryption failed or bad record mac: reason 281 of OpenSSL"
ok "a reason by its text" says "wrong version number" "wrong version number: reason 267 of OpenSSL"
ok "a received alert" says 1048 "tlsv1 alert unknown ca: reason 1048 of OpenSSL"
ok "a received alert by its text" says tlsv1 alert unknown ca "tlsv1 alert unknown ca: reason 1048 of OpenSSL"
ok "an error of GnuTLS by number" says -24 "GNUTLS_E_DECRYPTION_FAILED: error -24 of GnuTLS"
ok "and by name" says GNUTLS_E_NO_APPLICATION_PROTOCOL "GNUTLS_E_NO_APPLICATION_PROTOCOL: error -344 of GnuTLS"
ok "a name of NSS" says SSL_ERROR_BAD_MAC_READ "bad_record_mac: alert 20"
ok "a name of BoringSSL alone" says INVALID_OUTER_RECORD_TYPE "INVALID_OUTER_RECORD_TYPE: reason 251 of BoringSSL"
ok "and one that OpenSSL has too" says UNSUPPORTED_PROTOCOL "unsupported protocol: reason 258 of OpenSSL"
# What libssl answers, by the table that the tracer works with, is what is explained.
wrong=$(sed -n 's/^SENDS(\(SSL_R_[A-Z_]*\), \([0-9]*\), .*/\1 \2/p' user/library/openssl_alerts.def | while read -r name number; do
	text=$(tr 'A-Z_' 'a-z ' <<<"${name#SSL_R_}")
	grep -q "$text ([0-9]*)" user/knowledge/alerts.def || continue
	grep "^ALERT($number," user/knowledge/alerts.def | grep -q "$text (" || echo "# $name is not under $number"
done)
ok "a reason stands under the alert that it is answered with" none "$wrong"
known=$(sed -n 's/^GNUTLS(\(-[0-9]*\), "\([A-Z0-9_]*\)".*/\2 (\1)/p' user/library/gnutls.def)
wrong=$(grep -o 'GNUTLS_E_[A-Z0-9_]* (-[0-9]*)' user/knowledge/alerts.def | while read -r one; do
	grep -qxF "$one" <<<"$known" || echo "# $one"
done)
ok "the numbers of GnuTLS are its own" none "$wrong"
# A number in the data that OpenSSL knows by another text would mislead.
wrong=$(grep -o '[a-z][a-z ]* ([0-9]\{2,4\})' user/knowledge/alerts.def | while IFS='(' read -r text number; do
	"$B/tlstrace" explain "${number%)}" | grep -q "^${text% }: reason ${number%)} " || echo "# $text$number"
done)
ok "the reasons' texts and numbers are OpenSSL's" none "$wrong"
# What people paste: the line, and what stands behind it.
leads() { # leads CODE TEXT...: the text is known and leads to the finding or alert
	"$B/tlstrace" explain "${@:2}" 2>&1 | grep -q "^$1: \(finding\|alert\)"
}
while IFS='~' read -r code text; do
	ok "$text" leads "$code" "$text"
done <<'END'
certificate-untrusted~self-signed certificate
certificate-untrusted~self signed certificate
certificate-expired~certificate has expired
certificate-chain-incomplete~unable to get local issuer certificate
certificate-name-mismatch~Hostname mismatch, certificate is not valid for 'a.test'.
certificate-rejected~SSL: CERTIFICATE_VERIFY_FAILED
certificate-untrusted~[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate in certificate chain (_ssl.c:992)
certificate-expired~verify error:num=10:certificate has expired
certificate-chain-incomplete~Verify return code: 21 (unable to verify the first certificate)
certificate-untrusted~Error: self-signed certificate, code: 'DEPTH_ZERO_SELF_SIGNED_CERT'
certificate-name-mismatch~ERR_TLS_CERT_ALTNAME_INVALID
certificate-untrusted~tls: failed to verify certificate: x509: certificate signed by unknown authority
certificate-name-mismatch~x509: certificate is valid for a.test, not b.test
certificate-untrusted~sun.security.validator.ValidatorException: PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target
certificate-expired~curl: (60) SSL certificate problem: certificate has expired
certificate-name-mismatch~curl: (60) SSL: no alternative certificate subject name matches target host name 'b.test'
certificate-rejected~curl: (60)
certificate-rejected~(60)
handshake_failure~[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE] sslv3 alert handshake failure (_ssl.c:1007)
unknown_ca~remote error: tls: unknown certificate authority
handshake_failure~javax.net.ssl.SSLHandshakeException: Received fatal alert: handshake_failure
bad_record_mac~received fatal alert: BadRecordMac
unknown_ca~error:0A000418:SSL routines::tlsv1 alert unknown ca
unknown_ca~0A000418
unknown_ca~error:14094418
tls-to-plaintext-port~routines:ssl3_get_record:wrong version number
tls-to-plaintext-port~http: server gave HTTP response to HTTPS client
plaintext-to-tls-port~400 The plain HTTP request was sent to HTTPS port
client-certificate-required~400 No required SSL certificate was sent
unexpected_message~gnutls_handshake() failed: An unexpected TLS packet was received.
certificate-untrusted~0x80090325
bad_certificate_status_response~MOZILLA_PKIX_ERROR_REQUIRED_TLS_FEATURE_MISSING
END
wrong=$(sed -n 's/^\(MESSAGE\|GENERIC\)("[^"]*", "\([^"]*\)".*/\2/p' user/knowledge/messages.def | tr '|' '\n' | while read -r text; do
	"$B/tlstrace" explain "$text" | head -1 | grep -qF "$text: " || "$B/tlstrace" explain "$text" | head -1 | grep -q "^${text,,}: reason" ||
		echo "# $text"
done)
ok "each message is found by itself" none "$wrong"
wrong=$(for number in $(seq 94); do
	"$B/tlstrace" explain "$number" | grep -q ": X.509 verify result $number of OpenSSL$" || echo "# $number"
done)
ok "each verify result is explained" none "$wrong"
wrong=$(sed -n 's/^X509([A-Z0-9_]*, "\([^"]*\)".*/\1/p; s/^\(MESSAGE\|GENERIC\)("[^"]*", "[^"]*", "\([^"]*\)".*/\2/p' user/knowledge/messages.def |
	tr '|' '\n' | sed '/^$/d' | sort -u | unexplained)
ok "what messages lead to is explained" none "$wrong"
for text in certificate SSL "hello world" "the server is on fire"; do
	ok "nothing is made of '$text'" test "$("$B/tlstrace" explain "$text" 2>&1 >/dev/null | wc -l)" -gt 0
done
widest=$("$B/tlstrace" explain handshake_failure | wc -L)
ok "no line is wider than 80" test "$widest" -le 80
widest=$("$B/tlstrace" explain | wc -L)
ok "nor in the list" test "$widest" -le 80
message=$("$B/tlstrace" explain bad_recrod_mac 2>&1 >/dev/null)
ok "letters in a wrong order" grep -q '^  bad_record_mac$' <<<"$message"
message=$("$B/tlstrace" explain no such thing 2>&1 >/dev/null)
ok "all the words are named" grep -q "'no such thing'" <<<"$message"
message=$("$B/tlstrace" explain certificate-expire 2>&1 >/dev/null)
ok "an unknown word: exit 2" test $? = 2
ok "and what it may have meant" grep -q '^  certificate-expired$' <<<"$message"
exit $result
