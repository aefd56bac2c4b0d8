// Everything a program needs of libchronos.
#pragma once

#include <chronos/blame.hpp>
#include <chronos/check.hpp>
#include <chronos/components.hpp>
#include <chronos/connection.hpp>
#include <chronos/contract.hpp>
#include <chronos/diff.hpp>
#include <chronos/drift.hpp>
#include <chronos/error.hpp>
#include <chronos/git_history.hpp>
#include <chronos/migrate.hpp>
#include <chronos/migration.hpp>
#include <chronos/migration_trial.hpp>
#include <chronos/plan.hpp>
#include <chronos/progress.hpp>
#include <chronos/repository.hpp>
#include <chronos/restore.hpp>
#include <chronos/schedule.hpp>
#include <chronos/server_snapshots.hpp>
#include <chronos/snapshot.hpp>
#include <chronos/store.hpp>
#include <chronos/text_diff.hpp>
#include <chronos/timestamp.hpp>
#include <chronos/verify.hpp>
#include <chronos/version.hpp>
#include <chronos/watch.hpp>
