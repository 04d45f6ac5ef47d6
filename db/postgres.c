/*
 * postgres.c - db.h over PostgreSQL.
 *
 * Parameters go as text, blobs and texts of known length as they are; results
 * come as text.  The versions of the schema are the only row of a table.
 *
 * Statements go through libpq's pipeline: they are queued, and queue_end waits
 * for all of them, so that db_send and what follows it are one round trip.
 * Queries that were asked ahead are queued, too; their results are kept until
 * the query comes.
 */
#include "connection.h"

#include <limits.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Types of parameters: pg_type.dat of PostgreSQL, which never change. */
#define ANY_TYPE 0 /* what stands around it decides */
#define BYTEA_TYPE 17
#define INT8_TYPE 20
#define TEXT_TYPE 25

struct postgres_rows {
	struct db_rows rows;
	unsigned session; /* in which it was prepared; 0 for none */
	char name[12];
	PGresult *result; /* while it runs */
	int row;          /* of result */
};

#define QUEUE_MAX 1000 /* their results are held in memory */
#define QUEUE_FULL (QUEUE_MAX - 10) /* no statements any more: commands */
#define KEY_MAX 256

/* A query that was asked ahead. */
struct ahead {
	struct ahead *next;
	const struct db_rows *rows;
	char key[KEY_MAX]; /* its parameters */
	PGresult *result;  /* NULL: not yet there, or it failed */
};

/* What the result of a queued command is for. */
struct queued {
	struct ahead *ahead; /* NULL: it is none */
	bool one;            /* it has to change one row */
};

struct postgres_db {
	struct db db;
	PGconn *connection;
	bool is_ready;       /* connected, set up and of the right version */
	unsigned session;    /* counts connections, from 1 */
	unsigned statements; /* counts them, for their names */
	struct queued queue[QUEUE_MAX];
	unsigned queued; /* commands whose results were not read */
	/* The first so many are of parts that were released; is_later: so are
	   all before the next savepoint. */
	unsigned released;
	bool is_later;
	bool has_one; /* one of the queue has to change one row */
	struct ahead *first; /* asked ahead, in order */
};

static struct postgres_db *
of(struct db *db)
{
	return (struct postgres_db *)db;
}

static struct postgres_rows *
rows_of(struct db_rows *rows)
{
	return (struct postgres_rows *)rows;
}

/* ---- Errors ---------------------------------------------------------- */

/* SQLSTATE: appendix A of PostgreSQL's manual. */
static enum db_err
error_of(const char *state)
{
	static const struct {
		const char *state; /* or how it begins */
		enum db_err err;
	} errors[] = {
		{ "23505", DB_EXISTS },  /* unique violation */
		{ "40001", DB_BUSY },    /* serialization failure */
		{ "40P01", DB_BUSY },    /* deadlock */
		{ "53100", DB_FULL },    /* disk full */
		{ "55P03", DB_BUSY },    /* lock timeout */
		{ "57P", DB_GONE },      /* the server stops, or is starting */
		{ "XX001", DB_DAMAGED }, /* data corrupted */
		{ "XX002", DB_DAMAGED }, /* index corrupted */
	};

	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
		if (strncmp(state, errors[i].state, strlen(errors[i].state)) ==
		    0)
			return errors[i].err;
	}
	return DB_FAILED;
}

/* The first line of what libpq says. */
static enum db_err
line_fail(struct db *db, enum db_err err, const char *message)
{
	return db_fail(db, err, "%.*s", (int)strcspn(message, "\n"), message);
}

/*
 * What a command came to.  An error without a state is libpq's own: it could
 * not send or read.  It may not have noticed yet that the connection is broken.
 */
static enum db_err
judge(struct db *db, const PGresult *result)
{
	PGconn *connection = of(db)->connection;
	ExecStatusType status = PQresultStatus(result);
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *words = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	enum db_err err;

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
	    status == PGRES_EMPTY_QUERY)
		return DB_OK;
	err = state == NULL || PQstatus(connection) != CONNECTION_OK
		  ? DB_GONE
		  : error_of(state);
	if (err == DB_GONE)
		of(db)->is_ready = false;
	return line_fail(
	    db, err, words != NULL ? words : PQerrorMessage(connection));
}

/* What was asked ahead, and is no longer of use; nothing is queued. */
static void
ahead_drop(struct db *db)
{
	struct ahead *one;

	while ((one = of(db)->first) != NULL) {
		of(db)->first = one->next;
		PQclear(one->result);
		free(one);
	}
}

/* ---- Connecting ------------------------------------------------------ */

static void
ignore_notice(void *arg, const char *message)
{
	(void)arg;
	(void)message;
}

/*
 * libpq takes an address apart by the first "@", "/" and ":".  In one whose
 * password has such a character unescaped, a part of the password would be
 * taken for a host or a port, and be told in an error.
 */
static bool
is_well_formed(const char *where, const PQconninfoOption *options)
{
	const char *authority = strstr(where, "://") + 3;
	const char *at = strrchr(where, '@');

	if (at != NULL && strcspn(authority, "@/?#") < (size_t)(at - authority))
		return false;
	for (; options->keyword != NULL; options++) {
		if (strcmp(options->keyword, "port") == 0 &&
		    options->val != NULL &&
		    options->val[strspn(options->val, "0123456789,")] != '\0')
			return false;
	}
	return true;
}

/* NULL if it is not well formed; the caller frees it: PQconninfoFree. */
static PQconninfoOption *
address_parse(const char *where)
{
	PQconninfoOption *options = PQconninfoParse(where, NULL);

	if (options != NULL && !is_well_formed(where, options)) {
		PQconninfoFree(options);
		options = NULL;
	}
	return options;
}

static const char *
option(const PQconninfoOption *options, const char *keyword)
{
	while (
	    options->keyword != NULL && strcmp(options->keyword, keyword) != 0)
		options++;
	return options->keyword != NULL && options->val != NULL ? options->val
								: "";
}

void
db_postgres_name(const char *where, char name[DB_WORDS_SIZE])
{
	PQconninfoOption *options = address_parse(where);
	const char *user, *port;

	if (options == NULL) {
		(void)snprintf(name, DB_WORDS_SIZE, "postgresql://...");
		return;
	}
	user = option(options, "user");
	port = option(options, "port");
	(void)snprintf(name, DB_WORDS_SIZE, "postgresql://%s%s%s%s%s/%s", user,
	    user[0] != '\0' ? "@" : "", option(options, "host"),
	    port[0] != '\0' ? ":" : "", port, option(options, "dbname"));
	PQconninfoFree(options);
}

/* While nothing is queued. */
static enum db_err
command(struct db *db, const char *sql)
{
	PGresult *result = PQexec(of(db)->connection, sql);
	enum db_err err = judge(db, result);

	PQclear(result);
	return err;
}

/* Sets up a connection that was just made, or tried. */
static enum db_err
set_up(struct db *db)
{
	struct postgres_db *postgres = of(db);

	postgres->session++;
	if (PQstatus(postgres->connection) != CONNECTION_OK)
		return line_fail(
		    db, DB_GONE, PQerrorMessage(postgres->connection));
	(void)PQsetNoticeProcessor(postgres->connection, ignore_notice, NULL);
	/* Every statement goes through its indexes, whatever its parameters:
	   planning each execution anew, which the server would do for LIMIT
	   $n, costs more than most of them.  So would compiling them (jit),
	   for which it takes too many rows into account. */
	return command(db, "SET bytea_output = hex; SET lock_timeout = 5000;"
			   " SET plan_cache_mode = force_generic_plan;"
			   " SET jit = off");
}

static enum db_err
connect_to(struct db *db, const char *where, bool create)
{
	/* What stands before dbname, the address may change. */
	static const char *const keywords[] = { "connect_timeout",
		"fallback_application_name", "dbname", "client_encoding",
		NULL };
	const char *const values[] = { "10", "licagent", where, "UTF8", NULL };
	PQconninfoOption *options = address_parse(where);
	enum db_err err;

	(void)create; /* an administrator's */
	if (options == NULL)
		return db_fail(db, DB_FAILED,
		    "invalid address; write @ : / ? # and %% in a name or "
		    "password as %%40 %%3A %%2F %%3F %%23 %%25");
	PQconninfoFree(options);
	of(db)->connection = PQconnectdbParams(keywords, values, 1);
	if (of(db)->connection == NULL)
		return db_fail(db, DB_NOMEM, "out of memory");
	err = set_up(db);
	of(db)->is_ready = err == DB_OK;
	return err;
}

/* Connects again; what is there now may be of another version. */
static enum db_err
connect_again(struct db *db)
{
	enum db_err err;

	of(db)->queued = of(db)->released = 0;
	of(db)->is_later = of(db)->has_one = false;
	ahead_drop(db);
	PQreset(of(db)->connection);
	if ((err = set_up(db)) == DB_OK)
		err = db_schema_check(db);
	of(db)->is_ready = err == DB_OK;
	return err;
}

static enum db_err
connection_need(struct db *db)
{
	if (of(db)->is_ready && PQstatus(of(db)->connection) == CONNECTION_OK)
		return DB_OK;
	return connect_again(db);
}

static void
disconnect(struct db *db)
{
	ahead_drop(db);
	PQfinish(of(db)->connection);
}

/* ---- The queue ------------------------------------------------------- */

/* Before a command is sent. */
static void
queue_begin(struct db *db)
{
	/* Fails only while results of another mode are to be read. */
	if (of(db)->queued == 0)
		(void)PQenterPipelineMode(of(db)->connection);
}

/* After it: sent is what libpq's function returned. */
static enum db_err
queue_add(struct db *db, int sent, struct queued what)
{
	if (sent != 1)
		return judge(db, NULL);
	of(db)->queue[of(db)->queued++] = what;
	of(db)->has_one |= what.one;
	return DB_OK;
}

/* The result of a command; those behind one that failed were not run. */
static enum db_err
queue_next(struct db *db, PGresult **result)
{
	PGconn *connection = of(db)->connection;

	*result = PQgetResult(connection);
	if (*result != NULL)
		PQclear(PQgetResult(connection)); /* NULL: a command's end */
	if (PQresultStatus(*result) == PGRES_PIPELINE_ABORTED)
		return DB_OK;
	return judge(db, *result);
}

/* The result of the i-th of the queue; *last is that of the one before. */
static enum db_err
queue_take(struct db *db, unsigned i, PGresult **last)
{
	struct queued *queued = &of(db)->queue[i];
	enum db_err err;

	PQclear(*last);
	err = queue_next(db, last);
	if (err == DB_OK && queued->one &&
	    PQresultStatus(*last) != PGRES_PIPELINE_ABORTED &&
	    strcmp(PQcmdTuples(*last), "1") != 0)
		err = db_fail(
		    db, DB_FAILED, "a statement has not changed one row");
	if (queued->ahead != NULL &&
	    PQresultStatus(*last) == PGRES_TUPLES_OK) {
		queued->ahead->result = *last;
		*last = NULL;
	}
	return err;
}

/*
 * Waits for all that is queued; the first error is that of the whole.  *last,
 * which the caller clears, is the last command's result if all went well.
 */
static enum db_err
queue_end(struct db *db, PGresult **last)
{
	struct postgres_db *postgres = of(db);
	PGresult *result = NULL;
	enum db_err next, err = DB_OK;

	postgres->is_later = false;
	if (postgres->queued == 0)
		return DB_OK;
	if (PQpipelineSync(postgres->connection) != 1)
		err = judge(db, NULL);
	for (unsigned i = 0; i < postgres->queued; i++) {
		next = queue_take(db, i, &result);
		if (err == DB_OK && next != DB_OK) {
			err = next;
			db->is_lost = i < postgres->released;
		}
	}
	postgres->queued = postgres->released = 0;
	postgres->has_one = false;
	PQclear(PQgetResult(postgres->connection));     /* the end's own */
	(void)PQexitPipelineMode(postgres->connection); /* all was read */
	if (err == DB_OK && last != NULL)
		*last = result;
	else
		PQclear(result);
	return err;
}

/* A statement without parameters and rows. */
static enum db_err
queue_command(struct db *db, const char *sql)
{
	queue_begin(db);
	return queue_add(db,
	    PQsendQueryParams(
		of(db)->connection, sql, 0, NULL, NULL, NULL, NULL, 0),
	    (struct queued){ NULL, false });
}

/* ---- Statements ------------------------------------------------------ */

/* What PQexecPrepared takes. */
struct arguments {
	Oid types[DB_PARAMETERS_MAX];
	const char *values[DB_PARAMETERS_MAX];
	int lengths[DB_PARAMETERS_MAX];
	int formats[DB_PARAMETERS_MAX]; /* 1: as it is */
	char numbers[DB_PARAMETERS_MAX][24];
};

static enum db_err
argument_set(struct db *db, struct arguments *out, size_t i,
    const struct db_value *value)
{
	if (value->len > INT_MAX)
		return db_fail(db, DB_FAILED, "a parameter is too long");
	out->values[i] = value->data;
	out->lengths[i] = (int)value->len;
	out->formats[i] = 1;
	switch (value->letter) {
	case 's':
		out->types[i] = ANY_TYPE;
		out->formats[i] = 0;
		break;
	case 'x':
		out->types[i] = TEXT_TYPE;
		break;
	case 'i':
		(void)snprintf(out->numbers[i], sizeof out->numbers[i], "%lld",
		    (long long)value->number);
		out->types[i] = INT8_TYPE;
		out->values[i] = out->numbers[i];
		out->formats[i] = 0;
		break;
	default:
		out->types[i] = BYTEA_TYPE;
		break;
	}
	return DB_OK;
}

static enum db_err
prepare(struct postgres_rows *rows, const Oid *types, size_t n)
{
	struct db *db = rows->rows.db;
	PGresult *result;
	enum db_err err;

	if (rows->name[0] == '\0')
		(void)snprintf(
		    rows->name, sizeof rows->name, "s%u", ++of(db)->statements);
	result = PQprepare(
	    of(db)->connection, rows->name, rows->rows.sql, (int)n, types);
	err = judge(db, result);
	PQclear(result);
	if (err == DB_OK)
		rows->session = of(db)->session;
	return err;
}

/* Queues a statement. */
static enum db_err
queue_statement(struct db_rows *base, const struct db_value *values, size_t n,
    struct queued what)
{
	struct postgres_rows *rows = rows_of(base);
	struct db *db = base->db;
	struct arguments arguments;
	enum db_err err = DB_OK;

	for (size_t i = 0; i < n && err == DB_OK; i++)
		err = argument_set(db, &arguments, i, &values[i]);
	if (err == DB_OK &&
	    (rows->session != of(db)->session || of(db)->queued >= QUEUE_FULL))
		err = queue_end(db, NULL);
	if (err == DB_OK && rows->session != of(db)->session)
		err = prepare(rows, arguments.types, n);
	if (err != DB_OK)
		return err;
	queue_begin(db);
	return queue_add(db,
	    PQsendQueryPrepared(of(db)->connection, rows->name, (int)n,
		arguments.values, arguments.lengths, arguments.formats, 0),
	    what);
}

static enum db_err
send(struct db_rows *base, const struct db_value *values, size_t n, bool one)
{
	return queue_statement(base, values, n, (struct queued){ NULL, one });
}

/* ---- Asking ahead ---------------------------------------------------- */

/* False: too long, or of another kind. */
static bool
key_make(const struct db_value *values, size_t n, char key[KEY_MAX])
{
	size_t len = 0;

	key[0] = '\0';
	for (size_t i = 0; i < n && len < KEY_MAX; i++) {
		const struct db_value *value = &values[i];

		if (value->letter == 'i')
			len += (size_t)snprintf(key + len, KEY_MAX - len,
			    "%lld ", (long long)value->number);
		else if (value->letter == 's' && value->data != NULL)
			len += (size_t)snprintf(key + len, KEY_MAX - len,
			    "%zu %s ", strlen(value->data),
			    (const char *)value->data);
		else
			return false;
	}
	return len < KEY_MAX;
}

/* Where the query is linked; the end's NULL if it was not asked ahead. */
static struct ahead **
ahead_find(struct db *db, const struct db_rows *rows, const char *key)
{
	struct ahead **at = &of(db)->first;

	while (*at != NULL &&
	       ((*at)->rows != rows || strcmp((*at)->key, key) != 0))
		at = &(*at)->next;
	return at;
}

static enum db_err
ahead(struct db_rows *rows, const struct db_value *values, size_t n)
{
	struct db *db = rows->db;
	struct ahead **at, *one;
	char key[KEY_MAX];

	if (!key_make(values, n, key) || *(at = ahead_find(db, rows, key)))
		return DB_OK;
	if ((one = calloc(1, sizeof *one)) == NULL)
		return db_fail(db, DB_NOMEM, "out of memory");
	one->rows = rows;
	memcpy(one->key, key, sizeof key);
	*at = one;
	return queue_statement(rows, values, n, (struct queued){ one, false });
}

/* Results may be still to come. */
static void
ahead_end(struct db *db)
{
	for (struct ahead *one = of(db)->first; one != NULL; one = one->next)
		one->rows = NULL;
}

/* The result of a query that was asked ahead; NULL: it was not. */
static enum db_err
ahead_take(struct db_rows *rows, const struct db_value *values, size_t n,
    PGresult **result)
{
	struct db *db = rows->db;
	struct ahead **at, *one;
	char key[KEY_MAX];
	enum db_err err = DB_OK;

	if (of(db)->first == NULL || !key_make(values, n, key) ||
	    (one = *(at = ahead_find(db, rows, key))) == NULL)
		return DB_OK;
	if (one->result == NULL)
		err = queue_end(db, NULL);
	*at = one->next;
	if (err == DB_OK)
		*result = one->result;
	else
		PQclear(one->result);
	free(one);
	return err;
}

static enum db_err
start(
    struct db_rows *base, const struct db_value *values, size_t n, bool to_end)
{
	struct postgres_rows *rows = rows_of(base);
	struct db *db = base->db;
	enum db_err err = DB_OK;

	(void)to_end; /* values are sent at once */
	if (db->level == 0)
		err = connection_need(db);
	else
		err = ahead_take(base, values, n, &rows->result);
	if (err == DB_OK && rows->result == NULL) {
		err = send(base, values, n, false);
		if (err == DB_OK)
			err = queue_end(db, &rows->result);
	}
	rows->row = -1;
	return err;
}

static void
stop(struct db_rows *rows)
{
	PQclear(rows_of(rows)->result);
	rows_of(rows)->result = NULL;
}

static enum db_err
next(struct db_rows *base)
{
	struct postgres_rows *rows = rows_of(base);

	if (++rows->row < PQntuples(rows->result))
		return DB_OK;
	stop(base);
	return DB_END;
}

static char *
value_of(struct db_rows *rows, int column)
{
	return PQgetvalue(rows_of(rows)->result, rows_of(rows)->row, column);
}

static bool
is_null(struct db_rows *rows, int column)
{
	return PQgetisnull(rows_of(rows)->result, rows_of(rows)->row, column) !=
	       0;
}

static const char *
text(struct db_rows *rows, int column)
{
	return value_of(rows, column);
}

static int64_t
integer(struct db_rows *rows, int column)
{
	const char *value = value_of(rows, column);

	return value[0] == 't' ? 1 : strtoll(value, NULL, 10);
}

static unsigned char
nibble(char digit)
{
	return (unsigned char)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

/*
 * "\x" and two digits a byte, which are read in place: the bytes then stand
 * behind the "x", and the "\" is a NUL, so that it is done once.
 */
static const void *
blob(struct db_rows *rows, int column, size_t *len)
{
	char *value = value_of(rows, column);
	int digits =
	    PQgetlength(rows_of(rows)->result, rows_of(rows)->row, column) - 2;

	*len = 0;
	if (is_null(rows, column) || digits < 0)
		return NULL;
	*len = (size_t)digits / 2;
	if (value[0] == '\\') {
		for (size_t i = 0; i < *len; i++)
			value[2 + i] = (char)(nibble(value[2 + 2 * i]) << 4 |
					      nibble(value[3 + 2 * i]));
		value[0] = '\0';
	}
	return value + 2;
}

/* ---- Transactions ---------------------------------------------------- */

/* A connection that broke while nobody looked shows here. */
static enum db_err
begin(struct db *db, bool reading)
{
	const char *sql =
	    reading ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
		    : "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
	enum db_err err = connection_need(db);

	if (err == DB_OK && (err = command(db, sql)) == DB_GONE &&
	    (err = connect_again(db)) == DB_OK)
		err = command(db, sql);
	return err;
}

static enum db_err
commit(struct db *db)
{
	PGresult *result = NULL;
	enum db_err err = DB_OK;

	/* What fails here and not in the server does not stop a COMMIT. */
	if (of(db)->has_one)
		err = queue_end(db, NULL);
	if (err == DB_OK)
		err = queue_command(db, "COMMIT");
	if (err == DB_OK)
		err = queue_end(db, &result);
	if (err == DB_OK && strcmp(PQcmdStatus(result), "COMMIT") != 0)
		err = db_fail(
		    db, DB_FAILED, "the server rolled the transaction back");
	PQclear(result);
	ahead_drop(db);
	return err;
}

static void
rollback(struct db *db)
{
	if (of(db)->is_ready)
		(void)queue_end(db, NULL); /* it is all undone */
	ahead_drop(db);
	if (of(db)->is_ready &&
	    PQtransactionStatus(of(db)->connection) != PQTRANS_IDLE)
		PQclear(PQexec(of(db)->connection, "ROLLBACK"));
}

/*
 * Behind it, nothing may fail that was sent before it, or it has to be known
 * that it was before it.
 */
static enum db_err
savepoint(struct db *db)
{
	struct postgres_db *postgres = of(db);
	enum db_err err = DB_OK;

	if (!postgres->is_later || postgres->queued >= QUEUE_FULL)
		err = queue_end(db, NULL);
	postgres->released = postgres->queued;
	return err == DB_OK ? queue_command(db, "SAVEPOINT part") : err;
}

static enum db_err
release(struct db *db)
{
	enum db_err err = queue_command(db, "RELEASE SAVEPOINT part");

	return err == DB_OK ? queue_end(db, NULL) : err;
}

static enum db_err
release_later(struct db *db)
{
	of(db)->is_later = true;
	return queue_command(db, "RELEASE SAVEPOINT part");
}

/* ---- Schema ---------------------------------------------------------- */

#define ROWID "WITHOUT ROWID" /* SQLite's: a table is its primary key */

/* What is still queued counts no more: it is undone, or there is nothing. */
static enum db_err
script(struct db *db, const char *sql)
{
	char *copy, *at;
	enum db_err err;

	err = queue_end(db, NULL);
	if (err == DB_GONE || db->is_lost)
		return err;
	if (strstr(sql, ROWID) == NULL)
		return command(db, sql);
	if ((copy = strdup(sql)) == NULL)
		return db_fail(db, DB_NOMEM, "out of memory");
	while ((at = strstr(copy, ROWID)) != NULL)
		memset(at, ' ', sizeof ROWID - 1);
	err = command(db, copy);
	free(copy);
	return err;
}

/* The rows of a query; the caller clears *out. */
static enum db_err
look_up(struct db *db, const char *sql, PGresult **out)
{
	enum db_err err;

	*out = PQexec(of(db)->connection, sql);
	err = judge(db, *out);
	if (err == DB_OK && PQntuples(*out) != 1)
		err = db_fail(db, DB_MISSING, "the database is empty");
	return err;
}

/*
 * A question for the table that is not there would end a transaction.  (So
 * would to_regclass(), in a way: while an upgrade waits for another, it does
 * not hear of new tables.)
 */
static enum db_err
version_get(struct db *db, int32_t *kind, int32_t *version)
{
	PGresult *result;
	enum db_err err = look_up(db,
	    "SELECT 1 FROM pg_class WHERE relname = 'database_version'"
	    " AND pg_table_is_visible(oid)",
	    &result);

	if (err == DB_OK) {
		PQclear(result);
		err = look_up(
		    db, "SELECT kind, version FROM database_version", &result);
	}
	if (err == DB_OK) {
		*kind = (int32_t)strtol(PQgetvalue(result, 0, 0), NULL, 10);
		*version = (int32_t)strtol(PQgetvalue(result, 0, 1), NULL, 10);
	}
	PQclear(result);
	return err;
}

static enum db_err
version_set(struct db *db, int32_t kind, int32_t version)
{
	char sql[320];

	(void)snprintf(sql, sizeof sql,
	    "CREATE TABLE IF NOT EXISTS database_version (one INTEGER PRIMARY "
	    "KEY CHECK (one = 1), kind INTEGER NOT NULL, version INTEGER NOT "
	    "NULL); INSERT INTO database_version VALUES (1, %d, %d) ON "
	    "CONFLICT (one) DO UPDATE SET version = excluded.version",
	    (int)kind, (int)version);
	return command(db, sql);
}

static enum db_err
begin_upgrade(struct db *db)
{
	char sql[64];

	(void)snprintf(sql, sizeof sql,
	    "BEGIN; SELECT pg_advisory_xact_lock(%d)", (int)db->kind);
	return command(db, sql);
}

static enum db_err
check(struct db *db)
{
	(void)db;
	return DB_OK;
}

const struct db_backend db_postgres = {
	.db_size = sizeof(struct postgres_db),
	.rows_size = sizeof(struct postgres_rows),
	.connect = connect_to,
	.disconnect = disconnect,
	.version_get = version_get,
	.version_set = version_set,
	.begin_upgrade = begin_upgrade,
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.savepoint = savepoint,
	.release = release,
	.release_later = release_later,
	.script = script,
	.check = check,
	.start = start,
	.send = send,
	.ahead = ahead,
	.ahead_end = ahead_end,
	.next = next,
	.stop = stop,
	.finalize = stop,
	.integer = integer,
	.text = text,
	.blob = blob,
	.is_null = is_null,
};
