// Reading the catalogue row by row.
#pragma once

#include "live/jsonb_writer.hpp"

extern "C" {
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/table.h>
#include <catalog/dependency.h>
#include <catalog/pg_class.h>
#include <catalog/pg_depend.h>
#include <miscadmin.h>
#include <utils/array.h>
#include <utils/fmgroids.h>
#include <utils/rel.h>
}

namespace chronos::live {

// A scan by one index over the rows with one or two oids.
class rows_of {
  public:
    rows_of(Oid catalog, Oid index, AttrNumber first, Oid value, AttrNumber second = 0,
            Oid second_value = InvalidOid);
    [[nodiscard]] HeapTuple next() {
        CHECK_FOR_INTERRUPTS();
        return systable_getnext(scan_);
    }
    [[nodiscard]] TupleDesc shape() const { return RelationGetDescr(catalog_); }
    void close();

  private:
    Relation catalog_;
    SysScanDesc scan_;
};

[[nodiscard]] bool has_row(rows_of rows);

// The rows of pg_depend that tell what an object needs.
[[nodiscard]] rows_of needs_of(Oid classid, Oid objid);
[[nodiscard]] inline const FormData_pg_depend& depend_row(HeapTuple tuple) {
    return *reinterpret_cast<Form_pg_depend>(GETSTRUCT(tuple));
}

// A schema whose objects are versioned (chronos.live_namespace).
[[nodiscard]] bool is_watched_schema(const char* name);

// SCHEMA.NAME, quoted where SQL needs it; null if the schema is not watched.
[[nodiscard]] const char* qualified_name(Oid schema, const char* name);

// A relation that other objects belong to, as chronos.live_relation shows it.
struct relation_name {
    const char* kind = nullptr;      // table, view, materialized view, sequence, foreign table
    const char* identity = nullptr;  // null: it is not versioned
    char relkind = '\0';
    bool is_unusual = false;  // only the view can tell whether it is versioned
};
[[nodiscard]] relation_name name_relation(Oid relation);

// KIND IDENTITY as depends_on names it (chronos.object_key): relations, indexes, constraints, types
// and functions of watched schemas; null for everything else.
[[nodiscard]] const char* object_key(Oid classid, Oid objid);

// Whether it is a member of an extension, was declared to depend on one, or has a security label.
[[nodiscard]] bool is_of_extension(Oid classid, Oid objid);
[[nodiscard]] bool has_security_label(Oid classid, Oid objid);

// The comment on an object or on one of its columns; null if there is none.
[[nodiscard]] const char* comment_on(Oid classid, Oid objid, int column = 0);

// What one of the server's functions prints of an object; null where it says that there is none.
[[nodiscard]] char* printed_by(PGFunction function, Oid objid);
// Of an expression of a relation's column or partition; null likewise.
[[nodiscard]] char* printed_expression(Datum expression, Oid relation);

// Writes a text[] as an array of strings; a null one not at all.
void write_texts(jsonb_writer& to, const char* name, Datum texts, bool is_null);

[[nodiscard]] inline bool is_null(HeapTuple tuple, AttrNumber column, TupleDesc shape) {
    return heap_attisnull(tuple, column, shape);
}

}  // namespace chronos::live
