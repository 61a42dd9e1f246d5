/* Runs the SQL in the private input on a database in memory; each row of a result is a line of the public output. Exit
   code 1 if a statement fails. SQLite finds no files, no clock and no randomness: its own layer for them stands below. */
#include <stdio.h>
#include <string.h>

#include "sqlite3.h"
#include "zkvm_io.h"

static int cannot_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *opened) {
    file->pMethods = NULL;
    return SQLITE_CANTOPEN;
}
static int full_path(sqlite3_vfs *vfs, const char *name, int size, char *path) {
    strncpy(path, name, size);
    return SQLITE_OK;
}
static int zeros(sqlite3_vfs *vfs, int size, char *bytes) {
    memset(bytes, 0, size);
    return size;
}
static int no_time(sqlite3_vfs *vfs, sqlite3_int64 *milliseconds) { return SQLITE_ERROR; }

static sqlite3_vfs no_files = {
    .iVersion = 2, .szOsFile = sizeof(sqlite3_file), .mxPathname = 64, .zName = "none", .xOpen = cannot_open,
    .xFullPathname = full_path, .xRandomness = zeros, .xCurrentTimeInt64 = no_time,
};
int sqlite3_os_init(void) { return sqlite3_vfs_register(&no_files, 1); }
int sqlite3_os_end(void) { return SQLITE_OK; }

static int row(void *context, int columns, char **values, char **names) {
    for (int i = 0; i < columns; i++) {
        const char *value = values[i] == NULL ? "" : values[i];
        write_output((const uint8_t *)value, strlen(value));
        write_output((const uint8_t *)(i + 1 < columns ? "|" : "\n"), 1);
    }
    return 0;
}

int main(void) {
    static char sql[65536];
    const uint8_t *input;
    size_t size;
    char *error;
    sqlite3 *database;
    read_input(&input, &size);
    if (size >= sizeof sql) {
        return 2;
    }
    memcpy(sql, input, size);
    if (sqlite3_open(":memory:", &database) != SQLITE_OK) {
        return 3;
    }
    if (sqlite3_exec(database, sql, row, NULL, &error) != SQLITE_OK) {
        fprintf(stderr, "%s\n", error);
        return 1;
    }
    return sqlite3_close(database) == SQLITE_OK ? 0 : 3;
}
