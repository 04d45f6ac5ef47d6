/* histogram.c - see histogram.h. */
#include "histogram.h"

void
histogram_add(struct histogram *histogram, double value)
{
	const double *bounds = histogram->bounds;
	int i;

	for (i = 0; bounds[i] > 0 && value > bounds[i]; i++)
		;
	histogram->counts[i]++;
	histogram->sum += value;
}

/* A bucket of the format counts all values up to its bound. */
void
histogram_print(const struct histogram *histogram, const char *name,
    const char *help, FILE *file)
{
	const double *bounds = histogram->bounds;
	unsigned long n = 0;
	int i;

	fprintf(file, "# HELP %s %s\n# TYPE %s histogram\n", name, help, name);
	for (i = 0; bounds[i] > 0; i++) {
		n += histogram->counts[i];
		fprintf(file, "%s_bucket{le=\"%g\"} %lu\n", name, bounds[i], n);
	}
	n += histogram->counts[i];
	fprintf(file, "%s_bucket{le=\"+Inf\"} %lu\n%s_sum %.6f\n%s_count %lu\n",
	    name, n, name, histogram->sum, name, n);
}
