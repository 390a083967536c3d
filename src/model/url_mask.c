#include "model/url.h"

#include <string.h>
#include <strings.h>

#define KEY_MAX 64 /* letters and digits of the longest key that can be secret */

/* Keys whose values give access: letters and digits only, since access_token, access-token and
 * accessToken are the same to many servers. */
static const char *const secret_keys[] = {
    "accesstoken",
    "apikey",
    "auth",
    "authorization",
    "assertion",
    "bearer",
    "clientsecret",
    "code",
    "idtoken",
    "jsessionid",
    "jwt",
    "key",
    "keypairid",
    "passwd",
    "password",
    "phpsessid",
    "policy",
    "pwd",
    "refreshtoken",
    "pass",
    "sas",
    "hmac",
    "secret",
    "session",
    "sessionid",
    "sid",
    "sig",
    "signature",
    "token",
    "xamzcredential",
    "xamzsecuritytoken",
    "xamzsignature",
    "xgoogcredential",
    "xgoogsignature",
};

/* Where the reading stands. What is before `copied` is in the text already. */
struct scan {
    struct text *text;
    const struct redaction *redaction;
    const char *copied;
    const char *at;
    const char *end;
};

/* access_token, subscription-key and whatever else is named like them. */
static const char *const secret_endings[] = {
    "token",       "secret", "signature", "password",  "passwd",          "credential",
    "credentials", "apikey", "accesskey", "secretkey", "subscriptionkey", "privatekey",
};

static int hex_value(char character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    char lower = (char)(character | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* The character at `at`, as it stands or behind %HH: a URL may be quoted in another one's query.
 * Returns its width. */
static size_t peek(const char *at, const char *end, char *out)
{
    if (at[0] == '%' && end - at >= 3) {
        int high = hex_value(at[1]);
        int low = hex_value(at[2]);
        if (high >= 0 && low >= 0) {
            *out = (char)(high << 4 | low);
            return 3;
        }
    }
    *out = at[0];
    return 1;
}

/* What a key may follow: also a slash or a blank, to be on the safe side. */
static bool is_separator(char character)
{
    switch (character) {
    case '?':
    case '#':
    case '&':
    case ';':
    case '/':
    case ' ':
        return true;
    default:
        return false;
    }
}

static bool is_slash(char character)
{
    return character == '/' || character == '\\';
}

/* Appends a letter or digit to a key, ASCII in lower case; anything else does not count. */
static size_t key_append(char key[KEY_MAX], size_t length, char character)
{
    bool is_capital = character >= 'A' && character <= 'Z';
    bool counts = is_capital || (character >= 'a' && character <= 'z') ||
                  (character >= '0' && character <= '9') || (unsigned char)character >= 0x80;
    if (counts && length < KEY_MAX)
        key[length++] = (char)(is_capital ? character | 0x20 : character);
    return length;
}

static bool key_equals(const char *key, size_t length, const char *wanted)
{
    char plain[KEY_MAX];
    size_t plain_length = 0;
    for (; *wanted != '\0'; wanted++)
        plain_length = key_append(plain, plain_length, *wanted);
    return plain_length == length && memcmp(plain, key, length) == 0;
}

static bool is_secret(const char *key, size_t length, const struct redaction *redaction)
{
    if (length == 0)
        return false;
    for (size_t i = 0; i < ARRAY_LENGTH(secret_keys); i++) {
        const char *secret = secret_keys[i];
        if (secret[0] == key[0] && strlen(secret) == length && memcmp(secret, key, length) == 0)
            return true;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(secret_endings); i++) {
        size_t ending = strlen(secret_endings[i]);
        if (length >= ending && memcmp(key + length - ending, secret_endings[i], ending) == 0)
            return true;
    }
    for (size_t i = 0; redaction != NULL && i < redaction->key_count; i++) {
        if (key_equals(key, length, redaction->keys[i]))
            return true;
    }
    return false;
}

/* Reads a key; its length, and in *at what is behind its '=', whose width is stored. 0 when there
 * is no '=' before the next separator. */
static size_t read_key(const char **at, const char *end, char key[KEY_MAX], size_t *out_width)
{
    size_t length = 0;
    const char *here = *at;
    while (here < end) {
        char character;
        size_t width = peek(here, end, &character);
        if (is_separator(character))
            return 0;
        here += width;
        if (character == '=') {
            *at = here;
            *out_width = width;
            return length;
        }
        length = key_append(key, length, character);
    }
    return 0;
}

/* Where a secret value ends. Separators count when they are written as its '=' was, or plain; what
 * follows a ';' or '#' and is no key=value belongs to the secret. */
static const char *value_end(const char *at, const char *end, size_t level)
{
    const char *stop = NULL; /* the last ';' or '#' that nothing was found behind yet */
    while (at < end) {
        char character;
        size_t width = peek(at, end, &character);
        if (width <= level) {
            if (character == '&')
                return at;
            if (character == '=' && stop != NULL)
                return stop;
            if (character == ';' || character == '#')
                stop = at;
        }
        at += width;
    }
    return end;
}

/* Appends what was read so far, and goes on at `at`. */
static void skip_to(struct scan *scan, const char *at)
{
    text_append(scan->text, scan->copied, (size_t)(scan->at - scan->copied));
    scan->copied = at;
    scan->at = at;
}

/* A ':' that no port follows, in an authority without '@': the password may hold a '/'. */
static bool is_suspicious(const char *at, const char *end)
{
    if (at < end && at[0] == '[')
        return false;
    const char *colon = memchr(at, ':', (size_t)(end - at));
    if (colon == NULL)
        return false;
    for (colon++; colon < end; colon++) {
        if (*colon < '0' || *colon > '9')
            return true;
    }
    return false;
}

/* What is behind a value that begins between `at` and `behind` and goes on there, or NULL: with its
 * key left out, nothing else would show that it is secret. */
static const char *hidden_value_end(const struct scan *scan, const char *at, const char *behind)
{
    bool is_key = true;
    while (at < behind) {
        char key[KEY_MAX];
        size_t width = 0;
        const char *value = at;
        size_t length = is_key ? read_key(&value, behind, key, &width) : 0;
        if (is_secret(key, length, scan->redaction) && value_end(value, behind, width) == behind)
            return value_end(value, scan->end, width);
        char character;
        at += peek(at, behind, &character);
        is_key = is_separator(character);
    }
    return NULL;
}

/* At the beginning of an authority: leaves out all up to its last '@'. */
static void skip_userinfo(struct scan *scan, size_t level)
{
    const char *behind = NULL;
    const char *at = scan->at;
    while (at < scan->end) {
        char character;
        size_t width = peek(at, scan->end, &character);
        if (width <= level && (character == '/' || character == '?' || character == '#'))
            break;
        at += width;
        if (character == '@')
            behind = at;
    }
    if (behind == NULL && is_suspicious(scan->at, at)) {
        const char *last = memrchr(at, '@', (size_t)(scan->end - at));
        behind = last != NULL ? last + 1 : NULL;
    }
    if (behind == NULL)
        return;
    const char *hidden = hidden_value_end(scan, scan->at, behind);
    skip_to(scan, hidden != NULL ? hidden : behind);
}

/* Passes a scheme and all slashes, also the wrong ones that other programs take for right. */
static void pass_prefix(struct scan *scan)
{
    size_t scheme = strspn(scan->at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "0123456789+-.");
    if (scan->at[scheme] == ':')
        scan->at += scheme + 1;
    while (is_slash(*scan->at))
        scan->at++;
    skip_userinfo(scan, 1);
}

/* "header=Authorization: Bearer ...", "password: ...": a line of a list that is no URL, and whose
 * value may be anything. Length of what may be shown; 0 = it does not look like that. */
static size_t key_of_line(const char *line)
{
    size_t blanks = strspn(line, " \t");
    size_t key = strspn(line + blanks, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-");
    size_t length = blanks + key;
    bool is_scheme = strncmp(line + length, "://", 3) == 0 ||
                     strncasecmp(line + blanks, "http:", 5) == 0 ||
                     strncasecmp(line + blanks, "https:", 6) == 0;
    if (key == 0 || (line[length] != '=' && line[length] != ':') || is_scheme)
        return 0;
    return length + 1;
}

void url_append_masked(struct text *text, const char *url, const struct redaction *redaction)
{
    size_t shown = key_of_line(url);
    if (shown > 0) {
        text_append(text, url, shown);
        text_append_string(text, "***");
        return;
    }
    size_t url_length = strlen(url);
    struct scan scan = {
        .text = text,
        .redaction = redaction,
        .copied = url,
        .at = url,
        .end = url + url_length,
    };
    /* Most URLs have nothing to hide. */
    if (url[strcspn(url, "@=%")] == '\0') {
        text_append(text, url, url_length);
        return;
    }
    pass_prefix(&scan);
    bool is_key = true;
    bool was_slash = false;
    while (scan.at < scan.end) {
        char key[KEY_MAX];
        size_t width;
        const char *value = scan.at;
        size_t key_length = is_key ? read_key(&value, scan.end, key, &width) : 0;
        if (is_secret(key, key_length, redaction)) {
            scan.at = value;
            skip_to(&scan, value_end(value, scan.end, width));
            text_append_string(text, "***");
            is_key = false;
            continue;
        }
        char character;
        width = peek(scan.at, scan.end, &character);
        scan.at += width;
        is_key = is_separator(character);
        if (character == '/' && was_slash) {
            while (is_slash(*scan.at))
                scan.at++;
            skip_userinfo(&scan, width);
        }
        was_slash = character == '/';
    }
    skip_to(&scan, scan.end);
}
