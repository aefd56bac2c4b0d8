// What a compose file says about where a database lies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chronos/compose.hpp"
#include "chronos/error.hpp"

namespace {

using chronos::check_compose;
using chronos::compose_options;
using chronos::compose_report;
using chronos::compose_severity;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

compose_report check(const std::string& text, const compose_options& options = {}) {
    return check_compose({{"compose.yaml", text}}, options);
}

// "critical anonymous-volume db:4", in the order of the report.
std::vector<std::string> lines(const compose_report& report) {
    std::vector<std::string> result;
    for (const auto& one : report.findings)
        result.push_back(std::string(to_string(one.severity)) + " " + one.id + " " + one.service +
                         ":" + std::to_string(one.line));
    return result;
}

std::vector<std::string> ids(const compose_report& report, compose_severity of) {
    std::vector<std::string> result;
    for (const auto& one : report.findings)
        if (one.severity == of) result.push_back(one.id);
    return result;
}

std::vector<std::string> criticals(const std::string& text, const compose_options& options = {}) {
    return ids(check(text, options), compose_severity::critical);
}

std::string service(const std::string& image, const std::string& volume,
                    const std::string& more = "") {
    return "services:\n  db:\n    image: " + image + "\n" + more +
           (volume.empty() ? "" : "    volumes:\n      - " + volume + "\n") +
           "volumes:\n  pgdata:\n    external: true\n";
}

constexpr const char* kPostMortem = R"(version: "3.8"
services:
  timescaledb:
    image: timescale/timescaledb:latest-pg15
    container_name: timescaledb
    restart: unless-stopped
    ports:
      - "5432:5432"
    environment:
      - POSTGRES_USER=admin
      - POSTGRES_PASSWORD=secret
      - POSTGRES_DB=metrics
  grafana:
    image: grafana/grafana:10.2.0
    volumes:
      - grafana:/var/lib/grafana
volumes:
  grafana:
)";

TEST(compose_check, finds_the_anonymous_volume_of_the_incident) {
    const compose_report report = check(kPostMortem);
    EXPECT_THAT(lines(report), ElementsAre("critical anonymous-volume timescaledb:3",
                                           "warning no-repository timescaledb:3"));
    EXPECT_THAT(report.findings[0].what, HasSubstr("/var/lib/postgresql/data"));
    EXPECT_THAT(report.databases, ElementsAre("timescaledb"));
    EXPECT_EQ(report.corrected,
              "services:\n"
              "  timescaledb:\n"
              "    volumes:\n"
              "      - timescaledb-data:/var/lib/postgresql/data\n"
              "      - timescaledb-repository:/var/lib/chronos/repository\n"
              "volumes:\n"
              "  timescaledb-data:\n"
              "    external: true  # docker volume create timescaledb-data\n"
              "  timescaledb-repository:\n"
              "    external: true  # docker volume create timescaledb-repository\n");
}

TEST(compose_check, the_corrected_file_has_nothing_left_to_correct) {
    for (const char* image : {"postgres:16", "postgres:18", "timescale/timescaledb-ha:pg16",
                              "bitnami/postgresql:16", "postgis/postgis:16-3.4"}) {
        compose_report report = check("services:\n  db:\n    image: " + std::string(image) + "\n");
        ASSERT_FALSE(report.corrected.empty()) << image;
        std::string fixed = report.corrected;
        fixed.insert(fixed.find("    volumes:"), "    image: " + std::string(image) + "\n");
        report = check(fixed);
        EXPECT_THAT(lines(report), IsEmpty()) << fixed;
        EXPECT_EQ(report.corrected, "");
    }
}

TEST(compose_check, every_image_has_its_own_path) {
    const std::vector<std::pair<const char*, const char*>> right{
        {"postgres:15", "pgdata:/var/lib/postgresql/data"},
        {"postgres:17.2-alpine", "pgdata:/var/lib/postgresql/data"},
        {"postgres:18", "pgdata:/var/lib/postgresql"},
        {"postgres:18.1-bookworm", "pgdata:/var/lib/postgresql/18/docker"},
        {"docker.io/library/postgres:18", "pgdata:/var/lib/postgresql/"},
        {"public.ecr.aws/docker/library/postgres:16", "pgdata:/var/lib/postgresql/data"},
        {"registry.example.com:5000/mirror/postgis/postgis:16-3.4",
         "pgdata:/var/lib/postgresql/data"},
        {"postgres", "pgdata:/var/lib/postgresql"},
        {"timescale/timescaledb:2.14.2-pg15", "pgdata:/var/lib/postgresql/data"},
        {"timescale/timescaledb:2.23.0-pg18", "pgdata:/var/lib/postgresql"},
        {"timescale/timescaledb-ha:pg16.3-ts2.14-all", "pgdata:/home/postgres/pgdata/data"},
        {"timescale/timescaledb-ha:pg16", "pgdata:/home/postgres/pgdata"},
        {"pgvector/pgvector:0.8.0-pg17-trixie", "pgdata:/var/lib/postgresql/data"},
        {"pgvector/pgvector:pg18", "pgdata:/var/lib/postgresql"},
        {"bitnami/postgresql:16.1.0-debian-11-r2", "pgdata:/bitnami/postgresql"},
        {"bitnami/postgresql:latest", "pgdata:/bitnami/postgresql"},
        {"postgres:16@sha256:6f1c0f2d", "pgdata:/var/lib/postgresql/data"}};
    for (const auto& [image, volume] : right)
        EXPECT_THAT(criticals(service(image, volume)), IsEmpty()) << image;
}

TEST(compose_check, a_mount_beside_the_data_is_the_wrong_path) {
    const std::vector<std::pair<const char*, const char*>> wrong{
        {"postgres:17", "pgdata:/var/lib/postgresql"},
        {"postgres:18", "pgdata:/var/lib/postgresql/data"},
        {"postgres", "pgdata:/var/lib/postgresql/data"},
        {"postgres:18", "./data:/var/lib/postgresql/data"},
        {"timescale/timescaledb-ha:pg16", "pgdata:/var/lib/postgresql/data"},
        {"bitnami/postgresql:16", "pgdata:/var/lib/postgresql/data"},
        {"postgres:16", "pgdata:/var/lib/postgres/data"},
        {"postgres:18-alpine", "{type: volume, source: pgdata, target: /var/lib/postgresql/data}"}};
    for (const auto& [image, volume] : wrong)
        EXPECT_THAT(criticals(service(image, volume)), ElementsAre("wrong-path")) << image;
    const auto report = check(service("postgres:18", "pgdata:/var/lib/postgresql/data:z"));
    EXPECT_THAT(report.findings[0].what, HasSubstr("/var/lib/postgresql/18/docker"));
    EXPECT_THAT(report.corrected, HasSubstr("      - pgdata:/var/lib/postgresql:z\n"));
}

TEST(compose_check, PGDATA_decides_where_the_data_lies) {
    const std::string data = "    environment: {PGDATA: /var/lib/postgresql/data/pgdata}\n";
    EXPECT_THAT(criticals(service("postgres:18", "pgdata:/var/lib/postgresql/data", data)),
                IsEmpty());
    EXPECT_THAT(criticals(service("postgres:16", "pgdata:/var/lib/postgresql/data", data)),
                IsEmpty());
    EXPECT_THAT(criticals(service("postgres:16", "pgdata:/var/lib/postgresql/data",
                                  "    environment:\n      - PGDATA=/srv/pg\n")),
                ElementsAre("wrong-path"));
    EXPECT_THAT(criticals(service("postgres:16", "", "    environment: [PGDATA=/srv/pg]\n")),
                ElementsAre("no-volume"));
    EXPECT_THAT(ids(check(service("postgres:16", "pgdata:/srv",
                                  "    environment: [\"PGDATA=${WHERE}\"]\n")),
                    compose_severity::warning),
                Contains("variable-unset"));
}

TEST(compose_check, an_unknown_major_is_told_and_not_guessed) {
    const auto digest =
        check(service("postgres@sha256:6f1c0f2d", "pgdata:/var/lib/postgresql/data"));
    EXPECT_THAT(ids(digest, compose_severity::critical), IsEmpty());
    EXPECT_THAT(ids(digest, compose_severity::warning), Contains("unknown-major"));
    const auto variable = check(service("postgres:${TAG}", "pgdata:/var/lib/postgresql/data"));
    EXPECT_THAT(ids(variable, compose_severity::warning),
                testing::IsSupersetOf({"unknown-major", "unpinned-image"}));
    compose_options options;
    options.variables["TAG"] = "16";
    EXPECT_THAT(
        lines(check(service("postgres:${TAG}", "pgdata:/var/lib/postgresql/data"), options)),
        ElementsAre("warning no-repository db:2"));
    EXPECT_THAT(criticals(service("postgres:${TAG:-18}", "pgdata:/var/lib/postgresql/data")),
                ElementsAre("wrong-path"));
}

TEST(compose_check, a_corrected_entry_keeps_what_else_it_says) {
    const auto report = check(
        "services:\n  db:\n    image: postgres:18\n    volumes:\n"
        "      - type: volume\n        source: pgdata\n        target: /var/lib/postgresql/data\n"
        "        volume: {nocopy: true, subpath: \"on\"}\n"
        "      - ${REPO:-/srv/repo}:/repo:z\n"
        "volumes:\n  pgdata: {external: true}\n");
    EXPECT_EQ(report.corrected,
              "services:\n  db:\n    volumes:\n"
              "      - type: volume\n        source: pgdata\n        target: /var/lib/postgresql\n"
              "        volume:\n          nocopy: true\n          subpath: \"on\"\n"
              "      - ${REPO:-/srv/repo}:/repo:z\n"
              "volumes:\n  pgdata:\n    external: true\n");
}

TEST(compose_check, memory_and_temporary_folders_are_no_place_for_data) {
    EXPECT_THAT(criticals(service("postgres:16", "/tmp/pg:/var/lib/postgresql/data")),
                ElementsAre("temporary-path"));
    EXPECT_THAT(
        criticals(service("postgres:16", "{type: tmpfs, target: /var/lib/postgresql/data}")),
        ElementsAre("tmpfs"));
    EXPECT_THAT(
        criticals(
            "services: {db: {image: 'postgres:16', tmpfs: /var/lib/postgresql/data:size=1g}}"),
        ElementsAre("tmpfs"));
    EXPECT_THAT(
        criticals("services: {db: {image: 'postgres:16', tmpfs: [/run, /var/lib/postgresql]}}"),
        ElementsAre("anonymous-volume"));
    const std::string memory =
        "services: {db: {image: 'postgres:16', volumes: ['dbdata:/var/lib/postgresql/data']}}\n"
        "volumes: {dbdata: {driver_opts: {type: tmpfs, device: tmpfs}}}";
    EXPECT_THAT(criticals(memory), ElementsAre("tmpfs"));
    const std::string bound =
        "services: {db: {image: 'postgres:16', volumes: ['dbdata:/var/lib/postgresql/data']}}\n"
        "volumes: {dbdata: {driver_opts: {type: none, o: bind, device: /var/tmp/pg}}}";
    EXPECT_THAT(criticals(bound), ElementsAre("temporary-path"));
}

TEST(compose_check, volumes_without_a_name_are_found_in_both_forms) {
    EXPECT_THAT(criticals(service("postgres:16", "/var/lib/postgresql/data")),
                ElementsAre("anonymous-volume"));
    EXPECT_THAT(
        criticals(service("postgres:16", "{type: volume, target: /var/lib/postgresql/data}")),
        ElementsAre("anonymous-volume"));
    EXPECT_THAT(criticals(service("timescale/timescaledb-ha:pg16", "")), ElementsAre("no-volume"));
    EXPECT_THAT(
        criticals(
            "services: {db: {image: 'postgres:16', volumes: ['other:/var/lib/postgresql/data']}}"),
        ElementsAre("undeclared-volume"));
}

TEST(compose_check, volumes_that_compose_deletes_and_those_that_nobody_mounts) {
    const auto report = check(
        "name: shop\n"
        "services:\n"
        "  db:\n"
        "    image: postgres:16\n"
        "    volumes:\n"
        "      - pgdata:/var/lib/postgresql/data\n"
        "      - /backup/shop:/backup\n"
        "volumes:\n"
        "  pgdata: {}\n"
        "  old_pgdata:\n");
    EXPECT_THAT(lines(report), ElementsAre("warning unused-volume :10", "info not-external db:9"));
    EXPECT_EQ(
        report.corrected,
        "services:\n  db:\n    volumes:\n"
        "      - pgdata:/var/lib/postgresql/data\n"
        "      - /backup/shop:/backup\n"
        "volumes:\n  pgdata:\n    external: true\n    name: shop_pgdata  # as it is called now\n");
}

TEST(compose_check, a_repository_on_the_datas_volume_is_none) {
    const auto report = check(
        "services:\n  db:\n    image: postgres:16\n    volumes:\n"
        "      - pgdata:/var/lib/postgresql/data\n      - pgdata:/backup\n"
        "      - ./init.sql:/docker-entrypoint-initdb.d/init.sql:ro\n"
        "volumes:\n  pgdata:\n    external: true\n");
    EXPECT_THAT(lines(report), ElementsAre("warning repository-on-data db:6"));
}

TEST(compose_check, anchors_merge_keys_extends_and_several_files_are_followed) {
    const std::string anchors =
        "x-db: &db\n  image: postgres:16\n  volumes: &mounts [pgdata:/var/lib/postgresql/data]\n"
        "services:\n"
        "  one:\n    <<: *db\n"
        "  two:\n    <<: [*db]\n    volumes: [/var/lib/postgresql/data]\n"
        "volumes: {pgdata: {external: true}}\n";
    EXPECT_THAT(lines(check(anchors)), Contains("critical anonymous-volume two:9"));
    EXPECT_THAT(criticals(anchors), ElementsAre("anonymous-volume"));

    compose_options options;
    options.read = [](const std::string& path) -> std::optional<std::string> {
        if (path != "deploy/common.yml") return std::nullopt;
        return "services: {base: {image: 'postgres:18', volumes: "
               "['dbdata:/var/lib/postgresql/data']}}\n";
    };
    const auto extended = check_compose({{"deploy/compose.yaml",
                                          "services:\n  db:\n    extends: {file: common.yml, "
                                          "service: base}\nvolumes: {dbdata: {}}\n"}},
                                        options);
    EXPECT_THAT(ids(extended, compose_severity::critical), ElementsAre("wrong-path"));
    EXPECT_EQ(extended.findings[0].file, "deploy/common.yml");
    EXPECT_THAT(ids(check("services:\n  db:\n    extends: {file: common.yml, service: base}\n"),
                    compose_severity::warning),
                ElementsAre("not-read"));

    const auto merged = check_compose(
        {{"compose.yaml", "services: {db: {image: 'postgres:16'}}"},
         {"override.yaml",
          "services: {db: {volumes: ['dbdata:/var/lib/postgresql/data', 'repo:/backup']}}\n"
          "volumes: {dbdata: {external: true}, repo: {external: true}}"}});
    EXPECT_THAT(lines(merged), IsEmpty());
}

TEST(compose_check, every_database_of_a_project_is_looked_at_and_clients_are_not) {
    const auto report = check(R"(
services:
  primary:
    image: postgres:16
    volumes: [primary_data:/var/lib/postgresql/data]
  test:
    image: postgis/postgis:16-3.4
    profiles: [test]
  dump:
    image: postgres:16
    command: pg_dump -h primary -f /out/shop.sql shop
  cron:
    image: postgres:16
    entrypoint: ["/bin/sh", "-c", "while true; do pg_dump shop > /out/shop; sleep 3600; done"]
  seed:
    image: postgres:16
    command: /scripts/seed.sh
  tuned:
    image: postgres:16
    command: ["sh", "-c", "exec docker-entrypoint.sh postgres -c shared_buffers=1GB"]
    volumes: [tuned_data:/var/lib/postgresql/data]
  flags:
    image: ghcr.io/immich-app/postgres:14-vectorchord0.3.0
    command: -c fsync=on
    volumes: ["${DB_DATA_LOCATION:-./postgres}:/var/lib/postgresql/data"]
  web:
    image: example/web
    environment: {POSTGRES_PASSWORD: x, POSTGRES_HOST: primary}
  own:
    build: .
    environment: {POSTGRES_PASSWORD: x}
    ports: ["127.0.0.1:5433:5432"]
volumes: {primary_data: , tuned_data: }
)");
    EXPECT_THAT(report.databases, ElementsAre("primary", "test", "tuned", "flags", "own"));
    EXPECT_THAT(lines(report), Contains("critical anonymous-volume test:6"));
    EXPECT_THAT(lines(report), Contains("warning no-volume own:29"));
}

TEST(compose_check, two_servers_on_one_data_directory_are_told) {
    EXPECT_THAT(
        ids(check("services:\n"
                  "  a: {image: 'postgres:16', volumes: ['dbdata:/var/lib/postgresql/data']}\n"
                  "  b: {image: 'postgres:16', volumes: ['dbdata:/var/lib/postgresql/data']}\n"
                  "volumes: {dbdata: {external: true}}\n"),
            compose_severity::warning),
        Contains("shared-volume"));
}

TEST(compose_check, what_a_volume_points_to_outlives_it) {
    const auto report = check(
        "services: {db: {image: 'postgres:16', volumes: ['data:/var/lib/postgresql/data', "
        "'/backup:/backup']}}\n"
        "volumes: {data: {driver_opts: {type: none, o: bind, device: /mnt/disk}}}\n");
    EXPECT_THAT(lines(report), IsEmpty());
}

TEST(compose_check, volumes_of_another_container_are_not_followed) {
    EXPECT_THAT(ids(check("services: {db: {image: 'postgres:16', volumes_from: [other]}}"),
                    compose_severity::warning),
                Contains("volumes-from"));
}

TEST(compose_check, what_is_no_compose_file_is_refused_with_its_line) {
    for (const char* text : {"a: [", "- a\n- b\n", "just text", "a: 1\n---\nb: 2\n"})
        EXPECT_THROW((void)check(text), chronos::error) << text;
    try {
        (void)check("services:\n  db: {image: x\n  y: z\n");
        FAIL();
    } catch (const chronos::error& refused) {
        EXPECT_THAT(refused.what(), HasSubstr("compose.yaml:"));
        EXPECT_EQ(refused.code(), chronos::error_code::usage);
    }
    std::string laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
    for (int i = 1; i < 9; ++i) {
        const std::string before = "*a" + std::to_string(i - 1);
        laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
        for (int j = 0; j < 9; ++j) laughs += "," + before;
        laughs += "]\n";
    }
    EXPECT_THROW((void)check(laughs), chronos::error);
    EXPECT_THAT(lines(check("services:\n")), IsEmpty());
    EXPECT_THAT(
        lines(check("services: {web: {image: nginx, volumes: ['/var/lib/postgresql/data']}}")),
        IsEmpty());
}

TEST(compose_check, the_first_format_has_its_services_at_the_top) {
    EXPECT_THAT(criticals("db:\n  image: postgres:9.6\n  ports: ['5432']\n"),
                ElementsAre("anonymous-volume"));
}

}  // namespace
