/* qr.h - texts as QR codes, to be scanned from the screen. */
#ifndef PORTAL_QR_H
#define PORTAL_QR_H

#define QR_TEXT_MAX 1200 /* bytes: more is too fine for a telephone */

/*
 * A picture of the text as a data: URL of an SVG, which the caller frees.
 * NULL: the text is too long, or no memory.
 */
char *qr_image(const char *text);

#endif
