// Snapshots from inside the server: the request, the job worker that supervises the engine, and the
// launcher that keeps house. What each file does:
//
//   snapshot.cpp      chronos.snapshot(): checks, starts a job worker, waits for it
//   held_locks        what the caller's own transaction would block
//   repository_check  whether the server can keep snapshots in a directory
//   job_worker.cpp    one dynamic background worker for one snapshot
//   supervisor        watches one engine until it has ended, whatever the reason
//   engine_process    the child process: fork, exec, pipe, kill, reap
//   engine_program    which program, with which arguments and environment
//   run_record        what the job worker writes into chronos.snapshot_run
//   launcher.cpp      the static background worker; maintenance_worker.cpp visits one database
#pragma once

namespace chronos::scheduler {

// Defines the settings; registers the launcher when the library is being preloaded.
void init();

}  // namespace chronos::scheduler
