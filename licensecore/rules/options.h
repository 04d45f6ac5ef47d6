/* options.h - the rules that options have to keep. */
#ifndef LC_OPTIONS_H
#define LC_OPTIONS_H

#include "licensecore.h"

/* lc_options_check with the sentence alone.  LC_EOPTIONS. */
enum lc_err lc_options_judge(const struct lc_options *, struct lc_detail *);

#endif
