// Builds a jsonb value piece by piece, in the current memory context. Plain data, for use inside
// call(): what the server raises on the way leaves nothing behind.
#pragma once

#include "backend/backend.hpp"

extern "C" {
#include <utils/jsonb.h>
#include <utils/numeric.h>
}

namespace chronos::live {

class jsonb_writer {
  public:
    void begin_object() { begin(WJB_BEGIN_OBJECT); }
    void begin_array() { begin(WJB_BEGIN_ARRAY); }
    void end_object() { end(WJB_END_OBJECT); }
    void end_array() { end(WJB_END_ARRAY); }

    void key(const char* name) {
        JsonbValue value = string_value(name);
        pushJsonbValue(&state_, WJB_KEY, &value);
    }
    void element(const char* text) {
        JsonbValue value = string_value(text);
        pushJsonbValue(&state_, WJB_ELEM, &value);
    }
    // A null text writes nothing, as jsonb_strip_nulls() would leave it out.
    void text(const char* name, const char* value) {
        if (value != nullptr) {
            key(name);
            JsonbValue written = string_value(value);
            pushJsonbValue(&state_, WJB_VALUE, &written);
        }
    }
    // Only true is written.
    void yes(const char* name, bool value = true) {
        if (value) {
            key(name);
            JsonbValue written;
            written.type = jbvBool;
            written.val.boolean = true;
            pushJsonbValue(&state_, WJB_VALUE, &written);
        }
    }
    void number(const char* name, std::int64_t value) {
        key(name);
        JsonbValue written;
        written.type = jbvNumeric;
        written.val.numeric = int64_to_numeric(value);
        pushJsonbValue(&state_, WJB_VALUE, &written);
    }

    // After the end of the outermost object.
    [[nodiscard]] Jsonb* finish() const { return JsonbValueToJsonb(last_); }

  private:
    static JsonbValue string_value(const char* text) {
        JsonbValue out;
        out.type = jbvString;
        out.val.string.val = const_cast<char*>(text);
        out.val.string.len = static_cast<int>(strlen(text));
        return out;
    }
    void begin(JsonbIteratorToken token) { pushJsonbValue(&state_, token, nullptr); }
    void end(JsonbIteratorToken token) { last_ = pushJsonbValue(&state_, token, nullptr); }

    JsonbParseState* state_ = nullptr;
    JsonbValue* last_ = nullptr;
};

}  // namespace chronos::live
