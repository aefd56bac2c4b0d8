#include "scheduler/job_words.hpp"

#include "backend/door.hpp"

namespace chronos::scheduler {

job_words::job_words(const std::vector<std::string>& words) : segment_(nullptr) {
    std::string joined;
    for (const std::string& word : words) {
        joined.append(word.c_str(), word.size() + 1);
    }
    const char* const from = joined.data();
    const std::size_t size = joined.size();
    segment_ = backend::call([from, size] {
        dsm_segment* const made = dsm_create(sizeof(size) + size, 0);
        char* const to = static_cast<char*>(dsm_segment_address(made));
        std::memcpy(to, &size, sizeof(size));
        std::memcpy(to + sizeof(size), from, size);
        return made;
    });
}

void job_words::hand_to(BackgroundWorker& worker) const {
    worker.bgw_main_arg = UInt32GetDatum(dsm_segment_handle(segment_));
}

void job_words::close() {
    dsm_segment* const segment = segment_;
    backend::call([segment] { dsm_detach(segment); });
}

std::vector<std::string> read_words() {
    const dsm_handle handle = DatumGetUInt32(MyBgworkerEntry->bgw_main_arg);
    if (handle == DSM_HANDLE_INVALID) {
        return {};
    }
    dsm_segment* const segment = backend::call([handle] { return dsm_attach(handle); });
    if (segment == nullptr) {
        throw backend::sql_error(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                                 "the session that asked for this job has gone");
    }
    const char* const from = static_cast<const char*>(dsm_segment_address(segment));
    std::size_t size = 0;
    std::memcpy(&size, from, sizeof(size));
    std::vector<std::string> words;
    for (std::size_t at = 0; at < size; at += words.back().size() + 1) {
        words.emplace_back(from + sizeof(size) + at);
    }
    backend::call([segment] { dsm_detach(segment); });
    return words;
}

}  // namespace chronos::scheduler
