// Snapshots from inside the server: the request, the job worker that supervises the engine, and the
// launcher that keeps the schedules and keeps house. What each file does:
//
//   snapshot.cpp      chronos.snapshot(): checks, starts a job worker, waits for it
//   undrop.cpp        what chronos.undrop() does once it knows where the table is
//   new_job           what these have in common with the run of a schedule
//   scheduled_runs    starts the runs that are due, records how they ended
//   schedule_hook     the command that a schedule has for that
//   next_run.cpp      chronos.next_run(): cron expressions in the server's time zones
//   held_locks        what the caller's own transaction would block
//   repository_check  whether the server can keep snapshots in a directory
//   job_request, job_words  what a job worker is told
//   job_worker.cpp    one dynamic background worker for one job
//   supervisor        watches one engine until it has ended, whatever the reason
//   engine_process    the child process: fork, exec, pipe, kill, reap
//   engine_program    which program, with which arguments and environment
//   run_record        what the job worker writes into chronos.snapshot_run or chronos.undrop_run
//   run_lock          who works on a run
//   launcher.cpp      the static background worker; maintenance_worker.cpp visits one database
#pragma once

namespace chronos::scheduler {

// Defines the settings; registers the launcher when the library is being preloaded.
void init();

}  // namespace chronos::scheduler
