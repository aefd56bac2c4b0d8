#include "snapshot/proof.hpp"

namespace chronos::internal {

std::string why_no_base(const manifest& base, const manifest& now) {
    if (!base.incremental || base.incremental->marker.empty()) return "it has no marker";
    if (base.incremental->proof != kProofVersion) return "another version of chronos took it";
    if (now.server.system_identifier.empty() ||
        base.server.system_identifier != now.server.system_identifier) {
        return "it is of another server";
    }
    if (base.database.oid != now.database.oid) return "it is of another database";
    if (base.server.version_num != now.server.version_num) return "the server was updated";
    return {};
}

std::string why_other_table(const table_data& base, const table_data& now,
                            const proof_conditions& demanded) {
    if (!base.facts || !now.facts || base.facts->oid != now.facts->oid) {
        return "it is not in the earlier snapshot";
    }
    if (base.facts->file_path != now.facts->file_path) return "it was rewritten";
    if (demanded.same_signature && base.facts->signature != now.facts->signature) {
        return "its columns or their types have changed";
    }
    if (base.format != now.format || (demanded.same_signature && base.columns != now.columns)) {
        return "it is copied in another form";
    }
    return {};
}

std::string why_changed(const range_facts& base, const page_facts& now,
                        const proof_conditions& demanded) {
    if (demanded.settled && !base.is_settled) {
        return "transactions were open when it was copied before";
    }
    if (demanded.same_pages && base.pages != now.pages) return "it grew or shrank";
    // LSN 0: a page that was never written to, or whose changes are not in the WAL.
    if (now.oldest_lsn.find_first_not_of("0/") == std::string::npos)
        return "some of its pages have no LSN";
    if (demanded.same_newest && base.newest_lsn != now.newest_lsn) return "it has changed";
    return {};
}

}  // namespace chronos::internal
