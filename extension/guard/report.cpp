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

argument array(Oid type, const std::vector<Datum>& items, int width) {
    const Datum* const data = items.data();
    const int count = static_cast<int>(items.size());
    const Oid element = get_element_type(type);
    const Datum built = backend::call([data, count, element, width] {
        return PointerGetDatum(construct_array(const_cast<Datum*>(data), count, element, width,
                                               true,
                                               width == 1   ? TYPALIGN_CHAR
                                               : width == 2 ? TYPALIGN_SHORT
                                                            : TYPALIGN_INT));
    });
    return {type, built, false};
}

template <typename Get>
std::vector<Datum> column(const targets& from, Get&& get) {
    std::vector<Datum> out;
    for (int i = 0; i < from.count; ++i) {
        out.push_back(get(from.items[i]));
    }
    return out;
}

std::vector<argument> arguments_of(const targets& aimed, const char* tag) {
    const char how[] = {static_cast<char>(aimed.how), '\0'};
    return {argument::text(tag),
            argument::text(how),
            argument::boolean(aimed.cascades),
            array(OIDARRAYOID,
                  column(aimed, [](const item& i) { return ObjectIdGetDatum(i.classid); }), 4),
            array(OIDARRAYOID,
                  column(aimed, [](const item& i) { return ObjectIdGetDatum(i.objid); }), 4),
            array(INT2ARRAYOID,
                  column(aimed, [](const item& i) { return Int16GetDatum(i.column); }), 2),
            array(OIDARRAYOID,
                  column(aimed, [](const item& i) { return ObjectIdGetDatum(i.new_type); }), 4),
            array(INT4ARRAYOID,
                  column(aimed, [](const item& i) { return Int32GetDatum(i.new_modifier); }), 4),
            array(BOOLARRAYOID,
                  column(aimed, [](const item& i) { return BoolGetDatum(i.is_computed); }), 1)};
}

report ask(const char* question, const std::vector<argument>& arguments) {
    asking scope;
    backend::spi connection;
    const std::vector<backend::row> rows = connection.query(question, arguments, true);
    report out;
    if (!rows.empty() && rows[0][0]) {
        out = {*rows[0][0], rows[0][1].value_or(""), rows[0][2] == "t"};
    }
    connection.close();
    scope.close();
    return out;
}

}  // namespace

report report_on(const targets& aimed, const char* tag) {
    return ask(
        "SELECT r.loss, r.detail, r.is_restorable FROM chronos.guard_report($1, $2, $3, $4, "
        "$5, $6, $7, $8, $9) r",
        arguments_of(aimed, tag));
}

report report_on_rows(Oid relation, const char* deed) {
    return ask("SELECT r.loss, r.detail, r.is_restorable FROM chronos.guard_rows_report($1, $2) r",
               {argument::text(deed), argument::oid(relation)});
}

std::string take_snapshot(const char* tag) {
    asking scope;
    backend::spi connection;
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
