// Puts the parts together: what is deleted, which clusters are in it, can they be had back?
#pragma once

#include "chronos/guard.hpp"
#include "guard/casualties.hpp"
#include "guard/engine.hpp"
#include "guard/recovery.hpp"

namespace chronos::internal::guard {

// As judge_command, with the answers of `questions`.
[[nodiscard]] guard_report judge(const guard_options& options, asker& questions, timestamp now);

// The losses among what is deleted; what holds nothing of PostgreSQL goes into `deleted`.
void add_losses(guard_report& to, const casualties& from, recovery& snapshots, timestamp now);

// dropdb: asks the server which cluster it is, and which database.
void add_database(guard_report& to, const command& of, recovery& snapshots, timestamp now);

}  // namespace chronos::internal::guard
