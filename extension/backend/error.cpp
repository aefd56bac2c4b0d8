#include "backend/error.hpp"

#include "backend/door.hpp"

namespace chronos::backend {

namespace {

constexpr std::array kTexts = {
    &ErrorData::message,       &ErrorData::detail,          &ErrorData::detail_log,
    &ErrorData::hint,          &ErrorData::context,         &ErrorData::backtrace,
    &ErrorData::schema_name,   &ErrorData::table_name,      &ErrorData::column_name,
    &ErrorData::datatype_name, &ErrorData::constraint_name, &ErrorData::internalquery,
};

// CopyErrorData() can itself run out of memory, so it needs a jump point of its own.
ErrorData* copy_and_flush() noexcept {
    const jump_stacks saved;
    ErrorData* volatile copy = nullptr;
    sigjmp_buf here;
    if (sigsetjmp(here, 0) == 0) {
        PG_exception_stack = &here;
        copy = CopyErrorData();
    }
    FlushErrorState();
    return copy;
}

void put(char (&out)[1024], std::string_view text) noexcept {
    // The server cuts by characters when it converts; here a cut in a character must not survive.
    std::size_t length = text.size() < sizeof(out) ? text.size() : sizeof(out) - 1;
    while (length < text.size() && length > 0 &&
           (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) {
        --length;
    }
    text.copy(out, length);
    out[length] = '\0';
}

void put(failure& out, int sqlstate, std::string_view message, std::string_view detail,
         std::string_view hint) noexcept {
    out.data = nullptr;
    out.sqlstate = sqlstate;
    put(out.message, message);
    put(out.detail, detail);
    put(out.hint, hint);
}

}  // namespace

struct backend_error::fields {
    ErrorData plain{};
    std::array<std::optional<std::string>, kTexts.size()> texts;
};

backend_error backend_error::take() {
    ErrorData* const raised = copy_and_flush();
    if (raised == nullptr) {
        throw std::bad_alloc();
    }
    auto data = std::make_shared<fields>();
    data->plain = *raised;
    for (std::size_t i = 0; i < kTexts.size(); ++i) {
        if (const char* text = raised->*kTexts[i]) {
            data->texts[i] = text;
        }
        data->plain.*kTexts[i] = nullptr;
    }
    FreeErrorData(raised);
    return backend_error(std::move(data));
}

int backend_error::sqlstate() const noexcept { return data_->plain.sqlerrcode; }

const char* backend_error::what() const noexcept {
    return data_->texts[0] ? data_->texts[0]->c_str() : "missing error text";
}

std::string backend_error::detail() const { return data_->texts[1].value_or(""); }

std::string backend_error::hint() const { return data_->texts[3].value_or(""); }

ErrorData* backend_error::to_error_data() const {
    const fields* const data = data_.get();
    return call([data] {
        // In ErrorContext it is freed with the error itself: 2,000 errors in one block leave
        // nothing.
        const MemoryContext before = MemoryContextSwitchTo(ErrorContext);
        auto* copy = static_cast<ErrorData*>(palloc(sizeof(ErrorData)));
        *copy = data->plain;
        for (std::size_t i = 0; i < kTexts.size(); ++i) {
            copy->*kTexts[i] = data->texts[i] ? pstrdup(data->texts[i]->c_str()) : nullptr;
        }
        copy->assoc_context = ErrorContext;
        MemoryContextSwitchTo(before);
        return copy;
    });
}

void describe_current_exception(failure& out) noexcept {
    try {
        try {
            throw;
        } catch (const backend_error& error) {
            put(out, error.sqlstate(), error.what(), "", "");
            out.data = error.to_error_data();
        } catch (const sql_error& error) {
            put(out, error.sqlstate(), error.what(), error.detail(), error.hint());
        } catch (const std::bad_alloc&) {
            put(out, ERRCODE_OUT_OF_MEMORY, "out of memory", "", "");
        } catch (const std::exception& error) {
            put(out, ERRCODE_INTERNAL_ERROR, error.what(), "", "");
        } catch (...) {
            put(out, ERRCODE_INTERNAL_ERROR, "unknown C++ exception", "", "");
        }
    } catch (...) {
        // Only the copy of a backend_error can end here: its message is already in place.
        out.data = nullptr;
    }
}

void raise(const failure& failed) {
    if (failed.data != nullptr) {
        ReThrowError(failed.data);
    }
    ereport(ERROR, (errcode(failed.sqlstate), errmsg_internal("%s", failed.message),
                    failed.detail[0] != '\0' ? errdetail_internal("%s", failed.detail) : 0,
                    failed.hint[0] != '\0' ? errhint("%s", failed.hint) : 0));
    pg_unreachable();
}

}  // namespace chronos::backend
