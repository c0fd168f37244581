/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/options.h"
#include "run.h"

int main(int argc, char **argv)
{
	struct options options;
	int status = options_parse(&options, argc, argv);

	if (status >= 0)
		return status;
	if (options.explain)
		return run_explain(options.explain);
	if (options.support)
		return run_support(options.pid);
	return options.read ? run_read(&options) : run_live(&options);
}
