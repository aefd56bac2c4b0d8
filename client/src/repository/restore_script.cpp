#include "repository/restore_script.hpp"

#include <cstdio>

namespace chronos::internal {
namespace {

// The code point that begins at text[at], and how many bytes it takes; names are valid UTF-8.
std::pair<unsigned, std::size_t> code_point(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) {
        return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
    };
    const unsigned first = byte(0);
    if (first < 0x80) return {first, 1};
    if (first < 0xE0) return {(first & 0x1FU) << 6 | (byte(1) & 0x3FU), 2};
    if (first < 0xF0) {
        return {(first & 0x0FU) << 12 | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU), 3};
    }
    return {(first & 0x07U) << 18 | (byte(1) & 0x3FU) << 12 | (byte(2) & 0x3FU) << 6 |
                (byte(3) & 0x3FU),
            4};
}

// Between two quotes, on one line. Whatever is not plain is written as a Unicode escape, so that
// neither psql nor the encodings of client and server can change its meaning.
class quoter {
  public:
    // A server with the encoding SQL_ASCII cannot convert escapes: bytes stay what they are.
    explicit quoter(const manifest& of) : raw_bytes_(of.encoding == "SQL_ASCII") {}

    [[nodiscard]] std::string name(const std::string& text) const { return quote(text, '"'); }
    [[nodiscard]] std::string name(const std::string& schema, const std::string& text) const {
        return name(schema) + "." + name(text);
    }
    [[nodiscard]] std::string literal(const std::string& text) const { return quote(text, '\''); }
    // A text that, read as regclass, is the relation. Quotes inside are doubled once more.
    [[nodiscard]] std::string relation(const std::string& schema, const std::string& text) const {
        return literal(doubled(schema) + "." + doubled(text)) + "::pg_catalog.regclass";
    }

  private:
    static std::string doubled(const std::string& text) {
        std::string out = "\"";
        for (const char c : text) {
            out += c;
            if (c == '"') out += c;
        }
        return out + "\"";
    }

    [[nodiscard]] bool plain(unsigned char c, char mark) const {
        return c >= 0x20 && c != 0x7F && c != '\\' && c != static_cast<unsigned char>(mark) &&
               (c < 0x80 || raw_bytes_);
    }

    [[nodiscard]] std::string quote(const std::string& text, char mark) const {
        std::string inside;
        bool escaped = false;
        for (std::size_t i = 0; i < text.size();) {
            if (plain(static_cast<unsigned char>(text[i]), mark)) {
                inside += text[i++];
                continue;
            }
            const auto [value, size] = code_point(text, i);
            char escape[16];
            std::snprintf(escape, sizeof escape, value > 0xFFFF ? "\\+%06X" : "\\%04X", value);
            inside += escape;
            escaped = true;
            i += size;
        }
        return (escaped ? "U&" : "") + (mark + inside + mark);
    }

    bool raw_bytes_;
};

constexpr const char* kSettings =
    "SET statement_timeout = 0;\n"
    "SET lock_timeout = 0;\n"
    "SET idle_in_transaction_session_timeout = 0;\n"
    "SET standard_conforming_strings = on;\n"
    "SET check_function_bodies = off;\n"
    "SET row_security = off;\n"
    "SET xmloption = content;\n"
    "SET DateStyle = 'ISO, YMD';\n"
    "SET IntervalStyle = postgres;\n"
    "SET search_path = pg_catalog;\n"
    "SET chronos.capture = off;\n";

constexpr const char* kRefuseFull = R"(DO $chronos$
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
                 AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                                 WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                                   AND d.objid = c.oid AND d.deptype = 'e')) THEN
        RAISE EXCEPTION 'database "%" is not empty', current_database()
            USING HINT = 'Restore into a database that was made with: createdb --template=template0 NAME';
    END IF;
END
$chronos$;
)";

constexpr const char* kFinish =
    R"(SELECT pg_catalog.to_regprocedure('chronos.finish_restore(text)') IS NOT NULL AS has_finish \gset
\if :has_finish
)";

class script_writer {
  public:
    explicit script_writer(const manifest& of) : of_(of), quote_(of) {}

    std::string write() {
        begin();
        sql(of_.pre_data);
        settings();
        for (const table_data& table : of_.tables) add_table(table);
        for (const sequence_state& sequence : of_.sequences) add_sequence(sequence);
        add_large_objects();
        sql(of_.post_data);
        settings();
        for (const relation_name& view : of_.matviews) add_matview(view);
        finish();
        return std::move(out_);
    }

  private:
    void begin() {
        out_ += "-- Restores snapshot " + of_.id +
                ". Run it by restore.sh, which checks every object before it is loaded.\n"
                "\\set ON_ERROR_STOP on\n"
                "\\set piece `printf '%s' \"$CHRONOS_PIECE\"`\n"
                "\\o /dev/null\n";
        settings();
        out_ += kRefuseFull;
    }

    // Once more after SQL of pg_dump, which brings its own.
    void settings() {
        out_ += kSettings;
        out_ += "SET client_encoding = " + quote_.literal(of_.encoding) + ";\n";
    }

    void sql(const object_ref& object) {
        out_ += "\\! sh \"$CHRONOS_SCRIPT\" fetch-sql " + object.name + "\n\\i :piece\n";
    }

    // psql writes the statement to a file, restore.sh appends the data, and psql reads both.
    void copy(const std::string& into, copy_format format, const object_ref& object) {
        out_ += "COPY " + into + " FROM STDIN" +
                (format == copy_format::binary ? " (FORMAT binary)\n" : "\n") +
                "\\w :piece\n\\r\n\\! sh \"$CHRONOS_SCRIPT\" fetch-rows " + object.name +
                "\n\\i :piece\n";
    }

    void add_table(const table_data& table) {
        if (table.pieces.empty()) return;
        std::string columns;
        for (const std::string& column : table.columns) {
            columns += (columns.empty() ? "" : ", ") + quote_.name(column);
        }
        const std::string into =
            quote_.name(table.schema, table.name) + (columns.empty() ? "" : " (" + columns + ")");
        only_with_chronos(table.schema, [&] {
            for (const piece& one : table.pieces) copy(into, table.format, one.object);
        });
    }

    void add_sequence(const sequence_state& sequence) {
        only_with_chronos(sequence.schema, [&] {
            out_ += "SELECT pg_catalog.setval(" + quote_.relation(sequence.schema, sequence.name) +
                    ", " + std::to_string(sequence.last_value) +
                    (sequence.is_called ? ", true);\n" : ", false);\n");
        });
    }

    void add_large_objects() {
        if (of_.large_objects.pieces.empty()) return;
        out_ +=
            "CREATE TEMPORARY TABLE chronos_large_object "
            "(loid oid, position bigint, data bytea);\n";
        for (const piece& one : of_.large_objects.pieces) {
            copy("pg_temp.chronos_large_object", copy_format::binary, one.object);
            out_ +=
                "SELECT count(pg_catalog.lo_put(loid, position, data)::text) "
                "FROM pg_temp.chronos_large_object;\n"
                "TRUNCATE pg_temp.chronos_large_object;\n";
        }
        out_ += "DROP TABLE pg_temp.chronos_large_object;\n";
    }

    void add_matview(const relation_name& view) {
        out_ += "SELECT NOT relispopulated AS unpopulated FROM pg_catalog.pg_class WHERE oid = " +
                quote_.relation(view.schema, view.name) +
                " \\gset\n\\if :unpopulated\nREFRESH MATERIALIZED VIEW " +
                quote_.name(view.schema, view.name) + ";\n\\endif\n";
    }

    void finish() {
        out_ += "ANALYZE;\n";
        out_ += kFinish;
        out_ += "SELECT chronos.finish_restore(" + quote_.literal(of_.id) + ");\n\\endif\n";
    }

    // The history is left out where the extension cannot be installed.
    template <typename Write>
    void only_with_chronos(const std::string& schema, Write write) {
        const bool history = schema == "chronos";
        if (history) out_ += "\\if :with_chronos\n";
        write();
        if (history) out_ += "\\endif\n";
    }

    const manifest& of_;
    quoter quote_;
    std::string out_;
};

}  // namespace

std::string restore_script(const manifest& of) { return script_writer(of).write(); }

}  // namespace chronos::internal
