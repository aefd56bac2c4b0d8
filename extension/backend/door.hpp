// The two doors between C++ exceptions and the server's longjmp. Nothing else may cross.
//
// call(): from C++ into the server. What the server raises arrives as a backend_error. The lambda
// may hold backend calls and plain data only: a jump leaves it without running destructors.
//
// boundary(): from the server into C++. Every function that the server calls (SQL function, hook,
// callback, worker main) is one boundary(); what C++ throws is raised as an ERROR after the catch
// block has closed.
//
// A caught backend_error is no recovery: the transaction is still broken. To go on, the failing
// part must have run in a subtransaction (subtransaction.hpp); otherwise let the error travel on.
#pragma once

#include "backend/backend.hpp"
#include "backend/error.hpp"

namespace chronos::backend {

// The two stacks of the server that a jump point replaces. They are put back when the scope ends,
// on whatever way: a C++ exception out of call() must not leave the server a dead jump point.
class jump_stacks {
  public:
    jump_stacks() noexcept : exception_(PG_exception_stack), context_(error_context_stack) {}
    ~jump_stacks() { restore(); }
    jump_stacks(const jump_stacks&) = delete;
    jump_stacks& operator=(const jump_stacks&) = delete;

    void restore() const noexcept {
        PG_exception_stack = exception_;
        error_context_stack = context_;
    }

  private:
    sigjmp_buf* exception_;
    ErrorContextCallback* context_;
};

template <typename Fn>
auto call(Fn&& fn) -> std::invoke_result_t<Fn&> {
    using result = std::invoke_result_t<Fn&>;
    static_assert(std::is_void_v<result> || std::is_trivially_destructible_v<result>,
                  "a jump would skip the destructor of the result");
    static_assert(std::is_trivially_destructible_v<std::remove_reference_t<Fn>>,
                  "capture by reference, or plain data only");
    const MemoryContext context = CurrentMemoryContext;
    const jump_stacks saved;
    sigjmp_buf here;
    if (sigsetjmp(here, 0) == 0) {
        PG_exception_stack = &here;
        return fn();
    }
    saved.restore();
    MemoryContextSwitchTo(context);
    throw backend_error::take();
}

template <typename Fn>
auto boundary(Fn&& fn) -> std::invoke_result_t<Fn&> {
    failure failed;
    try {
        return fn();
    } catch (...) {
        describe_current_exception(failed);
    }
    raise(failed);
}

}  // namespace chronos::backend

// Declares and defines the SQL-callable C function `name`; its body follows and may throw:
//   CHRONOS_SQL_FUNCTION(chronos_example) { PG_RETURN_INT32(1); }
#define CHRONOS_SQL_FUNCTION(name)                                                   \
    static Datum name##_body(FunctionCallInfo fcinfo);                               \
    extern "C" {                                                                     \
    PGDLLEXPORT Datum name(PG_FUNCTION_ARGS);                                        \
    PG_FUNCTION_INFO_V1(name);                                                       \
    Datum name(PG_FUNCTION_ARGS) {                                                   \
        return chronos::backend::boundary([fcinfo] { return name##_body(fcinfo); }); \
    }                                                                                \
    }                                                                                \
    static Datum name##_body([[maybe_unused]] FunctionCallInfo fcinfo)
