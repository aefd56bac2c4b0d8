// What a command line is about to delete.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "guard/command.hpp"
#include "guard/option_parser.hpp"

namespace {

namespace guard = chronos::internal::guard;
using guard::command;
using guard::deletion;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Splits at blanks; what needs quoting comes as a list.
std::vector<std::string> words(const std::string& line) {
    std::istringstream in(line);
    return {std::istream_iterator<std::string>(in), {}};
}
command read(const std::string& line) { return guard::understand(words(line)); }

struct expectation {
    const char* line;
    deletion what;
    bool volumes;
    std::vector<std::string> names;
};

class guard_command : public testing::TestWithParam<expectation> {};

TEST_P(guard_command, is_understood) {
    const command result = read(GetParam().line);
    EXPECT_EQ(result.what, GetParam().what) << result.why;
    EXPECT_EQ(result.volumes, GetParam().volumes);
    EXPECT_EQ(result.names, GetParam().names);
}

INSTANTIATE_TEST_SUITE_P(
    lines, guard_command,
    testing::Values(
        expectation{"docker compose down -v", deletion::compose_down, true, {}},
        expectation{"docker compose down", deletion::compose_down, false, {}},
        expectation{"docker compose down --volumes=true", deletion::compose_down, true, {}},
        expectation{"docker compose down --volumes=false", deletion::compose_down, false, {}},
        expectation{"docker compose down -v=0", deletion::compose_down, false, {}},
        expectation{"docker compose down -v -v=false", deletion::compose_down, false, {}},
        expectation{"docker compose down --remove-orphans --rmi all -t 5 -v db",
                    deletion::compose_down,
                    true,
                    {"db"}},
        expectation{"docker --context x compose -f a.yml -p shop down --volumes",
                    deletion::compose_down,
                    true,
                    {}},
        expectation{
            "/usr/bin/docker-compose -f a.yml -f b.yml down -v", deletion::compose_down, true, {}},
        expectation{
            "docker-compose --project-directory /srv down -v", deletion::compose_down, true, {}},
        expectation{"sudo docker compose down -v", deletion::compose_down, true, {}},
        expectation{"sudo -E -u root docker volume rm a", deletion::volumes, false, {"a"}},
        expectation{"podman-compose down -v", deletion::compose_down, true, {}},
        expectation{"podman compose down -v", deletion::compose_down, true, {}},
        expectation{"docker compose rm -fsv db", deletion::compose_containers, true, {"db"}},
        expectation{"docker compose up -d -V", deletion::compose_containers, true, {}},
        expectation{"docker compose up -d", deletion::compose_containers, false, {}},
        expectation{"docker compose up -d --no-recreate", deletion::nothing, false, {}},
        expectation{"docker compose --dry-run down -v", deletion::nothing, false, {}},
        expectation{"docker compose ps", deletion::nothing, false, {}},
        expectation{"docker compose exec db rm -rf /data", deletion::not_understood, false, {}},
        expectation{"docker compose down --everything", deletion::not_understood, false, {}},
        expectation{"docker rm -fv a b", deletion::containers, true, {"a", "b"}},
        expectation{"docker rm a -v", deletion::containers, true, {"a"}},
        expectation{"docker rm -vf -- a", deletion::containers, true, {"a"}},
        expectation{"docker container rm --volumes a", deletion::containers, true, {"a"}},
        expectation{"docker rm a", deletion::containers, false, {"a"}},
        expectation{"podman rm -a -f", deletion::containers, false, {}},
        expectation{"podman rm --latest", deletion::not_understood, false, {}},
        expectation{"docker stop a", deletion::stopped_by_name, false, {"a"}},
        expectation{"docker kill -s KILL a", deletion::stopped_by_name, false, {"a"}},
        expectation{"docker container prune -f", deletion::prune_containers, false, {}},
        expectation{"docker volume rm a b", deletion::volumes, false, {"a", "b"}},
        expectation{"docker volume rm --force a", deletion::volumes, false, {"a"}},
        expectation{"docker -H tcp://h:2375 volume remove a", deletion::volumes, false, {"a"}},
        expectation{"docker volume prune", deletion::prune_volumes, false, {}},
        expectation{
            "docker volume prune -af --filter label!=keep", deletion::prune_volumes, false, {}},
        expectation{"docker volume ls -q", deletion::nothing, false, {}},
        expectation{"docker volume update x", deletion::not_understood, false, {}},
        expectation{"docker system prune -af --volumes", deletion::prune_system, true, {}},
        expectation{"docker system prune --volumes=1", deletion::prune_system, true, {}},
        expectation{"docker system prune -a", deletion::prune_system, false, {}},
        expectation{"docker system df", deletion::nothing, false, {}},
        expectation{"podman system reset", deletion::not_understood, false, {}},
        expectation{"docker run --rm -d -e A=b postgres:16", deletion::run, true, {}},
        expectation{"docker run --rm -it -v pgdata:/d alpine rm -rf /d", deletion::run, true, {}},
        expectation{"docker run --frobnicate postgres", deletion::not_understood, false, {}},
        expectation{
            "docker exec db rm -rf /var/lib/postgresql", deletion::not_understood, false, {}},
        expectation{"docker frobnicate", deletion::not_understood, false, {}},
        expectation{"docker", deletion::nothing, false, {}},
        expectation{"docker image prune -a", deletion::nothing, false, {}},
        expectation{"rm -rf /srv/pg data", deletion::paths, false, {"/srv/pg", "data"}},
        expectation{"rm -fr -- -odd", deletion::paths, false, {"-odd"}},
        expectation{"rm --recurs --for x", deletion::paths, false, {"x"}},
        expectation{"rm x -r", deletion::paths, false, {"x"}},
        expectation{"rm --frob x", deletion::not_understood, false, {}},
        expectation{"/bin/rm x", deletion::paths, false, {"x"}},
        expectation{
            "dropdb -h db -p 5433 -U me --if-exists shop", deletion::database, false, {"shop"}},
        expectation{"dropdb shop -f", deletion::database, false, {"shop"}},
        expectation{"dropdb", deletion::not_understood, false, {}},
        expectation{"kubectl get pvc", deletion::nothing, false, {}},
        expectation{"kubectl delete pvc data-0 -n shop", deletion::kubernetes, false, {}},
        expectation{"kubectl -n shop delete pvc/data-0 sts/db", deletion::kubernetes, false, {}},
        expectation{"kubectl delete ns shop --wait=false", deletion::kubernetes, false, {}},
        expectation{"kubectl delete pvc --all", deletion::kubernetes, false, {}},
        expectation{"kubectl delete pvc", deletion::not_understood, false, {}},
        expectation{"kubectl delete configmap x", deletion::nothing, false, {}},
        expectation{"kubectl delete -f all.yaml", deletion::not_understood, false, {}},
        expectation{"kubectl delete crd x", deletion::not_understood, false, {}},
        expectation{"kubectl delete pvc x --dry-run=client", deletion::nothing, false, {}},
        expectation{"kubectl apply -f x", deletion::not_understood, false, {}},
        expectation{"bash -c ls", deletion::not_understood, false, {}},
        expectation{"mkfs.ext4 /dev/sdb", deletion::not_understood, false, {}}));

TEST(guard_command_parts, an_argument_with_blanks_stays_one) {
    const command result = guard::understand({"rm", "-rf", "my data", "it's; rm -rf /"});
    EXPECT_THAT(result.names, ElementsAre("my data", "it's; rm -rf /"));
}

TEST(guard_command_parts, nothing_is_not_understood) {
    EXPECT_EQ(guard::understand({}).what, deletion::not_understood);
}

TEST(guard_command_parts, options_of_the_engine_go_with_every_question) {
    const command docker = read("docker --context far -D volume prune -f");
    EXPECT_EQ(docker.engine.program, "docker");
    EXPECT_THAT(docker.engine.options, ElementsAre("--context", "far", "-D"));
    EXPECT_TRUE(docker.force);
    const command podman = read("podman --root /srv/p volume rm -a");
    EXPECT_TRUE(podman.engine.podman);
    EXPECT_TRUE(podman.all);
    EXPECT_THAT(podman.engine.options, ElementsAre("--root", "/srv/p"));
}

TEST(guard_command_parts, options_of_compose_say_which_project) {
    const command result = read(
        "docker --host unix:///run/d.sock compose --env-file e --profile all -fa.yml "
        "--file=b.yml -p shop --project-directory /srv down -v");
    EXPECT_THAT(result.compose.program,
                ElementsAre("docker", "--host", "unix:///run/d.sock", "compose"));
    EXPECT_THAT(result.compose.options,
                ElementsAre("--env-file", "e", "--profile", "all", "-fa.yml", "--file=b.yml", "-p",
                            "shop", "--project-directory", "/srv"));
    EXPECT_THAT(result.compose.files, ElementsAre("a.yml", "b.yml"));
    EXPECT_EQ(result.compose.project, "shop");
    EXPECT_EQ(result.compose.directory, "/srv");
    EXPECT_THAT(result.engine.options, ElementsAre("--host", "unix:///run/d.sock"));
}

TEST(guard_command_parts, a_prune_keeps_its_filters) {
    const command result = read("docker volume prune --all --filter label=a --filter=label!=b");
    EXPECT_TRUE(result.all);
    EXPECT_THAT(result.filters, ElementsAre("label=a", "label!=b"));
}

TEST(guard_command_parts, a_container_that_is_run_names_image_mounts_and_program) {
    const command result = read(
        "docker run --rm -it -v pgdata:/d --mount type=bind,src=/a,dst=/b "
        "--entrypoint rm alpine:3 -rf /d");
    EXPECT_EQ(result.image, "alpine:3");
    EXPECT_THAT(result.inside, ElementsAre("rm", "-rf", "/d"));
    EXPECT_THAT(result.mounts, ElementsAre("pgdata:/d", "mount:type=bind,src=/a,dst=/b"));
}

TEST(guard_command_parts, kubernetes_resources_are_normal) {
    const command result =
        read("kubectl --context=c delete persistentvolumeclaim,sts a b -l app=x");
    EXPECT_THAT(result.kubernetes.resources,
                ElementsAre("pvc/a", "pvc/b", "statefulset/a", "statefulset/b"));
    EXPECT_THAT(result.kubernetes.options, ElementsAre("--context=c", "--selector=app=x"));
}

TEST(guard_command_parts, a_dropped_database_is_where_its_options_say) {
    const command result = read("dropdb -hdb --port=5433 --maint postgres -U me shop");
    EXPECT_THAT(result.options, ElementsAre("host=db", "port=5433", "user=me", "dbname=postgres"));
}

TEST(guard_command_parts, what_is_not_understood_says_why) {
    EXPECT_THAT(read("docker compose down --frob").why, HasSubstr("--frob"));
    EXPECT_THAT(read("terraform destroy").why, HasSubstr("terraform"));
    EXPECT_THAT(read("docker exec db dropdb x").why, HasSubstr("exec"));
    EXPECT_THAT(read("sudo -i docker volume rm a").why, HasSubstr("sudo"));
}

TEST(guard_command_parts, an_option_without_its_value_is_told) {
    EXPECT_EQ(guard::parse_options({"--file"}, {"file,f="}).unknown, "--file");
    EXPECT_EQ(guard::parse_options({"-f"}, {"file,f="}).unknown, "-f");
    EXPECT_EQ(guard::parse_options({"--all=maybe"}, {"all,a"}).unknown, "--all=maybe");
    EXPECT_THAT(guard::parse_options({"-x", "--", "-y"}, {"x"}).rest, ElementsAre("-y"));
    EXPECT_THAT(
        guard::parse_options({"--re"}, {"recursive,r", "remove"}, {.abbreviations = true}).unknown,
        "--re");
    EXPECT_THAT(guard::parse_options({}, {"x"}).rest, IsEmpty());
}

}  // namespace
