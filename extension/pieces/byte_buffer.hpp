// Bytes in the server's memory, in network order where they are numbers. Inside call().
#pragma once

#include "backend/backend.hpp"

extern "C" {
#include <port/pg_bswap.h>
#include <utils/memutils.h>
}

namespace chronos::pieces {

// Lives in the memory context that was current at create(); grows beyond 1 GB if it must.
struct byte_buffer {
    char* data;
    std::size_t size;
    std::size_t capacity;

    static byte_buffer create(std::size_t capacity) {
        return {static_cast<char*>(
                    MemoryContextAllocHuge(CurrentMemoryContext, Max(capacity, std::size_t{1}))),
                0, capacity};
    }

    void make_room(std::size_t more) {
        if (capacity - size >= more) return;
        capacity = Max(capacity + capacity / 2, size + more);
        data = static_cast<char*>(repalloc_huge(data, capacity));
    }

    // Without a look at the room.
    void put(const void* bytes, std::size_t count) {
        memcpy(data + size, bytes, count);
        size += count;
    }
    void put(char byte) { data[size++] = byte; }

    void add(const void* bytes, std::size_t count) {
        make_room(count);
        put(bytes, count);
    }
    void add(char byte) {
        make_room(1);
        put(byte);
    }
    void add16(uint16 number) {
        const uint16 ordered = pg_hton16(number);
        add(&ordered, sizeof(ordered));
    }
    void add32(uint32 number) {
        const uint32 ordered = pg_hton32(number);
        add(&ordered, sizeof(ordered));
    }
    void add64(uint64 number) {
        const uint64 ordered = pg_hton64(number);
        add(&ordered, sizeof(ordered));
    }
    // Over four bytes that were added before.
    void set32(std::size_t at, uint32 number) const {
        const uint32 ordered = pg_hton32(number);
        memcpy(data + at, &ordered, sizeof(ordered));
    }
};

}  // namespace chronos::pieces
