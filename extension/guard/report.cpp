#include "guard/report.hpp"

#include "backend/door.hpp"
#include "backend/plan.hpp"
#include "backend/session.hpp"
#include "backend/spi.hpp"

extern "C" {
#include <catalog/pg_authid.h>
#include <catalog/pg_type.h>
#include <utils/array.h>
#include <utils/lsyscache.h>
#include <utils/snapmgr.h>
}

namespace chronos::guard {

namespace {

using backend::argument;

// Rights and settings under which the questions are asked, and what they see: what is committed and
// what this transaction has done.
class asking {
  public:
    asking() : user_(BOOTSTRAP_SUPERUSERID) {
        settings_.set("search_path", "pg_catalog, pg_temp");
        backend::call([] { PushActiveSnapshot(GetLatestSnapshot()); });
    }
    // After an error the transaction takes it away.
    void close() {
        backend::call([] { PopActiveSnapshot(); });
    }

  private:
    backend::settings_scope settings_;
    backend::user_scope user_;
};

argument array(Oid type, Oid element, const std::vector<Datum>& items, int width) {
    const Datum* const data = items.data();
    const int count = static_cast<int>(items.size());
    const char align = width == 1 ? TYPALIGN_CHAR : width == 2 ? TYPALIGN_SHORT : TYPALIGN_INT;
    const Datum built = backend::call([data, count, element, width, align] {
        return PointerGetDatum(
            construct_array(const_cast<Datum*>(data), count, element, width, true, align));
    });
    return {type, built, false};
}

template <typename Get>
std::vector<Datum> column(const targets& from, Get&& get) {
    std::vector<Datum> out;
    out.reserve(static_cast<std::size_t>(from.count));
    for (int i = 0; i < from.count; ++i) {
        out.push_back(get(from.items[i]));
    }
    return out;
}

std::vector<argument> arguments_of(const targets& aimed, const char* tag, Oid caller) {
    const char how[] = {static_cast<char>(aimed.how), '\0'};
    const auto oids = [&aimed](Oid item::*member) {
        return array(
            OIDARRAYOID, OIDOID,
            column(aimed, [member](const item& one) { return ObjectIdGetDatum(one.*member); }),
            sizeof(Oid));
    };
    return {
        argument::oid(caller),
        argument::text(tag),
        argument::text(how),
        argument::boolean(aimed.cascades),
        oids(&item::classid),
        oids(&item::objid),
        array(INT2ARRAYOID, INT2OID,
              column(aimed, [](const item& one) { return Int16GetDatum(one.column); }), 2),
        oids(&item::new_type),
        array(INT4ARRAYOID, INT4OID,
              column(aimed, [](const item& one) { return Int32GetDatum(one.new_modifier); }), 4),
        array(BOOLARRAYOID, BOOLOID,
              column(aimed, [](const item& one) { return BoolGetDatum(one.is_computed); }), 1)};
}

report ask(const char* question, const std::vector<argument>& arguments) {
    asking scope;
    backend::spi connection;
    const std::vector<backend::row> rows = connection.query(question, arguments, true);
    report out;
    if (!rows.empty() && rows[0][0]) {
        out = {*rows[0][0], rows[0][1].value_or(""), rows[0][2].value_or(""),
               rows[0][3].value_or("")};
    }
    connection.close();
    scope.close();
    return out;
}

}  // namespace

report report_on(const targets& aimed, const char* tag) {
    // Before asking() takes the rights of another.
    const Oid caller = GetUserId();
    return ask(
        "SELECT r.loss, r.detail, r.obstacle, r.locking FROM chronos.guard_report($1, $2, $3, $4, "
        "$5, $6, "
        "$7, $8, $9, $10) r",
        arguments_of(aimed, tag, caller));
}

report report_on_rows(Oid relation, const char* deed) {
    return ask(
        "SELECT r.loss, r.detail, r.obstacle, r.locking FROM chronos.guard_rows_report($1, $2) r",
        {argument::text(deed), argument::oid(relation)});
}

database_report report_on_database(Oid database) {
    const Oid caller = GetUserId();
    asking scope;
    backend::spi connection;
    // Those of chronosctl, which it makes to try something out or to fill before they get their
    // name.
    const std::vector<backend::row> rows = connection.query(
        "SELECT format('DROP DATABASE destroys database \"%s\", %s', d.datname, "
        "pg_size_pretty(pg_database_size(d.oid))), "
        "(SELECT split_part(c, '=', 2) FROM pg_db_role_setting s, unnest(s.setconfig) c "
        " WHERE s.setdatabase = d.oid AND s.setrole = 0 AND split_part(c, '=', 1) IN "
        "('chronos.guard', 'chronos.guard_at_least') "
        " ORDER BY array_position('{block,snapshot,warn,off}', split_part(c, '=', 2)) LIMIT 1) "
        "FROM pg_database d WHERE d.oid = $1 AND pg_has_role($2, d.datdba, 'USAGE') "
        "AND d.datname !~ '^chronos_(restore|scratch)_'",
        {argument::oid(database), argument::oid(caller)}, true);
    database_report out;
    if (!rows.empty()) {
        out.what = {rows[0][0].value_or(""),
                    "Which snapshots hold it cannot be seen from another database.",
                    "It is another database.", ""};
        out.mode = rows[0][1].value_or("");
    }
    connection.close();
    scope.close();
    return out;
}

std::string take_snapshot(const report& found, const char* tag) {
    asking scope;
    backend::spi connection;
    if (!found.locking.empty()) {
        (void)connection.execute(found.locking.c_str());
    }
    const std::string label = std::string("before ") + tag;
    std::string id = connection.query("SELECT chronos.snapshot($1, true)", {argument::text(label)})
                         .at(0)
                         .at(0)
                         .value_or("");
    connection.close();
    scope.close();
    return id;
}

}  // namespace chronos::guard
