#include "pieces/piece_packer.hpp"

#include <openssl/evp.h>
#include <zstd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace chronos::pieces {

namespace {

constexpr std::size_t kPieceBytes = std::size_t{8} << 20;
constexpr int kLevel = 1;
constexpr std::size_t kDigestBytes = 32;
// "PGCOPY\n\377\r\n\0", no flags, no header extension; and what ends a stream.
constexpr char kHeader[] = "PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0";
constexpr std::size_t kHeaderBytes = sizeof(kHeader);
constexpr char kTrailer[] = {'\xff', '\xff'};
static_assert(kHeaderBytes == 19);

void free_libraries(void* of) {
    auto* const packer = static_cast<piece_packer*>(of);
    ZSTD_freeCCtx(packer->compressor);
    EVP_MD_CTX_free(packer->digest);
}

void add_sha256(byte_buffer& to, EVP_MD_CTX* digest, const char* bytes, std::size_t size) {
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (EVP_DigestInit_ex(digest, EVP_sha256(), nullptr) != 1 ||
        EVP_DigestUpdate(digest, bytes, size) != 1 ||
        EVP_DigestFinal_ex(digest, out, &length) != 1 || length != kDigestBytes) {
        ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not compute a SHA-256")));
    }
    to.add(out, kDigestBytes);
}

void add_frame(byte_buffer& to, ZSTD_CCtx* compressor, const char* bytes, std::size_t size) {
    to.make_room(ZSTD_compressBound(size));
    const std::size_t made =
        ZSTD_compress2(compressor, to.data + to.size, to.capacity - to.size, bytes, size);
    if (ZSTD_isError(made) != 0) {
        ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR),
                        errmsg("could not compress: %s", ZSTD_getErrorName(made))));
    }
    to.size += made;
}

}  // namespace

piece_packer* piece_packer::create() {
    auto* const out = static_cast<piece_packer*>(palloc0(sizeof(piece_packer)));
    auto* const at_end =
        static_cast<MemoryContextCallback*>(palloc0(sizeof(MemoryContextCallback)));
    at_end->func = free_libraries;
    at_end->arg = out;
    MemoryContextRegisterResetCallback(CurrentMemoryContext, at_end);
    out->compressor = ZSTD_createCCtx();
    out->digest = EVP_MD_CTX_new();
    if (out->compressor == nullptr || out->digest == nullptr) {
        ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
    }
    ZSTD_CCtx_setParameter(out->compressor, ZSTD_c_compressionLevel, kLevel);
    ZSTD_CCtx_setParameter(out->compressor, ZSTD_c_checksumFlag, 1);
    out->plain = byte_buffer::create(kPieceBytes + kPieceBytes / 8);
    out->packed = byte_buffer::create(kPieceBytes / 4);
    out->begin();
    return out;
}

void piece_packer::begin() {
    plain.size = 0;
    plain.add(kHeader, kHeaderBytes);
    row_begin = plain.size;
    rows = 0;
    hash_high = 0;
    hash_low = 0;
}

bool piece_packer::end_row() {
    if (rows > 0 && plain.size > kPieceBytes) return true;
    const XXH128_hash_t hash = XXH3_128bits(plain.data + row_begin, plain.size - row_begin);
    hash_low += hash.low64;
    hash_high += hash.high64 + (hash_low < hash.low64 ? 1 : 0);
    row_begin = plain.size;
    ++rows;
    return false;
}

// The row that did not fit begins the next piece.
bytea* piece_packer::take(bool all) {
    if (rows == 0) return nullptr;
    const std::size_t left = plain.size - row_begin;
    bytea* const out = pack(row_begin, rows);
    if (all) return out;
    const std::size_t from = row_begin;
    begin();
    plain.make_room(left);
    memmove(plain.data + plain.size, plain.data + from, left);
    plain.size += left;
    (void)end_row();
    return out;
}

bytea* piece_packer::pack(std::size_t end, uint64 count) {
    char under_trailer[sizeof(kTrailer)];
    plain.make_room(sizeof(kTrailer));
    memcpy(under_trailer, plain.data + end, sizeof(kTrailer));
    memcpy(plain.data + end, kTrailer, sizeof(kTrailer));
    const std::size_t size = end + sizeof(kTrailer);
    packed.size = 0;
    packed.add64(count);
    packed.add64(size);
    add_sha256(packed, digest, plain.data, size);
    packed.add64(hash_high);
    packed.add64(hash_low);
    add_frame(packed, compressor, plain.data, size);
    memcpy(plain.data + end, under_trailer, sizeof(kTrailer));
    auto* const out = static_cast<bytea*>(palloc(packed.size + VARHDRSZ));
    SET_VARSIZE(out, packed.size + VARHDRSZ);
    memcpy(VARDATA(out), packed.data, packed.size);
    return out;
}

}  // namespace chronos::pieces
