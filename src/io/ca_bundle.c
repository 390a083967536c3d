#include "io/ca_bundle.h"

#include <ctype.h>
#include <curl/curl.h>
#include <dirent.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CERTIFICATES_MAX 100000 /* looked at: a file that never ends is none */

static void count_certificate(struct diagnosis_certificates *out, const X509 *certificate,
                              time_t now)
{
    out->count++;
    if (X509_cmp_time(X509_get0_notAfter(certificate), &now) < 0)
        out->expired++;
    else if (X509_cmp_time(X509_get0_notBefore(certificate), &now) > 0)
        out->future++;
}

/* Of any of the kinds that OpenSSL takes for an authority; NULL at the end. */
static X509 *read_certificate(FILE *file)
{
    X509 *certificate = PEM_read_X509_AUX(file, NULL, NULL, NULL);
    ERR_clear_error(); /* the end of the file is one */
    return certificate;
}

static void read_file(const char *path, time_t now, struct diagnosis_certificates *out)
{
    struct stat status;
    FILE *file = fopen(path, "re");
    if (file == NULL || fstat(fileno(file), &status) != 0) {
        out->file_errno = errno;
    } else if (S_ISDIR(status.st_mode)) {
        out->file_errno = EISDIR;
    } else {
        X509 *certificate = NULL;
        while (out->count < CERTIFICATES_MAX && (certificate = read_certificate(file)) != NULL) {
            count_certificate(out, certificate, now);
            X509_free(certificate);
        }
    }
    if (file != NULL)
        fclose(file);
}

/* The names by which OpenSSL finds them: "2c63f966.0". */
static bool is_hash_name(const char *name)
{
    for (size_t i = 0; i < 8; i++) {
        if (!isxdigit((unsigned char)name[i]))
            return false;
    }
    return name[8] == '.' && isdigit((unsigned char)name[9]);
}

static long count_entries(const char *path)
{
    long count = 0;
    DIR *directory = opendir(path);
    if (directory == NULL)
        return 0;
    for (const struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory))
        count += is_hash_name(entry->d_name);
    closedir(directory);
    return count;
}

static const char *unread_variable(void)
{
    static const char *const names[] = {"SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE"};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0')
            return names[i];
    }
    return NULL;
}

void ca_bundle_survey(const char *option, const char *origin, int64_t wall_us,
                      struct diagnosis_certificates *out)
{
    const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);
    *out = (struct diagnosis_certificates){
        .file = option,
        .origin = option != NULL ? origin : NULL,
        .unread = unread_variable(),
    };
    /* Since 7.70; haul needs a newer one. */
    if (curl->age >= CURLVERSION_SEVENTH) {
        out->directory = curl->capath;
        if (option == NULL)
            out->file = curl->cainfo;
    }
    if (out->file != NULL)
        read_file(out->file, (time_t)(wall_us / 1000000), out);
    if (out->directory != NULL)
        out->directory_count = count_entries(out->directory);
}

bool ca_bundle_check(const char *path, struct error *error)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return error_set_errno(error, ERROR_USAGE, errno, "cannot read %s", path);
    if (S_ISDIR(status.st_mode))
        return error_set(error, ERROR_USAGE, "%s is a directory, not a file", path);
    if (!S_ISREG(status.st_mode)) /* a pipe can be read once */
        return true;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return error_set_errno(error, ERROR_USAGE, errno, "cannot read %s", path);
    X509 *certificate = read_certificate(file);
    bool is_found = certificate != NULL;
    X509_free(certificate);
    fclose(file);
    return is_found || error_set(error, ERROR_USAGE, "%s holds no certificate (in PEM form)", path);
}
