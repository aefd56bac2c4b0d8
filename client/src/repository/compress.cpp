#include "repository/compress.hpp"

#include <zstd.h>

#include <algorithm>
#include <memory>
#include <new>

#include "chronos/error.hpp"

namespace chronos::internal {
namespace {

constexpr int kLevel = 1;
constexpr std::size_t kGrowth = std::size_t{64} << 20;

struct compressor_deleter {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
struct decompressor_deleter {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

ZSTD_CCtx* compressor() {
    thread_local const std::unique_ptr<ZSTD_CCtx, compressor_deleter> context(ZSTD_createCCtx());
    if (!context) throw std::bad_alloc();
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
    return context.get();
}

ZSTD_DCtx* decompressor() {
    thread_local const std::unique_ptr<ZSTD_DCtx, decompressor_deleter> context(ZSTD_createDCtx());
    if (!context) throw std::bad_alloc();
    return context.get();
}

// Small claims at once; large ones step by step, as the frame proves them.
bool decompress_in_steps(ZSTD_inBuffer in, std::uint64_t plain_bytes, std::string& out) {
    ZSTD_DCtx* context = decompressor();
    ZSTD_DCtx_reset(context, ZSTD_reset_session_only);
    std::size_t done = 0;
    std::size_t left = 1;
    while (left != 0) {
        if (done == out.size() && done < plain_bytes) {
            out.resize(std::min<std::uint64_t>(plain_bytes, done * 2 + kGrowth));
        }
        const std::size_t read = in.pos;
        ZSTD_outBuffer to{out.data(), out.size(), done};
        left = ZSTD_decompressStream(context, &to, &in);
        if (ZSTD_isError(left) || (left != 0 && to.pos == done && in.pos == read)) return false;
        done = to.pos;
    }
    out.resize(done);
    return done == plain_bytes && in.pos == in.size;
}

}  // namespace

std::string_view compress(std::string_view plain) {
    thread_local std::unique_ptr<char[]> buffer;
    thread_local std::size_t capacity = 0;
    const std::size_t bound = ZSTD_compressBound(plain.size());
    if (capacity < bound) {
        buffer.reset();
        buffer = std::make_unique_for_overwrite<char[]>(bound);
        capacity = bound;
    }
    const std::size_t size =
        ZSTD_compress2(compressor(), buffer.get(), capacity, plain.data(), plain.size());
    if (ZSTD_isError(size)) {
        throw error(error_code::internal,
                    std::string("could not compress: ") + ZSTD_getErrorName(size));
    }
    return {buffer.get(), size};
}

std::uint64_t largest_frame(std::uint64_t plain_bytes) noexcept {
    return plain_bytes + plain_bytes / 128 + 1024;
}

bool decompress(std::string_view frame, std::uint64_t plain_bytes, std::string& out) {
    const unsigned long long stated = ZSTD_getFrameContentSize(frame.data(), frame.size());
    if (stated != plain_bytes) return false;
    if (plain_bytes > kGrowth) {
        out.clear();
        return decompress_in_steps({frame.data(), frame.size(), 0}, plain_bytes, out);
    }
    out.resize(plain_bytes);
    const std::size_t size =
        ZSTD_decompressDCtx(decompressor(), out.data(), out.size(), frame.data(), frame.size());
    return !ZSTD_isError(size) && size == plain_bytes &&
           ZSTD_findFrameCompressedSize(frame.data(), frame.size()) == frame.size();
}

}  // namespace chronos::internal
