// What docker, podman and kubectl would delete, by what they answered.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <map>
#include <sstream>

#include "chronos/error.hpp"
#include "guard/casualties.hpp"
#include "guard/verdict.hpp"

namespace {

namespace guard = chronos::internal::guard;
using guard::answer;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::vector<std::string> words(const std::string& line) {
    std::istringstream in(line);
    return {std::istream_iterator<std::string>(in), {}};
}

// Answers by the words of the question, and fails on one that nobody expected.
class recorded : public guard::asker {
  public:
    std::map<std::string, std::string> answers;
    std::vector<std::string> asked;

    answer ask(const std::vector<std::string>& arguments) override {
        std::string line;
        for (const std::string& one : arguments) line += (line.empty() ? "" : " ") + one;
        asked.push_back(line);
        const auto found = answers.find(line);
        if (found == answers.end()) return {1, "", "not recorded: " + line};
        return {0, found->second, ""};
    }
};

const std::string kAnonymous(64, 'a');
const std::string kInherited(64, 'b');

std::string volume(const std::string& name,
                   const std::string& more = "\"Labels\":null,\"Options\":null") {
    return fmt::format(
        R"({{"CreatedAt":"2026-11-20T10:00:00Z","Driver":"local","Name":"{0}","Scope":"local",)"
        R"("Mountpoint":"/var/lib/docker/volumes/{0}/_data",{1}}})",
        name, more);
}

struct engine {
    recorded asks;

    // As Engine 20.10 and compose 2 print them, without what is not read.
    explicit engine(const std::string& version = "20.10.24", const std::string& api = "1.41") {
        auto& a = asks.answers;
        a["docker version --format {{json .}}"] = fmt::format(
            R"({{"Client":{{"Version":"20.10.24"}},"Server":{{"Version":"{}","ApiVersion":"{}"}}}})",
            version, api);
        a["docker context inspect --format {{.Endpoints.docker.Host}}"] =
            "unix:///var/run/docker.sock\n";
        a["docker ps -a -q --no-trunc"] = "c1\nc2\nc3\n";
        a["docker inspect --type container c1 c2 c3"] = fmt::format(
            R"([
{{"Id":"c1","Name":"/shop-db-1","State":{{"Running":true,"Paused":false}},
  "Config":{{"Image":"postgres:16","Env":["PATH=/bin","PGDATA=/var/lib/postgresql/data"],
    "Labels":{{"com.docker.compose.project":"shop","com.docker.compose.service":"db"}}}},
  "HostConfig":{{"AutoRemove":false,"Binds":["shop_backup:/backup:rw"],"Mounts":null}},
  "GraphDriver":{{"Name":"overlay2","Data":{{"UpperDir":"/var/lib/docker/overlay2/c1/diff"}}}},
  "Mounts":[{{"Type":"volume","Name":"{0}","Source":"/var/lib/docker/volumes/{0}/_data","Destination":"/var/lib/postgresql/data"}},
            {{"Type":"volume","Name":"shop_backup","Source":"/x","Destination":"/backup"}}]}},
{{"Id":"c2","Name":"/shop-web-1","State":{{"Running":false}},
  "Config":{{"Image":"web","Env":null,"Labels":{{"com.docker.compose.project":"shop","com.docker.compose.service":"web"}}}},
  "HostConfig":{{"AutoRemove":false}},"GraphDriver":{{"Data":{{"UpperDir":"/var/lib/docker/overlay2/c2/diff"}}}},"Mounts":[]}},
{{"Id":"c3","Name":"/scratch","State":{{"Running":true}},
  "Config":{{"Image":"postgres:15","Env":["PGDATA=/var/lib/postgresql/data"],"Labels":{{}}}},
  "HostConfig":{{"AutoRemove":true}},"GraphDriver":null,
  "Mounts":[{{"Type":"volume","Name":"{1}","Source":"/s","Destination":"/var/lib/postgresql/data"}}]}}])",
            kAnonymous, kInherited);
        a["docker volume ls -q"] =
            kAnonymous + "\n" + kInherited + "\nbound\nloose\nshop_backup\nshop_data\n";
        a["docker volume inspect " + kAnonymous + " " + kInherited +
          " bound loose shop_backup shop_data"] =
            "[" + volume(kAnonymous) + "," + volume(kInherited) + "," +
            volume("bound",
                   R"("Labels":null,"Options":{"type":"none","o":"bind","device":"/srv/pg"})") +
            "," + volume("loose") + "," + volume("shop_backup") + "," +
            volume("shop_data",
                   R"("Labels":{"com.docker.compose.project":"shop"},"Options":null)") +
            "]";
        for (const char* program : {"docker compose", "docker compose -p shop"})
            a[std::string(program) + " config --format json"] =
                R"({"name":"shop","services":{"db":{},"web":{}},"volumes":{"data":{"name":"shop_data"},
                    "backup":{"name":"shop_backup","external":true},"gone":{"name":"shop_gone"}}})";
    }

    guard::casualties of(const std::string& line) {
        const guard::command command = guard::understand(words(line));
        const auto inventory = guard::take_inventory(command.engine, asks);
        guard::compose_project project;
        if (!command.compose.program.empty())
            project = guard::find_project(command, inventory, asks);
        return guard::engine_casualties(command, inventory, project);
    }

    // "volume shop_data"
    std::vector<std::string> deleted(const std::string& line) {
        std::vector<std::string> result;
        for (const auto& one : of(line).all) {
            std::string name = one.name;
            if (name == kAnonymous) name = "A";
            if (name == kInherited) name = "B";
            result.push_back(one.kind + " " + name);
        }
        return result;
    }
};

TEST(guard_engine, compose_down_keeps_volumes_and_says_what_it_orphans) {
    engine docker;
    EXPECT_THAT(docker.deleted("docker compose down"),
                UnorderedElementsAre("container shop-db-1", "container shop-web-1"));
    EXPECT_THAT(docker.of("docker compose down").notes, Contains(HasSubstr("nothing will use it")));
}

TEST(guard_engine, compose_down_v_deletes_what_is_anonymous_or_of_the_project) {
    engine docker;
    EXPECT_THAT(docker.deleted("docker compose down -v"),
                UnorderedElementsAre("container shop-db-1", "container shop-web-1",
                                     "anonymous volume A", "volume shop_data"));
    EXPECT_THAT(docker.deleted("docker compose -p shop down -v web"),
                UnorderedElementsAre("container shop-web-1", "volume shop_data"));
    EXPECT_THAT(docker.deleted("docker compose rm -fsv db"),
                UnorderedElementsAre("container shop-db-1", "anonymous volume A"));
}

TEST(guard_engine, the_first_compose_is_asked_in_its_own_way) {
    engine docker;
    auto& answers = docker.asks.answers;
    answers["docker-compose -p shop config"] =
        "services:\n  db: {image: 'postgres:16'}\nversion: '3.8'\n"
        "volumes:\n  data: {}\n  backup: {external: true, name: shop_backup}\n";
    EXPECT_THAT(docker.deleted("docker-compose -p shop down -v"),
                UnorderedElementsAre("container shop-db-1", "container shop-web-1",
                                     "anonymous volume A", "volume shop_data"));
}

TEST(guard_engine, a_project_without_files_is_known_by_its_labels) {
    engine docker;
    docker.asks.answers.erase("docker compose -p shop config --format json");
    EXPECT_THAT(docker.deleted("docker compose -p shop down -v"),
                UnorderedElementsAre("container shop-db-1", "container shop-web-1",
                                     "anonymous volume A", "volume shop_data"));
}

TEST(guard_engine, rm_keeps_anonymous_volumes_and_rm_v_does_not) {
    engine docker;
    EXPECT_THAT(docker.deleted("docker rm -f shop-db-1"), ElementsAre("container shop-db-1"));
    EXPECT_THAT(docker.deleted("docker rm -fv c1"),
                ElementsAre("container shop-db-1", "anonymous volume A"));
    EXPECT_THAT(docker.of("docker rm nobody").notes, ElementsAre(HasSubstr("nobody")));
}

TEST(guard_engine, stopping_a_container_run_with_rm_deletes_its_volumes) {
    engine docker;
    EXPECT_THAT(docker.deleted("docker stop scratch"),
                ElementsAre("container scratch", "anonymous volume B"));
    EXPECT_FALSE(docker.of("docker stop scratch").all[0].likely);
    EXPECT_THAT(docker.deleted("docker stop shop-db-1"), IsEmpty());
}

TEST(guard_engine, volume_rm_deletes_what_it_names_but_not_what_a_volume_points_to) {
    engine docker;
    EXPECT_THAT(docker.deleted("docker volume rm shop_data loose"),
                ElementsAre("volume shop_data", "volume loose"));
    EXPECT_THAT(docker.deleted("docker volume rm bound nothing"), IsEmpty());
    EXPECT_THAT(docker.of("docker volume rm bound").notes, ElementsAre(HasSubstr("/srv/pg")));
}

TEST(guard_engine, prune_deletes_named_volumes_before_23_and_with_all) {
    engine old;
    EXPECT_THAT(old.deleted("docker volume prune -f"),
                UnorderedElementsAre("volume loose", "volume shop_data"));
    engine current("27.3.1", "1.47");
    EXPECT_THAT(current.deleted("docker volume prune -f"), IsEmpty());
    EXPECT_THAT(current.deleted("docker volume prune -af"),
                UnorderedElementsAre("volume loose", "volume shop_data"));
}

TEST(guard_engine, system_prune_first_removes_containers_which_frees_their_volumes) {
    engine old;
    EXPECT_THAT(old.deleted("docker system prune -f"), ElementsAre("container shop-web-1"));
    EXPECT_THAT(old.deleted("docker system prune -f --volumes"),
                UnorderedElementsAre("container shop-web-1", "volume loose", "volume shop_data"));
    engine current("28.0.0", "1.48");
    auto& inspected = current.asks.answers["docker inspect --type container c1 c2 c3"];
    inspected.replace(inspected.find("\"Running\":true"), 14, "\"Running\":false");
    EXPECT_THAT(
        current.deleted("docker system prune -af --volumes"),
        UnorderedElementsAre("container shop-db-1", "container shop-web-1", "anonymous volume A"));
    EXPECT_THAT(current.deleted("docker container prune"),
                UnorderedElementsAre("container shop-db-1", "container shop-web-1"));
}

TEST(guard_engine, what_a_new_container_runs_is_judged_only_if_it_is_a_server) {
    engine docker;
    EXPECT_TRUE(docker.of("docker run --rm postgres:16").not_understood.empty());
    EXPECT_THAT(docker.of("docker run --rm postgres:16").notes, ElementsAre(HasSubstr("--rm")));
    EXPECT_THAT(docker.of("docker run --rm -v d:/var/lib/postgresql/data postgres:16").notes,
                IsEmpty());
    EXPECT_THAT(docker.of("docker run --rm -v shop_data:/d alpine rm -rf /d").not_understood,
                HasSubstr("rm"));
}

TEST(guard_engine, paths_of_an_engine_elsewhere_are_not_looked_at_here) {
    engine docker;
    auto& answers = docker.asks.answers;
    for (const auto& [line, told] : std::map(answers))
        answers["docker -H tcp://far:2375" + line.substr(6)] = told;
    const auto far = docker.of("docker -H tcp://far:2375 volume rm loose");
    ASSERT_EQ(far.all.size(), 1U);
    EXPECT_EQ(far.all[0].path, "");
    EXPECT_THAT(far.all[0].unreadable, HasSubstr("another machine"));
}

TEST(guard_engine, without_an_engine_nothing_is_judged) {
    recorded silent;
    chronos::guard_options options;
    options.command = words("docker volume rm shop_data");
    const auto report = guard::judge(options, silent, {});
    EXPECT_EQ(report.verdict, chronos::guard_verdict::not_understood);
    EXPECT_THAT(report.why, HasSubstr("does not answer"));
}

TEST(guard_engine, what_cannot_be_read_is_unknown_and_refused) {
    engine docker;
    chronos::guard_options options;
    options.command = words("docker volume rm loose");
    const auto report = guard::judge(options, docker.asks, {});
    EXPECT_EQ(report.verdict, chronos::guard_verdict::refused);
    ASSERT_EQ(report.losses.size(), 1U);
    EXPECT_THAT(report.losses[0].reasons, ElementsAre(HasSubstr("unknown")));
}

TEST(guard_engine, a_layer_that_cannot_be_read_counts_if_the_data_would_lie_there) {
    engine docker;
    chronos::guard_options options;
    options.command = words("docker rm shop-web-1");
    const auto web = guard::judge(options, docker.asks, {});
    EXPECT_EQ(web.verdict, chronos::guard_verdict::passed);
    EXPECT_THAT(web.notes, Contains(HasSubstr("shop-web-1")));
    auto& inspected = docker.asks.answers["docker inspect --type container c1 c2 c3"];
    const std::string moved = "PGDATA=/srv/pg";
    inspected.replace(inspected.find("PGDATA=/var/lib/postgresql/data"), 31, moved);
    options.command = words("docker rm -f shop-db-1");
    const auto db = guard::judge(options, docker.asks, {});
    EXPECT_EQ(db.verdict, chronos::guard_verdict::refused);
    EXPECT_THAT(db.losses.at(0).reasons, ElementsAre(HasSubstr("unknown")));
}

TEST(guard_engine, podman_prunes_every_unused_volume) {
    recorded podman;
    auto& a = podman.answers;
    a["podman version --format {{json .}}"] =
        R"({"Client":{"APIVersion":"4.3.1","Version":"4.3.1"}})";
    a["podman ps -a -q --no-trunc"] = "";
    a["podman volume ls -q"] = "pgdata\n";
    a["podman volume inspect pgdata"] =
        R"([{"Name":"pgdata","Driver":"local","Mountpoint":"/nowhere/pgdata/_data","Labels":{},"Options":{}}])";
    const auto command = guard::understand(words("podman volume prune -f"));
    const auto found =
        guard::engine_casualties(command, guard::take_inventory(command.engine, podman), {});
    ASSERT_EQ(found.all.size(), 1U);
    EXPECT_EQ(found.all[0].name, "pgdata");
}

TEST(guard_kubernetes, a_claim_is_lost_unless_its_volume_is_retained) {
    recorded kubectl;
    auto& a = kubectl.answers;
    const std::string get = " -o json --ignore-not-found --namespace=shop";
    a["kubectl get pvc/data-db-0" + get] =
        R"({"kind":"PersistentVolumeClaim","metadata":{"name":"data-db-0","namespace":"shop"},"spec":{"volumeName":"pv-1"}})";
    a["kubectl get pv/pv-1" + get] =
        R"({"metadata":{"name":"pv-1"},"spec":{"persistentVolumeReclaimPolicy":"Delete","csi":{"driver":"ebs"}}})";
    const auto command = guard::understand(words("kubectl delete pvc data-db-0 -n shop"));
    auto found = guard::kubernetes_casualties(command, kubectl);
    ASSERT_EQ(found.all.size(), 1U);
    EXPECT_EQ(found.all[0].kind + " " + found.all[0].name, "claim data-db-0");
    EXPECT_THAT(found.all[0].unreadable, HasSubstr("pv-1"));
    auto& pv = a["kubectl get pv/pv-1" + get];
    pv.replace(pv.find("Delete"), 6, "Retain");
    found = guard::kubernetes_casualties(command, kubectl);
    EXPECT_THAT(found.all, IsEmpty());
    EXPECT_THAT(found.notes, ElementsAre(HasSubstr("retained")));
}

TEST(guard_kubernetes, a_stateful_set_keeps_its_claims_unless_it_says_otherwise) {
    recorded kubectl;
    auto& a = kubectl.answers;
    a["kubectl get statefulset/db -o json --ignore-not-found"] =
        R"({"metadata":{"name":"db","namespace":"shop"},"spec":{"volumeClaimTemplates":[{"metadata":{"name":"data"}}]}})";
    const auto command = guard::understand(words("kubectl delete sts db"));
    EXPECT_THAT(guard::kubernetes_casualties(command, kubectl).all, IsEmpty());
    a["kubectl get statefulset/db -o json --ignore-not-found"] =
        R"({"metadata":{"name":"db","namespace":"shop"},"spec":{"persistentVolumeClaimRetentionPolicy":{"whenDeleted":"Delete"},
            "volumeClaimTemplates":[{"metadata":{"name":"data"}}]}})";
    a["kubectl get pvc -o json --ignore-not-found --namespace=shop"] =
        R"({"items":[{"metadata":{"name":"data-db-0"},"spec":{"volumeName":"pv-1"}},{"metadata":{"name":"other"},"spec":{"volumeName":"pv-2"}}]})";
    a["kubectl get pv/pv-1 -o json --ignore-not-found"] =
        R"({"metadata":{"name":"pv-1"},"spec":{"persistentVolumeReclaimPolicy":"Delete"}})";
    const auto found = guard::kubernetes_casualties(command, kubectl);
    ASSERT_EQ(found.all.size(), 1U);
    EXPECT_EQ(found.all[0].name, "data-db-0");
}

}  // namespace
