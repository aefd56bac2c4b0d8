// A part of a transaction that may fail without taking the rest with it.
#pragma once

#include "backend/backend.hpp"

extern "C" {
#include <utils/resowner.h>
}

namespace chronos::backend {

// Begins an internal subtransaction; commit() keeps its work, destruction without commit() rolls it
// back. Memory context and resource owner are as before afterwards.
class subtransaction {
  public:
    subtransaction();
    ~subtransaction();
    subtransaction(const subtransaction&) = delete;
    subtransaction& operator=(const subtransaction&) = delete;

    void commit();

  private:
    MemoryContext context_;
    ResourceOwner owner_;
    bool open_ = true;
};

}  // namespace chronos::backend
