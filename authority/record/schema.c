/* schema.c - see schema.h. */
#include "schema.h"

/*
 * log: everything that was done, each entry with the digest of the one before
 * it; see log.h.  head: the last entry, signed.
 */
#define LOG_TABLES \
	"CREATE TABLE log (n INTEGER PRIMARY KEY, at BIGINT NOT NULL," \
	" who TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL," \
	" says TEXT NOT NULL, digest BYTEA NOT NULL);" \
	"CREATE INDEX log_subject ON log (kind, subject, n)" \
	" WHERE subject <> '';" \
	"CREATE TABLE head (one INTEGER PRIMARY KEY, n INTEGER NOT NULL," \
	" digest BYTEA NOT NULL, checkpoint TEXT NOT NULL);"

/*
 * signing_key: place is the name of a file in the authority's folder.
 */
#define KEY_TABLES \
	"CREATE TABLE signing_key (kid TEXT PRIMARY KEY, jwk TEXT NOT NULL," \
	" place TEXT NOT NULL, state TEXT NOT NULL, made BIGINT NOT NULL);"

/*
 * request: what was asked for under an id of the caller's; the licenses that
 * it got refer to it, so that asking again gives the same ones.
 * license: source says how it came about; pak_line and units, of which line of
 * a PAK, or of a contract (contract_sku), it used how many units up; udi is "" for any device.  license_udi: the
 * other devices of a license for several.  ended: a license that does not
 * count on a device any more, since it was moved, replaced or superseded.
 */
#define LICENSE_TABLES \
	"CREATE TABLE request (n INTEGER PRIMARY KEY," \
	" id TEXT NOT NULL UNIQUE, what TEXT NOT NULL);" \
	"CREATE TABLE license (n INTEGER PRIMARY KEY, id TEXT NOT NULL," \
	" udi TEXT NOT NULL, feature TEXT NOT NULL, ends BIGINT," \
	" source TEXT NOT NULL, sku TEXT, pak_line INTEGER," \
	" units INTEGER NOT NULL, request INTEGER, line TEXT NOT NULL);" \
	"CREATE INDEX license_id ON license (id);" \
	"CREATE INDEX license_udi_n ON license (udi, n) WHERE udi <> '';" \
	"CREATE INDEX license_pak_line ON license (pak_line)" \
	" WHERE pak_line IS NOT NULL;" \
	"CREATE INDEX license_request ON license (request)" \
	" WHERE request IS NOT NULL;" \
	"CREATE INDEX license_ends ON license (ends)" \
	" WHERE ends IS NOT NULL;" \
	"CREATE TABLE license_udi (udi TEXT NOT NULL," \
	" license INTEGER NOT NULL, PRIMARY KEY (udi, license));" \
	"CREATE TABLE ended (n INTEGER PRIMARY KEY, udi TEXT NOT NULL," \
	" id TEXT NOT NULL, why TEXT NOT NULL, ref TEXT NOT NULL," \
	" UNIQUE (udi, id));" \
	"CREATE TABLE agreement (digest TEXT PRIMARY KEY," \
	" text TEXT NOT NULL);"

/*
 * device: the key of a device ("" if unknown), how it came to be known, and
 * what its last credentials said of its history; back_...: the same of
 * credentials that showed a state directory that was put back, back_seen 0 if
 * there is none that waits for approval.
 * ticket: permission tickets; redeemed_for is the UDI of the device that got
 * the licenses, under the request "ticket ID".
 */
#define DEVICE_TABLES \
	"CREATE TABLE device (udi TEXT PRIMARY KEY, kid TEXT NOT NULL," \
	" pinned TEXT NOT NULL, records BIGINT NOT NULL," \
	" history TEXT NOT NULL, seen BIGINT NOT NULL," \
	" back_records BIGINT NOT NULL, back_history TEXT NOT NULL," \
	" back_seen BIGINT NOT NULL);" \
	"CREATE TABLE ticket (seq INTEGER PRIMARY KEY," \
	" id TEXT NOT NULL UNIQUE, udi TEXT NOT NULL, text TEXT NOT NULL," \
	" redeemed_for TEXT, redeemed_at BIGINT);"

/*
 * family: a product line, whose product IDs match one of the patterns (words
 * with * and ?).  moves_to: to which families licenses may move (words).
 * sku: what is sold; family "" is any.  sku_item: the licenses that one unit of
 * a SKU gives; they never change: other items are another revision, and what
 * was sold before keeps its own.  days is the length of a subscription.
 * contract_sku: quantity 0 is any number of units.  contract_udi: if a contract
 * has none, it is good for any device.
 */
#define CATALOG_TABLES \
	"CREATE TABLE family (name TEXT PRIMARY KEY, pids TEXT NOT NULL," \
	" moves_to TEXT NOT NULL);" \
	"CREATE TABLE sku (code TEXT PRIMARY KEY," \
	" description TEXT NOT NULL, family TEXT NOT NULL," \
	" movable INTEGER NOT NULL, sold INTEGER NOT NULL," \
	" revision INTEGER NOT NULL);" \
	"CREATE TABLE sku_item (n INTEGER PRIMARY KEY, sku TEXT NOT NULL," \
	" revision INTEGER NOT NULL, item INTEGER NOT NULL," \
	" feature TEXT NOT NULL, version TEXT NOT NULL, type TEXT NOT NULL," \
	" count BIGINT NOT NULL, additive INTEGER NOT NULL," \
	" period BIGINT NOT NULL, days INTEGER NOT NULL," \
	" extension_days INTEGER NOT NULL, agreement TEXT NOT NULL," \
	" UNIQUE (sku, revision, item));" \
	"CREATE TABLE account (name TEXT PRIMARY KEY," \
	" description TEXT NOT NULL);" \
	"CREATE TABLE contract (number TEXT PRIMARY KEY," \
	" account TEXT NOT NULL, begins BIGINT, ends BIGINT," \
	" stopped TEXT NOT NULL);" \
	"CREATE TABLE contract_sku (n INTEGER PRIMARY KEY," \
	" contract TEXT NOT NULL, sku TEXT NOT NULL," \
	" quantity INTEGER NOT NULL, used INTEGER NOT NULL," \
	" UNIQUE (contract, sku));" \
	"CREATE TABLE contract_udi (n INTEGER PRIMARY KEY," \
	" contract TEXT NOT NULL, udi TEXT NOT NULL," \
	" UNIQUE (contract, udi));"

/*
 * pak: stopped has the reason, "" if it is not.  pak_line: a SKU of it, with
 * the items that it had when the PAK was made.
 */
#define PAK_TABLES \
	"CREATE TABLE pak (code TEXT PRIMARY KEY," \
	" order_number TEXT NOT NULL, account TEXT NOT NULL," \
	" made BIGINT NOT NULL, stopped TEXT NOT NULL);" \
	"CREATE INDEX pak_order ON pak (order_number)" \
	" WHERE order_number <> '';" \
	"CREATE TABLE pak_line (n INTEGER PRIMARY KEY, pak TEXT NOT NULL," \
	" sku TEXT NOT NULL, revision INTEGER NOT NULL," \
	" quantity INTEGER NOT NULL, used INTEGER NOT NULL," \
	" UNIQUE (pak, sku));"

/*
 * evaluation: once for each device, feature and version.  rma: replacements
 * of devices.  lot: manufacturing lots, whose licenses refer to the request
 * "lot NAME".  setting: numbers that the authority's owner chose.
 */
#define CASE_TABLES \
	"CREATE TABLE evaluation (n INTEGER PRIMARY KEY," \
	" udi TEXT NOT NULL, feature TEXT NOT NULL, version TEXT NOT NULL," \
	" license TEXT NOT NULL, UNIQUE (udi, feature, version));" \
	"CREATE TABLE rma (n INTEGER PRIMARY KEY, old_udi TEXT NOT NULL," \
	" new_udi TEXT NOT NULL, at BIGINT NOT NULL, why TEXT NOT NULL," \
	" approved_by TEXT NOT NULL, licenses INTEGER NOT NULL," \
	" due BIGINT NOT NULL, returned BIGINT NOT NULL);" \
	"CREATE INDEX rma_old ON rma (old_udi);" \
	"CREATE INDEX rma_new ON rma (new_udi);" \
	"CREATE TABLE setting (name TEXT PRIMARY KEY," \
	" value BIGINT NOT NULL);" \
	"CREATE TABLE lot (name TEXT PRIMARY KEY, what TEXT NOT NULL," \
	" at BIGINT NOT NULL);"

/*
 * token: of programs that use the portal; digest is of the token, account ""
 * for the staff.  answer: what a request was answered, unless its licenses are
 * the answer.
 */
#define PORTAL_TABLES \
	"CREATE TABLE token (name TEXT PRIMARY KEY," \
	" digest TEXT NOT NULL UNIQUE, account TEXT NOT NULL," \
	" role TEXT NOT NULL, made BIGINT NOT NULL, expires BIGINT," \
	" stopped INTEGER NOT NULL);" \
	"CREATE TABLE answer (request INTEGER PRIMARY KEY," \
	" body TEXT NOT NULL);"

/*
 * nonce: those of call home that were used, until they are over.  nonce_secret:
 * one row, with which nonces are made.  device_account: the account whose token
 * a device showed.  Only the last one is in the log.
 */
#define HOME_TABLES \
	"CREATE TABLE nonce (nonce TEXT PRIMARY KEY," \
	" expires BIGINT NOT NULL);" \
	"CREATE INDEX nonce_expires ON nonce (expires);" \
	"CREATE TABLE nonce_secret (one INTEGER PRIMARY KEY," \
	" secret BYTEA NOT NULL);" \
	"CREATE TABLE device_account (udi TEXT PRIMARY KEY," \
	" account TEXT NOT NULL);"

/*
 * webhook: where events go.  seen is the last entry of the log that
 * was told, ends and ends_n the last license whose end was; failing is when it
 * began to fail, 0 if it does not, and due when it is tried again.  Until leased
 * it is lessee's alone, one of several portals.
 */
#define WEBHOOK_TABLES \
	"CREATE TABLE webhook (id TEXT PRIMARY KEY, account TEXT NOT NULL," \
	" url TEXT NOT NULL, events TEXT NOT NULL, secret TEXT NOT NULL," \
	" made BIGINT NOT NULL, stopped TEXT NOT NULL, seen BIGINT NOT NULL," \
	" ends BIGINT NOT NULL, ends_n BIGINT NOT NULL," \
	" failing BIGINT NOT NULL, tries BIGINT NOT NULL, due BIGINT NOT NULL," \
	" says TEXT NOT NULL, leased BIGINT NOT NULL, lessee TEXT NOT NULL);" \
	"CREATE INDEX pak_account ON pak (account) WHERE account <> '';"

static const char *const steps[] = {
	LOG_TABLES KEY_TABLES LICENSE_TABLES DEVICE_TABLES CATALOG_TABLES
	    PAK_TABLES CASE_TABLES PORTAL_TABLES,
	HOME_TABLES WEBHOOK_TABLES,
};

const struct db_schema lc_record_schema = {
	.kind = 0x4c436175, /* "LCau" */
	.steps = steps,
	.nsteps = sizeof steps / sizeof steps[0],
};
