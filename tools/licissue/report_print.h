/* report_print.h - a report as a table, CSV or JSON, row by row. */
#ifndef LICISSUE_REPORT_PRINT_H
#define LICISSUE_REPORT_PRINT_H

#include "report/report.h"

enum report_form { REPORT_TABLE, REPORT_CSV, REPORT_JSON };

struct report_printer;

/* NULL: no memory. */
struct report_printer *report_printer_new(
    const struct lc_report *, enum report_form);
/* A row; LC_EIO: standard output fails. */
lc_report_row report_print_row;
/* What comes after the last row. */
void report_print_end(struct report_printer *);
void report_printer_free(struct report_printer *); /* NULL is fine */

#endif
