// The manifest of a snapshot: all that is needed to restore it, besides the objects it names.
// The format is described in docs/repository-format.md.
#pragma once

#include <chronos/timestamp.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "repository/reuse_facts.hpp"

namespace chronos::internal {

inline constexpr int kFormatMajor = 1;
inline constexpr int kFormatMinReader = 1;

struct object_ref {
    std::string name;  // SHA-256 of the plain bytes, 64 lower-case hexadecimal digits
    std::uint64_t plain_bytes = 0;
    std::uint64_t stored_bytes = 0;

    friend bool operator==(const object_ref&, const object_ref&) = default;
};

// One complete COPY stream.
struct piece {
    object_ref object;
    std::uint64_t rows = 0;

    friend bool operator==(const piece&, const piece&) = default;
};

enum class copy_format { binary, text };

// What a table is: `extension` marks a configuration table of an extension, whose rows are data
// while the table itself comes with CREATE EXTENSION.
enum class table_kind { table, extension };

struct table_data {
    std::string schema;
    std::string name;
    table_kind kind = table_kind::table;
    std::vector<std::string> columns;  // in the order of the stream; generated ones are left out
    copy_format format = copy_format::binary;
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;   // plain bytes of all pieces
    std::string content_hash;  // 32 hexadecimal digits, see hash.hpp; empty: not known
    std::vector<piece> pieces;
    std::optional<table_facts> facts;

    friend bool operator==(const table_data&, const table_data&) = default;
};

struct sequence_state {
    std::string schema;
    std::string name;
    std::int64_t last_value = 0;
    bool is_called = false;

    friend bool operator==(const sequence_state&, const sequence_state&) = default;
};

// The contents of all large objects. Each piece is a binary COPY stream with three columns:
// loid oid, position bigint, data bytea. Their owners, rights and comments are in pre_data.
struct large_object_data {
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;
    std::vector<piece> pieces;

    friend bool operator==(const large_object_data&, const large_object_data&) = default;
};

struct relation_name {
    std::string schema;
    std::string name;

    friend bool operator==(const relation_name&, const relation_name&) = default;
};

struct server_info {
    int version_num = 0;
    std::string version;            // as SHOW server_version prints it
    std::string system_identifier;  // decimal; empty: not allowed to know

    friend bool operator==(const server_info&, const server_info&) = default;
};

struct database_info {
    std::string name;
    std::uint32_t oid = 0;
    std::string owner;
    std::string encoding;
    std::string collate;
    std::string ctype;
    std::string locale_provider;  // libc, icu, builtin
    std::string locale;           // of icu or builtin; else empty

    friend bool operator==(const database_info&, const database_info&) = default;
};

// The schema version that the database had.
struct chronos_info {
    std::string timeline;
    std::int64_t version = 0;
    std::string fingerprint;  // hexadecimal

    friend bool operator==(const chronos_info&, const chronos_info&) = default;
};

// Names are UTF-8. SQL objects and pieces are in `encoding`, which is the client_encoding to set
// when they are loaded: UTF8, or SQL_ASCII for a database that is itself SQL_ASCII.
struct manifest {
    std::string id;
    std::string label;  // empty: none
    timestamp created_at;
    std::string tool_version;
    std::string encoding = "UTF8";
    server_info server;
    database_info database;
    std::optional<chronos_info> chronos;
    std::optional<object_ref> globals;  // roles, as pg_dumpall prints them
    object_ref pre_data;                // SQL, as pg_dump --section=pre-data prints it
    object_ref post_data;
    object_ref restore_script;  // see restore_script.hpp
    std::vector<table_data> tables;
    std::vector<sequence_state> sequences;
    large_object_data large_objects;
    std::vector<relation_name> matviews;  // the populated ones, in the order of refreshing
    std::optional<incremental_info> incremental;

    friend bool operator==(const manifest&, const manifest&) = default;
};

// Equal manifests give equal text. Throws error_code::internal if a field is not allowed by the
// format (a name that is no UTF-8, say).
[[nodiscard]] std::string to_json(const manifest& from);

// Throws error_code::damaged (with what is wrong and where) or wrong_component (a newer format).
[[nodiscard]] manifest from_json(std::string_view text);

// Calls for every object that the manifest names, with what uses it: "table public.orders".
void for_each_object(const manifest& of,
                     const std::function<void(const object_ref&, const std::string&)>& visit);

}  // namespace chronos::internal
