/* xml_fuzz.c - lists of devices to redeem for, as XML. */
#include "wishes_fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	return wishes_check(lc_wishes_xml, data, len);
}
