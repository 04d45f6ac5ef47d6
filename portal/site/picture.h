/*
 * picture.h - numbers as pictures: where the bars of an SVG are, which a
 * template draws.  Texts stay values of the template, which escapes them.
 */
#ifndef PORTAL_PICTURE_H
#define PORTAL_PICTURE_H

#include <jansson.h>

#define PICTURE_HEIGHT 160 /* pixels, of the tallest bar */
#define PICTURE_COLORS 6   /* features; the last one is all others */

/*
 * To an answer of GET /api/v1/calendar: "picture", a stacked bar for each week,
 * for each month if it is more than half a year, for each year beyond ten.
 *
 *   total, most, step       licenses; in the fullest bar; "week"
 *   bars                    x, width (percent), label ("" but for a few),
 *                           from, total, parts
 *   parts                   y, height (pixels), color (1 to PICTURE_COLORS),
 *                           feature, licenses
 *   legend                  color, feature, licenses
 *
 * It is null if nothing ends.
 */
void picture_calendar(json_t *answer);

/* To each row of an array "share", how many percent of quantity left is. */
void picture_shares(json_t *rows);

#endif
