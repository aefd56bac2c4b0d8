// Rows as COPY sends them, packed into pieces: complete COPY streams of about one size.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "repository/hash.hpp"
#include "repository/manifest.hpp"

namespace chronos::internal {

// "PGCOPY\n\377\r\n\0", no flags, no header extension.
inline constexpr std::string_view kCopyHeader{"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", 19};
inline constexpr std::string_view kCopyTrailer{"\xff\xff", 2};

class piece_builder {
  public:
    using put_function = std::function<object_ref(std::string_view)>;

    piece_builder(copy_format format, put_function put);

    // Before a further COPY whose rows shall join those of the one before.
    void begin_stream() noexcept { first_ = true; }
    // One message of COPY TO STDOUT.
    void add_message(std::string_view message);
    // The last piece. To be called once at the end.
    void finish();

    [[nodiscard]] const std::vector<piece>& pieces() const noexcept { return pieces_; }
    [[nodiscard]] const content_hash& hash() const noexcept { return hash_; }
    [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

  private:
    void add_row(std::string_view row);
    void flush();

    copy_format format_;
    put_function put_;
    std::string buffer_;
    std::uint64_t buffered_rows_ = 0;
    bool first_ = true;
    std::vector<piece> pieces_;
    content_hash hash_;
    std::uint64_t rows_ = 0;
    std::uint64_t bytes_ = 0;
};

}  // namespace chronos::internal
