// Statements of our own: a connection to the server's interface for them, under settings that make
// their plans what we expect. recorder_scope has set those that text depends on.
#pragma once

#include "backend/session.hpp"
#include "backend/spi.hpp"

namespace chronos::history {

class statements {
  public:
    statements();

    // Leaving without it is for errors alone.
    void close() { connection_.close(); }

  private:
    backend::settings_scope settings_;
    backend::spi connection_;
};

}  // namespace chronos::history
