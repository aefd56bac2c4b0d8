#include "live/privileges.hpp"

extern "C" {
#include <catalog/pg_type.h>
#include <utils/acl.h>
}

namespace chronos::live {

namespace {

// By the number of the bit; those that a server does not know are never set.
constexpr const char* kNames[] = {"INSERT",     "SELECT",  "UPDATE",  "DELETE",       "TRUNCATE",
                                  "REFERENCES", "TRIGGER", "EXECUTE", "USAGE",        "CREATE",
                                  "TEMPORARY",  "CONNECT", "SET",     "ALTER SYSTEM", "MAINTAIN"};

// As the server itself writes it; whoever edits the catalogue may leave something else.
bool is_list(const Acl* acl) {
    return ARR_NDIM(acl) == 1 && !ARR_HASNULL(acl) && ARR_ELEMTYPE(acl) == ACLITEMOID;
}

bool is_in(const AclItem& item, const Acl* among) {
    const AclItem* const items = ACL_DAT(among);
    for (int i = 0; i < ACL_NUM(among); ++i) {
        if (items[i].ai_grantee == item.ai_grantee && items[i].ai_grantor == item.ai_grantor &&
            items[i].ai_privs == item.ai_privs) {
            return true;
        }
    }
    return false;
}

int count_missing(const Acl* of, const Acl* in) {
    int count = 0;
    for (int i = 0; i < ACL_NUM(of); ++i) {
        count += is_in(ACL_DAT(of)[i], in) ? 0 : 1;
    }
    return count;
}

// A missing grantee is PUBLIC. False: no such role.
bool write_role(jsonb_writer& to, const char* key, Oid role) {
    if (role == ACL_ID_PUBLIC) {
        return true;
    }
    const char* const name = GetUserNameFromId(role, true);
    to.text(key, name);
    return name != nullptr;
}

void write_rights(jsonb_writer& to, const char* key, AclMode rights) {
    if (rights == ACL_NO_RIGHTS) {
        return;
    }
    to.key(key);
    to.begin_array();
    for (std::size_t bit = 0; bit < lengthof(kNames); ++bit) {
        if ((rights & (static_cast<AclMode>(1) << bit)) != 0) {
            to.element(kNames[bit]);
        }
    }
    to.end_array();
}

bool write_revoked(jsonb_writer& to, const Acl* acl, const Acl* base) {
    bool known = true;
    if (count_missing(base, acl) == 0) {
        return known;
    }
    to.key("revoke");
    to.begin_array();
    for (int i = 0; i < ACL_NUM(base); ++i) {
        const AclItem& item = ACL_DAT(base)[i];
        if (!is_in(item, acl)) {
            to.begin_object();
            known = write_role(to, "grantee", item.ai_grantee) && known;
            to.end_object();
        }
    }
    to.end_array();
    return known;
}

bool write_granted(jsonb_writer& to, const Acl* acl, const Acl* base, Oid owner) {
    bool known = true;
    if (count_missing(acl, base) == 0) {
        return known;
    }
    to.key("grant");
    to.begin_array();
    for (int i = 0; i < ACL_NUM(acl); ++i) {
        const AclItem& item = ACL_DAT(acl)[i];
        if (is_in(item, base)) {
            continue;
        }
        const AclMode grantable = ACLITEM_GET_GOPTIONS(item);
        to.begin_object();
        known = write_role(to, "grantee", item.ai_grantee) && known;
        // A missing grantor is the owner.
        known = (item.ai_grantor == owner || write_role(to, "grantor", item.ai_grantor)) && known;
        write_rights(to, "privileges", ACLITEM_GET_PRIVS(item) & ~grantable);
        write_rights(to, "grantable", grantable);
        to.end_object();
    }
    to.end_array();
    return known;
}

}  // namespace

bool write_privileges(jsonb_writer& to, ObjectType type, Datum acl, bool is_null, Oid owner) {
    if (is_null) {
        return true;
    }
    const Acl* const now = DatumGetAclP(acl);
    if (!is_list(now)) {
        return false;
    }
    const Acl* const base = acldefault(type, owner);
    if (count_missing(now, base) == 0 && count_missing(base, now) == 0) {
        return true;
    }
    to.key("acl");
    to.begin_object();
    const bool known = write_revoked(to, now, base) && write_granted(to, now, base, owner);
    to.end_object();
    return known;
}

}  // namespace chronos::live
