/* csv_fuzz.c - lists of devices to redeem for, as comma-separated values. */
#include "wishes_fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	return wishes_check(lc_wishes_csv, data, len);
}
