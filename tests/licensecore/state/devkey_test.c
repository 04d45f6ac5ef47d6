/* devkey_test.c - the device's own key, and how files are replaced. */
#include "state/devkey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>

#include "check.h"
#include "base/disk.h"
#include "format/key.h"
#include "format/keyfile.h"

static struct lc_devkey *
open_key(const char *path)
{
	struct lc_devkey *devkey = NULL;
	struct lc_detail detail = { "" };
	bool made;

	CHECK_ERR(lc_devkey_open(path, ".aside", NULL, NULL, &devkey, &made, &detail),
	    LC_OK, &detail);
	REQUIRE(devkey != NULL);
	CHECK(lc_devkey_is_kept(devkey));
	CHECK_ERR(lc_devkey_double(devkey, path), LC_OK, NULL);
	CHECK(!lc_devkey_is_single(devkey));
	return devkey;
}

static void
check_refused(const char *path, enum lc_err err, const char *says)
{
	struct lc_devkey *devkey = NULL;
	struct lc_detail detail = { "" };
	bool made;

	CHECK_ERR(lc_devkey_open(path, ".aside", NULL, NULL, &devkey, &made, &detail),
	    err, &detail);
	CHECK_HAS(detail.text, says);
	CHECK(devkey == NULL);
}

static void
made_once_and_kept(void)
{
	const char *path = check_path(check_dir(), "device.key");
	struct lc_devkey *first = open_key(path);
	struct lc_devkey *second = open_key(path);
	uint8_t signature[LC_SIGNATURE_LEN];
	struct stat st;

	REQUIRE(stat(path, &st) == 0);
	CHECK_UINT(st.st_mode & 07777, 0600);
	CHECK_INT(lc_devkey_key(first)->alg, LC_ED25519);
	CHECK_STR(lc_devkey_key(first)->kid, lc_devkey_key(second)->kid);
	CHECK_ERR(
	    lc_key_sign(lc_devkey_key(first), "x", 1, signature), LC_OK, NULL);
	CHECK_ERR(lc_key_verify(lc_devkey_key(second), "x", 1, signature),
	    LC_OK, NULL);
	lc_devkey_free(first);
	lc_devkey_free(second);
	lc_devkey_free(NULL);
}

static void
keys_of_macs(void)
{
	/* The key of RFC 8037 A.1; the outputs by openssl kdf HKDF. */
	static const char pem[] =
	    "-----BEGIN PRIVATE KEY-----\n"
	    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
	    "-----END PRIVATE KEY-----\n";
	static const uint8_t expected[LC_MAC_KEY_LEN] = {
		0xfa,
		0x4a,
		0x97,
		0x4c,
		0xf7,
		0x69,
		0x62,
		0x51,
		0x09,
		0x2e,
		0x68,
		0xc7,
		0x08,
		0x48,
		0x65,
		0x30,
		0x09,
		0x61,
		0x95,
		0xf7,
		0x0b,
		0x62,
		0xc3,
		0x89,
		0x2c,
		0x26,
		0x9e,
		0xa7,
		0x09,
		0xbd,
		0x2a,
		0x78,
	};
	const char *path = check_path(check_dir(), "device.key");
	uint8_t usage[LC_MAC_KEY_LEN], again[LC_MAC_KEY_LEN];
	uint8_t history[LC_MAC_KEY_LEN];
	struct lc_devkey *devkey;

	check_write(path, pem, strlen(pem));
	REQUIRE(chmod(path, 0400) == 0);
	devkey = open_key(path);
	CHECK_ERR(lc_devkey_mac_key(devkey, "usage", usage), LC_OK, NULL);
	CHECK_ERR(lc_devkey_mac_key(devkey, "usage", again), LC_OK, NULL);
	CHECK_ERR(lc_devkey_mac_key(devkey, "history", history), LC_OK, NULL);
	CHECK_MEM(usage, sizeof usage, expected, sizeof expected);
	CHECK_MEM(usage, sizeof usage, again, sizeof again);
	CHECK(memcmp(usage, history, sizeof usage) != 0);
	lc_devkey_free(devkey);
}

/* The key of RFC 6979 A.2.5. */
static const char p256[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MEECAQAwEwYHKoZIzj0CAQYIKoZIzj0DAQcEJzAlAgEBBCDJr6nYRbp1FmtcIVdn\n"
    "sdaTTlDD2zbomxJ7imIrEg9nIQ==\n"
    "-----END PRIVATE KEY-----\n";

/* One that somebody put there; what is expected is by Python's hmac. */
static void
a_key_on_p256(void)
{
	static const uint8_t expected[LC_MAC_KEY_LEN] =
	    "\xcb\x4f\x4c\x76\xff\xb0\x8c\xd6\xe7\x8b\xc4\x0d\x0c\x76\x76\x91"
	    "\x87\x1e\xd2\xed\x71\x51\xce\xab\xdb\x27\x6b\x0a\x8f\x9c\x49\x5e";
	const char *dir = check_dir();
	const char *path = check_path(dir, "device.key");
	uint8_t signature[LC_SIGNATURE_LEN], mac[LC_MAC_KEY_LEN];
	struct lc_devkey *first, *again;

	check_write(path, p256, strlen(p256));
	REQUIRE(chmod(path, 0600) == 0);
	first = open_key(path);
	CHECK_INT(lc_devkey_key(first)->alg, LC_ES256);
	CHECK_ERR(lc_devkey_mac_key(first, "usage", mac), LC_OK, NULL);
	CHECK_MEM(mac, sizeof mac, expected, sizeof expected);
	/* The twin is the same key, and brings the first one back. */
	REQUIRE(unlink(path) == 0);
	again = open_key(path);
	CHECK_STR(lc_devkey_key(again)->kid, lc_devkey_key(first)->kid);
	CHECK_ERR(lc_devkey_mac_key(again, "usage", mac), LC_OK, NULL);
	CHECK_MEM(mac, sizeof mac, expected, sizeof expected);
	CHECK_ERR(
	    lc_key_sign(lc_devkey_key(again), "x", 1, signature), LC_OK, NULL);
	CHECK_ERR(lc_key_verify(lc_devkey_key(first), "x", 1, signature),
	    LC_OK, NULL);
	lc_devkey_free(first);
	lc_devkey_free(again);
}

/*
 * The file says which public key belongs to the private one: without a look at
 * both, a damaged one would seal with another key under the same id.
 */
static void
two_halves_that_differ(void)
{
	const char *dir = check_dir();
	const char *path = check_path(dir, "device.key");
	struct lc_devkey *first, *again = NULL;
	struct lc_detail why = { "" };
	struct lc_key *key = NULL;
	char *pem, *at;
	size_t len;
	bool made;

	REQUIRE(lc_key_generate(LC_ES256, &key) == LC_OK);
	REQUIRE(lc_keyfile_save(path, key, &why) == LC_OK);
	lc_key_free(key);
	first = open_key(path);
	pem = check_read(check_path(dir, "device-twin.key"), &len);
	/* The private half begins at byte 36. */
	at = strchr(pem, '\n') + 1 + 60;
	*at = *at == 'A' ? 'B' : 'A';
	check_write(path, pem, len);
	REQUIRE(chmod(path, 0600) == 0);
	CHECK_ERR(lc_devkey_open(path, ".aside", NULL, NULL, &again, &made,
	    &why), LC_OK, &why);
	CHECK(!made);
	CHECK_HAS(why.text, "its two halves do not belong together");
	CHECK_STR(lc_devkey_key(again)->kid, lc_devkey_key(first)->kid);
	free(pem);
	lc_devkey_free(first);
	lc_devkey_free(again);
}

static void
keys_that_are_refused(void)
{
	const char *dir = check_dir();
	const char *path = check_path(dir, "device.key");

	lc_devkey_free(open_key(path));
	REQUIRE(chmod(path, 0640) == 0);
	check_refused(path, LC_ETRUST, "mode 0640");
	REQUIRE(chmod(path, 0602) == 0);
	check_refused(path, LC_ETRUST, "mode 0602");
	REQUIRE(chmod(path, 0600) == 0);
	if (geteuid() == 0) {
		REQUIRE(chown(path, 65534, 65534) == 0);
		check_refused(path, LC_ETRUST, "owned by user 65534");
		REQUIRE(chown(path, 0, 0) == 0);
	}
	check_refused(
	    check_path(dir, "none/device.key"), LC_EIO, "cannot write");
}

/* Whatever is wrong with one of the two, the other one counts. */
static void
damaged_keys(void)
{
	const char *dir = check_dir();
	const char *paths[2] = { check_path(dir, "device.key"),
		check_path(dir, "device-twin.key") };
	struct lc_devkey *first = open_key(paths[0]);
	struct lc_key other = { .alg = LC_ES256 };
	char *pem = NULL;
	size_t len = 0;

	/* On a curve that is not supported. */
	REQUIRE((other.pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384")) !=
	    NULL);
	REQUIRE(lc_key_to_pem(&other, &pem, &len) == LC_OK);
	for (int i = 0; i < 2 * 7; i++) {
		const char *path = paths[i % 2], *says = "no private key";
		struct lc_devkey *again = NULL;
		struct lc_detail why = { "" };
		struct stat st;
		char aside[16];
		bool made;

		check_context("%s, case %d", path, i / 2);
		REQUIRE(unlink(path) == 0);
		switch (i / 2) {
		case 0:
			says = "";
			break;
		case 1:
			check_write(path, "", 0);
			break;
		case 2:
			check_write(path, "rubbish", 7);
			break;
		case 3:
			check_write(path, pem, len);
			says = "neither Ed25519 nor";
			break;
		case 4:
			REQUIRE(mkdir(path, 0700) == 0);
			says = "not a regular file";
			break;
		case 5:
			REQUIRE(mkfifo(path, 0600) == 0);
			says = "not a regular file";
			break;
		default:
			REQUIRE(symlink("/nowhere/at/all", path) == 0);
			says = "";
			break;
		}
		if (i / 2 >= 1 && i / 2 <= 3)
			REQUIRE(chmod(path, 0600) == 0);
		snprintf(aside, sizeof aside, ".aside-%d", i);
		CHECK_ERR(lc_devkey_open(paths[0], aside, NULL, NULL, &again, &made,
		    &why), LC_OK, &why);
		CHECK(!made);
		CHECK_HAS(why.text, says);
		CHECK_STR(lc_devkey_key(again)->kid,
		    lc_devkey_key(first)->kid);
		CHECK_INT(lc_devkey_is_single(again), i == 1 || i == 13);
		CHECK_ERR(lc_devkey_double(again, paths[0]), LC_OK, NULL);
		lc_devkey_free(again);
		REQUIRE(lstat(path, &st) == 0);
		CHECK(S_ISREG(st.st_mode));
		CHECK_UINT(st.st_mode & 07777, 0600);
	}
	OPENSSL_clear_free(pem, len);
	EVP_PKEY_free(other.pkey);
	lc_devkey_free(first);
}

/* Both: the device has a new key, and that is said. */
static void
both_keys_damaged(void)
{
	const char *dir = check_dir();
	const char *path = check_path(dir, "device.key");
	struct lc_devkey *first = open_key(path), *again = NULL;
	struct lc_detail why = { "" };
	bool made = false;

	check_write(path, "rubbish", 7);
	check_write(check_path(dir, "device-twin.key"), "", 0);
	CHECK_ERR(lc_devkey_open(path, ".aside", NULL, NULL, &again, &made, &why), LC_OK,
	    &why);
	CHECK(made);
	CHECK_HAS(why.text, "no private key");
	CHECK(strcmp(lc_devkey_key(again)->kid,
	    lc_devkey_key(first)->kid) != 0);
	CHECK_INT(access(check_path(dir, "device.key.aside"), F_OK), 0);
	lc_devkey_free(again);
	again = open_key(path);
	lc_devkey_free(again);
	lc_devkey_free(first);
}

/* An encrypted key must not make OpenSSL ask at the terminal. */
static void
a_passphrase_is_not_asked_for(void)
{
	const char *path = check_path(check_dir(), "device.key");
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	BIO *bio = BIO_new_file(path, "w");
	char secret[] = "secret";

	REQUIRE(pkey != NULL && bio != NULL);
	REQUIRE(PEM_write_bio_PKCS8PrivateKey(
		    bio, pkey, EVP_aes_128_cbc(), secret, 6, NULL, NULL) == 1);
	BIO_free(bio);
	EVP_PKEY_free(pkey);
	REQUIRE(chmod(path, 0600) == 0);
	{
		struct lc_devkey *devkey = NULL;
		struct lc_detail why = { "" };
		bool made;

		CHECK_ERR(lc_devkey_open(path, ".aside", NULL, NULL, &devkey, &made,
		    &why), LC_OK, NULL);
		CHECK(made);
		CHECK_HAS(why.text, "without a passphrase");
		lc_devkey_free(devkey);
	}
}

static void
files_are_replaced_whole(void)
{
	const char *path = check_path(check_dir(), "file");
	struct lc_detail detail;
	char *data = NULL;
	size_t len = 0;
	struct stat st;

	(void)umask(022);
	CHECK_ERR(lc_disk_read(path, 10, &data, &len, NULL, &detail),
	    LC_ENOTFOUND, &detail);
	CHECK_ERR(lc_disk_write(path, "one", 3, 0666, false, &detail), LC_OK,
	    &detail);
	REQUIRE(stat(path, &st) == 0);
	CHECK_UINT(st.st_mode & 07777, 0644);
	CHECK_ERR(lc_disk_write(path, "two", 3, 0666, false, &detail),
	    LC_EEXISTS, &detail);
	CHECK_HAS(detail.text, "already exists");
	CHECK_ERR(
	    lc_disk_read(path, 3, &data, &len, &st, &detail), LC_OK, &detail);
	CHECK_MEM(data, len, "one", 3);
	CHECK_INT(st.st_size, 3);
	free(data);
	CHECK_ERR(lc_disk_write(path, "three", 5, 0600, true, &detail), LC_OK,
	    &detail);
	CHECK_ERR(
	    lc_disk_read(path, 4, &data, &len, NULL, &detail), LC_EIO, &detail);
	CHECK_HAS(detail.text, "5 bytes, at most 4");
	CHECK_ERR(
	    lc_disk_read(path, 5, &data, &len, NULL, &detail), LC_OK, &detail);
	CHECK_MEM(data, len, "three", 5);
	free(data);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "made once and kept", made_once_and_kept },
		{ "keys of MACs", keys_of_macs },
		{ "a key on P-256", a_key_on_p256 },
		{ "two halves that differ", two_halves_that_differ },
		{ "keys that are refused", keys_that_are_refused },
		{ "damaged keys", damaged_keys },
		{ "both keys damaged", both_keys_damaged },
		{ "a passphrase is not asked for",
		    a_passphrase_is_not_asked_for },
		{ "files are replaced whole", files_are_replaced_whole },
	};

	return check_main("devkey", tests, CHECK_COUNT(tests), argc, argv);
}
