#include "snapshot/piece_builder.hpp"

namespace chronos::internal {
namespace {

constexpr std::size_t kPieceBytes = 8 * 1024 * 1024;

}  // namespace

piece_builder::piece_builder(copy_format format, put_function put)
    : format_(format), put_(std::move(put)) {}

void piece_builder::add_message(std::string_view message) {
    if (format_ == copy_format::binary) {
        if (first_ && message.starts_with(kCopyHeader)) message.remove_prefix(kCopyHeader.size());
        first_ = false;
        // A row begins with its number of fields, which is never -1.
        if (message.empty() || message == kCopyTrailer) return;
        hash_.add_row(message);
    } else {
        hash_.add_row(message.substr(0, message.size() - 1));
    }
    add_row(message);
}

void piece_builder::add_row(std::string_view row) {
    if (buffered_rows_ > 0 && buffer_.size() + row.size() > kPieceBytes) flush();
    if (buffered_rows_ == 0) {
        // Exactly what one huge row needs, and room to grow for ordinary ones.
        if (row.size() > kPieceBytes) {
            buffer_.reserve(row.size() + kCopyHeader.size() + kCopyTrailer.size());
        }
        if (format_ == copy_format::binary) buffer_ += kCopyHeader;
    }
    buffer_ += row;
    ++buffered_rows_;
    ++rows_;
}

void piece_builder::flush() {
    if (buffered_rows_ == 0) return;
    if (format_ == copy_format::binary) buffer_ += kCopyTrailer;
    pieces_.push_back({put_(buffer_), buffered_rows_});
    bytes_ += buffer_.size();
    buffered_rows_ = 0;
    if (buffer_.capacity() > 2 * kPieceBytes) buffer_ = std::string();
    buffer_.clear();
}

void piece_builder::finish() { flush(); }

}  // namespace chronos::internal
