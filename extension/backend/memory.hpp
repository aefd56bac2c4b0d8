// Memory contexts as scopes.
#pragma once

#include "backend/backend.hpp"

namespace chronos::backend {

// Makes `context` current for the life of the object.
class memory_scope {
  public:
    explicit memory_scope(MemoryContext context) noexcept
        : before_(MemoryContextSwitchTo(context)) {}
    ~memory_scope() { MemoryContextSwitchTo(before_); }
    memory_scope(const memory_scope&) = delete;
    memory_scope& operator=(const memory_scope&) = delete;

  private:
    MemoryContext before_;
};

}  // namespace chronos::backend
