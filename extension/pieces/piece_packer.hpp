// Rows to pieces: complete PGCOPY streams of about one size, each compressed and with the SHA-256
// of its plain bytes. docs/repository-format.md describes what a piece is; the client's
// piece_builder makes the same of the same rows.
#pragma once

#include "pieces/byte_buffer.hpp"

struct ZSTD_CCtx_s;
struct evp_md_ctx_st;

namespace chronos::pieces {

struct piece_packer {
    byte_buffer plain;  // the rows go here, one after the other, each followed by end_row()
    byte_buffer packed;
    std::size_t row_begin;
    uint64 rows;
    uint64 hash_high;
    uint64 hash_low;
    ZSTD_CCtx_s* compressor;
    evp_md_ctx_st* digest;

    // Lives in the current memory context, and what belongs to the libraries is freed with it.
    // Inside call(), as all of it.
    static piece_packer* create();

    // What was added to `plain` since the last call is a row. True if the rows before it are a
    // piece, which take() has to be called for.
    [[nodiscard]] bool end_row();

    // The rows that are a piece, or all: number of rows and of plain bytes (8 bytes each), SHA-256
    // (32), sum of the rows' xxh3-128 (16), and the zstd frame. Null if there is none.
    [[nodiscard]] bytea* take(bool all);

  private:
    [[nodiscard]] bytea* pack(std::size_t end, uint64 count);
    void begin();
};

}  // namespace chronos::pieces
