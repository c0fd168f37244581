/* SPDX-License-Identifier: GPL-2.0-only */
#include "check/certificate.h"

static int on_fault(int good, X509_STORE_CTX *again)
{
	int *faults = X509_STORE_CTX_get_app_data(again), i = 0;

	if (good)
		return 1;
	while (i < ATTEMPT_FAULTS && faults[i] && faults[i] != X509_STORE_CTX_get_error(again))
		i++;
	if (i < ATTEMPT_FAULTS)
		faults[i] = X509_STORE_CTX_get_error(again);
	return 1; /* go on */
}

void certificate_faults(X509_STORE_CTX *failed, int faults[ATTEMPT_FAULTS])
{
	X509_STORE_CTX *again = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *asked = X509_STORE_CTX_get0_param(failed);
	X509_STORE *store = X509_STORE_CTX_get0_store(failed);

	faults[0] = X509_STORE_CTX_get_error(failed);
	if (again && X509_STORE_CTX_init(again, store, X509_STORE_CTX_get0_cert(failed),
					 X509_STORE_CTX_get0_untrusted(failed)) &&
	    X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(again), asked)) {
		X509_STORE_CTX_set_app_data(again, faults);
		X509_STORE_CTX_set_verify_cb(again, on_fault);
		X509_verify_cert(again);
	}
	X509_STORE_CTX_free(again);
}
