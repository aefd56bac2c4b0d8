#include "scheduler/latest.hpp"

#include "backend/door.hpp"

extern "C" {
#include <utils/snapmgr.h>
}

namespace chronos::scheduler {

std::vector<backend::row> query_latest(const char* sql,
                                       const std::vector<backend::argument>& arguments) {
    backend::call([] { PushActiveSnapshot(GetLatestSnapshot()); });
    backend::spi spi;
    std::vector<backend::row> rows = spi.query(sql, arguments, true);
    spi.close();
    backend::call([] { PopActiveSnapshot(); });
    return rows;
}

}  // namespace chronos::scheduler
