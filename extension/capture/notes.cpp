#include "capture/notes.hpp"

#include "backend/door.hpp"
#include "capture/ownership.hpp"

extern "C" {
#include <access/parallel.h>
#include <commands/extension.h>
#include <mb/pg_wchar.h>
#include <nodes/plannodes.h>
#include <tcop/pquery.h>
#include <tcop/tcopprot.h>
#include <utils/hsearch.h>
#include <utils/portal.h>
}

namespace chronos::capture {

bool enabled = true;

namespace {

constexpr int kLongestStatement = 100 * 1000;
constexpr int kMostStatements = 1000;

struct object_key {
    Oid classid;
    Oid objid;
};

struct noted_statement {
    SubTransactionId part;
    char* text;
};

// All of it lives in TopTransactionContext.
struct book {
    HTAB* objects;
    List* statements;  // of noted_statement*
    TimestampTz statement_time;
    Portal statement_portal;
    int statement_location;
    bool everything;
    bool labelled;
    bool backlog;
};

constinit book* open_book = nullptr;
constinit int pauses = 0;

book& the_book() {
    if (open_book == nullptr) {
        auto* made =
            static_cast<book*>(MemoryContextAllocZero(TopTransactionContext, sizeof(book)));
        HASHCTL shape{};
        shape.keysize = sizeof(object_key);
        shape.entrysize = sizeof(object_key);
        shape.hcxt = TopTransactionContext;
        made->objects = hash_create("chronos touched objects", 64, &shape,
                                    HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
        open_book = made;
    }
    return *open_book;
}

// The text of the statement that runs at the top, cut out of what the client sent.
char* present_statement(int location, int length) {
    const char* const sent =
        ActivePortal != nullptr ? ActivePortal->sourceText : debug_query_string;
    if (sent == nullptr) {
        return nullptr;
    }
    const char* start = sent;
    int size = static_cast<int>(strlen(sent));
    if (location > 0 && location <= size) {
        start += location;
        size -= location;
    }
    if (length > 0 && length < size) {
        size = length;
    }
    while (size > 0 && strchr(" \t\r\n", *start) != nullptr) {
        ++start;
        --size;
    }
    while (size > 0 && strchr(" \t\r\n", start[size - 1]) != nullptr) {
        --size;
    }
    const MemoryContext before = MemoryContextSwitchTo(TopTransactionContext);
    char* const copy =
        size > kLongestStatement
            ? psprintf("%.*s ...", pg_mbcliplen(start, size, kLongestStatement), start)
            : pnstrdup(start, size);
    MemoryContextSwitchTo(before);
    return copy;
}

}  // namespace

bool is_noting() {
    return enabled && pauses == 0 && !creating_extension && !IsParallelWorker() &&
           !IsBinaryUpgrade && OidIsValid(MyDatabaseId) && IsTransactionState();
}

bool has_notes() {
    return open_book != nullptr &&
           (hash_get_num_entries(open_book->objects) > 0 || open_book->everything);
}

bool has_notes_or_wishes() { return open_book != nullptr; }

void note_object(Oid classid, Oid objid) {
    const object_key key{classid, objid};
    (void)hash_search(the_book().objects, &key, HASH_ENTER, nullptr);
    note_statement();
}

void forget_object(Oid classid, Oid objid) {
    if (open_book != nullptr) {
        const object_key key{classid, objid};
        (void)hash_search(open_book->objects, &key, HASH_REMOVE, nullptr);
    }
}

void note_everything() {
    the_book().everything = true;
    note_statement();
}

void note_label() { the_book().labelled = true; }

void note_backlog() { the_book().backlog = true; }

void note_statement() {
    book& notes_of = the_book();
    int location = 0;
    int length = 0;
    if (ActivePortal != nullptr && ActivePortal->stmts != NIL) {
        const auto* const first = linitial_node(PlannedStmt, ActivePortal->stmts);
        location = first->stmt_location;
        length = first->stmt_len;
    }
    const TimestampTz time = GetCurrentStatementStartTimestamp();
    if (notes_of.statements != NIL && notes_of.statement_time == time &&
        notes_of.statement_portal == ActivePortal && notes_of.statement_location == location) {
        return;
    }
    if (list_length(notes_of.statements) >= kMostStatements) {
        return;
    }
    notes_of.statement_time = time;
    notes_of.statement_portal = ActivePortal;
    notes_of.statement_location = location;
    char* const text = present_statement(location, length);
    if (text != nullptr) {
        const MemoryContext before = MemoryContextSwitchTo(TopTransactionContext);
        auto* const made = static_cast<noted_statement*>(palloc(sizeof(noted_statement)));
        *made = {GetCurrentSubTransactionId(), text};
        notes_of.statements = lappend(notes_of.statements, made);
        MemoryContextSwitchTo(before);
    }
}

// Parts are numbered as they begin, so what was noted in this one and inside it stands at the end.
// Touched objects stay: a superset does no harm.
void forget_statements_of(SubTransactionId part) {
    if (open_book == nullptr) {
        return;
    }
    while (open_book->statements != NIL) {
        const auto* const last = static_cast<noted_statement*>(llast(open_book->statements));
        if (last->part < part) {
            return;
        }
        open_book->statements =
            list_truncate(open_book->statements, list_length(open_book->statements) - 1);
        // What the same statement does from here on has to be noted again.
        open_book->statement_time = 0;
    }
}

notes take_notes() {
    notes out;
    book* const taken = std::exchange(open_book, nullptr);
    if (taken == nullptr) {
        return out;
    }
    out.everything = taken->everything;
    out.labelled = taken->labelled;
    out.backlog = taken->backlog;
    HASH_SEQ_STATUS scan;
    HASH_SEQ_STATUS* const at = &scan;
    backend::call([=] { hash_seq_init(at, taken->objects); });
    while (auto* key =
               static_cast<object_key*>(backend::call([=] { return hash_seq_search(at); }))) {
        const object_key found = *key;
        if (backend::call([found] { return is_worth_recording(found.classid, found.objid); })) {
            out.objects.classids.push_back(found.classid);
            out.objects.objids.push_back(found.objid);
        }
    }
    if (!out.empty()) {
        const List* const statements = taken->statements;
        for (int i = 0; i < list_length(statements); ++i) {
            out.statements.emplace_back(
                static_cast<const noted_statement*>(list_nth(statements, i))->text);
        }
    }
    return out;
}

void forget_notes() { open_book = nullptr; }

pause::pause() { ++pauses; }
pause::~pause() { --pauses; }

}  // namespace chronos::capture
