/* rma.h - devices that were replaced by others. */
#ifndef LC_RECORD_RMA_H
#define LC_RECORD_RMA_H

#include "record.h"

struct lc_rma_row {
	int64_t n; /* 0: none */
	char old_udi[LC_UDI_MAX + 1], new_udi[LC_UDI_MAX + 1];
	int64_t at;
	const char *why, *approved_by; /* "" if not above the cap */
	int64_t licenses; /* that the new device got */
	int64_t due;      /* the old device has to be returned by then */
	int64_t returned; /* 0: not yet */
};

/* The replacement of a device, n 0 if there is none; no why, approved_by. */
enum lc_err lc_rma_of(
    struct lc_record *, const char *old_udi, struct lc_rma_row *);
/*
 * LC_EREVOKED: another device, which the detail names, took its place, and it
 * was not returned.
 */
enum lc_err lc_rma_judge(struct lc_record *, const char *udi);
/* The one that a device came from, likewise. */
enum lc_err lc_rma_to(
    struct lc_record *, const char *new_udi, struct lc_rma_row *);

/* Puts a row; its n is set. */
enum lc_err lc_rma_put(struct lc_record *, struct lc_rma_row *);
enum lc_err lc_rma_return(struct lc_record *, int64_t n);

/* How many licenses replacements got since then. */
enum lc_err lc_rma_licenses(struct lc_record *, int64_t since, int64_t *);

/* In order, until one call fails; that error is returned. */
typedef enum lc_err lc_rma_call(void *arg, const struct lc_rma_row *);
enum lc_err lc_rma_each(struct lc_record *, lc_rma_call *, void *arg);

#endif
