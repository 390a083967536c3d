/* What people call the types, and the extensions that files of each have. */
#include "model/content_type.h"

#include <string.h>

#define EXTENSION_MAX 16

struct names {
    const char *media_type;
    bool is_text;
    const char *same;  /* words for the type itself; those without a slash are extensions too */
    const char *built; /* extensions of formats that begin alike because they are built on it */
};

/* A row for each type that content_type_detect gives. */
static const struct names NAMES[] = {
    {"image/jpeg", false, "jpg jpeg jpe jfif jif jfi image/jpg image/pjpeg", "mpo jps thm"},
    {"image/png", false, "png image/x-png", "apng"},
    {"image/gif", false, "gif", ""},
    {"image/webp", false, "webp", ""},
    {"image/bmp", false, "bmp dib image/x-bmp image/x-ms-bmp", ""},
    {"image/tiff", false, "tif tiff", "dng nef nrw cr2 arw sr2 srw pef 3fr iiq gtiff svs"},
    {"image/avif", false, "avif avifs image/avif-sequence", ""},
    /* The brand does not always say which codec is inside: to people both are one format. */
    {"image/heic", false, "heic heics heif heifs hif", ""},
    {"image/heif", false, "heif heifs hif heic heics", "avif"},
    {"image/x-icon", false, "ico image/vnd.microsoft.icon", ""},
    {"image/jxl", false, "jxl", ""},
    {"image/svg+xml", true, "svg image/svg", ""},
    {"text/html", true, "html htm xhtml xht application/xhtml+xml", ""},
    {"text/plain", true, "txt", "key run out dat bin map"},
    {"application/json", true, "json text/json",
     "jsonl ndjson geojson topojson jsonld webmanifest map har ipynb gltf avsc txt js log"},
    {"application/xml", true, "xml text/xml",
     "xsl xslt xsd wsdl rss atom rdf kml gpx opml plist svg xhtml html htm dae tei xlf xliff txt "
     "tmx resx csproj vcxproj xaml musicxml mpd xspf ncx opf fb2 drawio gml osm dtd"},
    {"application/pdf", false, "pdf application/x-pdf", "ai"},
    {"application/zip", false, "zip application/x-zip application/x-zip-compressed",
     "docx docm dotx dotm xlsx xlsm xlsb xltx pptx pptm potx ppsx vsdx odt ods odp odg odf ott ots "
     "otp epub apk aab apks xapk jar war ear aar ipa xpi whl egg nupkg vsix kmz 3mf cbz xps oxps "
     "key pages numbers appx msix msixbundle appxbundle usdz love npz zipx pk3 pk4 idml sketch "
     "sb3 ggb xmind mscz mxl pbix pbit twbx wgt pt pth keras fcstd mcpack osz kra ora hwpx"},
    {"application/gzip", false, "gz gzip tgz taz application/x-gzip",
     "svgz emz wmz vgz rds rda rdata apk crate dia gnucash als warc unitypackage"},
    {"application/zstd", false, "zst zstd tzst", ""},
    {"application/x-xz", false, "xz txz", ""},
    {"application/x-bzip2", false, "bz2 bzip2 tbz tbz2 application/bzip2", ""},
    {"application/x-7z-compressed", false, "7z", "cb7"},
    {"application/x-tar", false, "tar", "ova gem cbt"},
    {"application/ogg", false, "ogg ogv oga ogx opus spx audio/ogg video/ogg", "ogm"},
    {"application/x-executable", false, "elf", "so o ko mod bin out run axf appimage prx"},
    {"audio/flac", false, "flac audio/x-flac", ""},
    {"audio/mp4", false, "m4a m4b m4p m4r audio/x-m4a", "mp4 aac"},
    {"audio/mpeg", false, "mp3 mpga audio/mp3", "mp2 mpa aac"},
    {"audio/wav", false, "wav wave audio/x-wav audio/wave", "bwf"},
    {"video/mp4", false, "mp4 m4v mpg4 mp4v video/x-m4v",
     "m4a m4b m4r m4s cmfv cmfa ismv isma f4v mov 3gp 3g2"},
    {"video/quicktime", false, "mov qt", ""},
    {"video/3gpp", false, "3gp 3gpp", "3g2 mp4"},
    {"video/webm", false, "webm", "weba"},
    {"video/x-matroska", false, "mkv video/matroska", "mka mks mk3d"},
};

/* Never plain text, though no type above. */
static const char OTHER_BINARIES[] =
    "exe dll msi iso img dmg deb rpm rar cab psd avi wmv flv mpg mpeg wma aac mid midi doc xls ppt "
    "ttf otf woff woff2 eot class pyc wasm sqlite parquet jp2 swf";

static char lower(char character)
{
    return character >= 'A' && character <= 'Z' ? (char)(character - 'A' + 'a') : character;
}

/* True when the word is one of a list that has single blanks between. */
static bool has_word(const char *list, const char *word)
{
    size_t length = strlen(word);
    while (*list != '\0') {
        size_t item = strcspn(list, " ");
        if (item == length && memcmp(list, word, length) == 0)
            return true;
        list += item;
        list += *list == ' ';
    }
    return false;
}

static const struct names *find_names(const char *media_type)
{
    for (size_t i = 0; i < ARRAY_LENGTH(NAMES); i++) {
        if (strcmp(NAMES[i].media_type, media_type) == 0)
            return &NAMES[i];
    }
    return NULL;
}

static bool is_binary_extension(const char *extension)
{
    for (size_t i = 0; i < ARRAY_LENGTH(NAMES); i++) {
        if (!NAMES[i].is_text &&
            (has_word(NAMES[i].same, extension) || has_word(NAMES[i].built, extension)))
            return true;
    }
    return has_word(OTHER_BINARIES, extension);
}

static bool is_image(const struct names *names)
{
    return strncmp(names->media_type, "image/", 6) == 0;
}

static bool is_called(const struct names *names, const char *word)
{
    size_t group = strcspn(names->media_type, "/");
    if (strncmp(word, names->media_type, group) == 0 &&
        (word[group] == '\0' || strcmp(word + group, "/*") == 0))
        return true;
    return strcmp(word, names->media_type) == 0 || has_word(names->same, word);
}

bool content_type_has_extension(const struct content_type *type, const char *extension)
{
    char word[EXTENSION_MAX];
    size_t length = 0;
    const struct names *names = find_names(type->media_type);
    bool is_plain = strcmp(type->media_type, "text/plain") == 0;
    const char *dot = strrchr(extension, '.');
    if (dot == NULL)
        return type->extension[0] == '\0';
    for (dot++; dot[length] != '\0' && length < sizeof(word) - 1; length++)
        word[length] = lower(dot[length]);
    word[length] = '\0';
    if (dot[length] != '\0' || names == NULL) /* longer than any that is known */
        return is_plain;
    if (has_word(names->same, word) || has_word(names->built, word))
        return true;
    return is_plain && !is_binary_extension(word);
}

bool content_type_is_called(const struct content_type *type, const char *word)
{
    const struct names *names = find_names(type->media_type);
    return names != NULL && is_called(names, word);
}

bool content_type_is_known_word(const char *word)
{
    for (size_t i = 0; i < ARRAY_LENGTH(NAMES); i++) {
        if (is_called(&NAMES[i], word))
            return true;
    }
    return false;
}

bool content_type_is_image_word(const char *word)
{
    for (size_t i = 0; i < ARRAY_LENGTH(NAMES); i++) {
        if (is_image(&NAMES[i]) && is_called(&NAMES[i], word))
            return true;
    }
    return false;
}

/* Rows of a group need not stand together. */
static bool is_first_of_group(size_t row, size_t group)
{
    for (size_t i = 0; i < row; i++) {
        if (strncmp(NAMES[i].media_type, NAMES[row].media_type, group + 1) == 0)
            return false;
    }
    return true;
}

void content_type_append_words(struct text *text)
{
    for (size_t i = 0; i < ARRAY_LENGTH(NAMES); i++) {
        size_t group = strcspn(NAMES[i].media_type, "/");
        if (!is_first_of_group(i, group))
            continue;
        text_append(text, NAMES[i].media_type, group);
        text_append_char(text, ' ');
    }
    for (size_t i = 0; i < ARRAY_LENGTH(NAMES); i++) {
        if (i > 0)
            text_append_char(text, ' ');
        text_append(text, NAMES[i].same, strcspn(NAMES[i].same, " "));
    }
}
