#include "ctl/table.hpp"

#include <gtest/gtest.h>

#include "ctl/progress_bar.hpp"
#include "ctl/text.hpp"

namespace chronos::ctl {

namespace {

table two_columns() { return table({{"n", alignment::right}, {"what"}}); }

}  // namespace

TEST(table, numbers_stand_right_and_text_left_without_trailing_blanks) {
    table lines = two_columns();
    lines.add({"7", "CREATE TABLE a ()"});
    lines.add({"142", "short"});
    EXPECT_EQ(lines.render(0), "  n  what\n  7  CREATE TABLE a ()\n142  short\n");
}

TEST(table, widths_count_columns_not_bytes) {
    table lines({{"name"}, {"x"}});
    lines.add({"größe", "1"});
    lines.add({"注文", "2"});
    EXPECT_EQ(lines.render(0), "name   x\ngröße  1\n注文   2\n");
}

TEST(table, a_narrow_terminal_shortens_text_but_never_numbers) {
    table lines = two_columns();
    lines.add({"1234567890", "ALTER TABLE orders ADD COLUMN placed timestamptz"});
    const std::string text = lines.render(30);
    EXPECT_EQ(text, "         n  what\n1234567890  ALTER TABLE ord...\n");
}

TEST(table, a_terminal_too_narrow_for_anything_still_gets_every_row) {
    table lines = two_columns();
    lines.add({"1234567890", "ALTER TABLE orders"});
    EXPECT_EQ(lines.render(5), "         n  what\n1234567890  ALTER...\n");
}

TEST(table, control_characters_of_a_cell_are_shown) {
    table lines = two_columns();
    lines.add({"1", "a\nb"});
    EXPECT_EQ(lines.render(0), "n  what\n1  a\\nb\n");
}

TEST(field_list, values_stand_under_each_other) {
    field_list fields;
    fields.add("version", "42");
    fields.add("by", "alice");
    fields.add("", "and more");
    EXPECT_EQ(fields.render(), "version:  42\nby:       alice\n          and more\n");
}

TEST(progress_line, shows_a_bar_only_when_the_part_done_is_known) {
    EXPECT_EQ(progress_line("schema", -1, "pg_dump", 80), "schema    pg_dump");
    EXPECT_EQ(progress_line("data", 0.5, "1 of 2", 80),
              "data      [############............]  50%  1 of 2");
    EXPECT_EQ(progress_line("data", 1.5, "", 80), "data      [########################] 100%  ");
}

TEST(progress_line, leaves_the_last_column_free) {
    EXPECT_LT(display_width(progress_line("data", 0.5, std::string(200, 'x'), 40)), 40U);
}

}  // namespace chronos::ctl
