#include "io/filesystem.h"

#include "base/memory.h"
#include "io/root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

/* By statfs(2); names as mount(8) has them. */
static const struct {
    uint32_t magic;
    enum filesystem_kind kind;
    const char *name;
} types[] = {
    {0xEF53, FILESYSTEM_LOCAL, "ext4"},         {0x58465342, FILESYSTEM_LOCAL, "xfs"},
    {0x9123683E, FILESYSTEM_LOCAL, "btrfs"},    {0x2FC12FC1, FILESYSTEM_LOCAL, "zfs"},
    {0xF2F52010, FILESYSTEM_LOCAL, "f2fs"},     {0x794C7630, FILESYSTEM_LOCAL, "overlay"},
    {0x01021994, FILESYSTEM_MEMORY, "tmpfs"},   {0x858458F6, FILESYSTEM_MEMORY, "ramfs"},
    {0x6969, FILESYSTEM_NETWORK, "nfs"},        {0xFE534D42, FILESYSTEM_NETWORK, "smb3"},
    {0xFF534D42, FILESYSTEM_NETWORK, "cifs"},   {0x517B, FILESYSTEM_NETWORK, "smb"},
    {0x01021997, FILESYSTEM_NETWORK, "9p"},     {0x00C36400, FILESYSTEM_NETWORK, "ceph"},
    {0x5346414F, FILESYSTEM_NETWORK, "afs"},    {0x65735546, FILESYSTEM_LOCAL, "fuse"},
    {0x4D44, FILESYSTEM_LIMITED, "vfat"},       {0x2011BAB0, FILESYSTEM_LIMITED, "exfat"},
    {0x5346544E, FILESYSTEM_LIMITED, "ntfs"},   {0x7366746E, FILESYSTEM_LIMITED, "ntfs3"},
    {0x73717368, FILESYSTEM_LOCAL, "squashfs"}, {0x9660, FILESYSTEM_LOCAL, "iso9660"},
    {0x9FA0, FILESYSTEM_KERNEL, "proc"},        {0x62656572, FILESYSTEM_KERNEL, "sysfs"},
    {0x63677270, FILESYSTEM_KERNEL, "cgroup2"}, {0x27E0EB, FILESYSTEM_KERNEL, "cgroup"},
    {0x1CD1, FILESYSTEM_KERNEL, "devpts"},
};

static void find_type(const char *path, struct diagnosis_directory *out)
{
    struct statfs status;
    out->type = "file system of another kind";
    out->kind = FILESYSTEM_LOCAL;
    if (statfs(path, &status) != 0)
        return;
    for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
        if (types[i].magic == (uint32_t)status.f_type) {
            out->type = types[i].name;
            out->kind = types[i].kind;
        }
    }
}

/* Cuts components from the right until something is there. */
static char *find_nearest(const char *path, struct stat *out_status)
{
    char *nearest = memory_copy_string(path);
    while (stat(nearest, out_status) != 0) {
        char *slash = strrchr(nearest, '/');
        if (slash == NULL || (slash == nearest && slash[1] == '\0')) {
            free(nearest);
            nearest = memory_copy_string(slash == NULL ? "." : "/");
            if (stat(nearest, out_status) != 0)
                *out_status = (struct stat){0};
            break;
        }
        slash[slash == nearest ? 1 : 0] = '\0';
    }
    return nearest;
}

static bool lacks_openat2(const char *directory)
{
    struct open_how how = {
        .flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    int parent = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (parent < 0)
        return false;
    long descriptor = syscall(SYS_openat2, parent, ".", &how, sizeof(how));
    bool is_missing = descriptor < 0 && (errno == ENOSYS || errno == EPERM);
    if (descriptor >= 0)
        close((int)descriptor);
    close(parent);
    return is_missing;
}

static void survey_space(struct diagnosis_directory *out)
{
    struct statvfs space;
    out->free_bytes = out->free_files = -1;
    if (statvfs(out->nearest, &space) != 0)
        return;
    out->free_bytes = (int64_t)space.f_bavail * (int64_t)space.f_frsize;
    out->is_read_only = (space.f_flag & ST_RDONLY) != 0;
    if (space.f_files > 0) /* others make them as they need them */
        out->free_files = (int64_t)space.f_favail;
}

void filesystem_survey(const char *path, struct diagnosis_directory *out)
{
    struct stat status;
    struct error error = {0};
    *out = (struct diagnosis_directory){.path = path};
    out->nearest = find_nearest(path, &status);
    out->is_there = strcmp(out->nearest, path) == 0;
    out->is_directory = S_ISDIR(status.st_mode);
    out->is_writable = faccessat(AT_FDCWD, out->nearest, W_OK | X_OK, AT_EACCESS) == 0;
    out->is_held = out->is_there && out->is_directory && root_is_held(path, &error);
    find_type(out->nearest, out);
    survey_space(out);
    out->lacks_openat2 = out->is_directory && lacks_openat2(out->nearest);
}

void filesystem_clear(struct diagnosis_directory *directory)
{
    free((char *)directory->nearest);
    directory->nearest = NULL;
}
