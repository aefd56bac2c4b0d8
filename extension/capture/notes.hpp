// What the present transaction touched: a superset, noted as it happens and compared at commit.
//
// The first functions run inside hooks of the server, on the way of every DDL statement: plain
// data, no C++ exceptions, and a transaction that changes no schema never allocates anything.
#pragma once

#include "history/recorder.hpp"

namespace chronos::capture {

// The setting chronos.capture.
extern bool enabled;

// Whether notes are taken now: not while recording, nor for members of an extension being created.
[[nodiscard]] bool is_noting();

void note_object(Oid classid, Oid objid);
// A temporary object that is gone again leaves nothing to record.
void forget_object(Oid classid, Oid objid);
// What changed cannot be told from the command: everything has to be compared.
void note_everything();
// The statement that the client sent, if it is not noted yet.
void note_statement();
// A part of the transaction, a savepoint for example, was rolled back. Never raises.
void forget_statements_of(SubTransactionId part);
void note_label();
// COMMIT PREPARED: what another transaction left can be recorded.
void note_backlog();
// Whether the transaction has changed the schema, as far as one can tell.
[[nodiscard]] bool has_notes();
[[nodiscard]] bool has_notes_or_wishes();

struct notes {
    history::object_ids objects;
    std::vector<std::string> statements;  // as sent, secrets included
    bool everything = false;
    bool labelled = false;
    bool backlog = false;

    [[nodiscard]] bool empty() const noexcept {
        return objects.empty() && !everything && !labelled && !backlog;
    }
};

// Hands over what is worth recording and forgets it; leaves out temporary objects and our own.
[[nodiscard]] notes take_notes();
// The transaction is over.
void forget_notes();

// While it lives no notes are taken.
class pause {
  public:
    pause();
    ~pause();
    pause(const pause&) = delete;
    pause& operator=(const pause&) = delete;
};

}  // namespace chronos::capture
