/* policy.c - see policy.h. */
#include "policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "catalog.h"

struct family {
	char name[LC_NAME_MAX + 1]; /* "": none */
	char *moves_to;
};

enum lc_err
lc_sku_is_movable(struct lc_record *record, const char *sku, bool *movable)
{
	struct db_rows *rows = NULL;
	int64_t fixed;
	enum lc_err err;

	err = lc_record_number(record,
	    db_query(record->db, &rows,
		"SELECT count(*) FROM sku WHERE code = $1 AND movable = 0",
		"s", sku),
	    &rows, &fixed);
	if (err == LC_OK)
		*movable = fixed == 0;
	return err;
}

/* The caller frees moves_to. */
static enum lc_err
family_find(struct lc_record *record, const char *udi, struct family *family)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	*family = (struct family){ 0 };
	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT name, pids, moves_to FROM family ORDER BY name", ""),
	    &rows);
	while (err == LC_OK) {
		if (lc_family_has(db_text(rows, 1), udi)) {
			(void)snprintf(family->name, sizeof family->name, "%s",
			    db_text(rows, 0));
			family->moves_to = strdup(db_text(rows, 2));
			if (family->moves_to == NULL)
				err = LC_ENOMEM;
			break;
		}
		err = lc_record_done(record, db_next(rows));
	}
	db_stop(rows);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

static enum lc_err
families_judge(struct lc_record *record, const struct family *from,
    const struct family *to, const char *from_udi, const char *to_udi)
{
	if (from->name[0] == '\0' || strcmp(from->name, to->name) == 0 ||
	    (to->name[0] != '\0' &&
		lc_words_have(from->moves_to, to->name)))
		return LC_OK;
	if (to->name[0] == '\0')
		return lc_fail(record->detail, LC_EUDI,
		    "licenses do not move from %s, of the family %s, to %s, of "
		    "no family",
		    from_udi, from->name, to_udi);
	return lc_fail(record->detail, LC_EUDI,
	    "licenses do not move from %s, of the family %s, to %s, of the "
	    "family %s",
	    from_udi, from->name, to_udi, to->name);
}

enum lc_err
lc_families_allow(
    struct lc_record *record, const char *from_udi, const char *to_udi)
{
	struct family from, to = { 0 };
	enum lc_err err = family_find(record, from_udi, &from);

	if (err == LC_OK)
		err = family_find(record, to_udi, &to);
	if (err == LC_OK)
		err = families_judge(record, &from, &to, from_udi, to_udi);
	free(from.moves_to);
	free(to.moves_to);
	return err;
}

/* Of the SKUs with the feature: are there any, and one without a family? */
static enum lc_err
feature_look(struct lc_record *record, const char *feature, bool *given,
    bool *to_all)
{
	struct db_rows *rows = NULL;
	enum lc_err err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT DISTINCT s.family FROM sku s, sku_item i"
		" WHERE i.sku = s.code AND i.revision = s.revision"
		" AND i.feature = $1",
		"s", feature),
	    &rows);

	*given = *to_all = false;
	while (err == LC_OK) {
		*given = true;
		*to_all = *to_all || db_text(rows, 0)[0] == '\0';
		err = lc_record_done(record, db_next(rows));
	}
	db_stop(rows);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

static enum lc_err
skus_count(struct lc_record *record, int64_t *n)
{
	struct db_rows *rows = NULL;

	return lc_record_number(record,
	    db_query(record->db, &rows, "SELECT count(*) FROM sku", ""), &rows,
	    n);
}

enum lc_err
lc_feature_fits(struct lc_record *record, const char *feature, const char *udi)
{
	struct family family = { 0 };
	bool given, to_all;
	int64_t n = 0;
	enum lc_err err = feature_look(record, feature, &given, &to_all);

	if (err == LC_OK && !given)
		err = skus_count(record, &n);
	if (err == LC_OK && n > 0)
		return lc_fail(record->detail, LC_EINVAL,
		    "no feature \"%s\" is in the catalog", feature);
	if (err != LC_OK || !given || to_all)
		return err;
	err = family_find(record, udi, &family);
	free(family.moves_to);
	if (err == LC_OK && family.name[0] == '\0')
		return lc_fail(record->detail, LC_EUDI,
		    "%s is of no family in the catalog, and all SKUs with %s "
		    "are for families",
		    udi, feature);
	return err;
}
